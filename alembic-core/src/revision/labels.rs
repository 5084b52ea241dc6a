//! Which branch labels a node carries.
//!
//! The sets are not stored per node: nodes that carry the same labels share one [`Group`], which says only
//! what it adds to others. So membership takes memory linear in the graph, whatever the number of labels.

use std::collections::BTreeSet;

use super::edges::Edges;
use super::nodes::Node;
use super::revision::Revision;

/// The label sets of all nodes.
#[derive(Clone, Debug)]
pub(super) struct Membership {
    groups: Vec<Group>,
    /// Per node: the group it inherits from above, its own labels included.
    descending: Vec<Option<u32>>,
    /// Per node: the group it gets from labels further down the same straight line.
    ascending: Vec<Option<u32>>,
}

#[derive(Clone, Debug)]
struct Group {
    /// The node whose own labels are in the set.
    introduced_by: Option<Node>,
    includes: Vec<u32>,
}

impl Membership {
    pub(super) fn new(revisions: &[Revision], edges: &[Edges], topological: &[Node]) -> Self {
        let mut membership = Self {
            groups: Vec::new(),
            descending: vec![None; revisions.len()],
            ascending: vec![None; revisions.len()],
        };
        if revisions.iter().all(|revision| revision.labels.is_empty()) {
            return membership;
        }
        for &node in topological {
            let mut includes: Vec<u32> = edges[node.index()]
                .parents
                .iter()
                .filter_map(|parent| membership.descending[parent.index()])
                .collect();
            includes.sort_unstable();
            includes.dedup();
            membership.descending[node.index()] = membership.group(revisions, node, includes);
        }
        let mut straight = vec![false; revisions.len()];
        for &node in topological.iter().rev() {
            let Edges { parents, children, .. } = &edges[node.index()];
            let below = children.first();
            straight[node.index()] = parents.len() <= 1
                && !branches_over_any_edge(&edges[node.index()])
                && below.is_none_or(|child| straight[child.index()]);
            if straight[node.index()] {
                let includes = below.and_then(|child| membership.ascending[child.index()]);
                membership.ascending[node.index()] =
                    membership.group(revisions, node, includes.into_iter().collect());
            }
        }
        membership
    }

    pub(super) fn labels<'a>(&self, revisions: &'a [Revision], node: Node) -> Vec<&'a str> {
        let mut open: Vec<u32> =
            self.descending[node.index()].into_iter().chain(self.ascending[node.index()]).collect();
        let mut seen: BTreeSet<u32> = open.iter().copied().collect();
        let mut labels = BTreeSet::new();
        while let Some(group) = open.pop() {
            let group = &self.groups[group as usize];
            labels.extend(
                group
                    .introduced_by
                    .iter()
                    .flat_map(|node| &revisions[node.index()].labels)
                    .map(String::as_str),
            );
            open.extend(group.includes.iter().copied().filter(|&included| seen.insert(included)));
        }
        labels.into_iter().collect()
    }

    /// The group for a node: that of its only neighbour when the node adds nothing.
    fn group(&mut self, revisions: &[Revision], node: Node, includes: Vec<u32>) -> Option<u32> {
        let introduces = !revisions[node.index()].labels.is_empty();
        if !introduces && includes.len() <= 1 {
            return includes.first().copied();
        }
        // There are at most two groups per node, and nodes are counted by u32.
        let number = self.groups.len() as u32;
        self.groups.push(Group { introduced_by: introduces.then_some(node), includes });
        Some(number)
    }
}

/// Whether more than one node follows, be it as child or as dependent.
fn branches_over_any_edge(edges: &Edges) -> bool {
    match (edges.children.as_slice(), edges.dependents.as_slice()) {
        ([child], [dependent]) => child != dependent,
        (children, dependents) => children.len() + dependents.len() > 1,
    }
}
