//! Laws that hold for every graph, every state and every target.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::revision::{
    Direction, Graph, Node, NodeSet, Past, Revision, RevisionId, Step, Target, downgrade, resolve, stamp,
    upgrade,
};

/// A graph whose revisions come in any order, and some of its nodes.
fn graphs() -> impl Strategy<Value = (Graph, Vec<usize>)> {
    graphs_with(0.0)
}

/// The same. So many of its merges are merges of alternatives.
pub(super) fn graphs_with(alternatives: f64) -> impl Strategy<Value = (Graph, Vec<usize>)> {
    let revision = (
        prop::bool::weighted(alternatives),
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        prop::bool::weighted(0.2),
        any::<u16>(),
    );
    (prop::collection::vec(revision, 1..24), prop::collection::vec(any::<prop::sample::Index>(), 0..4))
        .prop_map(|(drawn, picked)| {
            let id = |index: usize| RevisionId::new(format!("rev{index}")).unwrap();
            let mut revisions: Vec<(u16, Revision)> = Vec::new();
            for (index, (alternatives, parents, dependencies, labelled, order)) in drawn.iter().enumerate() {
                let earlier =
                    |drawn: &prop::sample::Index| (index > 0).then(|| id(drawn.index(index.max(1))));
                let mut revision = Revision::new(id(index), parents.iter().filter_map(earlier).collect());
                revision.alternatives = *alternatives && revision.parents.len() > 1;
                let sparse = dependencies.iter().filter(|_| order % 3 == 0);
                revision.depends_on = sparse.filter_map(earlier).map(String::from).collect();
                revision.labels.extend(labelled.then(|| format!("label-{index}")));
                revisions.push((*order, revision));
            }
            let picked = picked.iter().map(|picked| picked.index(revisions.len())).collect();
            revisions.sort_by_key(|(order, _)| *order);
            let graph = Graph::new(revisions.into_iter().map(|(_, revision)| revision).collect());
            (graph.unwrap(), picked)
        })
}

/// Texts that are targets in most graphs of [`graphs`].
pub(super) fn targets() -> impl Strategy<Value = Target> {
    let name = prop_oneof![
        (0..24_u8).prop_map(|n| format!("rev{n}")),
        (0..24_u8).prop_map(|n| format!("label-{n}"))
    ];
    let symbol = prop_oneof![4 => name.clone(), 1 => Just("head".to_owned()), 1 => Just("heads".to_owned()), 1 => Just("base".to_owned())];
    let steps = prop_oneof![
        Just(String::new()),
        (1..4_u8).prop_map(|n| format!("+{n}")),
        (1..4_u8).prop_map(|n| format!("-{n}"))
    ];
    (prop::option::weighted(0.3, name), prop::option::weighted(0.8, symbol), steps).prop_map(
        |(branch, symbol, steps)| {
            let branch = branch.map(|branch| format!("{branch}@")).unwrap_or_default();
            let text = format!("{branch}{}{steps}", symbol.unwrap_or_default());
            text.parse().unwrap_or(Target::HEADS)
        },
    )
}

fn set(nodes: &[Node]) -> BTreeSet<Node> {
    nodes.iter().copied().collect()
}

/// Carries out a plan and checks each step on the way. Returns the rows at the end.
pub(super) fn walk(graph: &Graph, rows: &[Node], steps: &[Step], direction: Direction) -> Vec<Node> {
    let mut applied: BTreeSet<Node> = graph.applied(rows).iter().collect();
    let mut rows = rows.to_vec();
    for step in steps {
        assert_eq!(step.direction, direction);
        let mut needed = graph.prerequisites(step.node);
        let mut dependents = graph.children(step.node).iter().chain(graph.dependents(step.node));
        match direction {
            Direction::Upgrade => {
                assert!(needed.all(|node| applied.contains(&node)), "what it needs is applied before it");
                assert!(applied.insert(step.node), "it was not applied yet");
            }
            Direction::Downgrade => {
                assert!(!dependents.any(|node| applied.contains(node)), "what needs it is gone before it");
                assert!(applied.remove(&step.node), "it was applied");
            }
        }
        let before = set(&rows);
        assert!(
            step.rows
                .delete
                .iter()
                .chain(step.rows.update.iter().map(|(from, _)| from))
                .all(|row| before.contains(row))
        );
        step.rows.apply(&mut rows);
        assert_eq!(rows.len(), set(&rows).len(), "no row is there twice");
        let needed: BTreeSet<Node> = applied.iter().flat_map(|&node| graph.prerequisites(node)).collect();
        assert_eq!(set(&rows), &applied - &needed, "the rows are the maximal elements");
    }
    rows
}

