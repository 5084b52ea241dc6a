//! Long histories: nothing recurses, and no list is too long. How long it takes is measured by `benches/graph.rs`.

use super::sketch::id;
use crate::revision::{Graph, Past, Range, Revision, Target, downgrade, history, stamp, upgrade};

const REVISIONS: usize = 100_000;

fn name(index: usize) -> String {
    format!("{:012x}", index.wrapping_mul(0x9e37_79b9_7f4a_7c15) & 0xffff_ffff_ffff)
}

fn line() -> Vec<Revision> {
    let parents = |index: usize| index.checked_sub(1).map(|before| id(&name(before))).into_iter().collect();
    (0..REVISIONS).map(|index| Revision::new(id(&name(index)), parents(index))).collect()
}

/// A branch at every fourth revision, joined again two later; a label and a dependency now and then.
fn diamonds() -> Vec<Revision> {
    let revision = |index: usize| {
        let parents: &[usize] = match index % 4 {
            _ if index == 0 => &[],
            0 | 1 => &[1],
            2 => &[2],
            _ => &[1, 2],
        };
        let parents = parents.iter().map(|back| id(&name(index - back))).collect();
        let mut revision = Revision::new(id(&name(index)), parents);
        if index % 10_000 == 3 {
            revision.labels.push(format!("label-{index}"));
        }
        if index % 50 == 49 {
            revision.depends_on.push(name(index - 40));
        }
        revision
    };
    (0..REVISIONS).map(revision).collect()
}

fn check(revisions: Vec<Revision>) {
    let graph = Graph::new(revisions).unwrap();
    let heads = graph.real_heads();
    assert_eq!(upgrade(&graph, &[], &Target::HEADS, &Past::default()).unwrap().len(), REVISIONS);
    assert!(upgrade(&graph, &heads, &Target::HEADS, &Past::default()).unwrap().is_empty());
    assert_eq!(downgrade(&graph, &heads, &Target::BASE, &Past::default()).unwrap().len(), REVISIONS);
    assert_eq!(stamp(&graph, &heads, &[Target::BASE]).unwrap().unstamped.len(), REVISIONS);
    assert_eq!(history(&graph, None, &Range::default()).unwrap().len(), REVISIONS);
}

#[test]
fn a_long_line() {
    check(line());
}

#[test]
fn many_branches_and_merges() {
    check(diamonds());
}

#[test]
fn many_mistakes() {
    let mut revisions = line();
    revisions.truncate(REVISIONS / 5);
    for (index, revision) in revisions.iter_mut().enumerate() {
        revision.parents = vec![id(&format!("missing{index:05}"))];
    }
    assert_eq!(Graph::new(revisions).unwrap_err().len(), REVISIONS / 5);
}
