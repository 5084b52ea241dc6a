-- Größe
--
-- Revision: größe_7
-- Revises: 007_device_sessions

-- alembic: upgrade
INSERT INTO größe (name) VALUES ('日本語
zweite Zeile');
