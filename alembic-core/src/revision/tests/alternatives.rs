//! Merges of alternatives: what a database runs, records and takes back.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::properties::{graphs_with, picked, targets, walk};
use super::sketch::{nodes, revisions, show};
use crate::revision::{
    Direction, Graph, Node, Past, Range, Step, Target, apart, downgrade, offline, undo, upgrade,
};

/// A sketch in which `m` and all others that begin so and have two parents are merges of alternatives.
fn alternatives(sketch: &str) -> Graph {
    let mut revisions = revisions(sketch);
    for revision in &mut revisions {
        revision.alternatives = revision.id.as_str().starts_with('m') && revision.parents.len() > 1;
    }
    Graph::new(revisions).expect("a graph")
}

/// A database: what it has really run (or was stamped), and what it has recorded.
#[derive(Clone, Debug, Default, PartialEq)]
struct Base {
    rows: Vec<Node>,
    past: Past,
    real: BTreeSet<Node>,
}

impl Base {
    fn at(graph: &Graph, rows: &[Node]) -> Base {
        let order: Vec<Node> =
            graph.topological().iter().copied().filter(|node| graph.applied(rows).contains(*node)).collect();
        Base {
            rows: rows.to_vec(),
            real: order.iter().copied().collect(),
            past: Past { order, recorded: Vec::new() },
        }
    }

    fn run(&mut self, graph: &Graph, steps: &[Step]) {
        let Some(direction) = steps.first().map(|step| step.direction) else { return };
        self.rows = walk(graph, &self.rows, steps, direction);
        for step in steps {
            let has = |nodes: &[Node]| nodes.contains(&step.node);
            match direction {
                Direction::Upgrade => {
                    self.past.order.push(step.node);
                    if step.is_recorded {
                        self.past.recorded.push(step.node);
                    } else {
                        self.real.insert(step.node);
                    }
                }
                Direction::Downgrade => {
                    assert_eq!(
                        has(&self.past.recorded),
                        step.is_recorded,
                        "only what ran is taken back by running"
                    );
                    assert_eq!(self.real.remove(&step.node), !step.is_recorded);
                    self.past.order.retain(|node| *node != step.node);
                    self.past.recorded.retain(|node| *node != step.node);
                }
            }
        }
    }

    fn show(&self, graph: &Graph) -> String {
        let real: Vec<Node> =
            graph.topological().iter().copied().filter(|node| self.real.contains(node)).collect();
        let recorded = graph
            .topological()
            .iter()
            .copied()
            .filter(|node| self.past.recorded.contains(node))
            .collect::<Vec<_>>();
        format!("{} | {}", show(graph, &real), show(graph, &recorded))
    }
}

/// The sides of a merge, said once more in other words than the code.
fn sides(graph: &Graph, merge: Node) -> Vec<BTreeSet<Node>> {
    let parents = graph.parents(merge);
    let side = |parent: &Node| {
        let is_needed = |node: &Node| {
            parents
                .iter()
                .filter(|other| *other != parent)
                .any(|other| graph.ancestors([*other]).contains(*node))
        };
        graph.versioned_ancestors([*parent]).iter().filter(|node| !is_needed(node)).collect()
    };
    parents.iter().map(side).collect()
}

/// A graph as a sketch.
fn drawn(graph: &Graph) -> String {
    let revision = |node: &Node| {
        let names = |nodes: &[Node]| {
            nodes.iter().map(|node| graph.id(*node).to_string()).collect::<Vec<_>>().join(" ")
        };
        let kind = if graph.revision(*node).alternatives { "alt " } else { "" };
        format!(
            "{kind}{} <({}) >({})",
            graph.id(*node),
            names(graph.parents(*node)),
            names(graph.dependencies(*node))
        )
    };
    graph.topological().iter().map(revision).collect::<Vec<_>>().join("; ")
}

fn merges(graph: &Graph) -> impl Iterator<Item = Node> + '_ {
    graph.nodes().filter(|node| graph.revision(*node).alternatives)
}

