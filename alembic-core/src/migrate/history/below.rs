//! What unknown revisions stand on.

use std::collections::BTreeSet;

use super::state::State;
use crate::dialect::Tables;
use crate::migrate::error::MigrateError;
use crate::migrate::server::connection::Connection;
use crate::revision::Node;
use crate::script::{Script, ScriptDirectory};

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
    known(connection, tables, directory, state.ids(), true).await
}

/// The revisions with these names, and those that the unknown ones among them stood on. None: one must lead to such a revision, and the
/// history does not have it.
pub(super) async fn known(
    connection: &mut Connection,
    tables: &Tables,
    directory: &ScriptDirectory,
    names: Vec<String>,
    must_lead: bool,
) -> Result<Option<Vec<Node>>, MigrateError> {
    let mut known = BTreeSet::new();
    let mut seen = BTreeSet::new();
    // A dependency may be a label, which is not an id: it may lead nowhere.
    let mut open: Vec<(String, bool)> = names.into_iter().map(|name| (name, must_lead)).collect();
    while let Some((id, must_this)) = open.pop() {
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
                open.extend(script.revision.parents.iter().map(|id| (id.to_string(), must_lead)));
                open.extend(script.revision.depends_on.iter().map(|id| (id.clone(), false)));
            }
            None if must_this => return Ok(None),
            None => {}
        }
    }
    Ok(Some(known.into_iter().collect()))
}
