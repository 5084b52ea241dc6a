//! Stretches of history.

use super::sketch::{graph, nodes, show};
use crate::revision::{branch_points, history};

const LINE: &str = "a; b <a; c <b; d <c; e <d";
const FORK: &str = "a; b <a #left; c <a #right; d <c";

fn check(sketch: &str, rows: &str, range: &str, expected: &str) {
    let graph = graph(sketch);
    let rows = nodes(&graph, rows);
    let nodes = history(&graph, Some(&rows), &range.parse().unwrap());
    let answer = nodes.map_or_else(|error| error.to_string(), |nodes| show(&graph, &nodes));
    assert_eq!(answer, expected, "{range} in {sketch}");
}

#[test]
fn ranges_include_both_ends() {
    check(LINE, "", ":", "e d c b a");
    check(LINE, "", "b:d", "d c b");
    check(LINE, "", "d:", "e d");
    check(LINE, "", ":b", "b a");
    check(LINE, "", "b:+2", "d c b");
    check(LINE, "", ":+2", "b a");
    check(LINE, "", "head-1:", "e d");
    check(FORK, "", "a:c", "c a");
    check(FORK, "", "left@base:", "b a");
    check("", "", ":", "");
}

#[test]
fn minus_counts_from_the_end_of_the_range() {
    check(LINE, "c", "-1:", "e d");
    check(LINE, "c", "-1:current", "c b");
    check(LINE, "c", "-9:current", "c b a");
    check(FORK, "", "-1:", "d c b a");
    check(FORK, "", "right@-1:", "d c");
}

#[test]
fn current_is_where_the_database_is() {
    check(LINE, "c", "current:", "e d c");
    check(LINE, "c", ":current", "c b a");
    check(LINE, "c", "current:+1", "d c");
    check(LINE, "", "current:", "e d c b a");
    check(LINE, "", ":current", "");
    check(FORK, "b d", "current:", "d b");
}

#[test]
fn ranges_that_do_not_connect_are_refused() {
    check(
        FORK,
        "",
        "b:d",
        "no history leads from `b` to `d`; give the older revision first, and both on one line",
    );
    check(
        LINE,
        "",
        "d:b",
        "no history leads from `d` to `b`; give the older revision first, and both on one line",
    );
    check(LINE, "", ":-1", "`-1` does not lead the way of an upgrade; give it as `+N`, and at least 1");
}

#[test]
fn branch_points_come_newest_first() {
    let graph = graph("a; b <a; c <a; d <c; e <c");
    let points = branch_points(&graph);
    let shown: Vec<String> = points
        .iter()
        .map(|point| format!("{}: {}", graph.id(point.node), show(&graph, &point.children)))
        .collect();
    assert_eq!(shown, ["c: d e", "a: b c"]);
}
