//! Where lines of revisions part, and where a database stands on them.

use super::graph::Graph;
use super::nodes::Node;

/// A revision that several others revise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchPoint {
    /// Where the ways part.
    pub node: Node,
    /// The revisions that follow, in load order.
    pub children: Vec<Node>,
}

/// All branch points, newest first.
pub fn branch_points(graph: &Graph) -> Vec<BranchPoint> {
    let newest_first = graph.topological().iter().rev().copied();
    newest_first
        .filter(|&node| graph.is_branch_point(node))
        .map(|node| BranchPoint { node, children: graph.children(node).to_vec() })
        .collect()
}

impl Graph {
    /// Where a database with these rows stands on each line, in load order: the rows, and the revisions that
    /// they imply over dependencies and that nothing applied revises (*effective heads*).
    pub fn current_heads(&self, rows: &[Node]) -> Vec<Node> {
        let applied = self.applied(rows);
        let revised = |node: Node| self.children(node).iter().any(|&child| applied.contains(child));
        applied.iter().filter(|&node| !revised(node)).collect()
    }

    /// Whether a database with these rows has every revision applied.
    pub fn is_up_to_date(&self, rows: &[Node]) -> bool {
        self.applied(rows).len() == self.len()
    }
}
