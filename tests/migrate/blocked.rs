//! Somebody else is in the way: how long that is borne, what is told of it, and that it is tried again.

use std::time::Duration;

use alembic::config::TransactionMode;
use alembic::migrate::{Event, MigrateError};
use alembic_testing::{Barrier, Kind, Script, TestDatabase, on_every_database};

use crate::support::{chain, migrator, migrator_with};

fn scripts() -> Vec<Script<'static>> {
    let upgrade =
        format!("CREATE TABLE b (n INTEGER);\n{};\nCREATE TABLE c (n INTEGER);", Barrier::STATEMENT);
    vec![chain(1)[0].clone(), Script::new("r2", "r1", &upgrade, "DROP TABLE c;\nDROP TABLE b;")]
}

on_every_database! {
    async fn a_blocked_revision_is_rolled_back_and_tried_again(database: TestDatabase) {
        for mode in [TransactionMode::Run, TransactionMode::Revision] {
            database.rows("DROP TABLE IF EXISTS barrier").await;
            let migrator = migrator_with(&scripts(), mode);
            let barrier = Barrier::new(&database).await;
            let retrying = tokio::sync::Notify::new();
            let (mut blocked_by, mut attempts) = (Vec::new(), Vec::new());
            let url = database.url.as_str();
            let lock_timeout = Duration::from_secs(if database.kind == Kind::Sqlite { 60 } else { 5 });
            let run = migrator
                .upgrade(url)
                .statement_lock_timeout(Duration::from_millis(1000))
                .lock_timeout(lock_timeout)
                .on_event(|event| match event {
                    Event::Blocked { by } => blocked_by.push(by),
                    Event::Waiting { .. } => retrying.notify_one(),
                    Event::Retrying { attempt, reason, .. } => {
                        attempts.push((attempt, reason));
                        retrying.notify_one();
                    }
                    _ => {}
                });
            let (result, ()) = tokio::join!(run.into_future(), async {
                retrying.notified().await;
                barrier.open().await;
            });
            result.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(database.versions().await, ["r2"]);
            let text = if database.kind == Kind::Mysql { "CAST(n AS CHAR)" } else { "CAST(n AS TEXT)" };
            assert_eq!(database.column(&format!("SELECT {text} FROM barrier")).await, ["3"], "it ran once");
            if database.kind != Kind::Sqlite {
                // SQLite is waited for before anything runs, and does not say for whom.
                assert_eq!(attempts[0].0, 1);
                assert!(attempts[0].1.contains("migrations/r2.sql:8"), "{attempts:?}");
                assert!(blocked_by[0].contains("since 20"), "{blocked_by:?}");
                let who = if database.kind == Kind::Mysql { "connection " } else { "UPDATE barrier SET n = 2" };
                assert!(blocked_by[0].contains(who), "{blocked_by:?}");
            }
            assert_eq!(database.history().await, ["upgrade r1 2/2", "upgrade r2 3/3"]);
            migrator.downgrade(url, "base").await.expect("downgrade");
            database.rows("DELETE FROM alembic_history").await;
        }
    }
}

#[tokio::test]
async fn it_is_given_up_in_the_end() {
    for kind in [Kind::Postgresql, Kind::Mysql] {
        let database = TestDatabase::new(kind).await;
        let migrator = migrator(&scripts());
        let barrier = Barrier::new(&database).await;
        let mut attempts = 0;
        let run = migrator
            .upgrade(database.url.as_str())
            .statement_lock_timeout(Duration::from_secs(1))
            .retries(1)
            .on_event(|event| attempts += usize::from(matches!(event, Event::Retrying { .. })));
        let error = run.await.expect_err("nobody opens the barrier");
        assert_eq!(attempts, 1);
        assert!(error.is_transient(), "{error:?}");
        let MigrateError::Statement(failure) = &error else { panic!("{error:?}") };
        let by = failure.blocked_by.as_ref().expect("who it was");
        assert!(error.to_string().contains(&format!("it waited for {by}")), "{error}");
        barrier.open().await;
        migrator.upgrade(database.url.as_str()).await.expect("now");
    }
}