/// Graphs in which merges of alternatives make sense: each side has something of its own, nothing needs two of
/// them, and no two merges exclude each other.
fn graphs() -> impl Strategy<Value = (Graph, Vec<usize>)> {
    graphs_with(0.6).prop_map(|(graph, picked)| {
        let mut revisions: Vec<_> = graph.nodes().map(|node| graph.revision(node).clone()).collect();
        let mut sound = graph;
        let overlaps = |graph: &Graph, merge| merges(graph).any(|other| overlap(graph, merge, other));
        let unsound =
            |graph: &Graph| merges(graph).find(|merge| !is_sound(graph, *merge) || overlaps(graph, *merge));
        while let Some(merge) = unsound(&sound) {
            revisions[merge.index()].alternatives = false;
            sound = Graph::new(revisions.clone()).unwrap();
        }
        (sound, picked)
    })
}

fn is_sound(graph: &Graph, merge: Node) -> bool {
    let sides = sides(graph, merge);
    let needs_two = |node: Node| {
        let mut needed = BTreeSet::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            if needed.insert(node) && !graph.revision(node).alternatives {
                open.extend(graph.prerequisites(node));
            }
        }
        sides.iter().filter(|side| !side.is_disjoint(&needed)).count() > 1
    };
    sides.len() > 1 && !sides.iter().any(BTreeSet::is_empty) && !graph.nodes().any(needs_two)
}

/// Whether two merges of which none is in a side of the other share something of their sides: they may exclude each other.
fn overlap(graph: &Graph, one: Node, other: Node) -> bool {
    let own = |merge| sides(graph, merge).into_iter().flatten().collect::<BTreeSet<Node>>();
    one != other
        && !sides_have(graph, other, one)
        && !sides_have(graph, one, other)
        && !own(one).is_disjoint(&own(other))
}

/// When a merge is applied, one side has run as a whole, and nothing of the others ran with it.
fn check_upgrade(graph: &Graph, before: &Base, steps: &[Step]) {
    let ran: BTreeSet<Node> = steps.iter().filter(|step| !step.is_recorded).map(|step| step.node).collect();
    let mut end = before.clone();
    end.run(graph, steps);
    let at_the_end = graph.applied(&end.rows);
    let mut after = before.clone();
    for (place, step) in steps.iter().enumerate() {
        after.run(graph, &steps[place..=place]);
        if step.is_recorded || !graph.revision(step.node).alternatives {
            continue;
        }
        let sides = sides(graph, step.node);
        // What is recorded for another merge is there too.
        let has = |node: &Node| {
            let of_another = |merge: &Node| *merge != step.node && sides_have(graph, *merge, *node);
            after.real.contains(node)
                || merges(graph).filter(|merge| at_the_end.contains(*merge)).any(|merge| of_another(&merge))
        };
        let is_whole = |side: &BTreeSet<Node>| side.iter().all(has);
        assert!(sides.iter().any(is_whole), "{step:?} {sides:?} {before:?} {}", drawn(graph));
        let run_now: Vec<_> =
            sides.iter().filter(|side| side.iter().any(|node| ran.contains(node))).collect();
        assert!(run_now.len() <= 1, "{step:?} {sides:?} {before:?} {}", drawn(graph));
        assert!(run_now.iter().all(|side| is_whole(side)), "{step:?} {sides:?} {before:?} {}", drawn(graph));
    }
}

fn sides_have(graph: &Graph, merge: Node, node: Node) -> bool {
    sides(graph, merge).iter().any(|side| side.contains(&node))
}

