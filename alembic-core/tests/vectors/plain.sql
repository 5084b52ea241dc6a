-- Create users
--
-- Revision: 1975ea83b712
-- Revises:

-- alembic: upgrade
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);

-- alembic: downgrade
DROP TABLE users;
