//! A stamp says where a database is, and runs nothing: what was only stamped is not what was applied.

use alembic::migrate::{LeftBehind, MigrateError};
use alembic::revision::RevisionId;
use alembic_testing::{Kind, Script, TestDatabase, on_every_database};

use crate::support::{chain, done, migrator, tables, upgrade};

fn ids(revisions: &[RevisionId]) -> Vec<&str> {
    revisions.iter().map(RevisionId::as_str).collect()
}

/// A chain of three with another upgrade of the second.
fn edited() -> Vec<Script<'static>> {
    let mut scripts = chain(3);
    scripts[1].body = scripts[1].body.replace("VALUES (1)", "VALUES (2)");
    scripts
}

/// `r1`, and `r2`, which stops after the first of three statements.
fn half() -> Vec<Script<'static>> {
    let body = "-- alembic: upgrade no-transaction\nCREATE TABLE half (n INTEGER);\nINSERT INTO missing VALUES (1);\n\
                CREATE TABLE rest (n INTEGER);\n\n-- alembic: downgrade\nDROP TABLE rest;\nDROP TABLE half;\n";
    let mut scripts = chain(1);
    scripts.push(Script::with_body("r2", "r1", body));
    scripts
}

/// What is left of `r2`: its first statement.
#[track_caller]
fn check_left(left: &[LeftBehind]) {
    let [left] = left else { panic!("{left:?}") };
    let [statement] = left.statements.as_slice() else { panic!("{left:?}") };
    assert_eq!((left.revision.as_str(), statement.number, statement.line), ("r2", 1, Some(7)));
    assert_eq!(statement.statement.as_deref(), Some("CREATE TABLE half (n INTEGER)"));
    assert!(statement.is_certain);
}

async fn stop_half_way(database: &TestDatabase) {
    let error = migrator(&half()).upgrade(database.url.as_str()).await.expect_err("there is no such table");
    assert!(matches!(error, MigrateError::Statement(_)), "{error:?}");
}