/// Each record belongs to a merge.
fn check_records(graph: &Graph, base: &Base) {
    let applied = graph.applied(&base.rows);
    for record in &base.past.recorded {
        let is_held = merges(graph)
            .filter(|merge| applied.contains(*merge))
            .any(|merge| sides_have(graph, merge, *record));
        assert!(is_held, "{record:?} {base:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn one_side_runs(
        (graph, start) in graphs(),
        is_new in any::<bool>(),
        moves in prop::collection::vec((any::<bool>(), targets()), 1..8),
    ) {
        let mut base = if is_new { Base::default() } else { Base::at(&graph, &graph.essential_rows(&picked(&graph, &start))) };
        run_moves(&graph, &mut base, &moves, check_upgrade);
        let up = upgrade(&graph, &[], &Target::HEADS, &Past::default());
        prop_assert!(up.is_ok(), "{:?} {}", up, drawn(&graph));
    }

    /// Also where merges exclude each other, what ran is taken back, and nothing else.
    #[test]
    fn what_ran_is_taken_back(
        (graph, start) in graphs_with(0.6),
        moves in prop::collection::vec((any::<bool>(), targets()), 1..8),
    ) {
        let mut base = Base::at(&graph, &graph.essential_rows(&picked(&graph, &start)));
        run_moves(&graph, &mut base, &moves, |_, _, _| {});
    }
}

/// Upgrades and downgrades, and in the end back to the base.
fn run_moves(
    graph: &Graph,
    base: &mut Base,
    moves: &[(bool, Target)],
    check: impl Fn(&Graph, &Base, &[Step]),
) {
    for (is_up, target) in moves {
        let steps = match is_up {
            true => upgrade(graph, &base.rows, target, &base.past),
            false => downgrade(graph, &base.rows, target, &base.past),
        };
        let Ok(steps) = steps else { continue };
        if *is_up {
            check(graph, base, &steps);
        }
        base.run(graph, &steps);
        check_records(graph, base);
    }
    let down = downgrade(graph, &base.rows, &Target::BASE, &base.past).unwrap();
    base.run(graph, &down);
    assert_eq!(*base, Base::default());
}

/// What a database has before and after a plan, as `real | recorded`.
fn after(graph: &Graph, base: &Base, command: &str) -> (Base, String) {
    let (direction, target) = command.split_at(1);
    let target: Target = target.parse().expect("a target");
    let steps = match direction {
        "+" => upgrade(graph, &base.rows, &target, &base.past),
        _ => downgrade(graph, &base.rows, &target, &base.past),
    };
    let mut base = base.clone();
    match steps {
        Ok(steps) => base.run(graph, &steps),
        Err(error) => return (base, error.to_string()),
    }
    let shown = base.show(graph);
    (base, shown)
}

fn check(sketch: &str, rows: &str, commands: &[(&str, &str)]) {
    let graph = alternatives(sketch);
    let mut base = Base::at(&graph, &nodes(&graph, rows));
    for (command, expected) in commands {
        let shown;
        (base, shown) = after(&graph, &base, command);
        assert_eq!(shown, *expected, "{command}");
    }
}

const TWO: &str = "a; b <a; c <a; d <c; m <b <d";

#[test]
fn a_database_runs_the_side_that_it_has() {
    check(TWO, "", &[("+m", "a b m | c d"), ("-base", " | ")]);
    check(TWO, "b", &[("+m", "a b m | c d")]);
    check(TWO, "c", &[("+m", "a c d m | b")]);
    // Where the merge is not asked for, nothing is recorded.
    check(TWO, "b", &[("+d", "a b c d | "), ("+m", "a b c d m | ")]);
}

/// What was only recorded never counts as something that a database has, however it got there.
#[test]
fn the_way_down_takes_the_records_back() {
    for target in ["-b", "-d", "-c", "-m@a"] {
        check(
            TWO,
            "d",
            &[
                ("+m", "a c d m | b"),
                (
                    target,
                    if target == "-c" {
                        "a c | "
                    } else if target == "-m@a" {
                        "a | "
                    } else {
                        "a c d | "
                    },
                ),
            ],
        );
    }
    check(
        TWO,
        "d",
        &[
            ("+m", "a c d m | b"),
            ("-a", "a | "),
            ("+m", "a b m | c d"),
            ("-b", "a b | "),
            ("+m", "a b m | c d"),
        ],
    );
    // What stands on a record goes with it.
    let above = &format!("{TWO}; x <d");
    check(above, "b", &[("+heads", "a b m x | c d"), ("-b", "a b | ")]);
}

#[test]
fn something_of_both_sides_is_refused() {
    let refused = "cannot apply `m`, a merge of alternatives: the database has something of 2 of its sides: `b`, all up to `b`; \
                   `c` on the way to `d`, without `d`";
    check(TWO, "b c", &[("+m", refused), ("-c@a", "a b | "), ("+m", "a b m | c d")]);
    // An ancestor that another branch needs says less, and still something.
    let shared = "a; s <a; x <s; b <s; c <a; m <c <b";
    check(shared, "x c", &[("+m", "a s x c m | b")]);
    check(shared, "x", &[("+m", "a s x b m | c")]);
    // The whole of a side counts, whatever stands on it.
    let above = "a; b <a; x <b; c <a; m <c <b";
    check(above, "x", &[("+m", "a b x m | c")]);
}

/// What a side depends on runs on each database.
#[test]
fn dependencies_are_of_no_side() {
    let sketch = "a; o; b <a; c <a ^o; m <b <c";
    check(sketch, "b", &[("+heads", "a o b m | c"), ("-b", "a o b | ")]);
    check(sketch, "b o", &[("+heads", "a o b m | c")]);
    check(sketch, "c", &[("+heads", "a o c m | b")]);
}

#[test]
fn an_interrupted_run_continues() {
    let graph = alternatives(TWO);
    let steps = upgrade(&graph, &[], &Target::HEADS, &Past::default()).expect("a plan");
    for count in 0..=steps.len() {
        let mut base = Base::default();
        base.run(&graph, &steps[..count]);
        assert_eq!(after(&graph, &base, "+m").1, "a b m | c d");
        assert_eq!(after(&graph, &base, "-base").1, " | ");
        // Taken back as far as the base of the sides, nothing is left of them.
        if count > 1 {
            let (base, _) = after(&graph, &base, "-a");
            assert_eq!(base.show(&graph), "a | ");
        }
    }
}

/// A script without a database does what a new database does.
#[test]
fn offline_assumes_a_new_database() {
    let graph = alternatives(TWO);
    let plan = |direction, range: &str| {
        let plan = offline(&graph, direction, &Range::or_target(range).unwrap()).unwrap();
        let ran = |is_recorded| {
            plan.steps.iter().filter(move |step| step.is_recorded == is_recorded).map(|step| step.node)
        };
        format!(
            "{} | {}",
            show(&graph, &ran(false).collect::<Vec<_>>()),
            show(&graph, &ran(true).collect::<Vec<_>>())
        )
    };
    assert_eq!(plan(Direction::Upgrade, "m"), "a b m | c d");
    assert_eq!(plan(Direction::Upgrade, "c:m"), "d m | b");
    assert_eq!(plan(Direction::Downgrade, "m:a"), "m b | d c");
}

/// Edited revisions are taken back and applied again: on the side that the database has.
#[test]
fn a_revision_that_is_taken_back_runs_again() {
    let graph = alternatives(TWO);
    let (mut base, _) = after(&graph, &Base::at(&graph, &nodes(&graph, "b")), "+m");
    let steps = undo(&graph, &base.rows, &nodes(&graph, "b"), &base.past);
    base.run(&graph, &steps);
    assert_eq!(base.show(&graph), "a | ");
    assert_eq!(after(&graph, &base, "+m").1, "a b m | c d");
}

/// A trial runs what a database runs.
#[test]
fn two_branches_run_one_side_of_each_merge() {
    let check = |sketch: &str, left: &str, right: &str, expected: &str| {
        let graph = alternatives(sketch);
        let found = apart(&graph, nodes(&graph, left)[0], nodes(&graph, right)[0]);
        assert_eq!(found.map(|nodes| show(&graph, &nodes)).join(" | "), expected);
    };
    check("a; b <a; c <a; m <b <c; x <m; y <m", "x", "y", "a b m | x | y");
    check("a; b <a; c <a; m <b <c; x <b", "m", "x", "a b | m | x");
    check("a; b <a; c <a; m <b <c; x <c", "m", "x", "a c | m | x");
    check("a; b <a; c <a; m <b <c; x <b; y <c", "x", "y", "a b m | x | y");
    check("a; b <a; c <a; m <b <c; x <a", "m", "x", "a | b m | x");
    check("a; b <a; c <a", "b", "c", "a | b | c");
}
