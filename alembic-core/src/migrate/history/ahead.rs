//! Decides whether a database with revisions without a script is ahead of this program, or has diverged.
//!
//! The history keeps the scripts that were applied: their parents lead from unknown revisions to known ones.

use std::collections::BTreeSet;

use super::state::State;
use super::verify::{Found, found_edited};
use crate::dialect::Tables;
use crate::migrate::error::{Ahead, Diverged, MigrateError, OtherService};
use crate::migrate::server::connection::Connection;
use crate::revision::{Node, UnknownRevisions};
use crate::script::{Script, ScriptDirectory};

/// The place of the rows of a version table in the graph of the scripts.
pub(crate) enum Place {
    /// All rows have a script.
    Known(Vec<Node>),
    /// Some rows have no script, and all scripts are applied: these nodes and their ancestors.
    Ahead(Vec<Node>, Box<Ahead>),
}

/// Finds the place of the rows in the graph.
///
/// # Errors
/// A row has no script, and a script is not applied; or the history does not decide that. An applied script was edited: then it
/// is not known that the rows stand on what the scripts say. None of what is applied is of these scripts: another service has the
/// table.
pub(crate) async fn locate(
    connection: &mut Connection,
    tables: &Tables,
    directory: &ScriptDirectory,
    state: &State,
) -> Result<Place, MigrateError> {
    let graph = directory.graph();
    let unknown = match graph.locate(&state.ids()) {
        Ok(nodes) => return Ok(Place::Known(nodes)),
        Err(unknown) => unknown,
    };
    let applied = state.provenance(connection, tables, &unknown).await?;
    let Some(known) = known_below(connection, tables, directory, state).await? else {
        return Err(MigrateError::UnknownRevisions { unknown, applied });
    };
    let Found { edited, is_foreign } = found_edited(connection, tables, directory, state, &known).await?;
    if is_foreign {
        return Err(MigrateError::OtherService(Box::new(OtherService { unknown: ids(&unknown), applied })));
    }
    if !edited.is_empty() {
        return Err(MigrateError::Edited(edited));
    }
    let reached = graph.applied(&known);
    let mut missing: Vec<_> = graph
        .topological()
        .iter()
        .filter(|node| !reached.contains(**node))
        .map(|node| graph.id(*node).clone())
        .collect();
    let unknown = ids(&unknown);
    if missing.is_empty() {
        return Ok(Place::Ahead(known, Box::new(Ahead { unknown, applied })));
    }
    missing.sort();
    Err(MigrateError::Diverged(Box::new(Diverged { unknown, missing, applied })))
}

fn ids(unknown: &UnknownRevisions) -> Vec<String> {
    unknown.unknown.iter().map(|unknown| unknown.id.clone()).collect()
}

/// The known revisions among the rows and the ancestors of the unknown rows. None: the history does not have them.
pub(super) async fn known_below(
    connection: &mut Connection,
    tables: &Tables,
    directory: &ScriptDirectory,
    state: &State,
) -> Result<Option<Vec<Node>>, MigrateError> {
    if !state.has_history {
        return Ok(None);
    }
    let mut known = BTreeSet::new();
    let mut seen = BTreeSet::new();
    // A dependency may be a label, which is not an id: it may lead nowhere.
    let mut open: Vec<(String, bool)> = state.ids().into_iter().map(|id| (id, true)).collect();
    while let Some((id, must_lead)) = open.pop() {
        if let Some(node) = directory.graph().find(&id) {
            known.insert(node);
            continue;
        }
        if !seen.insert(id.clone()) {
            continue;
        }
        let rows = connection.rows(tables.applied_script(&id)).await;
        let rows = rows.map_err(MigrateError::database("reading the history"))?;
        let script = rows.into_iter().flatten().flatten().next();
        match script.and_then(|text| Script::parse("the history", text).ok()) {
            Some(script) => {
                open.extend(script.revision.parents.iter().map(|id| (id.to_string(), true)));
                open.extend(script.revision.depends_on.iter().map(|id| (id.clone(), false)));
            }
            None if must_lead => return Ok(None),
            None => {}
        }
    }
    Ok(Some(known.into_iter().collect()))
}
