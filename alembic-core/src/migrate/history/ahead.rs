//! Decides whether a database with revisions without a script is ahead of this program, or has diverged.
//!
//! The history keeps the scripts that were applied: their parents lead from unknown revisions to known ones.

use super::below::known_below;
use super::state::State;
use super::verify::{Found, found_edited};
use crate::dialect::Tables;
use crate::migrate::error::{Ahead, Diverged, MigrateError, OtherService};
use crate::migrate::server::connection::Connection;
use crate::revision::{Node, UnknownRevisions};
use crate::script::ScriptDirectory;

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
