//! `current`, `history`, `heads`, `show`: they read, and write nothing.

use alembic_testing::{Kind, Script, on_every_database};

use crate::support::{branch, chain, package, package_on};

/// A base, a branch and a merge, with a label, a dependency and a long message.
fn graph() -> Vec<Script<'static>> {
    let mut scripts = chain(2);
    scripts.push(branch());
    scripts.push(Script::new("m3", "r2, x2", "SELECT 1;", "SELECT 1;"));
    scripts.push(Script::new(
        "b1",
        "\n-- Branch-Labels: billing\n-- Depends-On: r1",
        "SELECT 1;",
        "SELECT 1;",
    ));
    scripts
}

#[test]
fn a_graph() {
    let package = package(&graph());
    package.alembic("upgrade r2").success();
    package.session(
        "list",
        &[
            "heads",
            "heads -v",
            "current",
            "current -v",
            "history",
            "history -i",
            "history -v -r r1:m3",
            "show m3",
            "show billing",
            "show head",
            "show heads",
            "show current",
            "show -1",
            "heads --resolve-dependencies",
            "branches",
            "branches -v",
        ],
    );
}

#[test]
fn tags_and_the_text_of_a_script() {
    let mut scripts = chain(2);
    scripts.push(Script::new(
        "r3",
        "r2\n-- Tags: audit, users",
        "CREATE TABLE t3 (id INTEGER);",
        "DROP TABLE t3;",
    ));
    let package = package(&scripts);
    package.session("list_tags", &["history --tag audit", "history --tag nothing", "show -v r3"]);
}

#[test]
fn as_json() {
    let package = package(&graph());
    package.alembic("upgrade m3").success();
    package.session(
        "list_json",
        &["heads --json", "current --json", "history -i -r m3: --json", "branches --json", "show b1 --json"],
    );
}

#[test]
fn whether_a_database_is_at_its_heads() {
    let package = package(&graph());
    package.alembic("upgrade m3").success();
    package.session("list_check_heads", &["current --check-heads"]);
    package.alembic("upgrade heads").success();
    // Its row is not that of every head: one is implied by a dependency.
    package.session("list_at_heads", &["current -c"]);
}

#[test]
fn ranges_of_the_history() {
    let package = package(&chain(5));
    package.alembic("upgrade r3").success();
    package.session(
        "list_ranges",
        &[
            "history -r r2:r4",
            "history -r r4:",
            "history -r :r2",
            "history -r current:",
            "history -r -1:current",
            "history -r r2",
            "history -r r4:r2",
            "history -r nobody:",
            "history -r r2:r3:r4",
        ],
    );
}

#[test]
fn what_cannot_be_shown() {
    let package = package(&chain(3));
    package.session("list_nothing", &["show nobody", "show r", "show r9", "show base", "show", "show r1:r2"]);
}

on_every_database! {
    async fn reading_commands_write_nothing(database: TestDatabase) {
        let package = package_on(&database, &chain(2));
        for command in ["current", "current -v", "history -i", "history -r current:"] {
            let output = package.changes_nothing(command);
            // A SQLite file that is not there is not made.
            output.code(if database.kind == Kind::Sqlite { 1 } else { 0 });
            assert!(database.tables().await.is_empty(), "{command}");
            assert!(database.kind != Kind::Sqlite || !database.file().exists(), "{command}");
        }
        // Nor are our tables in a database that has others.
        database.rows("CREATE TABLE mine (id INTEGER)").await;
        for command in ["current", "history -i"] {
            package.changes_nothing(command).success();
            assert_eq!(database.tables().await, ["mine"], "{command}");
        }
    }
}

#[test]
fn without_a_file() {
    let package = package(&chain(2));
    package.session("list_no_file", &["current", "history -i", "history", "heads"]);
    assert!(!package.path("app.db").exists());
}

#[test]
fn without_a_database() {
    let package = package(&chain(2));
    package.remove("alembic.toml");
    package.session("list_no_database", &["heads", "history", "show r1", "current", "upgrade"]);
}

/// What is asked of a database cannot be left out where there is none.
#[test]
fn a_history_that_needs_a_database() {
    let package = package(&chain(2));
    package.remove("alembic.toml");
    for line in ["history -i", "history -r current:"] {
        let output = package.alembic(line);
        assert!(output.stderr.contains("no database is configured"), "{line}:\n{}", output.text());
        output.code(1);
    }
}
