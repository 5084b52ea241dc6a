//! The edges of the graph, node by node.

use super::nodes::Node;

/// The neighbours of one node, without repetitions.
#[derive(Clone, Debug, Default)]
pub(super) struct Edges {
    pub(super) parents: Vec<Node>,
    pub(super) dependencies: Vec<Node>,
    pub(super) children: Vec<Node>,
    pub(super) dependents: Vec<Node>,
}
