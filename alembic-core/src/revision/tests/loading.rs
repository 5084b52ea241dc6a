//! What is wrong with a graph, all of it at once.

use super::sketch::{graph, revisions, show};
use crate::revision::Graph;

fn check(sketch: &str, expected: &[&str]) {
    let errors = Graph::new(revisions(sketch)).map(|_| ()).unwrap_err();
    let answer: Vec<String> = errors.iter().map(|error| format!("{:?} {error}", error.revisions())).collect();
    assert_eq!(answer, expected, "{sketch}");
}

#[test]
fn each_mistake_names_its_revisions() {
    check("a; b; a", &["[0, 2] revision id `a` is used 2 times; give each revision its own"]);
    check(
        "abcd1; b <abcd2",
        &["[1] revision `b` revises `abcd2`, which does not exist; did you mean `abcd1`?"],
    );
    check("a; b <xyz", &["[1] revision `b` revises `xyz`, which does not exist"]);
    check(
        "a #accounts; b ^acounts",
        &[
            "[1] revision `b` depends on `acounts`, which is neither a revision nor a branch label; did you mean `accounts`?",
        ],
    );
    check(
        "a #x; b #x; c #x",
        &[
            "[0, 1, 2] branch label `x` is introduced by `a`, `b` and `c`; one revision introduces a label, and its descendants share it",
        ],
    );
    check(
        "a #b; b",
        &["[0] branch label `b` of revision `a` is also the id of a revision; rename the label"],
    );
    check(
        "a #x+1",
        &["[0] revision `a`: '+' is not allowed in the branch label `x+1`; use letters, digits, `_` and `-`"],
    );
}

#[test]
fn circles_are_shown_all_the_way() {
    check("a <a", &["[0] revision `a` comes before itself: it names itself in `Revises`"]);
    check("a ^a", &["[0] revision `a` comes before itself: it names itself in `Depends-On`"]);
    check(
        "a <c; b <a; c <b; d <c",
        &[
            "[0, 2, 1] revisions follow each other in a circle over `Revises`: `a` after `c` after `b` after `a`",
        ],
    );
    check(
        "a ^b; b <a",
        &["[0, 1] revisions follow each other in a circle over `Depends-On`: `a` after `b` after `a`"],
    );
}

#[test]
fn all_mistakes_come_at_once_in_load_order() {
    check(
        "a <a; b <none; c #x; d #x; e ^f; f <e",
        &[
            "[0] revision `a` comes before itself: it names itself in `Revises`",
            "[1] revision `b` revises `none`, which does not exist",
            "[2, 3] branch label `x` is introduced by `c` and `d`; one revision introduces a label, and its descendants share it",
            "[4, 5] revisions follow each other in a circle over `Depends-On`: `e` after `f` after `e`",
        ],
    );
}

#[test]
fn the_order_is_that_of_the_scripts() {
    let check = |sketch: &str, expected: &str| {
        let graph = graph(sketch);
        assert_eq!(show(&graph, graph.topological()), expected, "{sketch}");
    };
    check("", "");
    check("c <b; b <a; a", "a b c");
    check("m <x <y; y; x; z ^m", "x y m z");
    check("a; b <a <a ^a ^a", "a b");
}

#[test]
fn edges_can_be_asked_for() {
    let graph = graph("a #lib; b <a; c <a ^b; d ^lib ^b");
    let d = graph.find("d").unwrap();
    let check =
        |nodes: Vec<crate::revision::Node>, expected: &str| assert_eq!(show(&graph, &nodes), expected);
    check(graph.heads(), "b c d");
    check(graph.real_heads(), "c d");
    check(graph.bases(), "a d");
    check(graph.real_bases(), "a");
    check(graph.dependencies(d).to_vec(), "a b");
    check(graph.children(graph.find("a").unwrap()).to_vec(), "b c");
    check(graph.dependents(graph.find("b").unwrap()).to_vec(), "c d");
    assert!(graph.is_branch_point(graph.find("a").unwrap()) && !graph.is_merge_point(d));
}
