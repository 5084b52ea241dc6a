//! `merge --alternatives`: databases that have other sides of it.

use alembic_testing::{Script, TestProject};

use crate::support::{chain, package};

const ADDS: &str = "ALTER TABLE t1 ADD COLUMN y INTEGER;";
const DROPS: &str = "ALTER TABLE t1 DROP COLUMN y;";

/// `r1`, and `a1` and `b1`, which do the same to it.
fn sides() -> Vec<Script<'static>> {
    let mut scripts = chain(1);
    scripts.extend([Script::new("a1", "r1", ADDS, DROPS), Script::new("b1", "r1", ADDS, DROPS)]);
    scripts
}

fn write(package: &TestProject, script: &Script<'_>) {
    package.write(format!("migrations/{}", script.file_name()), script.text());
}

/// What was recorded does not count as something of a side, whatever way a database went down.
#[test]
fn down_and_up_again() {
    let package = package(&sides());
    package.alembic("upgrade a1").success();
    package.alembic("merge b1 a1 --alternatives --rev-id m1").success();
    for target in ["a1", "b1", "r1", "base"] {
        package.alembic("upgrade").success();
        package.alembic(&format!("downgrade {target} --dry-run")).success();
        package.alembic(&format!("downgrade {target}")).success();
        package.alembic("upgrade").success();
        package.alembic("current --check-heads").success();
        let schema = package.alembic("inspect --sql").success().stdout;
        assert!(schema.contains('y'), "after {target}: {schema}");
        package.alembic("verify").success();
    }
}

/// A database that has something of both sides runs neither of them any further.
#[test]
fn something_of_both() {
    let mut scripts = sides();
    let changes = "UPDATE t1 SET id = id * 100;";
    scripts[1] = Script::new("a1", "r1", "CREATE TABLE a1 (id INT);", "DROP TABLE a1;");
    scripts[2] = Script::new("b1", "r1", "CREATE TABLE b1 (id INT);", "DROP TABLE b1;");
    let package = package(&scripts);
    package.alembic("upgrade heads").success();
    write(&package, &Script::new("a2", "a1", changes, ""));
    write(&package, &Script::new("b2", "b1", changes, ""));
    package.alembic("merge a2 b2 --alternatives --rev-id m1").success();
    let output = package.alembic("upgrade").code(1);
    assert!(
        output.stderr.contains("the database has something of 2 of its sides: `a1` on the way to"),
        "{output}"
    );
    assert!(output.stderr.contains("`cargo alembic downgrade a1@r1`"), "{output}");
    package.alembic("upgrade --dry-run").code(1);
    assert_eq!(package.alembic("current").success().stdout, "a1\nb1\n");
    package.alembic("downgrade a1@r1").success();
    let output = package.alembic("upgrade").success();
    assert!(output.stderr.contains("Recorded a2") && output.stderr.contains("Upgraded b2"), "{output}");
}

/// A script that is written without a database assumes what a new database does, and stops elsewhere.
#[test]
fn offline() {
    let package = package(&sides());
    package.alembic("upgrade b1").success();
    package.alembic("merge a1 b1 --alternatives --rev-id m1").success();
    let up = package.alembic("upgrade --sql").success().stdout;
    assert!(up.contains("('a1', 'upgrade'") && up.contains("('b1', 'record'"), "{up}");
    assert!(up.contains("-- Not running upgrade r1 -> b1"), "{up}");
    let down = package.alembic("downgrade --sql m1:r1").success().stdout;
    assert!(down.contains("recorded b1") && down.contains("the database has not recorded b1"), "{down}");
    assert!(down.contains("'unrecord'"), "{down}");
}

