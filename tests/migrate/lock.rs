//! The lock: lost, left behind, told about, and where the server's own excludes nobody.

use std::time::Duration;

use alembic::Migrator;
use alembic::config::{Config, LockMode, RunSettings, ServerSettings, TransactionMode};
use alembic::migrate::{Event, MigrateError};
use alembic_testing::{Barrier, Kind, Script, TestDatabase, on_every_database};

use crate::concurrency::race;
use crate::support::{chain, done, migrator, migrator_of, migrator_with, upgrade};

/// `r1`, and `r2` whose second statement stands before the barrier.
fn blocked(mode: &str) -> Vec<Script<'static>> {
    let body = format!(
        "-- alembic: upgrade{mode}\nCREATE TABLE b (n INTEGER);\n{};\nCREATE TABLE c (n INTEGER);\n\
         -- alembic: downgrade\nDROP TABLE c;\nDROP TABLE b;\n",
        Barrier::STATEMENT
    );
    vec![chain(1)[0].clone(), Script::with_body("r2", "r1", &body)]
}

/// Ends the connection that holds the lock, and waits until it has ended.
async fn kill_lock(database: &TestDatabase) {
    match database.kind {
        Kind::Mysql => {
            // It does nothing, and has no transaction, which the barrier's has.
            let ids = database
                .column(
                    "SELECT CAST(id AS CHAR) FROM information_schema.processlist WHERE db = DATABASE() \
                     AND command = 'Sleep' AND id NOT IN (SELECT trx_mysql_thread_id FROM information_schema.innodb_trx)",
                )
                .await;
            assert_eq!(ids.len(), 1, "{ids:?}");
            database.rows(&format!("KILL {}", ids[0])).await;
            let sql =
                format!("SELECT CAST(id AS CHAR) FROM information_schema.processlist WHERE id = {}", ids[0]);
            while !database.rows(&sql).await.is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        _ => {
            let sql = "SELECT pg_terminate_backend(pid, 5000)::text FROM pg_locks WHERE locktype = 'advisory' AND granted \
                       AND mode = 'ExclusiveLock' \
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            assert_eq!(database.column(sql).await, ["true"]);
        }
    }
}

/// Whoever waits for the lock goes on, though the server ends sessions that say nothing, and limits statements.
#[tokio::test]
async fn limits_of_idle_sessions() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let barrier = Barrier::new(&database).await;
    let migrator = migrator(&blocked(""));
    let limited =
        format!("{}?options=-cidle_session_timeout%3D2s%20-cstatement_timeout%3D900ms", database.url);
    let first = migrator.upgrade(database.url.as_str()).statement_lock_timeout(Duration::ZERO).into_future();
    let (first, second) = tokio::join!(first, async {
        Barrier::until_blocked(&database).await;
        let second = migrator.upgrade(limited).into_future();
        let (second, ()) = tokio::join!(second, async {
            tokio::time::sleep(Duration::from_secs(4)).await;
            barrier.open().await;
        });
        second
    });
    assert_eq!(done(&first.expect("the first run")), ["r1", "r2"]);
    assert!(second.expect("the second run").done.is_empty());
}

/// Runs an upgrade whose lock is lost while a statement of it waits.
async fn lose_lock(database: &TestDatabase, migrator: &Migrator) -> MigrateError {
    let barrier = Barrier::new(database).await;
    let run = migrator.upgrade(database.url.as_str()).statement_lock_timeout(Duration::ZERO).into_future();
    let (result, ()) = tokio::join!(run, async {
        Barrier::until_blocked(database).await;
        kill_lock(database).await;
        barrier.open().await;
    });
    result.expect_err("the lock is lost")
}

#[tokio::test]
async fn a_lost_lock_commits_nothing() {
    for mode in [TransactionMode::Run, TransactionMode::Revision] {
        let database = TestDatabase::new(Kind::Postgresql).await;
        let migrator = migrator_with(&blocked(""), mode);
        let error = lose_lock(&database, &migrator).await;
        assert!(matches!(error, MigrateError::LockLost { .. }), "{error:?}");
        match mode {
            TransactionMode::Run => assert_eq!(database.tables().await, ["barrier"]),
            TransactionMode::Revision => assert_eq!(database.versions().await, ["r1"]),
        }
        upgrade(&migrator, &database).await;
        assert_eq!(database.column("SELECT n::text FROM barrier").await, ["3"]);
    }
}

