-- Ignore the case of e-mail addresses
--
-- Revision: e83cc9be9031
-- Revises: 49066e2ad2d5
-- Created: 2026-03-25T13:07:44Z

-- alembic: upgrade
-- Fails where two members share an address: only a librarian knows which of them is to stay.
CREATE UNIQUE INDEX members_email ON members (lower(email));

-- alembic: downgrade
DROP INDEX members_email;
