//! Time for histories of 1,000 to 100,000 revisions: `cargo bench -p alembic-core`.

use alembic_core::revision::{Graph, Node, Past, Revision, RevisionId, Target, downgrade, upgrade};
use divan::{Bencher, black_box};

const LENGTHS: [usize; 3] = [1_000, 10_000, 100_000];

fn main() {
    divan::main();
}

fn id(index: usize) -> RevisionId {
    // Ids in no particular order, as random ones are.
    let id = format!("{:012x}", index.wrapping_mul(0x9e37_79b9_7f4a_7c15) & 0xffff_ffff_ffff);
    RevisionId::new(id).expect("a valid id")
}

/// A chain.
fn line(length: usize) -> Vec<Revision> {
    let parents = |index: usize| index.checked_sub(1).map(id).into_iter().collect();
    (0..length).map(|index| Revision::new(id(index), parents(index))).collect()
}

/// A branch at every fourth revision, merged again two later.
fn branches(length: usize) -> Vec<Revision> {
    let parents = |index: usize| {
        let back: &[usize] = match index % 4 {
            _ if index == 0 => &[],
            0 | 1 => &[1],
            2 => &[2],
            _ => &[1, 2],
        };
        back.iter().map(|back| id(index - back)).collect()
    };
    (0..length).map(|index| Revision::new(id(index), parents(index))).collect()
}

#[divan::bench(args = LENGTHS)]
fn build_line(bencher: Bencher<'_, '_>, length: usize) {
    bencher.with_inputs(|| line(length)).bench_values(|revisions| Graph::new(revisions).expect("a graph"));
}

#[divan::bench(args = LENGTHS)]
fn build_branches(bencher: Bencher<'_, '_>, length: usize) {
    bencher
        .with_inputs(|| branches(length))
        .bench_values(|revisions| Graph::new(revisions).expect("a graph"));
}

fn planned(
    bencher: Bencher<'_, '_>,
    revisions: Vec<Revision>,
    rows: fn(&Graph) -> Vec<Node>,
    target: &Target,
) {
    let graph = Graph::new(revisions).expect("a graph");
    let rows = rows(&graph);
    bencher.bench(|| {
        if *target == Target::BASE {
            downgrade(black_box(&graph), &rows, target, &Past::default()).expect("a plan")
        } else {
            upgrade(black_box(&graph), &rows, target, &Past::default()).expect("a plan")
        }
    });
}

#[divan::bench(args = LENGTHS)]
fn upgrade_all_line(bencher: Bencher<'_, '_>, length: usize) {
    planned(bencher, line(length), |_| Vec::new(), &Target::HEADS);
}

#[divan::bench(args = LENGTHS)]
fn upgrade_all_branches(bencher: Bencher<'_, '_>, length: usize) {
    planned(bencher, branches(length), |_| Vec::new(), &Target::HEADS);
}

#[divan::bench(args = LENGTHS)]
fn upgrade_none_branches(bencher: Bencher<'_, '_>, length: usize) {
    planned(bencher, branches(length), Graph::real_heads, &Target::HEADS);
}

#[divan::bench(args = LENGTHS)]
fn downgrade_all_branches(bencher: Bencher<'_, '_>, length: usize) {
    planned(bencher, branches(length), Graph::real_heads, &Target::BASE);
}
