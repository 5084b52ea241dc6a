//! Handles of revisions in one graph, and sets of them.

use std::fmt;

/// A revision of one [`Graph`](super::Graph): its index in load order.
///
/// Meaningful only together with the graph that handed it out.
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Hash, Debug)]
pub struct Node(u32);

impl Node {
    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("Graph::new takes no more revisions than a u32 counts"))
    }

    /// The position among the revisions that the graph was built from.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A set of nodes of one graph, one bit each.
#[derive(Clone, PartialEq, Eq)]
pub struct NodeSet {
    words: Vec<u64>,
    len: usize,
}

impl NodeSet {
    /// The empty set of a graph with so many nodes.
    pub(super) fn empty(nodes: usize) -> Self {
        Self { words: vec![0; nodes.div_ceil(64)], len: 0 }
    }

    /// Whether the node is in the set.
    pub fn contains(&self, node: Node) -> bool {
        let index = node.index();
        self.words.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    /// How many nodes are in the set.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The nodes in load order.
    pub fn iter(&self) -> impl Iterator<Item = Node> + '_ {
        self.words.iter().enumerate().flat_map(|(position, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest.checked_sub(1)?;
                Some(Node::new(position * 64 + bit))
            })
        })
    }

    /// Adds a node of the graph that the set is for; false when it was there already.
    pub(super) fn insert(&mut self, node: Node) -> bool {
        let (word, bit) = (node.index() / 64, 1 << (node.index() % 64));
        let added = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.len += usize::from(added);
        added
    }

    /// Takes a node away; false when it was not there.
    pub(super) fn remove(&mut self, node: Node) -> bool {
        let removed = self.contains(node);
        if removed {
            self.words[node.index() / 64] &= !(1 << (node.index() % 64));
            self.len -= 1;
        }
        removed
    }

    /// Adds every node of another set of the same graph.
    pub(super) fn extend(&mut self, other: &NodeSet) {
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
        self.len = self.words.iter().map(|word| word.count_ones() as usize).sum();
    }
}

impl fmt::Debug for NodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Node::index)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_count_and_iterate_in_order() {
        let mut set = NodeSet::empty(200);
        for index in [199, 0, 64, 63, 64] {
            set.insert(Node::new(index));
        }
        assert_eq!(format!("{set:?}"), "{0, 63, 64, 199}");
        assert!(set.remove(Node::new(64)) && !set.remove(Node::new(64)));
        assert_eq!(set.len(), 3);
        assert!(!set.contains(Node::new(5_000)));
        assert!(NodeSet::empty(0).iter().next().is_none());
    }
}
