//! How to keep what is applied where only the order of revisions has changed.

use std::collections::BTreeSet;

use crate::migrate::error::{EditedRevision, Reordered};
use crate::revision::{Graph, Node};
use crate::script::ScriptDirectory;

/// What has to be done if all that differs in scripts that ran is what they stand on. `applied` are all revisions that are applied in
/// the old order.
pub(super) fn reordered<'e>(
    directory: &ScriptDirectory,
    applied: &BTreeSet<Node>,
    mut edited: impl Iterator<Item = &'e EditedRevision>,
    unfinished: &[String],
) -> Option<Reordered> {
    let graph = directory.graph();
    let is_moved = |edited: &EditedRevision| {
        let node = graph.find(edited.revision.as_str());
        node.is_some_and(|node| edited.is_moved(directory.script(node)))
    };
    edited.all(is_moved).then(|| Reordered { unfinished: unfinished.to_vec(), ..way(graph, applied) })
}

/// The way to the new order from a database that has these.
fn way(graph: &Graph, applied: &BTreeSet<Node>) -> Reordered {
    let needed = graph.ancestors(applied.iter().copied());
    let needed: Vec<Node> =
        graph.topological().iter().copied().filter(|node| needed.contains(*node)).collect();
    let mut has = BTreeSet::new();
    // Takes over what is applied, or is not, and stands on nothing that is left.
    let take = |is_applied: bool, has: &mut BTreeSet<Node>| -> Vec<Node> {
        let mut taken = Vec::new();
        for node in needed.iter().filter(|node| applied.contains(node) == is_applied) {
            if graph.prerequisites(*node).all(|before| has.contains(&before)) && has.insert(*node) {
                taken.push(*node);
            }
        }
        taken
    };
    let ids = |nodes: &[Node]| graph.ids(graph.essential_rows(nodes));
    let before = ids(&take(true, &mut has));
    let mut rounds = Vec::new();
    loop {
        let missing = take(false, &mut has);
        if missing.is_empty() {
            return Reordered { before, rounds, unfinished: Vec::new() };
        }
        take(true, &mut has);
        let all: Vec<Node> = has.iter().copied().collect();
        rounds.push((ids(&missing), ids(&all)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::script::Script;

    /// The scripts of revisions `r0`, `r1`, … that revise these.
    fn directory(parents: &[Vec<usize>]) -> ScriptDirectory {
        let script = |(number, parents): (usize, &Vec<usize>)| {
            let parents: Vec<String> = parents.iter().map(|parent| format!("r{parent}")).collect();
            let text = format!(
                "-- r{number}\n--\n-- Revision: r{number}\n-- Revises: {}\n\n-- alembic: upgrade\nSELECT {number};\n",
                parents.join(", ")
            );
            Script::parse(&format!("r{number}.sql"), text).expect("a script")
        };
        ScriptDirectory::new(parents.iter().enumerate().map(script).collect()).expect("a graph")
    }

    proptest! {
        /// In whatever graph, whatever was moved: the rows of the way say no more than is applied, what runs is what was
        /// missing and nothing that ran, and in the end all that is needed is there.
        #[test]
        fn nothing_runs_twice_and_nothing_is_left_out(
            seeds in prop::collection::vec((any::<u16>(), any::<u16>(), any::<bool>()), 1..9),
            heads in any::<u16>(),
        ) {
            // A revision stands on such that have a smaller number, in both orders: so neither has a circle.
            let chosen = |bits: u16, below: usize| -> Vec<usize> {
                (0..below).filter(|bit| bits & (1 << bit) != 0).take(2).collect()
            };
            let before: Vec<Vec<usize>> =
                seeds.iter().enumerate().map(|(number, (bits, ..))| chosen(*bits, number)).collect();
            let after: Vec<Vec<usize>> = seeds
                .iter()
                .enumerate()
                .map(|(number, (bits, other, moves))| chosen(if *moves { *other } else { *bits }, number))
                .collect();
            let (old, new) = (directory(&before), directory(&after));
            let (old, new) = (old.graph(), new.graph());
            let node = |graph: &Graph, number: usize| graph.find(&format!("r{number}")).expect("a node");
            let number = |graph: &Graph, node: Node| graph.id(node).as_str()[1..].parse::<usize>().expect("a number");
            let set = |graph: &Graph, nodes: Vec<Node>| -> BTreeSet<usize> {
                graph.ancestors(nodes).iter().map(|node| number(graph, node)).collect()
            };
            let heads: Vec<usize> = (0..seeds.len()).filter(|bit| heads & (1 << bit) != 0).collect();
            let has = set(old, heads.iter().map(|head| node(old, *head)).collect());
            let applied: BTreeSet<Node> = has.iter().map(|has| node(new, *has)).collect();

            let way = way(new, &applied);
            let closure = |ids: &[crate::revision::RevisionId]| {
                set(new, ids.iter().map(|id| new.find(id.as_str()).expect("a node")).collect())
            };
            let (mut is, mut ran) = (closure(&way.before), BTreeSet::new());
            prop_assert!(is.is_subset(&has), "{is:?} of {has:?}");
            for (missing, rows) in &way.rounds {
                let runs: BTreeSet<usize> = closure(missing).difference(&is).copied().collect();
                prop_assert!(runs.is_disjoint(&has) && runs.is_disjoint(&ran), "{runs:?} runs again, of {has:?}");
                ran.extend(runs);
                is = closure(rows);
                prop_assert!(is.is_subset(&has.union(&ran).copied().collect()), "{is:?} of {has:?} and {ran:?}");
            }
            prop_assert_eq!(&is, &has.union(&ran).copied().collect::<BTreeSet<usize>>());
            let needed = set(new, has.iter().map(|has| node(new, *has)).collect());
            prop_assert_eq!(is, needed);
        }
    }
}
