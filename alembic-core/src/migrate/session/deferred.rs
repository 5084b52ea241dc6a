//! Constraints that are deferred to the end of a transaction: they are checked at the end of each revision, which is then
//! known to be the one that does not satisfy them, and does the same in a run of its own and together with others.

use crate::migrate::error::MigrateError;
use crate::migrate::run::execute::Executor;
use crate::migrate::run::plan::PlannedStep;
use crate::migrate::server::batch::Batch;
use crate::sql::Dialect;

/// Checks what was put off, as the end of a revision's own transaction would, and makes the constraints again what they
/// are from the outset: `SET CONSTRAINTS` lasts until the end of the transaction (PostgreSQL manual, SET CONSTRAINTS). A
/// name that another table's constraint has too, which cannot be deferred, cannot be named there.
const CONSTRAINTS: &str = "DO $alembic$DECLARE names text; BEGIN SET CONSTRAINTS ALL IMMEDIATE; \
     SELECT string_agg(DISTINCT format('%I.%I', n.nspname, c.conname), ', ') INTO names \
     FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace WHERE c.condeferred \
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint o WHERE o.connamespace = c.connamespace \
     AND o.conname = c.conname AND NOT o.condeferrable); \
     IF names IS NOT NULL THEN EXECUTE 'SET CONSTRAINTS ' || names || ' DEFERRED'; END IF; END$alembic$";

impl Executor<'_, '_> {
    /// Finds out whether there is anything to check.
    pub(crate) async fn find_deferred(&mut self, steps: &[PlannedStep<'_>]) -> Result<(), MigrateError> {
        if self.tables.dialect() != Dialect::Postgresql {
            return Ok(());
        }
        let sql = "SELECT 'x' FROM pg_catalog.pg_constraint WHERE condeferrable LIMIT 1".to_owned();
        let found = self.connection.rows(sql).await;
        let found = found.map_err(MigrateError::database("looking for deferred constraints"))?;
        let names = |step: &PlannedStep<'_>| step.script.text.to_ascii_lowercase().contains("deferr");
        self.defers = !found.is_empty() || steps.iter().any(names);
        Ok(())
    }

    /// Ends a revision.
    pub(crate) fn check_deferred(&self, batch: &mut Batch) {
        if self.defers {
            batch.constraints(CONSTRAINTS);
        }
    }

    /// Why the transaction could not be committed. On SQLite, which checks deferred foreign keys only now and does not name
    /// them, the rows are looked for.
    pub(crate) async fn not_committed(&mut self, error: sqlx::Error) -> MigrateError {
        let is_foreign_key = error.as_database_error().is_some_and(|error| error.is_foreign_key_violation());
        if self.tables.dialect() != Dialect::Sqlite || !is_foreign_key {
            return MigrateError::database("committing")(error);
        }
        let sql = "SELECT \"table\", CAST(rowid AS TEXT), parent FROM pragma_foreign_key_check".to_owned();
        let rows = self.connection.rows(sql).await.unwrap_or_default();
        match rows.first().map(Vec::as_slice) {
            Some([Some(child), row, Some(parent)]) => MigrateError::RowsUnreferred {
                revisions: self.open.clone(),
                child: child.clone(),
                row: row.clone(),
                parent: parent.clone(),
                more: rows.len() - 1,
            },
            _ => MigrateError::database("committing")(error),
        }
    }
}
