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

/// Of branches whose text does not contradict itself, a trial finds the order that fails.
#[test]
fn both_orders_are_tried() {
    let mut scripts = chain(1);
    scripts.push(Script::new("r2", "r1", "INSERT INTO t1 (id) VALUES (1);", "SELECT 1;"));
    scripts.push(Script::new("x2", "r1", "INSERT INTO t1 (id) SELECT 1;", "SELECT 1;"));
    let package = package(&scripts);
    package.refuses("merge_tried", "merge");
    // The text alone does not show it.
    package.alembic("merge --no-scratch").success();
}

/// What one branch makes and the other uses works for their author, and on no new database.
#[test]
fn an_order_that_leaves_other_rows() {
    let mut scripts = chain(1);
    scripts.push(Script::new("r2", "r1", "INSERT INTO t1 (id) VALUES (1);", "SELECT 1;"));
    scripts.push(Script::new("x2", "r1", "INSERT INTO t1 (id) SELECT COUNT(*) + 10 FROM t1;", "SELECT 1;"));
    let package = package(&scripts);
    let output = package.alembic("merge").code(1);
    assert!(
        output.stderr.contains("what it contains depends on whether r2 or x2 is applied first"),
        "{output}"
    );
}

/// Where no database can be had, the text is compared, and a note says so.
#[test]
fn only_the_text_is_compared() {
    let mut scripts = chain(2);
    scripts.push(branch());
    let package = package(&scripts);
    package.write("alembic.toml", "");
    let output = package.alembic("merge").success();
    assert!(output.stderr.contains("only the text of the branches was compared"), "{output}");
}

/// Contradicting branches of which each database has applied one: both, and a new database, reach the same head.
#[test]
fn alternatives() {
    let mut scripts = chain(1);
    scripts.push(Script::new(
        "r2",
        "r1",
        "ALTER TABLE t1 ADD COLUMN a INT;",
        "ALTER TABLE t1 DROP COLUMN a;",
    ));
    let hotfix = "ALTER TABLE t1 ADD COLUMN a INT;\nCREATE INDEX ix ON t1 (a);";
    scripts.push(Script::new("hf", "r1", hotfix, "DROP INDEX ix;\nALTER TABLE t1 DROP COLUMN a;"));
    let package = package(&scripts);
    let on = |database: &str, line: &str| package.alembic(&format!("--url sqlite://{database}.db {line}"));
    on("staging", "upgrade r2").success();
    on("production", "upgrade hf").success();
    let output = package.alembic("merge").code(1);
    assert!(output.stderr.contains("`cargo alembic merge hf r2 --alternatives`"), "{output}");

    package.alembic("merge hf r2 --alternatives --rev-id m").success();
    let evened = package.read(package.only_file("migrations", "even_out_with_hf.sql"));
    assert!(evened.contains("-- Revises: r2") && evened.contains("CREATE INDEX ix ON t1 (a);"), "{evened}");
    assert!(!evened.contains("ADD COLUMN"), "{evened}");

    let schema = |database: &str| {
        on(database, "upgrade").success();
        on(database, "current --check-heads").success();
        on(database, "verify").success();
        on(database, "inspect --sql").success().stdout
    };
    let production = schema("production");
    assert!(production.contains("ix"), "{production}");
    assert_eq!(schema("staging"), production);
    assert_eq!(schema("new"), production);
    // The other side is recorded, which is no stamp, and taken back with the merge.
    let log = on("production", "log").success();
    assert!(log.stdout.contains(" record ") && !log.stdout.contains("stamp"), "{log}");
    let empty = schema("new");
    // What evens a branch out has no way back before somebody writes one.
    let output = on("staging", "downgrade r1").code(1);
    assert!(output.stderr.contains("is irreversible"), "{output}");
    for database in ["production", "new"] {
        on(database, "downgrade r1").success();
        let below = on(database, "inspect --sql").success().stdout;
        assert!(!below.contains("ix") && below.contains("t1"), "{below}");
        assert_eq!(schema(database), empty);
    }
}
