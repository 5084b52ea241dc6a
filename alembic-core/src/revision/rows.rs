//! The rows of the version table: what they stand for, and how each step changes them.
//!
//! The law: the rows are exactly the maximal elements of the applied set, over all edges.

use std::collections::BTreeSet;

use thiserror::Error;

use super::graph::Graph;
use super::id::RevisionId;
use super::nearest::nearest;
use super::nodes::{Node, NodeSet};

/// What happens to the version table.
///
/// Carried out in the order delete, update, insert, no id is ever there twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowChange {
    /// Rows that go.
    pub delete: Vec<Node>,
    /// A row that changes from the first id to the second.
    pub update: Option<(Node, Node)>,
    /// Rows that come.
    pub insert: Vec<Node>,
}

/// A row of the version table that no script knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRevision {
    /// The row.
    pub id: String,
    /// The known id that it resembles.
    pub nearest: Option<RevisionId>,
}

/// Rows of the version table that no script knows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", describe(.unknown, *.known))]
pub struct UnknownRevisions {
    /// The rows, in the order of the table.
    pub unknown: Vec<UnknownRevision>,
    /// How many rows are known.
    pub known: usize,
}

impl RowChange {
    /// Turns one set of rows into another, updating a row where it can. Both keep their order, and neither
    /// has a row twice.
    #[must_use]
    pub fn between(before: &[Node], after: &[Node]) -> Self {
        let without = |of: &[Node], other: &[Node]| {
            let mut other = other.to_vec();
            other.sort_unstable();
            of.iter().copied().filter(|node| other.binary_search(node).is_err()).collect::<Vec<_>>()
        };
        let (mut delete, mut insert) = (without(before, after), without(after, before));
        let update = match (delete.first(), insert.first()) {
            (Some(&from), Some(&to)) => Some((from, to)),
            _ => None,
        };
        if update.is_some() {
            delete.remove(0);
            insert.remove(0);
        }
        Self { delete, update, insert }
    }

    /// Whether nothing happens.
    pub fn is_empty(&self) -> bool {
        self.delete.is_empty() && self.update.is_none() && self.insert.is_empty()
    }

    /// The rows after the change. What is not touched keeps its place.
    pub fn apply(&self, rows: &mut Vec<Node>) {
        rows.retain(|row| !self.delete.contains(row));
        if let Some((from, to)) = self.update {
            for row in rows.iter_mut().filter(|row| **row == from) {
                *row = to;
            }
        }
        rows.extend(&self.insert);
    }
}

impl Graph {
    /// The nodes of the ids in a version table, in the order of the table, each once.
    pub fn locate<S: AsRef<str>>(&self, rows: &[S]) -> Result<Vec<Node>, UnknownRevisions> {
        let mut nodes = Vec::with_capacity(rows.len());
        let mut unknown = Vec::new();
        for row in rows.iter().map(AsRef::as_ref) {
            match self.find(row) {
                Some(node) if !nodes.contains(&node) => nodes.push(node),
                Some(_) => {}
                None => unknown.push(UnknownRevision { id: row.to_owned(), nearest: self.nearest_id(row) }),
            }
        }
        if unknown.is_empty() { Ok(nodes) } else { Err(UnknownRevisions { unknown, known: nodes.len() }) }
    }

    /// What is applied when these are the rows: they and all that they need.
    pub fn applied(&self, rows: &[Node]) -> NodeSet {
        self.ancestors(rows.iter().copied())
    }

    /// The rows that a version table with these rows should have: those that no other row implies, by id.
    pub fn essential_rows(&self, rows: &[Node]) -> Vec<Node> {
        let mut essential = self.maximal(&self.applied(rows));
        essential.sort_by_key(|&node| self.id(node));
        essential
    }

    fn nearest_id(&self, row: &str) -> Option<RevisionId> {
        let best = nearest(row, self.nodes().map(|node| self.id(node).as_str())).into_iter().next()?;
        self.find(&best).map(|node| self.id(node).clone())
    }
}

/// The version table while a plan is made.
pub(super) struct Rows<'g> {
    graph: &'g Graph,
    applied: NodeSet,
    /// Per node: how many applied nodes need it directly. An applied node that none needs is a row.
    needed_by: Vec<u32>,
    /// Rows that others imply, until the first step takes them away.
    redundant: Vec<Node>,
}

impl<'g> Rows<'g> {
    pub(super) fn new(graph: &'g Graph, rows: &[Node]) -> Self {
        let applied = graph.applied(rows);
        let mut needed_by = vec![0; graph.len()];
        for node in applied.iter() {
            for before in graph.prerequisites(node) {
                needed_by[before.index()] += 1;
            }
        }
        let redundant: BTreeSet<Node> =
            rows.iter().copied().filter(|row| needed_by[row.index()] > 0).collect();
        Self { graph, applied, needed_by, redundant: redundant.into_iter().collect() }
    }

    pub(super) fn applied(&self) -> &NodeSet {
        &self.applied
    }

    /// The rows as they should be, in load order.
    pub(super) fn essential(&self) -> Vec<Node> {
        self.applied.iter().filter(|&node| self.is_row(node)).collect()
    }

    fn is_row(&self, node: Node) -> bool {
        self.applied.contains(node) && self.needed_by[node.index()] == 0
    }

    /// Applies a node whose prerequisites are all applied.
    pub(super) fn upgrade(&mut self, node: Node) -> RowChange {
        let before: Vec<Node> =
            self.graph.prerequisites(node).filter(|&before| self.is_row(before)).collect();
        for before in self.graph.prerequisites(node) {
            self.needed_by[before.index()] += 1;
        }
        self.applied.insert(node);
        self.change(before, vec![node])
    }

    /// Takes back a node that no applied node needs.
    pub(super) fn downgrade(&mut self, node: Node) -> RowChange {
        self.applied.remove(node);
        for before in self.graph.prerequisites(node) {
            self.needed_by[before.index()] -= 1;
        }
        let after = self.graph.prerequisites(node).filter(|&before| self.is_row(before)).collect();
        self.change(vec![node], after)
    }

    fn change(&mut self, mut before: Vec<Node>, after: Vec<Node>) -> RowChange {
        before.append(&mut self.redundant);
        RowChange::between(&before, &after)
    }
}

fn describe(unknown: &[UnknownRevision], known: usize) -> String {
    let names: Vec<&str> = unknown.iter().map(|unknown| unknown.id.as_str()).collect();
    let hint = match unknown {
        [UnknownRevision { nearest: Some(nearest), .. }] => format!(" (the nearest is `{nearest}`)"),
        _ => String::new(),
    };
    let (also, noun) =
        (if known > 0 { " also" } else { "" }, if names.len() > 1 { "revisions" } else { "revision" });
    format!("the database is{also} at {noun} {}, which no script has{hint}", super::load::list(&names))
}