#[tokio::test]
async fn a_lost_lock_stops_before_the_next_statement() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let migrator = migrator(&blocked(" no-transaction"));
    let error = lose_lock(&database, &migrator).await;
    assert!(matches!(error, MigrateError::LockLost { .. }), "{error:?}");
    assert_eq!(database.history().await, ["upgrade r1 2/2", "upgrade r2 1/3 unfinished"]);
    upgrade(&migrator, &database).await;
    assert_eq!(database.column("SELECT n::text FROM barrier").await, ["3"], "it ran once");
}

#[tokio::test]
async fn on_mariadb_the_session_that_works_keeps_others_away() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let migrator = migrator(&blocked(""));
    let barrier = Barrier::new(&database).await;
    let url = database.url.as_str();
    let first = migrator.upgrade(url).statement_lock_timeout(Duration::ZERO).into_future();
    let second = async {
        Barrier::until_blocked(&database).await;
        kill_lock(&database).await;
        let short = migrator.upgrade(url).lock_timeout(Duration::from_millis(700)).await;
        let Err(MigrateError::Locked { holder: Some(holder), .. }) = &short else { panic!("{short:?}") };
        assert!(holder.contains(Barrier::STATEMENT) && holder.contains("since 20"), "{holder}");
        barrier.open().await;
        migrator.upgrade(url).await
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(done(&first.expect("it goes on")), ["r1", "r2"]);
    assert!(second.expect("nothing to do").done.is_empty());
    assert_eq!(database.column("SELECT CAST(n AS CHAR) FROM barrier").await, ["3"]);
}

/// Where the work goes on in another session nobody keeps others away for a moment but the lock itself.
#[tokio::test]
async fn a_lost_lock_stops_before_the_next_session() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let body = format!("SET @x = 1;\n{};", Barrier::STATEMENT);
    let scripts = [
        Script::new("a", "", &body, "SELECT 1;"),
        Script::new("b", "a", "CREATE TABLE b (n INTEGER);", "DROP TABLE b;"),
    ];
    let migrator = migrator(&scripts);
    let error = lose_lock(&database, &migrator).await;
    assert!(matches!(error, MigrateError::LockLost { .. }), "{error:?}");
    assert_eq!(database.versions().await, ["a"]);
    assert_eq!(done(&upgrade(&migrator, &database).await), ["b"]);
}

on_every_database! {
    async fn a_panic_gives_the_lock_up(database: TestDatabase) {
        let url = database.url.clone();
        let panicked = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let migrator = migrator(&chain(3));
            runtime.block_on(async {
                let run = migrator.upgrade(url.as_str()).on_event(|event| {
                    let Event::Started { revision, .. } = event else { return };
                    assert_ne!(revision.as_str(), "r2", "the caller's own code fails");
                });
                let _ = run.await;
            });
        });
        panicked.join().expect_err("a panic");
        let migrator = migrator(&chain(3));
        migrator.upgrade(database.url.as_str()).lock_timeout(Duration::from_secs(5)).await.expect("the lock is free");
        assert_eq!(database.versions().await, ["r3"]);
    }

    async fn who_waits_goes_on_when_the_other_is_done(database: TestDatabase) {
        let migrator = migrator(&blocked(""));
        let barrier = Barrier::new(&database).await;
        let url = database.url.as_str();
        let first = migrator.upgrade(url).statement_lock_timeout(Duration::ZERO).into_future();
        let waiting = tokio::sync::Notify::new();
        let second = async {
            match database.kind {
                // It waits for the lock of the file, which is not told.
                Kind::Sqlite => tokio::time::sleep(Duration::from_millis(100)).await,
                _ => Barrier::until_blocked(&database).await,
            }
            let mut told = Vec::new();
            let report = migrator.upgrade(url).on_event(|event| {
                if let Event::Waiting { holder } = &event {
                    waiting.notify_one();
                    told.extend(holder.clone());
                }
            }).await;
            (report, told)
        };
        let (first, (second, told), ()) = tokio::join!(first, second, async {
            waiting.notified().await;
            barrier.open().await;
        });
        first.expect("the first");
        assert!(second.expect("the second").done.is_empty());
        assert_eq!(database.history().await, ["upgrade r1 2/2", "upgrade r2 3/3"]);
        if database.kind != Kind::Sqlite {
            assert!(told[0].contains("user") && told[0].contains("since 20"), "{told:?}");
        }
    }
}

/// Drops a run while its statement waits on the server, which goes on with it.
async fn drop_while_blocked(database: &TestDatabase, migrator: &Migrator) {
    let run = migrator.upgrade(database.url.as_str()).statement_lock_timeout(Duration::ZERO);
    tokio::select! {
        result = run.into_future() => panic!("it was to be dropped: {result:?}"),
        () = Barrier::until_blocked(database) => {}
    }
}

