//! What a stamp leaves.

use super::sketch::{graph, nodes, show};
use crate::revision::{Target, stamp};

const DIAMOND: &str = "a; b1 <a #left; b2 <a #right; m <b1 <b2";
const LIBRARIES: &str = "a1 #liba; a2 <a1; b1 #libb; b2 <b1 ^a2; b3 <b2";

/// `expected` is the rows, then what counts as applied from now on, then what no longer does.
fn check(sketch: &str, rows: &str, targets: &str, expected: &str) {
    let graph = graph(sketch);
    let rows = nodes(&graph, rows);
    let targets: Vec<Target> = targets.split(' ').map(|target| target.parse().unwrap()).collect();
    let answer = match stamp(&graph, &rows, &targets) {
        Ok(plan) => {
            let mut after = rows.clone();
            plan.change.apply(&mut after);
            after.sort_by_key(|&node| graph.id(node));
            assert_eq!(after, plan.rows);
            let lists = [&plan.rows, &plan.stamped, &plan.unstamped].map(|nodes| show(&graph, nodes));
            format!("{} +{} -{}", lists[0], lists[1], lists[2])
        }
        Err(error) => error.to_string(),
    };
    assert_eq!(answer, expected, "stamp {targets:?} on {rows:?} in {sketch}");
}

#[test]
fn a_stamp_leaves_what_a_move_would_leave() {
    check(DIAMOND, "", "head", "m +a b1 b2 m -");
    check(DIAMOND, "m", "m", "m + -");
    check(DIAMOND, "m", "a", "a + -m b2 b1");
    check(DIAMOND, "m", "b1", "b1 b2 + -m");
    check(DIAMOND, "b1", "b2", "b1 b2 +b2 -");
    check(DIAMOND, "m", "base", " + -m b2 b1 a");
    check(DIAMOND, "b1 b2", "left@base", "b2 + -b1");
}

#[test]
fn other_branches_keep_what_they_have() {
    check(LIBRARIES, "b3", "liba@head", "b3 + -");
    check(LIBRARIES, "b3", "a1", "a1 b1 + -b3 b2 a2");
    check(LIBRARIES, "b3", "liba@base", "b1 + -b3 b2 a2 a1");
    check(LIBRARIES, "b3", "libb@base", "a2 + -b3 b2 b1");
}

#[test]
fn related_targets_in_any_order_leave_one_row() {
    let line = "a; b <a; c <b";
    for targets in ["a c", "c a", "c c"] {
        check(line, "b", targets, "c +c -");
    }
    check(line, "a b", "b", "b + -");
}

#[test]
fn a_stamp_needs_a_place() {
    check(
        DIAMOND,
        "m",
        "-1",
        "`-1` counts from where the database is, which has no meaning here; name a revision, as in `head-1`",
    );
    check(
        DIAMOND,
        "m",
        "head-1",
        "`head-1` is ambiguous: down from `m` there are `b1` and `b2`; name the revision",
    );
}
