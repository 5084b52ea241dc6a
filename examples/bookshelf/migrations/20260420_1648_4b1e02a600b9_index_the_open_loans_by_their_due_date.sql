-- Index the open loans by their due date
--
-- Revision: 4b1e02a600b9
-- Revises: 24432bf1762e
-- Created: 2026-04-20T16:48:10Z

-- alembic: upgrade sqlite
CREATE INDEX loans_open_due_on ON loans (due_on) WHERE returned_at IS NULL;

-- alembic: upgrade postgresql no-transaction
-- The library stays open: nobody has to wait for the index.
CREATE INDEX CONCURRENTLY loans_open_due_on ON loans (due_on) WHERE returned_at IS NULL;

-- alembic: downgrade sqlite
DROP INDEX loans_open_due_on;

-- alembic: downgrade postgresql no-transaction
DROP INDEX CONCURRENTLY loans_open_due_on;
