//! `merge`.

use alembic_testing::Script;

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

/// Heads that contradict each other are not joined in passing, but by name.
#[test]
fn heads_that_contradict_each_other() {
    let mut scripts = chain(1);
    scripts.push(Script::new(
        "r2",
        "r1",
        "ALTER TABLE t1 ADD COLUMN email TEXT;\nCREATE INDEX by_email ON t1 (email);",
        "SELECT 1;",
    ));
    scripts.push(Script::new(
        "x2",
        "r1",
        "CREATE TABLE x2 (id INTEGER);\nALTER TABLE t1\n    ADD COLUMN email VARCHAR(80);\n\nCREATE INDEX by_email ON x2 (id);",
        "SELECT 1;",
    ));
    scripts.push(Script::new("y2", "r1", "DROP TABLE t1;", "SELECT 1;"));
    let package = package(&scripts);
    package.refuses("merge_conflicts", "merge");
    // As one says to Alembic.
    assert_eq!(package.changes_nothing("merge heads").stderr, package.alembic("merge").stderr);
    package.session("merge_conflicts_by_name", &["merge r2 x2 y2 --rev-id m3", "heads"]);
}

/// Only what the database in use would see counts.
#[test]
fn conflicts_of_another_dialect() {
    let mut scripts = chain(1);
    for (id, table) in [("r2", "r2"), ("x2", "x2")] {
        let upgrade = format!("CREATE TABLE {table} (id INTEGER);\nCREATE INDEX by_id ON {table} (id);");
        scripts.push(Script::new(id, "r1", &upgrade, "SELECT 1;"));
    }
    let package = package(&scripts);
    package.alembic("merge").code(1);
    package.write("alembic.toml", "dialects = [\"mysql\"]\n");
    package.alembic("merge").success();
}

#[test]
fn options() {
    let mut scripts = chain(3);
    scripts.push(branch());
    let package = package(&scripts);
    package.session(
        "merge_options",
        &[
            "merge r2 x2 --rev-id m3",
            "merge r2 x2 --rev-id m3 --splice --branch-label joined",
            "merge r3 m3 --rev-id m4 --branch-label joined",
            "merge r3 r2 --splice",
            "merge --rev-id m4 -m \"All in one\"",
            "history",
        ],
    );
}
