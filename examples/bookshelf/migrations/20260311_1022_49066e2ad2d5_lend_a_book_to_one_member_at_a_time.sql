-- Lend a book to one member at a time
--
-- Revision: 49066e2ad2d5
-- Revises: 3ef40af55579
-- Created: 2026-03-11T10:22:31Z

-- alembic: upgrade
-- A book may have many loans, but only one that is open.
CREATE UNIQUE INDEX loans_open_book ON loans (book_id) WHERE returned_at IS NULL;

-- alembic: downgrade
DROP INDEX loans_open_book;
