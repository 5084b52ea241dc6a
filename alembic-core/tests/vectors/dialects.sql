-- Revision: d1a1ec75
-- Revises: 1975ea83b712

-- alembic: upgrade sqlite
CREATE TRIGGER t AFTER INSERT ON users BEGIN
  UPDATE users SET name = 'it''s; "new"' WHERE id = new.id;
END;

-- alembic: upgrade postgresql no-transaction
CREATE INDEX CONCURRENTLY users_name ON users (name);
/* nested /* comment */ ends here */
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$ SELECT E'a\'b' $body$;

-- alembic: upgrade mysql
/*!40101 SET NAMES utf8mb4 */;
SELECT /*+ MAX_EXECUTION_TIME(1000) */ 'a\'b' FROM `users`; # a comment
-- alembic: delimiter //
CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END//
-- alembic: delimiter ;

-- alembic: irreversible
