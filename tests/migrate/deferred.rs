//! Constraints that are deferred to the end of the transaction, and the revision that does not satisfy them.

use alembic::config::TransactionMode;
use alembic::migrate::MigrateError;
use alembic_testing::{Kind, Script, TestDatabase};

use crate::support::{done, migrator_with};

/// `a1` makes a deferred foreign key, `a2` and `a3` are given.
fn scripts(second: &str, third: &str) -> Vec<Script<'static>> {
    let tables = "CREATE TABLE p (id INTEGER PRIMARY KEY);\n\
         CREATE TABLE c (p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED);";
    vec![
        Script::new("a1", "", tables, "DROP TABLE c;\nDROP TABLE p;"),
        Script::new("a2", "a1", second, ""),
        Script::new("a3", "a2", third, ""),
    ]
}

const MODES: [TransactionMode; 2] = [TransactionMode::Run, TransactionMode::Revision];

#[tokio::test]
async fn the_revision_is_named_on_postgresql() {
    for mode in MODES {
        // What another revision mends is no better: it does the same in a run of its own.
        for third in ["CREATE TABLE z (x INTEGER);", "INSERT INTO p VALUES (1);"] {
            let database = TestDatabase::new(Kind::Postgresql).await;
            let migrator = migrator_with(&scripts("INSERT INTO c VALUES (1);", third), mode);
            let error = migrator.upgrade(database.url.as_str()).await.expect_err("a row refers to nothing");
            let MigrateError::Deferred { path, revision, message, .. } = &error else { panic!("{error:?}") };
            assert_eq!((path.as_str(), revision.as_str()), ("migrations/a2.sql", "a2"));
            assert!(message.to_string().contains("c_p_fkey"), "{error}");
            let kept: &[&str] = if mode == TransactionMode::Run { &[] } else { &["a1"] };
            assert_eq!(database.versions().await, kept);
        }
    }
}

#[tokio::test]
async fn a_table_with_rows_of_before_can_be_altered_on_postgresql() {
    let second = "INSERT INTO c VALUES (1);\nINSERT INTO p VALUES (1);";
    // Of the same name, but not to be deferred; and deferrable, but not deferred.
    let other = "CREATE TABLE d (p INTEGER CONSTRAINT c_p_fkey REFERENCES p (id));\n\
         CREATE TABLE e (p INTEGER REFERENCES p (id) DEFERRABLE);";
    for mode in MODES {
        let database = TestDatabase::new(Kind::Postgresql).await;
        let third = format!("ALTER TABLE c ADD COLUMN x INTEGER;\n{other}");
        let mut scripts = scripts(second, &third);
        // Deferred it still is.
        scripts.push(Script::new("a4", "a3", "ALTER TABLE c RENAME CONSTRAINT c_p_fkey TO late;", ""));
        scripts.push(Script::new("a5", "a4", "INSERT INTO c VALUES (2);\nINSERT INTO p VALUES (2);", ""));
        let report = migrator_with(&scripts, mode).upgrade(database.url.as_str()).await.expect("applies");
        assert_eq!(done(&report), ["a1", "a2", "a3", "a4", "a5"]);
    }
}

#[tokio::test]
async fn the_row_is_named_on_sqlite() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let scripts = scripts("INSERT INTO c VALUES (7);", "CREATE TABLE z (x INTEGER);");
    let error = migrator_with(&scripts, TransactionMode::Run).upgrade(database.url.as_str()).await;
    assert_eq!(
        error.expect_err("a row refers to nothing").to_string(),
        "row 1 of `c` refers to a row of `p` that is not there when a1, a2, a3 are committed; nothing of it is"
    );
    assert!(database.user_tables().await.is_empty());
    let error = migrator_with(&scripts, TransactionMode::Revision).upgrade(database.url.as_str()).await;
    assert_eq!(
        error.expect_err("a row refers to nothing").to_string(),
        "row 1 of `c` refers to a row of `p` that is not there when a2 is committed; nothing of it is"
    );
    assert_eq!(database.versions().await, ["a1"]);
}