/// Upgrades, and opens the barrier when that waits. Returns what it waited for, and what was decided.
async fn upgrade_after(
    database: &TestDatabase,
    migrator: &Migrator,
    barrier: Barrier,
) -> (String, Vec<(usize, bool)>) {
    let waiting = tokio::sync::Notify::new();
    let (mut told, mut decided) = (String::new(), Vec::new());
    let run = migrator.upgrade(database.url.as_str()).on_event(|event| match event {
        Event::Waiting { holder: Some(holder) } => {
            told = holder;
            waiting.notify_one();
        }
        Event::Decided { number, was_done, .. } => decided.push((number, was_done)),
        _ => {}
    });
    let (result, ()) = tokio::join!(run.into_future(), async {
        waiting.notified().await;
        barrier.open().await;
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    (told, decided)
}

#[tokio::test]
async fn an_index_that_a_killed_run_still_builds_is_waited_for() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let body = "-- alembic: upgrade no-transaction\nCREATE INDEX CONCURRENTLY barrier_n ON barrier (n);\n";
    let migrator = migrator(&[Script::with_body("r1", "", body)]);
    // Its transaction has changed a row of the table.
    let barrier = Barrier::new(&database).await;
    drop_while_blocked(&database, &migrator).await;
    let (told, decided) = upgrade_after(&database, &migrator, barrier).await;
    assert!(told.contains("CREATE INDEX CONCURRENTLY") && told.contains("since 20"), "{told}");
    assert_eq!(decided, [(1, true)], "the server has finished it");
    let valid = "SELECT indisvalid::text FROM pg_index WHERE indrelid = 'barrier'::regclass";
    assert_eq!(database.column(valid).await, ["true"]);
}

#[tokio::test]
async fn a_table_that_a_killed_run_still_alters_is_waited_for() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let migrator = migrator(&[Script::new("r1", "", "ALTER TABLE barrier ADD COLUMN m INT;", "SELECT 1;")]);
    let barrier = Barrier::new(&database).await;
    drop_while_blocked(&database, &migrator).await;
    let (told, _) = upgrade_after(&database, &migrator, barrier).await;
    assert!(told.contains("ALTER TABLE") && told.contains("since 20"), "{told}");
    assert_eq!(database.history().await, ["upgrade r1 1/1"]);
    assert_eq!(database.versions().await, ["r1"]);
}

/// A PostgreSQL that says that it is CockroachDB, and whose advisory locks exclude nobody.
async fn without_locks() -> TestDatabase {
    let database = TestDatabase::new(Kind::Postgresql).await;
    for sql in [
        "CREATE SCHEMA fake",
        "CREATE FUNCTION fake.version() RETURNS text LANGUAGE sql AS $$ SELECT 'CockroachDB CCL v23.1.0' $$",
        "CREATE FUNCTION fake.pg_try_advisory_xact_lock(bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$",
        &format!("ALTER DATABASE {} SET search_path = fake, pg_catalog, public", database.name),
    ] {
        database.rows(sql).await;
    }
    database
}

#[tokio::test]
async fn a_lease_excludes_where_locks_do_not() {
    let database = without_locks().await;
    for mode in [TransactionMode::Run, TransactionMode::Revision] {
        let migrator = migrator_with(&chain(4), mode);
        assert_eq!(race(&migrator, &database.url).await, ["r1", "r2", "r3", "r4"]);
        migrator.downgrade(database.url.as_str(), "base").await.expect("downgrade");
    }
    let lease = "SELECT epoch::text || coalesce(holder, ' free') FROM alembic_lease";
    let lease = database.column(lease).await;
    assert!(lease[0].ends_with(" free"), "{lease:?}");
}

#[tokio::test]
async fn a_lease_of_somebody_who_is_gone_runs_out() {
    let database = without_locks().await;
    let migrator = migrator(&chain(2));
    let url = database.url.as_str();
    migrator.upgrade(url).target("r1").await.expect("the first");
    let hold = |end: &str| {
        format!(
            "UPDATE alembic_lease SET epoch = epoch + 1, holder = 'ada@host', taken_at = now(), \
             expires_at = now() {end}"
        )
    };
    database.rows(&hold("+ interval '20 seconds'")).await;
    let result = migrator.upgrade(url).lock_timeout(Duration::from_millis(300)).await;
    let Err(MigrateError::Locked { holder: Some(holder), .. }) = &result else { panic!("{result:?}") };
    assert!(holder.starts_with("ada@host, since 20"), "{holder}");
    database.rows(&hold("- interval '1 second'")).await;
    migrator.upgrade(url).lock_timeout(Duration::from_millis(300)).await.expect("it has run out");
}

