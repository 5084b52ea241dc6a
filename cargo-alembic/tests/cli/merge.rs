//! `merge`.

use crate::support::{branch, chain, package};

#[test]
fn all_heads() {
    let mut scripts = chain(2);
    scripts.push(branch());
    let package = package(&scripts);
    package
        .session("merge", &["merge --rev-id m3", "history", "merge", "upgrade", "downgrade r1", "current"]);
    let name = package.only_file("migrations", "_m3_merge_r2_and_x2.sql");
    package.assert_snapshot("merge_script", &package.read(name));
    assert_eq!(package.listed(), ["m3*", "r1*", "r2*", "x2*"]);
}

#[test]
fn named_heads() {
    let mut scripts = chain(2);
    scripts.push(branch());
    let package = package(&scripts);
    package.session(
        "merge_named",
        &[
            "merge r2",
            "merge r1 r2",
            "merge r2 r2",
            "merge r2 nobody",
            "merge r2 x2 --rev-id r1",
            "merge r2 x2 --rev-id m3 --locked",
            "merge x2 r2 -m \"Bring the branches together\" --rev-id m3",
            "heads -v",
        ],
    );
}

#[test]
fn nothing_to_join() {
    let package = package(&[]);
    package.refuses("merge_nothing", "merge");
}
