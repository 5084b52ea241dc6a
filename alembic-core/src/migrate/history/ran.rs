//! What ran on a database, for a stamp: that declares where the database is, and not that nothing ran there.

use super::verify::never_ran;
use crate::dialect::Tables;
use crate::migrate::error::MigrateError;
use crate::migrate::server::connection::Connection;
use crate::revision::Node;
use crate::script::{Digest, Script, ScriptDirectory};

const READING: &str = "reading the history";

/// Those of these nodes that are applied as the scripts say, with all that they stand on, by a run.
pub(crate) async fn ran_alike(
    connection: &mut Connection,
    tables: &Tables,
    directory: &ScriptDirectory,
    nodes: &[Node],
) -> Result<Vec<Node>, MigrateError> {
    let rows = connection.rows(tables.digests(None)).await.map_err(MigrateError::database(READING))?;
    let applied = rows.iter().filter(|row| !never_ran(row)).filter_map(|row| found(directory, nodes, row));
    let is_alike = |(node, digest, lineage): &(Node, Digest, Digest)| {
        *digest == directory.digest(*node) && *lineage == directory.lineage(*node)
    };
    Ok(applied.filter(is_alike).map(|(node, ..)| node).collect())
}

/// Those of these nodes whose statements ran, and were not taken back by a run since, on other revisions than those on which they
/// stand now: that they are stamped does not make them what never ran.
pub(crate) async fn ran_elsewhere(
    connection: &mut Connection,
    tables: &Tables,
    directory: &ScriptDirectory,
    nodes: &[Node],
) -> Result<Vec<Node>, MigrateError> {
    let rows = connection.rows(tables.runs()).await.map_err(MigrateError::database(READING))?;
    let mut elsewhere = Vec::new();
    for (node, digest, lineage) in rows.iter().filter_map(|row| found(directory, nodes, row)) {
        let is_same = digest == directory.digest(node);
        if is_same && lineage == directory.lineage(node) {
            continue;
        }
        if !is_same {
            let script = directory.script(node);
            let rows = connection.rows(tables.run_script(script.revision.id.as_str())).await;
            let text = rows.map_err(MigrateError::database(READING))?.into_iter().flatten().flatten().next();
            let then = text.and_then(|text| Script::parse(&script.path, text).ok());
            if !then.is_some_and(|then| then.does_the_same(script)) {
                continue;
            }
        }
        elsewhere.push(node);
    }
    Ok(elsewhere)
}

/// Node, digest and lineage in a row of the history, if it is about one of these nodes.
fn found(
    directory: &ScriptDirectory,
    nodes: &[Node],
    row: &[Option<String>],
) -> Option<(Node, Digest, Digest)> {
    let [Some(id), Some(digest), Some(lineage), ..] = row else { return None };
    let node = directory.graph().find(id).filter(|node| nodes.contains(node))?;
    Some((node, digest.parse().ok()?, lineage.parse().ok()?))
}
