//! What is to be said of a revision, as data: for lists, for people and for programs.

use serde::Serialize;

use super::ScriptDirectory;
use crate::revision::Node;

/// A revision as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RevisionEntry {
    /// Its id.
    pub revision: String,
    /// Its message, all of it.
    pub message: String,
    /// What it revises.
    pub parents: Vec<String>,
    /// What it depends on besides, as ids.
    pub depends_on: Vec<String>,
    /// What revises it.
    pub children: Vec<String>,
    /// The labels of the branches that it belongs to.
    pub branch_labels: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it was created, as its header says.
    pub created: Option<String>,
    /// Its file.
    pub path: String,
    /// Nothing revises it.
    pub head: bool,
    /// Nothing revises it, but another revision depends on it: it has no row of its own when that one is applied.
    pub effective_head: bool,
    /// Several revisions revise it.
    pub branch_point: bool,
    /// It revises several.
    pub merge_point: bool,
    /// The version table names it. Not said where no database was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<bool>,
    /// It is applied. Not said where no database was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<bool>,
    /// It is applied by a stamp alone: nothing of it ran. Not said where no database was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stamped: Option<bool>,
}

impl ScriptDirectory {
    /// What is to be said of these nodes, in their order; with the rows of a version table also where they stand to it.
    #[must_use]
    pub fn entries(&self, nodes: &[Node], rows: Option<&[Node]>) -> Vec<RevisionEntry> {
        let graph = self.graph();
        let applied = rows.map(|rows| graph.applied(rows));
        let ids = |nodes: &[Node]| nodes.iter().map(|node| graph.id(*node).to_string()).collect::<Vec<_>>();
        let entry = |node: &Node| {
            let node = *node;
            let script = self.script(node);
            RevisionEntry {
                revision: graph.id(node).to_string(),
                message: script.revision.message.clone(),
                parents: ids(graph.parents(node)),
                depends_on: ids(graph.dependencies(node)),
                children: ids(graph.children(node)),
                branch_labels: graph.branch_labels(node).into_iter().map(str::to_owned).collect(),
                tags: script.revision.tags.clone(),
                created: script.created.clone(),
                path: script.path.clone(),
                head: graph.is_head(node),
                effective_head: graph.is_head(node) && !graph.is_real_head(node),
                branch_point: graph.is_branch_point(node),
                merge_point: graph.is_merge_point(node),
                current: rows.map(|rows| rows.contains(&node)),
                applied: applied.as_ref().map(|applied| applied.contains(node)),
                stamped: None,
            }
        };
        nodes.iter().map(entry).collect()
    }
}