#[tokio::test]
async fn the_victim_of_a_deadlock_is_tried_again() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let upgrade = format!("UPDATE other SET n = n + 1;\n{};", Barrier::STATEMENT);
    let migrator = migrator(&[Script::new("r1", "", &upgrade, "SELECT 1;")]);
    database.rows("CREATE TABLE other (n INTEGER); INSERT INTO other VALUES (1)").await;
    let mut barrier = Barrier::new(&database).await;
    // Only the run looks for deadlocks: then it is the victim.
    barrier.execute("SET deadlock_timeout = '1h'").await;
    let mut reasons = Vec::new();
    let run =
        migrator.upgrade(database.url.as_str()).statement_lock_timeout(Duration::ZERO).on_event(|event| {
            if let Event::Retrying { reason, .. } = event {
                reasons.push(reason);
            }
        });
    let (result, ()) = tokio::join!(run.into_future(), async {
        Barrier::until_blocked(&database).await;
        // Waits for the run's transaction, which waits for this one.
        barrier.execute("UPDATE other SET n = n + 10").await;
        barrier.open().await;
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(reasons[0].contains("deadlock"), "{reasons:?}");
    assert_eq!(database.column("SELECT n::text FROM other").await, ["12"]);
    assert_eq!(database.column("SELECT n::text FROM barrier").await, ["3"]);
}

#[tokio::test]
async fn a_statement_may_take_its_time_and_no_longer() {
    for (kind, statement) in [(Kind::Postgresql, "SELECT pg_sleep(30);"), (Kind::Mysql, "SELECT SLEEP(30);")]
    {
        let database = TestDatabase::new(kind).await;
        let migrator = migrator(&[Script::new("r1", "", statement, "SELECT 1;")]);
        let run = migrator.upgrade(database.url.as_str()).statement_timeout(Duration::from_millis(300));
        let error = run.await.expect_err("it takes too long");
        assert!(matches!(error, MigrateError::Statement(_)) && !error.is_transient(), "{error:?}");
        assert!(database.versions().await.is_empty());
    }
}

#[tokio::test]
async fn a_reader_of_a_sqlite_file_is_waited_for_at_the_commit() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let migrator = migrator(&chain(2));
    database.rows("CREATE TABLE mine (n INTEGER)").await;
    database.rows("INSERT INTO mine VALUES (1)").await;
    let mut reader =
        <sqlx::SqliteConnection as sqlx::Connection>::connect(&database.url).await.expect("a connection");
    sqlx::raw_sql("BEGIN; SELECT * FROM mine").execute(&mut reader).await.expect("a read transaction");
    let started = tokio::sync::Notify::new();
    let run = migrator
        .upgrade(database.url.as_str())
        .statement_lock_timeout(Duration::from_secs(60))
        .on_event(|event| {
            if let Event::Finished(done) = event
                && done.revision.as_str() == "r2"
            {
                started.notify_one();
            }
        });
    let (result, ()) = tokio::join!(run.into_future(), async {
        started.notified().await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        sqlx::raw_sql("COMMIT").execute(&mut reader).await.expect("the end of reading");
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(database.versions().await, ["r2"]);
}

/// Another attempt goes on in the session of the one before: it has the variables and temporary tables that the revision has
/// made there.
#[tokio::test]
async fn the_session_is_kept_for_the_next_attempt() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let barrier = Barrier::new(&database).await;
    let upgrade = format!(
        "CREATE TABLE t (n INTEGER);\nSELECT 5 INTO @x;\nCREATE TEMPORARY TABLE stage AS SELECT 7 AS n;\n\
         INSERT INTO t VALUES (@x);\n{};\nINSERT INTO t VALUES (@x + 1);\nINSERT INTO t SELECT n FROM stage;",
        Barrier::STATEMENT
    );
    let migrator = migrator(&[Script::new("r1", "", &upgrade, "DROP TABLE t;")]);
    let retrying = tokio::sync::Notify::new();
    let run = migrator
        .upgrade(database.url.as_str())
        .statement_lock_timeout(Duration::from_millis(1000))
        .on_event(|event| {
            if matches!(event, Event::Retrying { .. }) {
                retrying.notify_one()
            }
        });
    let (result, ()) = tokio::join!(run.into_future(), async {
        retrying.notified().await;
        barrier.open().await;
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(database.column("SELECT CAST(n AS CHAR) FROM t ORDER BY n").await, ["5", "6", "7"]);
}
