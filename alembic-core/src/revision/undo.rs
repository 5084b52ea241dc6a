//! The order in which revisions are taken back: each after all that needs it, and where that leaves a choice, the one that
//! was applied last.

use std::collections::BinaryHeap;

use super::graph::Graph;
use super::nodes::{Node, NodeSet};

/// The nodes of a set, each before what it needs; of several that could be next, the one that comes last in `order`.
pub(super) fn newest_first(graph: &Graph, set: &NodeSet, order: &[Node]) -> Vec<Node> {
    let mut rank = vec![(0, 0); graph.len()];
    for (position, node) in graph.topological().iter().enumerate() {
        rank[node.index()].1 = position;
    }
    for (position, node) in order.iter().enumerate() {
        rank[node.index()].0 = position + 1;
    }
    let mut needed_by = vec![0_u32; graph.len()];
    for node in set.iter() {
        for before in graph.prerequisites(node) {
            needed_by[before.index()] += 1;
        }
    }
    let entry = |node: Node| (rank[node.index()], node);
    let free = set.iter().filter(|node| needed_by[node.index()] == 0);
    let mut free: BinaryHeap<_> = free.map(entry).collect();
    let mut found = Vec::with_capacity(set.len());
    while let Some((_, node)) = free.pop() {
        found.push(node);
        for before in graph.prerequisites(node) {
            needed_by[before.index()] -= 1;
            if needed_by[before.index()] == 0 && set.contains(before) {
                free.push(entry(before));
            }
        }
    }
    found
}
