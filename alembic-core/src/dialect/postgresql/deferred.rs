//! The statements about deferred constraints of PostgreSQL.

/// Finds out whether the database has deferrable constraints: one row if it has.
pub(crate) const EXIST: &str = "SELECT 'x' FROM pg_catalog.pg_constraint WHERE condeferrable LIMIT 1";

/// Checks the deferred constraints, as the end of a revision's own transaction would, and defers those again that are
/// initially deferred: `SET CONSTRAINTS` lasts until the end of the transaction (PostgreSQL manual, SET CONSTRAINTS). It
/// cannot name a constraint if another table's constraint, which is not deferrable, has the same name.
pub(crate) const CHECK: &str = "DO $alembic$DECLARE names text; BEGIN SET CONSTRAINTS ALL IMMEDIATE; \
     SELECT string_agg(DISTINCT format('%I.%I', n.nspname, c.conname), ', ') INTO names \
     FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace WHERE c.condeferred \
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint o WHERE o.connamespace = c.connamespace \
     AND o.conname = c.conname AND NOT o.condeferrable); \
     IF names IS NOT NULL THEN EXECUTE 'SET CONSTRAINTS ' || names || ' DEFERRED'; END IF; END$alembic$";