/// Branches above a merge of alternatives are tried, merged and rebased as a database runs them.
#[test]
fn trials() {
    let package = package(&sides());
    package.alembic("merge b1 a1 --alternatives --rev-id m1").success();
    write(
        &package,
        &Script::new("a9", "a1", "ALTER TABLE t1 ADD COLUMN z INTEGER;", "ALTER TABLE t1 DROP COLUMN z;"),
    );
    write(&package, &Script::new("c1", "m1", "CREATE TABLE c1 (id INT);", "DROP TABLE c1;"));
    write(&package, &Script::new("c2", "m1", "CREATE TABLE c2 (id INT, y INT);", "DROP TABLE c2;"));
    let output = package.alembic("rebase a9 --onto c2").success();
    assert!(!output.stderr.contains("only the text"), "{output}");
    let output = package.alembic("merge --rev-id m2").success();
    assert!(!output.stderr.contains("only the text"), "{output}");
    package.alembic("upgrade").success();
    package.alembic("current --check-heads").success();
    // A contradiction is still one.
    write(&package, &Script::new("d1", "m2", "CREATE TABLE d (id INT);", "DROP TABLE d;"));
    write(&package, &Script::new("d2", "m2", "CREATE TABLE d (id INT);", "DROP TABLE d;"));
    package.alembic("merge").code(1);
}

/// Heads on both sides of a merge of alternatives.
#[test]
fn heads_on_both_sides() {
    let package = package(&sides());
    package.alembic("merge b1 a1 --alternatives --rev-id m1").success();
    write(&package, &Script::new("a9", "a1", "CREATE TABLE a9 (id INT);", "DROP TABLE a9;"));
    write(&package, &Script::new("b9", "b1", "CREATE TABLE b9 (id INT);", "DROP TABLE b9;"));
    package.alembic("merge --rev-id m2").success();
    package.alembic("upgrade").success();
    package.alembic("current --check-heads").success();
}

/// What was only recorded may still be changed.
#[test]
fn records_are_not_sealed() {
    let package = package(&sides());
    package.alembic("upgrade a1").success();
    package.alembic("merge a1 b1 --alternatives --rev-id m1").success();
    package.alembic("upgrade").success();
    let lock = package.read("migrations/alembic.lock");
    let line = |id: &str| lock.lines().find(|line| line.starts_with(id)).expect("a line").trim() == id;
    assert!(line("b1") && !line("a1") && !line("m1"), "{lock}");
    package.alembic("seal --from-database").success();
    assert_eq!(package.read("migrations/alembic.lock"), lock);
}

/// An edited revision is taken back with the merge above it, and its side runs again.
#[test]
fn from_history() {
    let package = package(&sides());
    package.alembic("upgrade a1 --no-seal").success();
    package.alembic("merge a1 b1 --alternatives --rev-id m1").success();
    package.alembic("upgrade --no-seal").success();
    let name = package.only_file("migrations", "a1.sql");
    let text = package.read(&name);
    package.write(&name, text.replace("y INTEGER", "y TEXT"));
    package.alembic("upgrade --from-history --no-seal").success();
    let schema = package.alembic("inspect --sql").success().stdout;
    assert!(schema.contains("y  TEXT"), "{schema}");
}

/// A third branch adds what two others have in common only once.
#[test]
fn three_sides() {
    let both = format!("{ADDS}\nCREATE TABLE s (id INT);");
    let mut scripts = sides();
    scripts[2] = Script::new("b1", "r1", &both, DROPS);
    scripts.push(Script::new("c1", "r1", &both, DROPS));
    let package = package(&scripts);
    package.alembic("merge a1 b1 c1 --alternatives --rev-id m1").success();
    let evened = package.read(package.only_file("migrations", "even_out_with_b1_and_c1.sql"));
    assert_eq!(evened.matches("CREATE TABLE s").count(), 1, "{evened}");
    package.alembic("upgrade").success();
}

/// What a side depends on runs on every database, and is not what the other one lacks.
#[test]
fn dependencies() {
    let mut scripts = sides();
    scripts[1].revises = "r1\n-- Depends-On: o1";
    scripts.push(Script::new("o1", "", "CREATE TABLE o (id INT);", "DROP TABLE o;"));
    let package = package(&scripts);
    let on = |database: &str, line: &str| package.alembic(&format!("--url sqlite://{database}.db {line}"));
    on("staging", "upgrade a1").success();
    on("production", "upgrade b1").success();
    on("both", "upgrade b1").success();
    on("both", "upgrade o1").success();
    package.alembic("merge b1 a1 --alternatives --rev-id m1").success();
    assert_eq!(package.listed().len(), 5);
    for database in ["staging", "production", "both", "new"] {
        on(database, "upgrade heads").success();
        on(database, "current --check-heads").success();
    }
}
