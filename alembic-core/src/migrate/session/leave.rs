//! Takes back the changes that a revision makes to its session before the next one runs: the effect of a revision must not
//! depend on the revisions that ran before it on the same connection.
//!
//! MySQL gets a new session, as no transaction spans two revisions there. The transaction of a PostgreSQL run cannot move to
//! another session, and SQLite's connection may be the database: there the state that the run found is restored. If the
//! statements of a revision cannot have changed anything, nothing is sent.

use super::found::{Found, temporary_objects};
use super::work::Work;
use crate::dialect::postgresql::session::{DROP_TEMPORARY, reset_settings, set_role, set_user};
use crate::dialect::sqlite::session::{DEFER, VIOLATED, drop_temporary, set_pragma};
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::batch::{Batch, Failure};
use crate::sql::facts::Leftover;

/// Adds the statements that reset a PostgreSQL session.
pub(super) fn reset_postgresql(
    work: &Work<'_, '_>,
    step: &PlannedStep<'_>,
    found: &Found,
    batch: &mut Batch,
) {
    let is_other_user = step.may_leave(Leftover::User);
    let is_other_role = is_other_user || step.may_leave(Leftover::Role);
    if is_other_user && !found.user.is_empty() {
        batch.own(&set_user(&found.user));
    }
    if is_other_role && !found.role.is_empty() {
        batch.own(&set_role(&found.role));
    }
    if !found.user.is_empty() {
        batch.own(&reset_settings(&found.settings));
    }
    for (leftover, sql) in DROP_TEMPORARY {
        if step.may_leave(leftover) && !work.lock.is_lease() {
            batch.own(sql);
        }
    }
    // The limits of statements are settings too.
    work.opening.iter().for_each(|sql| batch.own(sql));
}

/// Resets a SQLite connection. `batch` is sent first.
pub(super) async fn reset_sqlite(
    work: &mut Work<'_, '_>,
    step: &PlannedStep<'_>,
    found: &Found,
    batch: &mut Batch,
) -> Result<(), Failure> {
    work.send(std::mem::take(batch)).await?;
    let is_set = |name: &str| step.session().settings.iter().any(|pragma| pragma.eq_ignore_ascii_case(name));
    // Left on, it ends with the transaction, which is not committed then.
    let is_put_off =
        is_set(DEFER) && !work.connection.rows(VIOLATED.to_owned()).await.is_ok_and(|rows| rows.is_empty());
    for (name, value) in found.settings.iter().filter(|(name, _)| is_set(name)) {
        if name != DEFER || !is_put_off {
            batch.own(&set_pragma(name, value.as_deref().unwrap_or_default()));
        }
    }
    // First of all: nothing could be written while this is on.
    work.send(std::mem::take(batch)).await?;
    let objects = temporary_objects(work.connection).await.map_err(Failure::Own)?;
    for (kind, name) in objects.iter().filter(|object| !found.objects.contains(object)) {
        batch.own(&drop_temporary(kind, name));
    }
    Ok(())
}
