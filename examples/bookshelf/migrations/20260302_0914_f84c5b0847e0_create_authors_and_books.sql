-- Create authors and books
--
-- Revision: f84c5b0847e0
-- Revises:
-- Created: 2026-03-02T09:14:07Z

-- alembic: upgrade sqlite
CREATE TABLE authors (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> '')
);

CREATE TABLE books (
    id INTEGER PRIMARY KEY,
    author_id INTEGER NOT NULL REFERENCES authors (id),
    title TEXT NOT NULL CHECK (title <> ''),
    year INTEGER,
    added_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (author_id, title)
);

CREATE INDEX books_title ON books (title);

-- alembic: upgrade postgresql
CREATE TABLE authors (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> '')
);

CREATE TABLE books (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    author_id BIGINT NOT NULL REFERENCES authors (id),
    title TEXT NOT NULL CHECK (title <> ''),
    year INTEGER,
    added_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (author_id, title)
);

CREATE INDEX books_title ON books (title);

-- alembic: downgrade
DROP TABLE books;
DROP TABLE authors;
