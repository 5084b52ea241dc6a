//! How long statements may take: the setting, its zero, and the limit of one revision.

use std::time::Duration;

use alembic::Migrator;
use alembic::config::{TransactionMode, location};
use alembic::migrate::{Database, MigrateError, Report};
use alembic::script::ScriptDirectory;
use alembic_testing::{Kind, Script, TestDatabase};

use crate::support::migrator;

/// Two revisions that take more than a second each; the first one has these directives.
fn slow(section: &str, directive: &str) -> Migrator {
    let body = |id: &str, section: &str, directive: &str| {
        format!(
            "-- alembic: upgrade{section}\n{directive}\nCREATE TABLE t_{id} (n INTEGER);\nSELECT pg_sleep(1.2);\n\
             -- alembic: downgrade\nDROP TABLE t_{id};\n"
        )
    };
    let (first, second) = (body("r1", section, directive), body("r2", "", ""));
    migrator(&[Script::with_body("r1", "", &first), Script::with_body("r2", "r1", &second)])
}

/// A database whose own limit is half a second.
async fn limited() -> TestDatabase {
    let database = TestDatabase::new(Kind::Postgresql).await;
    database.rows(&format!("ALTER DATABASE {} SET statement_timeout = '500ms'", database.name)).await;
    database
}

fn is_cancelled(result: &Result<Report, MigrateError>, revision: &str) -> bool {
    matches!(result, Err(MigrateError::Statement(failure)) if failure.revision.as_str() == revision)
}

/// Zero removes the limit of the database, in a transaction and outside of one.
#[tokio::test]
async fn zero_is_no_limit() {
    for section in ["", " no-transaction"] {
        let database = limited().await;
        let migrator = slow(section, "");
        migrator.upgrade(database.url.as_str()).await.unwrap_or_else(|error| panic!("{section}: {error}"));
        assert_eq!(database.versions().await, ["r2"]);
    }
}

/// The limit of one revision holds for that one alone, and may be shorter, longer or none at all.
#[tokio::test]
async fn one_revision() {
    for section in ["", " no-transaction"] {
        let database = TestDatabase::new(Kind::Postgresql).await;
        let url = database.url.as_str();
        let result = slow(section, "-- alembic: timeout 300ms").upgrade(url).await;
        assert!(is_cancelled(&result, "r1"), "{section}: {result:?}");
        for directive in ["-- alembic: timeout 1 min", "-- alembic: timeout 0"] {
            let database = limited().await;
            let migrator = slow(section, directive);
            let run = migrator.upgrade(database.url.as_str()).statement_timeout(Duration::from_millis(300));
            let result = run.transaction(TransactionMode::Revision).await;
            assert!(is_cancelled(&result, "r2"), "{section} {directive}: {result:?}");
            assert_eq!(database.versions().await, ["r1"]);
        }
    }
}

/// What is no time, or stands where it limits nothing, is refused.
#[test]
fn mistakes() {
    let check = |body: &str, expected: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        alembic_testing::write_scripts(folder.path(), &[Script::with_body("r1", "", body)]);
        let errors = ScriptDirectory::read(&[location(folder.path(), "")]).expect_err("a mistake");
        assert!(errors.to_string().contains(expected), "{body}: {errors}");
    };
    for time in ["", "soon", "10", "10 minutes", "-1s", "1.5h", "99999999999999999999s", "1000h", "0s0"] {
        let body =
            format!("-- alembic: upgrade\n-- alembic: timeout {time}\nSELECT 1;\n-- alembic: irreversible\n");
        check(&body, "is not a time");
    }
    let misplaced = "a timeout is set once in a section, and nowhere else";
    check("-- alembic: timeout 1s\n-- alembic: upgrade\nSELECT 1;\n-- alembic: irreversible\n", misplaced);
    check("-- alembic: upgrade\nSELECT 1;\n-- alembic: irreversible\n-- alembic: timeout 1s\n", misplaced);
    check(
        "-- alembic: upgrade\n-- alembic: timeout 1s\n-- alembic: timeout 1s\nSELECT 1;\n-- alembic: irreversible\n",
        misplaced,
    );
    check(
        "-- alembic: upgrade\nSELECT 1; -- alembic: timeout 1s\n-- alembic: irreversible\n",
        "is a comment here",
    );
}

/// It changes nothing that runs, so it can be added to a revision that is applied.
#[test]
fn it_is_not_in_the_digest() {
    let digest = |directive: &str| {
        let body = format!("-- alembic: upgrade\n{directive}SELECT 1;\n-- alembic: irreversible\n");
        migrator(&[Script::with_body("r1", "", &body)]).heads().to_vec()
    };
    assert_eq!(digest("-- alembic: timeout 1s\n"), digest(""));
    assert_ne!(digest("SELECT 2;\n"), digest(""));
}

#[tokio::test]
async fn a_limit_of_a_statement_on_mariadb() {
    let database = TestDatabase::new(Kind::Mysql).await;
    database.rows("CREATE TABLE many (n INTEGER)").await;
    database.rows("INSERT INTO many SELECT seq FROM seq_1_to_3000").await;
    let slow = "INSERT INTO many SELECT SUM(a.n + b.n + c.n) FROM many a, many b, many c";
    let body =
        |directive: &str| format!("-- alembic: upgrade\n{directive}\n{slow};\n-- alembic: irreversible\n");
    let limited = migrator(&[Script::with_body("r1", "", &body("-- alembic: timeout 300ms"))]);
    let result = limited.upgrade(database.url.as_str()).await;
    assert!(is_cancelled(&result, "r1"), "{result:?}");
    let plain = migrator(&[Script::with_body("r1", "", &body(""))]);
    let url = Database::from(&database.url);
    let result = plain.upgrade(url).statement_timeout(Duration::from_millis(300)).await;
    assert!(is_cancelled(&result, "r1"), "{result:?}");
}
