//! Where new revisions may go, and which may move.

use super::sketch::{graph, id, show};
use crate::revision::{NewRevision, Target, check_rebase, merge, new_revision};

const GRAPH: &str = "aaaa; bbbb <aaaa #left; cccc <aaaa #right";

/// `request` is a command, then `@head`s, `^dependencies`, `#labels`, `=id` and `splice`.
fn check(sketch: &str, request: &str, expected: &str) {
    let graph = graph(sketch);
    let target = |text: &str| text.parse::<Target>().unwrap();
    let mut new = NewRevision {
        id: id("new1"),
        heads: Vec::new(),
        splice: false,
        depends_on: Vec::new(),
        labels: Vec::new(),
    };
    let (command, words) = request.split_once(' ').unwrap_or((request, ""));
    for word in words.split_whitespace() {
        match word.split_at(1) {
            ("@", head) => new.heads.push(target(head)),
            ("^", dependency) => new.depends_on.push(target(dependency)),
            ("#", label) => new.labels.push(label.to_owned()),
            ("=", text) => new.id = id(text),
            _ => new.splice = true,
        }
    }
    let placement = if command == "merge" { merge(&graph, &new) } else { new_revision(&graph, &new) };
    let answer = placement.map_or_else(
        |error| error.to_string(),
        |placement| format!("<{} ^{}", show(&graph, &placement.parents), placement.depends_on.join(" ")),
    );
    assert_eq!(answer, expected, "{request}");
}

#[test]
fn new_revisions_go_onto_heads() {
    check(GRAPH, "revision @left@head", "<bbbb ^");
    check(GRAPH, "revision @heads", "<bbbb cccc ^");
    check(GRAPH, "revision @base #lib", "< ^");
    check(GRAPH, "revision @aaaa splice", "<aaaa ^");
    check(GRAPH, "revision @bb ^ccc", "<bbbb ^cccc");
    check(GRAPH, "revision @left ^right", "<bbbb ^right");
    check(GRAPH, "revision @left ^right@head ^aaaa ^aaaa", "<bbbb ^cccc aaaa");
    check("", "revision", "< ^");
}

#[test]
fn refusals_come_before_any_file() {
    check(
        GRAPH,
        "revision",
        "there are 2 heads, `bbbb` and `cccc`; say with `--head` which one to revise, or join them with `cargo alembic merge`",
    );
    check(
        GRAPH,
        "revision @aaaa",
        "revision `aaaa` is not a head: `bbbb` and `cccc` revises it; pass `--splice` to start a branch there"
            .replace("revises it", "revise it")
            .as_str(),
    );
    check(GRAPH, "revision @left =aaaa", "there is a revision `aaaa` already; choose another id");
    check(
        GRAPH,
        "revision @left =right",
        "`right` is the branch label of revision `cccc`; choose another id",
    );
    check(
        GRAPH,
        "revision @left #right",
        "branch label `right` is in use by revision `cccc`; choose another label",
    );
    check(
        GRAPH,
        "revision @left #new1",
        "branch label `new1` is in use by revision `new1`; choose another label",
    );
    check(
        GRAPH,
        "revision @left #a+",
        "'+' is not allowed in the branch label `a+`; use letters, digits, `_` and `-`",
    );
    check(GRAPH, "revision @left ^base", "`base` names no revision that one could depend on");
    check(GRAPH, "revision @left @bbbb", "revision `bbbb` is named twice; name each revision once");
}

#[test]
fn merges_join_two_or_more() {
    check(GRAPH, "merge", "<bbbb cccc ^");
    check(GRAPH, "merge @left @right", "<bbbb cccc ^");
    check(
        GRAPH,
        "merge @left",
        "nothing to merge: only `bbbb` is there to join; a merge joins two revisions or more",
    );
    check("", "merge", "nothing to merge: there is no revision yet; a merge joins two revisions or more");
    check(
        GRAPH,
        "merge @aaaa @bbbb splice",
        "`aaaa` comes before `bbbb`, so that revising both says nothing more; leave out `aaaa`",
    );
}

#[test]
fn only_unsealed_revisions_move() {
    let graph = graph("aaaa; bbbb <aaaa; cccc <aaaa; dddd <cccc ^bbbb; m <bbbb <dddd");
    let check = |revision: &str, onto: &str, sealed: &str, expected: &str| {
        let node = graph.find(revision).unwrap();
        let answer = check_rebase(&graph, node, graph.find(onto), |id| id.as_str() == sealed);
        assert_eq!(answer.map_or_else(|error| error.to_string(), |()| String::new()), expected);
    };
    check("cccc", "bbbb", "", "");
    check("bbbb", "cccc", "", "");
    check("cccc", "base", "aaaa", "");
    check("bbbb", "dddd", "", "revision `dddd` needs `bbbb`, so `bbbb` cannot come after it");
    check("cccc", "aaaa", "", "revision `cccc` revises `aaaa` already");
    check("aaaa", "base", "", "revision `aaaa` revises nothing already");
    check("m", "aaaa", "", "revision `m` is a merge point; rebase the revisions that it joins");
    check(
        "cccc",
        "bbbb",
        "cccc",
        "revision `cccc` is sealed: a database may have it applied; join the lines with `cargo alembic merge` instead",
    );
    check(
        "cccc",
        "base",
        "m",
        "revision `m`, which needs `cccc`, is sealed: a database may have both applied; join the lines with `cargo alembic merge` instead",
    );
}
