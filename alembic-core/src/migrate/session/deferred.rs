//! Constraints that are deferred to the end of a transaction: they are checked at the end of each revision, so that the
//! error names the revision that violates them, and a revision has the same effect in a run of its own and together with
//! others.

use crate::migrate::error::MigrateError;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::connection::Connection;
use crate::sql::Dialect;

/// Checks the deferred constraints, as the end of a revision's own transaction would, and defers those again that are
/// initially deferred: `SET CONSTRAINTS` lasts until the end of the transaction (PostgreSQL manual, SET CONSTRAINTS). A
/// name that another table's constraint has too, which cannot be deferred, cannot be named there.
pub(super) const CHECK: &str = "DO $alembic$DECLARE names text; BEGIN SET CONSTRAINTS ALL IMMEDIATE; \
     SELECT string_agg(DISTINCT format('%I.%I', n.nspname, c.conname), ', ') INTO names \
     FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace WHERE c.condeferred \
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint o WHERE o.connamespace = c.connamespace \
     AND o.conname = c.conname AND NOT o.condeferrable); \
     IF names IS NOT NULL THEN EXECUTE 'SET CONSTRAINTS ' || names || ' DEFERRED'; END IF; END$alembic$";

/// Whether the database or the scripts have deferrable constraints.
pub(super) async fn exist(
    connection: &mut Connection,
    steps: &[PlannedStep<'_>],
) -> Result<bool, MigrateError> {
    if connection.dialect() != Dialect::Postgresql {
        return Ok(false);
    }
    let sql = "SELECT 'x' FROM pg_catalog.pg_constraint WHERE condeferrable LIMIT 1".to_owned();
    let found = connection.rows(sql).await;
    let found = found.map_err(MigrateError::database("looking for deferred constraints"))?;
    let names = |step: &PlannedStep<'_>| step.script.text.to_ascii_lowercase().contains("deferr");
    Ok(!found.is_empty() || steps.iter().any(names))
}
