-- Count how often a book was lent
--
-- Revision: 24432bf1762e
-- Revises: b5c943c07e79
-- Created: 2026-04-09T11:35:29Z

-- alembic: upgrade sqlite
ALTER TABLE books ADD COLUMN times_lent BIGINT NOT NULL DEFAULT 0;

UPDATE books SET times_lent = (SELECT count(*) FROM loans WHERE loans.book_id = books.id);

CREATE TRIGGER loans_count AFTER INSERT ON loans
BEGIN
    UPDATE books SET times_lent = times_lent + 1 WHERE id = NEW.book_id;
END;

-- alembic: upgrade postgresql
ALTER TABLE books ADD COLUMN times_lent BIGINT NOT NULL DEFAULT 0;

UPDATE books SET times_lent = (SELECT count(*) FROM loans WHERE loans.book_id = books.id);

CREATE FUNCTION count_loan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE books SET times_lent = times_lent + 1 WHERE id = NEW.book_id;
    RETURN NEW;
END;
$$;

CREATE TRIGGER loans_count AFTER INSERT ON loans
    FOR EACH ROW EXECUTE FUNCTION count_loan();

-- alembic: downgrade sqlite
DROP TRIGGER loans_count;
ALTER TABLE books DROP COLUMN times_lent;

-- alembic: downgrade postgresql
DROP TRIGGER loans_count ON loans;
DROP FUNCTION count_loan();
ALTER TABLE books DROP COLUMN times_lent;
