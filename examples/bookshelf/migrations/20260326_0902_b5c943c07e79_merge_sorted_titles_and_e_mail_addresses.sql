-- Merge sorted titles and e-mail addresses
--
-- Revision: b5c943c07e79
-- Revises: 1f4e86e8777d, e83cc9be9031
-- Created: 2026-03-26T09:02:05Z

-- alembic: upgrade

-- alembic: downgrade