#[tokio::test]
async fn whoever_lost_the_lease_writes_nothing() {
    for mode in ["", " no-transaction"] {
        let database = without_locks().await;
        let migrator = migrator(&blocked(mode));
        migrator.upgrade(database.url.as_str()).target("r1").await.expect("the first");
        let barrier = Barrier::new(&database).await;
        let run =
            migrator.upgrade(database.url.as_str()).statement_lock_timeout(Duration::ZERO).into_future();
        let (result, ()) = tokio::join!(run, async {
            Barrier::until_blocked(&database).await;
            // As if this process had been paused for longer than the lease lasts.
            database.rows("UPDATE alembic_lease SET epoch = epoch + 1, holder = 'another'").await;
            barrier.open().await;
        });
        let error = result.expect_err("the lease is another's");
        assert!(matches!(error, MigrateError::LockLost { .. }), "{error:?}");
        assert_eq!(database.versions().await, ["r1"]);
        assert_eq!(database.column("SELECT n::text FROM barrier").await, ["2"], "{mode}");
        database.rows("UPDATE alembic_lease SET holder = NULL").await;
        upgrade(&migrator, &database).await;
        assert_eq!(database.column("SELECT n::text FROM barrier").await, ["3"], "{mode}");
    }
}

/// DDL commits by itself there: a revision is journalled, and what failed in it is neither said to be rolled back nor run again.
#[tokio::test]
async fn where_ddl_commits_by_itself_a_revision_is_journalled() {
    let database = without_locks().await;
    let body = "-- alembic: upgrade\nCREATE TABLE t (n INTEGER);\nINSERT INTO t VALUES (1);\n\
                CREATE INDEX t_n ON t (n);\nALTER TABLE t ADD COLUMN m INTEGER REFERENCES missing (n);\n\
                -- alembic: downgrade\nDROP TABLE t;\n";
    let scripts = [chain(1)[0].clone(), Script::with_body("r2", "r1", body)];
    let error = migrator(&scripts).upgrade(database.url.as_str()).await.expect_err("no such table");
    let text = error.to_string();
    assert!(text.contains("what stands before is done") && !text.contains("as it was"), "{text}");
    assert_eq!(database.column("SELECT n::text FROM t").await, ["1"]);
    let mended = body.replace("REFERENCES missing (n)", "");
    let scripts = [chain(1)[0].clone(), Script::with_body("r2", "r1", &mended)];
    assert_eq!(done(&upgrade(&migrator(&scripts), &database).await), ["r2"]);
    assert_eq!(database.column("SELECT n::text FROM t").await, ["1"], "the row is there once");
}

/// What no query tells is said in the configuration.
#[tokio::test]
async fn the_configuration_knows_more_of_a_server() {
    let server = ServerSettings { transactional_ddl: false, lock: LockMode::Lease };
    let settings = RunSettings { server, ..Config::default().run_settings() };
    for kind in [Kind::Postgresql, Kind::Mysql, Kind::Sqlite] {
        let database = TestDatabase::new(kind).await;
        let migrator = migrator_of(&chain(3), settings.clone());
        assert_eq!(race(&migrator, &database.url).await, ["r1", "r2", "r3"]);
        let tables = database.tables().await;
        assert_eq!(tables.iter().any(|table| table == "alembic_lease"), kind != Kind::Sqlite, "{tables:?}");
    }
}

/// A transaction that could not be begun is not open: the run is tried again.
#[tokio::test]
async fn tables_of_ours_that_are_locked_are_waited_for() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let migrator = migrator(&blocked(""));
    let url = database.url.as_str();
    migrator.upgrade(url).target("r1").await.expect("the first");
    let barrier = Barrier::new(&database).await;
    let first = migrator.upgrade(url).statement_lock_timeout(Duration::ZERO).into_future();
    let waiting = tokio::sync::Notify::new();
    let mut retried = 0;
    let second = async {
        Barrier::until_blocked(&database).await;
        let run = migrator.upgrade(url).target("r2").statement_lock_timeout(Duration::from_millis(100));
        run.on_event(|event| match event {
            Event::Waiting { .. } => waiting.notify_one(),
            Event::Retrying { .. } => retried += 1,
            _ => {}
        })
        .await
    };
    let locked = async {
        waiting.notified().await;
        let lock = database.rows(
            "BEGIN; LOCK TABLE alembic_history IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(1)::text; COMMIT",
        );
        let open = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            barrier.open().await;
        };
        tokio::join!(lock, open)
    };
    let (first, second, _) = tokio::join!(first, second, locked);
    assert_eq!(done(&first.expect("the first")), ["r2"]);
    assert!(second.expect("it is tried again").done.is_empty());
    assert!(retried > 0, "the history was locked when the second run came to it");
}
