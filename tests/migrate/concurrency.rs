//! Several processes at once, and runs that do not end by themselves.

use std::time::Duration;

use alembic::Migrator;
use alembic::config::TransactionMode;
use alembic::migrate::{Event, MigrateError};
use alembic_testing::{Kind, Script, TestDatabase, on_every_database};

use crate::support::{chain, done, migrator, migrator_with, upgrade};

/// Runs the same upgrade several times at once, and returns how often each revision was run.
pub(crate) async fn race(migrator: &Migrator, url: &str) -> Vec<String> {
    let runs =
        (0..4).map(|_| async { migrator.upgrade(url).await.unwrap_or_else(|error| panic!("{error}")) });
    let mut all = Vec::new();
    for report in futures(runs.collect()).await {
        all.extend(done(&report).into_iter().map(str::to_owned));
    }
    all.sort();
    all
}

/// Awaits all of them at once.
async fn futures<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut ready = true;
        for (future, output) in &mut futures {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    futures.into_iter().filter_map(|(_, output)| output).collect()
}

on_every_database! {
    async fn each_revision_runs_once(database: TestDatabase) {
        for mode in [TransactionMode::Run, TransactionMode::Revision] {
            let migrator = migrator_with(&chain(6), mode);
            assert_eq!(race(&migrator, &database.url).await, ["r1", "r2", "r3", "r4", "r5", "r6"]);
            assert_eq!(database.versions().await, ["r6"]);
            migrator.downgrade(database.url.as_str(), "base").await.expect("downgrade");
        }
    }

    async fn a_dropped_run_leaves_no_lock_and_no_transaction(database: TestDatabase) {
        let slow = match database.kind {
            Kind::Sqlite => {
                "CREATE TABLE slow AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) \
                 SELECT count(*) AS c FROM n;"
            }
            Kind::Postgresql => "SELECT pg_sleep(1);",
            Kind::Mysql => "SELECT SLEEP(1);",
        };
        let scripts = [chain(1)[0].clone(), Script::new("s", "r1", slow, "SELECT 1;")];
        let migrator = migrator(&scripts);
        let begun = tokio::sync::Notify::new();
        let run = migrator.upgrade(database.url.as_str()).on_event(|event| {
            if matches!(event, Event::Started { revision, .. } if revision.as_str() == "s") {
                begun.notify_one();
            }
        });
        let dropped = async {
            begun.notified().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        tokio::select! {
            result = run.into_future() => panic!("the run was to be dropped while it runs: {result:?}"),
            () = dropped => {}
        }
        upgrade(&migrator, &database).await;
        assert_eq!(database.versions().await, ["s"]);
        assert_eq!(database.history().await.len(), 2);
    }
}

#[tokio::test]
async fn waiting_is_told_and_bounded() {
    for kind in [Kind::Postgresql, Kind::Mysql] {
        let database = TestDatabase::new(kind).await;
        let sleep = if kind == Kind::Mysql { "SELECT SLEEP(4);" } else { "SELECT pg_sleep(4);" };
        let migrator = migrator(&[Script::new("s", "", sleep, "SELECT 1;")]);
        let url = database.url.as_str();
        let holder = migrator.upgrade(url).into_future();
        let waiter = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let mut told = Vec::new();
            let result = migrator
                .upgrade(url)
                .lock_timeout(Duration::from_millis(1200))
                .on_event(|event| told.push(event))
                .await;
            let Err(MigrateError::Locked { holder: Some(holder), .. }) = &result else {
                panic!("{result:?}")
            };
            assert!(holder.contains("user"), "{holder}");
            assert!(matches!(told.as_slice(), [Event::Waiting { holder: Some(_) }]), "{told:?}");
        };
        let (held, ()) = tokio::join!(holder, waiter);
        assert_eq!(done(&held.expect("the holder ends well")), ["s"]);
    }
}
