//! Targets in a graph, and what is said about those that mean nothing.

use super::sketch::{graph, nodes, show};
use crate::revision::{self, Target, resolve};

const GRAPH: &str =
    "abcd1111; abcd2222 <abcd1111 #payments; ffff0000 <abcd2222; eeee0000 <abcd1111 #refunds; xyz";

fn check(target: &str, expected: &str) {
    let graph = graph(GRAPH);
    let nodes = resolve(&graph, &target.parse().unwrap());
    let answer = nodes.map_or_else(|error| error.to_string(), |nodes| show(&graph, &nodes));
    assert_eq!(answer, expected, "{target}");
}

#[test]
fn names_are_exact_or_the_only_beginning() {
    check("abcd1111", "abcd1111");
    check("payments", "abcd2222");
    check("f", "ffff0000");
    check("pay", "abcd2222");
    check("refunds@abcd", "abcd1111");
    check("xyz", "xyz");
    check("xy", "there is no revision or branch label `xy`; `history` lists all revisions");
    check(
        "abcd",
        "`abcd` is ambiguous: it is the beginning of `abcd1111` and `abcd2222`; write more of the one you mean",
    );
    check("paymnets", "there is no revision or branch label `paymnets`; did you mean `payments`?");
}

#[test]
fn symbols_and_steps() {
    check("heads", "ffff0000 eeee0000 xyz");
    check("base", "");
    check("payments@head", "ffff0000");
    check("payments@base", "");
    check("ffff0000-2", "abcd1111");
    check("payments@head-1", "abcd2222");
    check(
        "base+1",
        "`base+1` is ambiguous: up from the base there are `abcd1111` and `xyz`; say which branch, as in `abcd1111@+1`, or name the revision",
    );
    check("payments@base+2", "abcd2222");
    check("payments@abcd1111+2", "ffff0000");
    check("ffff0000-9", "`ffff0000-9` goes too far: only 3 steps are possible");
    check("xyz-1", "");
    check("xyz+1", "`xyz+1` goes too far: `xyz` is a head already");
}

#[test]
fn refusals_say_what_would_do() {
    check(
        "head",
        "`head` is ambiguous: there are 3 heads, `ffff0000`, `eeee0000` and `xyz`; name one of them, or take `heads` for all",
    );
    check(
        "abcd1111@head",
        "`abcd1111@head` is ambiguous: branch `abcd1111` has 2 heads, `ffff0000` and `eeee0000`; name one of them, or take `abcd1111@heads` for all",
    );
    check(
        "payment@eeee",
        "revision `eeee0000` is not on branch `payment`; leave out `payment@`, or name a revision of that branch",
    );
    check("refund5@head", "there is no branch `refund5`; did you mean `refunds`?");
    check(
        "-1",
        "`-1` counts from where the database is, which has no meaning here; name a revision, as in `head-1`",
    );
    check(
        "current",
        "`current` has no meaning here; name a revision, a branch label, `head`, `heads` or `base`",
    );
}

#[test]
fn show_counts_from_the_heads() {
    let check = |rows: &str, target: &str, expected: &str| {
        let graph = graph(GRAPH);
        let target: Target = target.parse().unwrap();
        let shown = revision::show(&graph, Some(&nodes(&graph, rows)), &target);
        assert_eq!(shown.map_or_else(|error| error.to_string(), |shown| show(&graph, &shown)), expected);
    };
    check("", "-1", "abcd2222 abcd1111");
    check("", "payments@-1", "abcd2222");
    check("", "-7", "`-7` goes too far: only 1 step is possible");
    check("eeee0000 xyz", "current", "eeee0000 xyz");
    check(
        "",
        "+1",
        "`+1` counts from where the database is, which has no meaning here; name a revision, as in `head-1`",
    );
}

#[test]
fn unknown_rows_are_all_named() {
    let graph = graph(GRAPH);
    let check = |rows: &[&str], expected: &str| {
        assert_eq!(graph.locate(rows).unwrap_err().to_string(), expected);
    };
    check(&["gone"], "the database is at revision `gone`, which no script has");
    check(
        &["abcd1112", "xyz"],
        "the database is also at revision `abcd1112`, which no script has (the nearest is `abcd1111`)",
    );
    check(&["gone", "lost"], "the database is at revisions `gone` and `lost`, which no script has");
}

#[test]
fn where_a_database_stands() {
    let check = |sketch: &str, rows: &str, heads: &str, up_to_date: bool| {
        let graph = graph(sketch);
        let rows = nodes(&graph, rows);
        assert_eq!(show(&graph, &graph.current_heads(&rows)), heads);
        assert_eq!(graph.is_up_to_date(&rows), up_to_date);
    };
    check("a; b ^a", "b", "a b", true);
    check("a; b <a; c <b", "a b", "b", false);
    check("", "", "", true);
}
