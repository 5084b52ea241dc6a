//! Takes back the changes that a revision makes to its session before the next one runs: the effect of a revision must not
//! depend on the revisions that ran before it on the same connection.
//!
//! MySQL gets a new session, as no transaction spans two revisions there. The transaction of a PostgreSQL run cannot move to
//! another session, and SQLite's connection may be the database: there the state that the run found is restored. If the
//! statements of a revision cannot have changed anything, nothing is sent.

use super::found::{Found, temporary_objects};
use super::restore;
use super::work::Work;
use crate::dialect::postgresql::session::{DROP_TEMPORARY, reset_settings, set_role, set_user};
use crate::dialect::sqlite::session::{drop_temporary, set_pragma};
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::batch::{Batch, Failure};
use crate::sql::Dialect;

/// Whether a revision changes its session.
pub(crate) fn changes_session(step: &PlannedStep<'_>, dialect: Dialect) -> bool {
    step.texts().any(|text| restore::is_changed_by(text, dialect))
}

fn has(step: &PlannedStep<'_>, words: &[&str]) -> bool {
    step.texts().any(|text| words.iter().any(|word| restore::has_text(text, word)))
}

/// Adds the statements that reset a PostgreSQL session.
pub(super) fn reset_postgresql(
    work: &Work<'_, '_>,
    step: &PlannedStep<'_>,
    found: &Found,
    batch: &mut Batch,
) {
    let is_other_user = has(step, &["AUTHORIZATION", "DISCARD", "session_authorization", "CALL"]);
    let is_other_role = is_other_user || has(step, &["ROLE"]);
    if is_other_user && !found.user.is_empty() {
        batch.own(&set_user(&found.user));
    }
    if is_other_role && !found.role.is_empty() {
        batch.own(&set_role(&found.role));
    }
    if !found.user.is_empty() {
        batch.own(&reset_settings(&found.settings));
    }
    for (words, sql) in DROP_TEMPORARY {
        if has(step, words) && !work.lock.is_lease() {
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
    for (name, value) in found.settings.iter().filter(|(name, _)| has(step, &[name])) {
        batch.own(&set_pragma(name, value.as_deref().unwrap_or_default()));
    }
    // First of all: nothing could be written while this is on.
    work.send(std::mem::take(batch)).await?;
    let objects = temporary_objects(work.connection).await.map_err(Failure::Own)?;
    for (kind, name) in objects.iter().filter(|object| !found.objects.contains(object)) {
        batch.own(&drop_temporary(kind, name));
    }
    Ok(())
}
