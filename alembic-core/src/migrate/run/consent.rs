//! What a run does only if its caller has agreed: see [`Run::stamped`](crate::migrate::Run::stamped) and
//! [`Run::abandoning`](crate::migrate::Run::abandoning). And what it does to its own revisions alone: see
//! [`Migrator::sparing_others`](crate::Migrator::sparing_others).

use super::plan::{Goal, Plan};
use crate::dialect::Tables;
use crate::migrate::error::{MigrateError, NotOwn};
use crate::migrate::history::ours::foreign;
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
    consent: Consent<'_>,
) -> Result<(), MigrateError> {
    if goal.abandons() && !consent.abandon && !unfinished.is_empty() {
        let left = unfinished.iter().map(|unfinished| unfinished.left_behind(tables.dialect()));
        return Err(MigrateError::Abandons(left.collect()));
    }
    if let Some(own) = consent.own.filter(|_| state.has_history) {
        let mut touched = touched(state, (goal, plan));
        if !touched.is_empty() {
            let foreign = foreign(connection, tables, own).await?;
            touched.retain(|id| foreign.contains(id));
        }
        if !touched.is_empty() {
            let is_stamp = matches!(plan, Plan::Stamp { .. });
            return Err(MigrateError::NotOwn(Box::new(NotOwn { revisions: touched, is_stamp })));
        }
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

/// The revisions that a run takes back, or stamps over. A purge is the caller's word that the whole table is its own.
fn touched(state: &State, (goal, plan): (&Goal, &Plan<'_>)) -> Vec<String> {
    match (goal, plan) {
        (_, Plan::Steps(steps)) => {
            let downgrades = steps.iter().filter(|step| step.direction == Direction::Downgrade);
            downgrades.map(|step| step.script.revision.id.to_string()).collect()
        }
        (Goal::Stamp { purge: false, .. }, plan) if !plan.is_empty() => state.ids(),
        _ => Vec::new(),
    }
}
