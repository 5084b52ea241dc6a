//! What a run does only if its caller has agreed: see [`Run::stamped`](crate::migrate::Run::stamped) and
//! [`Run::abandoning`](crate::migrate::Run::abandoning).

use super::plan::{Goal, Plan};
use crate::dialect::Tables;
use crate::migrate::error::MigrateError;
use crate::migrate::history::state::{State, Unfinished};
use crate::migrate::history::verify::stamped;
use crate::migrate::server::connection::Connection;
use crate::migrate::settings::Consent;
use crate::revision::{Direction, RevisionId};

/// Refuses what the caller has not agreed to.
pub(crate) async fn check(
    connection: &mut Connection,
    tables: &Tables,
    state: &State,
    (goal, plan): (&Goal, &Plan<'_>),
    unfinished: &[Unfinished],
    consent: Consent,
) -> Result<(), MigrateError> {
    if goal.abandons() && !consent.abandon && !unfinished.is_empty() {
        let left = unfinished.iter().map(|unfinished| unfinished.left_behind(tables.dialect()));
        return Err(MigrateError::Abandons(left.collect()));
    }
    let Plan::Steps(steps) = plan else { return Ok(()) };
    let downgrades = steps.iter().filter(|step| step.direction == Direction::Downgrade);
    let downgrades: Vec<RevisionId> = downgrades.map(|step| step.script.revision.id.clone()).collect();
    if consent.stamped || downgrades.is_empty() || !state.has_history {
        return Ok(());
    }
    match stamped(connection, tables, &downgrades).await? {
        stamped if stamped.is_empty() => Ok(()),
        stamped => Err(MigrateError::OnlyStamped(stamped)),
    }
}
