//! Merges of alternatives: which of their sides a database runs, and which it records.
//!
//! A side of such a merge is what one parent descends from over `Revises`, and no other parent needs. A database really has
//! something of a side where a revision of it is applied and not recorded. What an applied revision outside of the merge
//! needs as well says less: it only decides where nothing else does.

use super::graph::Graph;
use super::nodes::{Node, NodeSet};
use super::plan_error::{AppliedSide, PlanError};

/// A merge of alternatives.
pub(super) struct Merge {
    node: Node,
    /// What it needs, and itself.
    pub(super) within: NodeSet,
    /// The nodes of each side, in the order of its parents.
    sides: Vec<NodeSet>,
}

impl Merge {
    fn new(graph: &Graph, node: Node) -> Merge {
        let parents = graph.parents(node);
        let side = |parent: &Node| {
            let others = graph.ancestors(parents.iter().copied().filter(|other| other != parent));
            without(&graph.versioned_ancestors([*parent]), &others)
        };
        Merge { node, within: graph.ancestors([node]), sides: parents.iter().map(side).collect() }
    }

    /// All of a graph, each after those that it needs.
    pub(super) fn all(graph: &Graph) -> Vec<Merge> {
        let merges = graph.topological().iter().filter(|node| graph.revision(**node).alternatives);
        merges.map(|node| Merge::new(graph, *node)).collect()
    }

    /// Whether a side has this node.
    fn has(&self, node: Node) -> bool {
        self.sides.iter().any(|side| side.contains(node))
    }

    /// Whether different sides have something of these two sets.
    pub(super) fn separates(&self, left: &NodeSet, right: &NodeSet) -> bool {
        let has = |side: &NodeSet, set: &NodeSet| side.iter().any(|node| set.contains(node));
        let with =
            |set: &NodeSet| (0..self.sides.len()).filter(|side| has(&self.sides[*side], set)).collect();
        let (left, right): (Vec<usize>, Vec<usize>) = (with(left), with(right));
        left.iter().any(|left| right.iter().any(|right| left != right))
    }
}

/// What an upgrade does about merges of alternatives.
pub(super) struct Decision<'g> {
    graph: &'g Graph,
    applied: &'g NodeSet,
    /// What the database has: it ran, or was recorded for a merge that is applied.
    real: NodeSet,
    /// What the database gets: it runs for a side, or is recorded in place of one.
    chosen: NodeSet,
    /// Revisions to record, each with the parent whose side has run before.
    pub(super) records: Vec<(Node, Node)>,
}

/// Decides for each missing merge of alternatives which of its sides runs: the one that the database has something of, else
/// that of the first parent.
///
/// # Errors
/// The database has something of several sides, and not the whole of each.
pub(super) fn decide<'g>(
    graph: &'g Graph,
    applied: &'g NodeSet,
    recorded: &[Node],
    missing: &[Node],
) -> Result<Decision<'g>, PlanError> {
    let (chosen, records) = (graph.empty_set(), Vec::new());
    let missing = missing.iter().filter(|node| graph.revision(**node).alternatives);
    let mut open: Vec<Merge> = missing.map(|node| Merge::new(graph, *node)).collect();
    let mut decision = Decision { graph, applied, real: applied.clone(), chosen, records };
    if !open.is_empty() && !recorded.is_empty() {
        let merges = Merge::all(graph);
        let is_held = |node: Node| merges.iter().any(|merge| applied.contains(merge.node) && merge.has(node));
        // A run that was interrupted has recorded the others.
        recorded.iter().filter(|node| !is_held(**node)).for_each(|node| {
            decision.real.remove(*node);
        });
    }
    while !open.is_empty() {
        // One comes before those in its sides, and after all others that it needs. Of several that may come next: one that is
        // decided already by what the database has or gets; else the smallest, which may decide others.
        let comes_first = |one: &Merge, other: &Merge| {
            one.has(other.node) || (other.within.contains(one.node) && !other.has(one.node))
        };
        let is_next = |place: &usize| {
            !open.iter().any(|other| other.node != open[*place].node && comes_first(other, &open[*place]))
        };
        let size = |place: &usize| {
            let merge = &open[*place];
            (decision.begun(merge).is_empty(), merge.sides.iter().map(NodeSet::len).sum::<usize>())
        };
        let next = (0..open.len()).filter(is_next).min_by_key(size);
        let merge = open.remove(next.unwrap_or_default());
        if !decision.records.iter().any(|(node, _)| *node == merge.node) {
            decision.decide(&merge)?;
        }
    }
    Ok(decision)
}