/// Rows as drawn: in any order, each once, and some may imply others.
pub(super) fn picked(graph: &Graph, picked: &[usize]) -> Vec<Node> {
    let all: Vec<Node> = graph.nodes().collect();
    let mut seen = BTreeSet::new();
    picked.iter().map(|&index| all[index]).filter(|&node| seen.insert(node)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_topological_order_is_one((graph, _) in graphs()) {
        let mut seen = BTreeSet::new();
        for &node in graph.topological() {
            prop_assert!(graph.prerequisites(node).all(|before| seen.contains(&before)));
            prop_assert!(seen.insert(node));
        }
        prop_assert_eq!(seen.len(), graph.len());
    }

    #[test]
    fn upgrades_keep_the_invariant((graph, rows) in graphs(), target in targets()) {
        // As drawn, some rows imply others: the first step tidies up.
        let rows = picked(&graph, &rows);
        let Ok(steps) = upgrade(&graph, &rows, &target, &Past::default()) else { return Ok(()) };
        let after = walk(&graph, &rows, &steps, Direction::Upgrade);
        if let Ok(nodes) = resolve(&graph, &target) {
            let applied = graph.applied(&after);
            prop_assert!(nodes.iter().all(|&node| applied.contains(node)), "the target is applied");
        }
        prop_assert!(upgrade(&graph, &after, &Target::HEADS, &Past::default()).unwrap().len() + graph.applied(&after).len() == graph.len());
    }

    #[test]
    fn downgrades_keep_the_invariant((graph, rows) in graphs(), target in targets()) {
        let rows = picked(&graph, &rows);
        let Ok(steps) = downgrade(&graph, &rows, &target, &Past::default()) else { return Ok(()) };
        walk(&graph, &rows, &steps, Direction::Downgrade);
    }

    #[test]
    fn an_upgrade_undone_restores_the_rows((graph, rows) in graphs(), target in targets()) {
        let rows = graph.essential_rows(&picked(&graph, &rows));
        let Ok(steps) = upgrade(&graph, &rows, &target, &Past::default()) else { return Ok(()) };
        let top = walk(&graph, &rows, &steps, Direction::Upgrade);
        let mut undone = top.clone();
        for step in steps.iter().rev() {
            let one = downgrade_one(&graph, &undone, step.node);
            undone = walk(&graph, &undone, &[one], Direction::Downgrade);
        }
        prop_assert_eq!(set(&undone), set(&rows));
    }

    /// Whatever order a database has applied its revisions in: of those that may go next, the one that came last goes.
    #[test]
    fn what_came_last_goes_first(
        (graph, rows) in graphs(),
        target in targets(),
        weights in prop::collection::vec(any::<u16>(), 24),
        known in prop::collection::vec(prop::bool::weighted(0.9), 24),
    ) {
        let rows = picked(&graph, &rows);
        let Ok(as_drawn) = downgrade(&graph, &rows, &target, &Past::default()) else { return Ok(()) };
        let order = applied_in_some_order(&graph, &rows, &weights);
        let order: Vec<Node> = order.into_iter().filter(|node| known[node.index()]).collect();
        let steps = downgrade(&graph, &rows, &target, &Past { order: order.clone(), recorded: Vec::new() }).unwrap();
        walk(&graph, &rows, &steps, Direction::Downgrade);
        let nodes = |steps: &[Step]| steps.iter().map(|step| step.node).collect::<Vec<_>>();
        let mut left = set(&nodes(&steps));
        prop_assert_eq!(&left, &set(&nodes(&as_drawn)));
        let place = |node: &Node| order.iter().position(|other| other == node);
        for node in nodes(&steps) {
            let is_needed = |node: &Node| left.iter().any(|other| graph.prerequisites(*other).any(|before| before == *node));
            let last = left.iter().filter(|node| !is_needed(node)).max_by_key(|node| place(node)).unwrap();
            prop_assert_eq!(place(&node), place(last));
            left.remove(&node);
        }
    }

    #[test]
    fn everything_goes_down_and_up_again((graph, rows) in graphs()) {
        let rows = graph.essential_rows(&picked(&graph, &rows));
        let down = downgrade(&graph, &rows, &Target::BASE, &Past::default()).unwrap();
        prop_assert_eq!(down.len(), graph.applied(&rows).len());
        prop_assert!(walk(&graph, &rows, &down, Direction::Downgrade).is_empty());
        let targets: Vec<Target> = rows.iter().map(|&row| graph.id(row).to_string().parse().unwrap()).collect();
        let up = crate::revision::upgrade_many(&graph, &[], &targets, &Past::default()).unwrap();
        prop_assert_eq!(set(&walk(&graph, &[], &up, Direction::Upgrade)), set(&rows));
    }

    #[test]
    fn stamps_leave_what_the_moves_would((graph, rows) in graphs(), target in targets()) {
        let rows = picked(&graph, &rows);
        let Ok(plan) = stamp(&graph, &rows, std::slice::from_ref(&target)) else { return Ok(()) };
        let mut after = rows.clone();
        plan.change.apply(&mut after);
        prop_assert_eq!(set(&after), set(&plan.rows));
        let applied = graph.applied(&plan.rows);
        prop_assert_eq!(graph.maximal(&applied).len(), plan.rows.len(), "no row implies another");
        for node in resolve(&graph, &target).unwrap() {
            prop_assert!(applied.contains(node), "the target counts as applied");
        }
        let before = graph.applied(&rows);
        let difference = |more: &NodeSet, less: &NodeSet| more.iter().filter(|&node| !less.contains(node)).collect::<Vec<_>>();
        prop_assert_eq!(set(&plan.stamped), set(&difference(&applied, &before)));
        prop_assert_eq!(set(&plan.unstamped), set(&difference(&before, &applied)));
        // Where a downgrade to the one target has something to do, the stamp leaves the same rows.
        if target.branch().is_none()
            && let Ok(steps) = downgrade(&graph, &rows, &target, &Past::default())
            && !steps.is_empty()
        {
            prop_assert_eq!(set(&walk(&graph, &rows, &steps, Direction::Downgrade)), set(&plan.rows));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[a-z@:+0-9 -]{0,12}") {
        if let Ok(target) = text.parse::<Target>() {
            prop_assert_eq!(target.to_string(), text);
        }
    }
}

/// The applied revisions in one of the orders in which a database can have got them.
fn applied_in_some_order(graph: &Graph, rows: &[Node], weights: &[u16]) -> Vec<Node> {
    let applied = graph.applied(rows);
    let mut order: Vec<Node> = Vec::new();
    while order.len() < applied.len() {
        let is_next = |node: &Node| {
            !order.contains(node) && graph.prerequisites(*node).all(|before| order.contains(&before))
        };
        let next = applied.iter().filter(is_next).min_by_key(|node| weights[node.index()]).unwrap();
        order.push(next);
    }
    order
}

/// The step that takes back one revision that nothing applied needs.
fn downgrade_one(graph: &Graph, rows: &[Node], node: Node) -> Step {
    let rows = crate::revision::rows::Rows::new(graph, rows).downgrade(node);
    Step { node, direction: Direction::Downgrade, rows, is_recorded: false }
}
