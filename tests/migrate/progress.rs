//! The progress of a run of several revisions: events in their order, a stop between revisions, rows of the history.

use std::sync::{Arc, Mutex};

use alembic::config::TransactionMode;
use alembic::migrate::{Event, Interrupt, MigrateError};
use alembic_testing::{Kind, Script, on_every_database};

use crate::support::{chain, migrator, migrator_with, upgrade};

/// The starts and ends that events report.
fn note(events: &Mutex<Vec<String>>, event: &Event) {
    let line = match event {
        Event::Started { revision, .. } => format!("{revision} starts"),
        Event::Finished(done) => format!("{} ends", done.revision),
        _ => return,
    };
    events.lock().expect("no panic").push(line);
}

fn both(ids: &[&str]) -> Vec<String> {
    ids.iter().flat_map(|id| [format!("{id} starts"), format!("{id} ends")]).collect()
}

on_every_database! {
    async fn each_revision_ends_before_the_next_one_starts(database: TestDatabase) {
        let mut scripts = chain(6);
        // One without statements, and one that cannot be sent together with others.
        scripts[2] = Script::new("r3", "r2", "", "");
        scripts[4] = Script::with_body("r5", "r4", "-- alembic: upgrade no-transaction\nCREATE TABLE t_r5 (id INTEGER);\n");
        for mode in [TransactionMode::Run, TransactionMode::Revision] {
            let events = Mutex::new(Vec::new());
            let migrator = migrator_with(&scripts, mode);
            let run = migrator.upgrade(database.url.as_str()).on_event(|event| note(&events, &event));
            let report = run.await.expect("an upgrade");
            let ids = ["r1", "r2", "r3", "r4", "r5", "r6"];
            assert_eq!(*events.lock().expect("no panic"), both(&ids), "{mode:?}");
            assert_eq!(crate::support::done(&report), ids);
            assert_eq!(
                database.history().await,
                ["upgrade r1 2/2", "upgrade r2 2/2", "upgrade r3 0/0", "upgrade r4 2/2", "upgrade r5 1/1", "upgrade r6 2/2"]
            );
            for table in ["t_r1", "t_r2", "t_r4", "t_r5", "t_r6", "alembic_version", "alembic_history"] {
                database.rows(&format!("DROP TABLE {table}")).await;
            }
        }
    }

    async fn events_stop_at_the_revision_that_fails(database: TestDatabase) {
        let mut scripts = chain(5);
        scripts[3] = Script::new("r4", "r3", "CREATE TABLE t_r4 (id INTEGER);\nINSERT INTO missing VALUES (1);", "");
        let events = Mutex::new(Vec::new());
        let migrator = migrator(&scripts);
        let run = migrator.upgrade(database.url.as_str()).on_event(|event| note(&events, &event));
        let Err(MigrateError::Statement(failure)) = run.await else { panic!("a failure") };
        assert_eq!((failure.revision.as_str(), failure.number, failure.line), ("r4", 2, 8));
        let mut expected = both(&["r1", "r2", "r3"]);
        expected.push("r4 starts".to_owned());
        assert_eq!(*events.lock().expect("no panic"), expected);
    }

    /// On MySQL, where the end of a revision commits together with what announces the next one's first statement, that
    /// statement is running by then.
    async fn a_stop_during_a_revision(database: TestDatabase) {
        let interrupt = Interrupt::default();
        let events = Arc::new(Mutex::new(Vec::new()));
        let migrator = migrator(&chain(9));
        let (stop, seen) = (interrupt.clone(), Arc::clone(&events));
        let run = migrator.upgrade(database.url.as_str()).interrupted_by(&interrupt).on_event(move |event| {
            note(&seen, &event);
            if matches!(&event, Event::Finished(done) if done.revision.as_str() == "r3") {
                stop.stop();
            }
        });
        let Err(MigrateError::Interrupted(interrupted)) = run.await else { panic!("a stop") };
        let kept: Vec<&str> = interrupted.aftermath.kept.iter().map(|id| id.as_str()).collect();
        let mut expected = both(&["r1", "r2", "r3"]);
        if database.kind == Kind::Mysql {
            expected.push("r4 starts".to_owned());
            assert_eq!(kept, ["r1", "r2", "r3"]);
            let stopped = interrupted.unfinished.expect("a revision");
            assert_eq!((stopped.revision.as_str(), stopped.done, stopped.total), ("r4", 1, 2));
        } else {
            assert!(interrupted.aftermath.rolled_back && kept.is_empty() && interrupted.unfinished.is_none());
            assert!(database.tables().await.is_empty());
        }
        assert_eq!(*events.lock().expect("no panic"), expected);
        upgrade(&migrator, &database).await;
        assert_eq!(database.versions().await, ["r9"]);
        assert!(database.history().await.iter().all(|row| row.ends_with("2/2")));
    }

    async fn the_times_of_each_revision(database: TestDatabase) {
        let scripts = chain(4);
        upgrade(&migrator(&scripts), &database).await;
        let disordered = "SELECT revision FROM alembic_history h WHERE finished_at < started_at OR EXISTS \
                          (SELECT 1 FROM alembic_history b WHERE b.id < h.id AND b.started_at > h.started_at)";
        assert_eq!(database.column(disordered).await, Vec::<String>::new());
    }
}