on_every_database! {
    async fn it_may_be_edited(database: TestDatabase) {
        let url = database.url.as_str();
        migrator(&chain(2)).stamp(url, ["r2"]).await.expect("a stamp");
        let edited = migrator(&edited());
        assert_eq!(done(&upgrade(&edited, &database).await), ["r3"]);
        assert!(upgrade(&edited, &database).await.done.is_empty());
        let found = edited.verify(url).await.expect("a comparison");
        assert_eq!(ids(&found.stamped), ["r1", "r2"]);
        assert!(found.edited.is_empty() && found.moved.is_none(), "{found:?}");
        // What ran above it may not.
        let mut scripts = chain(3);
        scripts[2].body = scripts[2].body.replace("VALUES (1)", "VALUES (2)");
        let error = migrator(&scripts).upgrade(url).await.expect_err("edited");
        let MigrateError::Edited(revisions) = &error else { panic!("{error:?}") };
        assert_eq!((revisions.len(), revisions[0].revision.as_str()), (1, "r3"));
    }

    async fn its_downgrade_runs_only_with_consent(database: TestDatabase) {
        let url = database.url.as_str();
        // Both tables were there before this tool.
        for table in tables(&["r1", "r2"]) {
            database.rows(&format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY)")).await;
        }
        let migrator = migrator(&chain(3));
        migrator.stamp(url, ["r2"]).await.expect("a stamp");
        upgrade(&migrator, &database).await;
        let history = database.history().await;
        let error = migrator.downgrade(url, "r1").await.expect_err("it was only stamped");
        let MigrateError::OnlyStamped(revisions) = &error else { panic!("{error:?}") };
        assert_eq!(ids(revisions), ["r2"]);
        let preview = migrator.downgrade(url, "base").preview().await.expect_err("it was only stamped");
        assert!(matches!(&preview, MigrateError::OnlyStamped(revisions) if revisions.len() == 2), "{preview:?}");
        assert_eq!((database.versions().await, database.history().await), (vec!["r3".to_owned()], history));
        // What ran is taken back as ever.
        migrator.downgrade(url, "r2").await.expect("a downgrade");
        migrator.stamp(url, ["r1"]).await.expect("a stamp");
        assert_eq!(database.user_tables().await, tables(&["r1", "r2"]), "a stamp runs nothing");
        migrator.downgrade(url, "base").stamped().await.expect("with consent");
        assert_eq!(database.user_tables().await, tables(&["r2"]));
    }

    async fn a_stamp_works_whatever_was_applied_as_what(database: TestDatabase) {
        let url = database.url.as_str();
        upgrade(&migrator(&chain(3)), &database).await;
        let edited = migrator(&edited());
        edited.upgrade(url).await.expect_err("edited");
        edited.stamp(url, ["r1"]).preview().await.expect("a preview");
        edited.stamp(url, ["r1"]).await.expect("a stamp");
        assert_eq!(database.versions().await, ["r1"]);
        assert!(migrator(&chain(1)).verify(url).await.expect("a comparison").edited.is_empty());
        // The scripts of what is applied are gone.
        let none = migrator(&[]);
        none.stamp(url, ["base"]).purge().await.expect("a stamp");
        assert!(database.versions().await.is_empty());
        assert_eq!(database.user_tables().await, tables(&["r1", "r2", "r3"]));
    }

    async fn a_stamp_asks_before_it_gives_up_unfinished_work(database: TestDatabase) {
        let url = database.url.as_str();
        stop_half_way(&database).await;
        let migrator = migrator(&half());
        for purge in [false, true] {
            let stamp = migrator.stamp(url, ["r1"]);
            let error = if purge { stamp.purge().await } else { stamp.await };
            let error = error.expect_err("r2 is unfinished");
            let MigrateError::Abandons(left) = &error else { panic!("{error:?}") };
            check_left(left);
            assert!(error.to_string().contains("statement 1, line 7\n  | CREATE TABLE half (n INTEGER)"), "{error}");
        }
        assert_eq!(migrator.status(url).await.expect("a state").unfinished.len(), 1);
        // The rows stay as they are, and the work is given up all the same.
        let report = migrator.stamp(url, ["r1"]).abandoning().await.expect("with consent");
        check_left(&report.abandoned);
        assert_eq!(migrator.status(url).await.expect("a state").unfinished, []);
        assert_eq!(database.user_tables().await, ["half", "t_r1"]);
    }

    async fn unfinished_work_is_given_up(database: TestDatabase) {
        let url = database.url.as_str();
        stop_half_way(&database).await;
        // Its script is gone, and so is what it stands on.
        let migrator = migrator(&[]);
        let report = migrator.abandon(url).await.expect("given up");
        check_left(&report.abandoned);
        assert_eq!(report.to, ["r1"]);
        let error = migrator.abandon(url).await.expect_err("all is given up");
        assert!(matches!(error, MigrateError::NothingUnfinished), "{error:?}");
        let mut scripts = chain(2);
        scripts[1].body = "-- alembic: upgrade\nDROP TABLE half;\n".to_owned();
        assert_eq!(done(&upgrade(&crate::support::migrator(&scripts), &database).await), ["r2"]);
    }
}

/// The statement that the run ended in may have run or not.
#[tokio::test]
async fn what_is_in_doubt_is_listed_as_such() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    stop_half_way(&database).await;
    database.rows("UPDATE alembic_history SET statements_begun = 2 WHERE finished_at IS NULL").await;
    let report = migrator(&half()).abandon(database.url.as_str()).await.expect("given up");
    let text = report.abandoned[0].to_string();
    let doubtful = "statement 2, line 8 (it may have run or not)\n  | INSERT INTO missing VALUES (1)";
    assert!(text.contains(doubtful), "{text}");
    // A history without its script still has the numbers.
    stop_half_way_again(&database).await;
    database.rows("UPDATE alembic_history SET script = NULL WHERE finished_at IS NULL").await;
    let report = migrator(&half()).abandon(database.url.as_str()).await.expect("given up");
    assert_eq!(report.abandoned[0].statements[0].line, None);
    assert_eq!(report.abandoned[0].statements.len(), 1);
}

async fn stop_half_way_again(database: &TestDatabase) {
    database.rows("DROP TABLE half").await;
    stop_half_way(database).await;
}
