-- Sort titles without their articles
--
-- Revision: 1f4e86e8777d
-- Revises: 49066e2ad2d5
-- Created: 2026-03-24T08:51:16Z

-- alembic: upgrade
-- The default is only there while the column is filled: the service writes the column with each book.
ALTER TABLE books ADD COLUMN sort_title TEXT NOT NULL DEFAULT '';

UPDATE books
SET sort_title = CASE
        WHEN lower(title) LIKE 'the %' THEN lower(substr(title, 5))
        WHEN lower(title) LIKE 'an %' THEN lower(substr(title, 4))
        WHEN lower(title) LIKE 'a %' THEN lower(substr(title, 3))
        ELSE lower(title)
    END;

DROP INDEX books_title;
CREATE INDEX books_sort_title ON books (sort_title, id);

-- alembic: downgrade
DROP INDEX books_sort_title;
CREATE INDEX books_title ON books (title);

ALTER TABLE books DROP COLUMN sort_title;
