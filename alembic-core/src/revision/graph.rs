//! The graph of revisions, checked when it is built, and the questions one can ask it.
//!
//! *Versioned* edges are `Revises`; *all* edges are those and the resolved dependencies. Nothing here recurses,
//! so the length of a history is limited by memory alone.

use std::collections::{BTreeMap, HashMap};

use super::edges::Edges;
use super::id::RevisionId;
use super::labels::Membership;
use super::nodes::{Node, NodeSet};
use super::revision::Revision;

/// All revisions of a project and how they follow each other.
#[derive(Clone, Debug)]
pub struct Graph {
    pub(super) revisions: Vec<Revision>,
    pub(super) edges: Vec<Edges>,
    pub(super) by_id: HashMap<RevisionId, Node>,
    pub(super) by_label: BTreeMap<String, Node>,
    pub(super) topological: Vec<Node>,
    pub(super) membership: Membership,
}

impl Graph {
    /// How many revisions there are.
    pub fn len(&self) -> usize {
        self.revisions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// All nodes in load order.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = Node> + ExactSizeIterator + use<> {
        (0..self.revisions.len()).map(Node::new)
    }

    /// All nodes, each after its parents and dependencies. The same input gives the same order everywhere.
    pub fn topological(&self) -> &[Node] {
        &self.topological
    }

    /// What the script of a node declares.
    pub fn revision(&self, node: Node) -> &Revision {
        &self.revisions[node.index()]
    }

    /// The id of a node.
    pub fn id(&self, node: Node) -> &RevisionId {
        &self.revision(node).id
    }

    /// The ids of several nodes, in the order given.
    pub fn ids(&self, nodes: impl IntoIterator<Item = Node>) -> Vec<RevisionId> {
        nodes.into_iter().map(|node| self.id(node).clone()).collect()
    }

    /// The node with exactly this id.
    pub fn find(&self, id: &str) -> Option<Node> {
        self.by_id.get(id).copied()
    }

    /// The node that introduces exactly this branch label.
    pub fn find_label(&self, label: &str) -> Option<Node> {
        self.by_label.get(label).copied()
    }

    /// All branch labels, ordered, with the nodes that introduce them.
    pub fn labels(&self) -> impl Iterator<Item = (&str, Node)> {
        self.by_label.iter().map(|(label, &node)| (label.as_str(), node))
    }

    /// What the node revises, as written.
    pub fn parents(&self, node: Node) -> &[Node] {
        &self.edges[node.index()].parents
    }

    /// What the node depends on besides, labels resolved, as written.
    pub fn dependencies(&self, node: Node) -> &[Node] {
        &self.edges[node.index()].dependencies
    }

    /// The nodes that revise this one, in load order.
    pub fn children(&self, node: Node) -> &[Node] {
        &self.edges[node.index()].children
    }

    /// The nodes that depend on this one, in load order.
    pub fn dependents(&self, node: Node) -> &[Node] {
        &self.edges[node.index()].dependents
    }

    /// Parents, then the dependencies that are not also parents.
    pub fn prerequisites(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        let parents = self.parents(node);
        let more = self.dependencies(node).iter().filter(|&dependency| !parents.contains(dependency));
        parents.iter().chain(more).copied()
    }

    /// Nodes that nothing revises, in load order.
    pub fn heads(&self) -> Vec<Node> {
        self.nodes().filter(|&node| self.is_head(node)).collect()
    }

    /// Nodes that nothing revises and nothing depends on, in load order.
    pub fn real_heads(&self) -> Vec<Node> {
        self.nodes().filter(|&node| self.is_real_head(node)).collect()
    }

    /// Nodes that revise nothing, in load order.
    pub fn bases(&self) -> Vec<Node> {
        self.nodes().filter(|&node| self.is_base(node)).collect()
    }

    /// Nodes that revise nothing and depend on nothing, in load order.
    pub fn real_bases(&self) -> Vec<Node> {
        self.nodes().filter(|&node| self.is_real_base(node)).collect()
    }

    /// Whether nothing revises the node.
    pub fn is_head(&self, node: Node) -> bool {
        self.children(node).is_empty()
    }

    /// Whether nothing revises the node and nothing depends on it.
    pub fn is_real_head(&self, node: Node) -> bool {
        self.is_head(node) && self.dependents(node).is_empty()
    }

    /// Whether the node revises nothing.
    pub fn is_base(&self, node: Node) -> bool {
        self.parents(node).is_empty()
    }

    /// Whether the node revises nothing and depends on nothing.
    pub fn is_real_base(&self, node: Node) -> bool {
        self.is_base(node) && self.dependencies(node).is_empty()
    }

    /// Whether several nodes revise this one.
    pub fn is_branch_point(&self, node: Node) -> bool {
        self.children(node).len() > 1
    }

    /// Whether the node revises several others.
    pub fn is_merge_point(&self, node: Node) -> bool {
        self.parents(node).len() > 1
    }

    /// The branch labels of a node, ordered: its own and those of the branches that it belongs to.
    ///
    /// A label belongs to the revision that introduces it and to everything that descends from it over `Revises`.
    /// It also belongs to the revisions *before* it, up to the last branch or merge point, as long as everything after it is one straight line.
    pub fn branch_labels(&self, node: Node) -> Vec<&str> {
        self.membership.labels(&self.revisions, node)
    }

    /// The given nodes and everything they need, over all edges.
    pub fn ancestors(&self, of: impl IntoIterator<Item = Node>) -> NodeSet {
        self.reach(of, |node| self.parents(node).iter().chain(self.dependencies(node)))
    }

    /// The given nodes and everything that needs them, over all edges.
    pub fn descendants(&self, of: impl IntoIterator<Item = Node>) -> NodeSet {
        self.reach(of, |node| self.children(node).iter().chain(self.dependents(node)))
    }

    /// The given nodes and all that they descend from over `Revises`.
    pub fn versioned_ancestors(&self, of: impl IntoIterator<Item = Node>) -> NodeSet {
        self.reach(of, |node| self.parents(node).iter())
    }

    /// The given nodes and all that descends from them over `Revises`.
    pub fn versioned_descendants(&self, of: impl IntoIterator<Item = Node>) -> NodeSet {
        self.reach(of, |node| self.children(node).iter())
    }

    /// Everything on the same line as the node, before it or after it, over `Revises`.
    pub fn lineage(&self, node: Node) -> NodeSet {
        let mut lineage = self.versioned_ancestors([node]);
        lineage.extend(&self.versioned_descendants([node]));
        lineage
    }

    /// The nodes of a set that nothing else in the set needs, in load order.
    pub fn maximal(&self, set: &NodeSet) -> Vec<Node> {
        let mut needed = self.empty_set();
        for node in set.iter() {
            for before in self.prerequisites(node) {
                needed.insert(before);
            }
        }
        set.iter().filter(|&node| !needed.contains(node)).collect()
    }

    pub(super) fn empty_set(&self) -> NodeSet {
        NodeSet::empty(self.len())
    }

    fn reach<'a, I>(&'a self, from: impl IntoIterator<Item = Node>, next: impl Fn(Node) -> I) -> NodeSet
    where
        I: Iterator<Item = &'a Node>,
    {
        let mut reached = self.empty_set();
        let mut open: Vec<Node> = from.into_iter().filter(|&node| reached.insert(node)).collect();
        while let Some(node) = open.pop() {
            open.extend(next(node).copied().filter(|&node| reached.insert(node)));
        }
        reached
    }
}
