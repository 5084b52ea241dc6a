//! Constraints that are deferred to the end of a transaction: they are checked at the end of each revision, so that the
//! error names the revision that violates them, and a revision has the same effect in a run of its own and together with
//! others.

use crate::dialect::postgresql::deferred::EXIST;
use crate::migrate::error::MigrateError;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::connection::Connection;
use crate::sql::Dialect;
use crate::sql::facts::Leftover;

/// Whether the database or the scripts have deferrable constraints.
pub(super) async fn exist(
    connection: &mut Connection,
    steps: &[PlannedStep<'_>],
) -> Result<bool, MigrateError> {
    if connection.dialect() != Dialect::Postgresql {
        return Ok(false);
    }
    let found = connection.rows(EXIST.to_owned()).await;
    let found = found.map_err(MigrateError::database("looking for deferred constraints"))?;
    Ok(!found.is_empty() || steps.iter().any(|step| step.may_leave(Leftover::Deferred)))
}
