//! How to keep what is applied where only the order of revisions has changed.

use std::collections::BTreeSet;

use crate::migrate::error::{EditedRevision, Reordered};
use crate::revision::{Graph, Node};
use crate::script::ScriptDirectory;

/// What has to be done if all that differs in an applied script is what it revises. `rows` are the known rows of the version
/// table.
pub(super) fn reordered(
    directory: &ScriptDirectory,
    rows: &[Node],
    edited: &EditedRevision,
) -> Option<Reordered> {
    let graph = directory.graph();
    let moved = graph.find(edited.revision.as_str())?;
    let parents = edited.other_parents(directory.script(moved))?;
    let before: Vec<Node> = parents.iter().map(|id| graph.find(id.as_str())).collect::<Option<_>>()?;
    let applied = applied_in_old_order(graph, rows, moved, &before);
    let after_moved = graph.descendants([moved]);
    let stay: Vec<Node> = applied.iter().copied().filter(|node| !after_moved.contains(*node)).collect();
    let missing: Vec<Node> = graph.ancestors([moved]).iter().filter(|node| !applied.contains(node)).collect();
    let all: Vec<Node> = applied.iter().copied().collect();
    let ids = |nodes: &[Node]| graph.ids(graph.essential_rows(nodes));
    Some(Reordered { before: ids(&stay), missing: ids(&missing), after: ids(&all) })
}

/// What the rows stand on while the moved revision has the parents with which it was applied.
fn applied_in_old_order(graph: &Graph, rows: &[Node], moved: Node, before: &[Node]) -> BTreeSet<Node> {
    let mut applied = BTreeSet::new();
    let mut open = rows.to_vec();
    while let Some(node) = open.pop() {
        if !applied.insert(node) {
            continue;
        }
        if node == moved {
            open.extend(before.iter().chain(graph.dependencies(node)));
        } else {
            open.extend(graph.prerequisites(node));
        }
    }
    applied
}
