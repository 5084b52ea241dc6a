-- Create members and loans
--
-- Revision: 3ef40af55579
-- Revises: f84c5b0847e0
-- Created: 2026-03-04T15:40:52Z

-- alembic: upgrade sqlite
CREATE TABLE members (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    email TEXT NOT NULL CHECK (email LIKE '%@%')
);

CREATE TABLE loans (
    id INTEGER PRIMARY KEY,
    book_id INTEGER NOT NULL REFERENCES books (id),
    member_id INTEGER NOT NULL REFERENCES members (id),
    lent_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    due_on DATE NOT NULL,
    returned_at TIMESTAMP
);

CREATE INDEX loans_member ON loans (member_id);

-- alembic: upgrade postgresql
CREATE TABLE members (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    email TEXT NOT NULL CHECK (email LIKE '%@%')
);

CREATE TABLE loans (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    book_id BIGINT NOT NULL REFERENCES books (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    lent_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    due_on DATE NOT NULL,
    returned_at TIMESTAMPTZ
);

CREATE INDEX loans_member ON loans (member_id);

-- alembic: downgrade
DROP TABLE loans;
DROP TABLE members;
