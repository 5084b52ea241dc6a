//! `--dry-run`: what would run, without running it.

use alembic_testing::{Kind, Script, on_every_database};

use crate::support::{branch, chain, package, package_on};

#[test]
fn a_session() {
    let mut scripts = chain(2);
    scripts.push(branch());
    let body = "-- alembic: upgrade no-transaction\nCREATE INDEX i ON t1 (id);\nREINDEX;\n";
    scripts.push(Script::with_body("r3", "r2", body));
    let package = package(&scripts);
    package.session("dry_run_no_file", &["upgrade r2 --dry-run", "stamp r2 --dry-run"]);
    assert!(!package.path("app.db").exists());
    package.alembic("upgrade r1").success();
    package.session(
        "dry_run",
        &[
            "upgrade r3 --dry-run",
            "upgrade r3 --dry-run -v",
            "upgrade --dry-run",
            "upgrade r1 --dry-run",
            "downgrade base --dry-run -v",
            "stamp r2 x2 --dry-run",
            "upgrade r2 --dry-run --json",
            "upgrade r2 --dry-run --sql",
        ],
    );
    let json = package.alembic("upgrade r2 --json");
    package
        .assert_snapshot("dry_run_not", &alembic_testing::mask(&json.stdout, "_ms\": 9+", "_ms\": [time]"));
}

on_every_database! {
    async fn changes_nothing(database: TestDatabase) {
        let package = package_on(&database, &chain(2));
        for line in ["upgrade --dry-run", "stamp head --dry-run -v", "upgrade --dry-run --json"] {
            package.changes_nothing(line).success();
            assert!(database.tables().await.is_empty(), "{line}");
        }
        assert!(database.kind != Kind::Sqlite || !database.file().exists());
        package.alembic("upgrade").success();
        let before = (database.history().await, database.tables().await);
        package.changes_nothing("downgrade base --dry-run").success();
        assert_eq!((database.history().await, database.tables().await), before);
    }
}

#[test]
fn refuses_what_the_run_would_refuse() {
    let package = package(&chain(2));
    package.alembic("upgrade").success();
    package.edit("migrations/r2.sql", "CREATE TABLE t2", "CREATE TABLE other");
    let output = package.changes_nothing("downgrade base --dry-run");
    assert!(output.stderr.contains("was edited after it was applied"), "{}", output.text());
    output.code(1);
}
