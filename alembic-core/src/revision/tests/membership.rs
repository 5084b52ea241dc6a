//! Which branch labels a revision carries.

use super::sketch::graph;

fn check(sketch: &str, expected: &str) {
    let graph = graph(sketch);
    let labels =
        graph.nodes().map(|node| format!("{}:{}", graph.id(node), graph.branch_labels(node).join(",")));
    assert_eq!(labels.collect::<Vec<_>>().join(" "), expected, "{sketch}");
}

#[test]
fn labels_go_down_to_all_descendants() {
    check("a #x; b <a; c <a #y; m <b <c", "a:x b:x c:x,y m:x,y");
    check("a #x; b ^a", "a:x b:");
    check("a #x #y", "a:x,y");
}

#[test]
fn labels_go_up_a_straight_line() {
    check("a; b <a; c <b #x; d <c", "a:x b:x c:x d:x");
    check("a; b <a #x; c <b; d <b", "a: b:x c:x d:x");
    check("a; b <a; z <a; c <b #x", "a: b:x z: c:x");
    check("a; b; m <a <b; c <m #x", "a: b: m: c:x");
    check("a; b <a; c <b #x; d ^b", "a: b: c:x d:");
    check("a #z; b <a #y; c <b #x", "a:x,y,z b:x,y,z c:x,y,z");
}