impl Decision<'_> {
    fn decide(&mut self, merge: &Merge) -> Result<(), PlanError> {
        let mut runs = self.begun(merge);
        if runs.len() > 1 && !runs.iter().all(|side| self.is_complete(&merge.sides[*side])) {
            let sides = runs.iter().map(|side| self.applied_side(merge, *side)).collect();
            return Err(PlanError::SeveralSides { merge: self.graph.id(merge.node).clone(), sides });
        }
        if runs.is_empty() {
            // A side of which an interrupted run has recorded something cannot run as a whole.
            let is_free = |side: &usize| !merge.sides[*side].iter().any(|node| self.applied.contains(node));
            runs.push((0..merge.sides.len()).find(is_free).unwrap_or_default());
        }
        let parents = self.graph.parents(merge.node);
        for side in &runs {
            self.choose(parents[*side]);
        }
        for side in (0..merge.sides.len()).filter(|side| !runs.contains(side)) {
            for node in merge.sides[side].iter() {
                if !self.applied.contains(node) && self.chosen.insert(node) {
                    self.records.push((node, parents[runs[0]]));
                }
            }
        }
        Ok(())
    }

    /// The sides that the database has something of, or gets something of for another merge.
    fn begun(&self, merge: &Merge) -> Vec<usize> {
        let outside = without(&self.real, &merge.within);
        let shared = self.graph.ancestors(outside.iter());
        let is_begun = |side: &NodeSet| {
            let is_sign =
                |node| self.chosen.contains(node) || (self.real.contains(node) && !shared.contains(node));
            side.iter().any(is_sign) || self.is_complete(side)
        };
        let all = 0..merge.sides.len();
        let begun: Vec<usize> = all.clone().filter(|side| is_begun(&merge.sides[*side])).collect();
        if !begun.is_empty() {
            return begun;
        }
        let mut all = all;
        let has_shared = |side: &usize| merge.sides[*side].iter().any(|node| self.real.contains(node));
        all.find(has_shared).into_iter().collect()
    }

    /// Whether the database has, or gets, the whole of a side.
    fn is_complete(&self, side: &NodeSet) -> bool {
        let has = |node| self.applied.contains(node) || self.chosen.contains(node);
        let ran = |node| self.real.contains(node) || self.chosen.contains(node);
        side.iter().all(has) && side.iter().any(ran)
    }

    /// Notes what runs for a side. What a merge of alternatives in it needs is decided there.
    fn choose(&mut self, parent: Node) {
        let mut open = vec![parent];
        while let Some(node) = open.pop() {
            let is_new = !self.applied.contains(node) && self.chosen.insert(node);
            if is_new && !self.graph.revision(node).alternatives {
                open.extend(self.graph.prerequisites(node));
            }
        }
    }

    fn applied_side(&self, merge: &Merge, side: usize) -> AppliedSide {
        let graph = self.graph;
        let parent = graph.parents(merge.node)[side];
        let side = &merge.sides[side];
        let has = |node| self.applied.contains(node) || self.chosen.contains(node);
        let nodes = || graph.topological().iter().copied().filter(|node| side.contains(*node));
        let applied: Vec<Node> = nodes().filter(|node| has(*node)).collect();
        let below = match (applied.first(), applied.last()) {
            (Some(first), Some(last)) => match graph.parents(*first) {
                [] => Some(format!("{}@base", graph.id(*last))),
                [only] => Some(format!("{}@{}", graph.id(*last), graph.id(*only))),
                _ => None,
            },
            _ => None,
        };
        AppliedSide {
            parent: graph.id(parent).clone(),
            applied: graph.ids(applied),
            missing: nodes().find(|node| !has(*node)).map(|node| graph.id(node).clone()),
            below,
        }
    }
}

/// Adds to what a downgrade takes back the records that were made for a merge that it takes back, and what needs them.
pub(super) fn take_back_records(graph: &Graph, applied: &NodeSet, dropped: &mut NodeSet, recorded: &[Node]) {
    let recorded: Vec<Node> = recorded.iter().copied().filter(|node| applied.contains(*node)).collect();
    if recorded.is_empty() || dropped.is_empty() {
        return;
    }
    let merges = Merge::all(graph);
    loop {
        let stays = |merge: &&Merge| applied.contains(merge.node) && !dropped.contains(merge.node);
        // A run that was interrupted may have recorded something for a merge that is not applied.
        let is_gone = |merge: &&Merge| {
            dropped.contains(merge.node)
                || !applied.contains(merge.node) && dropped.iter().any(|node| merge.has(node))
        };
        let is_orphan = |node: &Node| {
            !dropped.contains(*node)
                && merges.iter().filter(is_gone).any(|merge| merge.has(*node))
                && !merges.iter().filter(stays).any(|merge| merge.has(*node))
        };
        let orphans: Vec<Node> = recorded.iter().copied().filter(is_orphan).collect();
        if orphans.is_empty() {
            return;
        }
        for node in graph.descendants(orphans).iter().filter(|node| applied.contains(*node)) {
            dropped.insert(node);
        }
    }
}

pub(super) fn without(set: &NodeSet, other: &NodeSet) -> NodeSet {
    let mut set = set.clone();
    for node in other.iter() {
        set.remove(node);
    }
    set
}
