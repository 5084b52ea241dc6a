//! Going on after a run that ended anywhere: decided by the catalog, or by a person.

use alembic::Migrator;
use alembic::migrate::{Answer, Event, MigrateError};
use alembic_testing::{Barrier, Kind, Script, TestDatabase, on_every_database};

use crate::support::{done, migrator, upgrade};

/// Makes the history say that a run ended in the statement after those that are done.
async fn end_in_next_statement(database: &TestDatabase, catalog_before: Option<&str>) {
    let before = catalog_before.map_or("NULL".to_owned(), |text| format!("'{text}'"));
    let sql = format!(
        "UPDATE alembic_history SET statements_begun = statements_done + 1, error = NULL, catalog_before = {before} \
         WHERE finished_at IS NULL"
    );
    database.rows(&sql).await;
}

/// A revision of three statements, the second of which nobody can look for: it counts its calls, and fails where there is
/// a table `gate`.
fn opaque(database: &TestDatabase) -> (Migrator, &'static str) {
    let (setup, statement) = match database.kind {
        Kind::Sqlite => ("CREATE TABLE calls (n INTEGER);", "VACUUM INTO '{folder}/copy.db';"),
        Kind::Postgresql => (
            "CREATE TABLE calls (n INTEGER);",
            "DO $$ BEGIN INSERT INTO calls VALUES (1); COMMIT; PERFORM 1 / (SELECT count(*) FROM gate); END $$;",
        ),
        Kind::Mysql => (
            "CREATE TABLE calls (n INTEGER);\n\
             CREATE PROCEDURE work() BEGIN INSERT INTO calls VALUES (1); INSERT INTO gate VALUES (NULL); END;",
            "CALL work();",
        ),
    };
    let statement = statement.replace("{folder}", &database.folder.path().display().to_string());
    let body = format!(
        "-- alembic: upgrade no-transaction\nCREATE TABLE a (n INTEGER);\n{statement}\nCREATE TABLE b (n INTEGER);\n"
    );
    let scripts = [Script::new("r1", "", setup, "DROP TABLE calls;"), Script::with_body("r2", "r1", &body)];
    let count = match database.kind {
        Kind::Mysql => "SELECT CAST(count(*) AS CHAR) FROM calls",
        _ => "SELECT CAST(count(*) AS TEXT) FROM calls",
    };
    (migrator(&scripts), count)
}

/// Whatever keeps the second statement from being carried out.
async fn close_gate(database: &TestDatabase) {
    match database.kind {
        Kind::Sqlite => {
            std::fs::create_dir(database.folder.path().join("copy.db")).expect("a folder in the way")
        }
        Kind::Postgresql => drop(database.rows("CREATE TABLE gate (n INTEGER)").await),
        Kind::Mysql => drop(database.rows("CREATE TABLE gate (n INTEGER NOT NULL)").await),
    }
}

async fn open_gate(database: &TestDatabase) {
    match database.kind {
        Kind::Sqlite => std::fs::remove_dir(database.folder.path().join("copy.db")).expect("the folder"),
        Kind::Postgresql => drop(database.rows("INSERT INTO gate VALUES (1)").await),
        Kind::Mysql => drop(database.rows("ALTER TABLE gate MODIFY n INTEGER NULL").await),
    }
}

on_every_database! {
    async fn what_nobody_can_tell_is_asked(database: TestDatabase) {
        let (migrator, count) = opaque(&database);
        let url = database.url.as_str();
        close_gate(&database).await;
        let error = migrator.upgrade(url).await.expect_err("the gate is closed");
        assert!(matches!(error, MigrateError::Statement(_)), "{error:?}");
        end_in_next_statement(&database, None).await;

        let error = migrator.upgrade(url).await.expect_err("nobody can tell");
        let MigrateError::InDoubt(doubt) = &error else { panic!("{error:?}") };
        assert_eq!((doubt.number, doubt.total, doubt.path.as_str()), (2, 3, "migrations/r2.sql"));
        let text = error.to_string();
        for words in ["migrations/r2.sql:8", "resume --statement done", "resume --statement again", &doubt.statement] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        assert_eq!(migrator.status(url).await.expect("status").unfinished[0].begun, 2);

        // Without an answer nothing happens.
        let error = migrator.resume(url, None).await.expect_err("still");
        assert!(matches!(error, MigrateError::InDoubt(_)), "{error:?}");
        let calls = database.column(count).await;
        let report = migrator.resume(url, Some(Answer::Done)).await.expect("a person has looked");
        assert_eq!(done(&report), ["r2"]);
        assert_eq!(database.column(count).await, calls, "it did not run again");
        assert_eq!(database.history().await, ["upgrade r1 ".to_owned() + if database.kind == Kind::Mysql { "2/2" } else { "1/1" }, "upgrade r2 3/3".to_owned()]);
        let error = migrator.resume(url, None).await.expect_err("all is done");
        assert!(matches!(error, MigrateError::NothingUnfinished), "{error:?}");
    }

    async fn or_it_runs_again(database: TestDatabase) {
        let (migrator, count) = opaque(&database);
        let url = database.url.as_str();
        close_gate(&database).await;
        migrator.upgrade(url).await.expect_err("the gate is closed");
        end_in_next_statement(&database, None).await;
        open_gate(&database).await;
        let calls: usize = database.column(count).await[0].parse().expect("a number");
        migrator.resume(url, Some(Answer::Again)).await.expect("it runs again");
        let again: usize = database.column(count).await[0].parse().expect("a number");
        assert_eq!(again, calls + usize::from(database.kind != Kind::Sqlite));
        assert_eq!(database.versions().await, ["r2"]);
    }

    async fn a_failed_statement_may_be_done_by_hand(database: TestDatabase) {
        let body = "-- alembic: upgrade no-transaction\nCREATE TABLE a (n INTEGER);\nINSERT INTO missing VALUES (1);\n\
                    CREATE TABLE b (n INTEGER);\n";
        let migrator = migrator(&[Script::with_body("r1", "", body)]);
        let url = database.url.as_str();
        migrator.upgrade(url).await.expect_err("no such table");
        migrator.resume(url, None).await.expect_err("no such table");
        migrator.resume(url, Some(Answer::Done)).await.expect("done by hand");
        assert_eq!(database.user_tables().await, ["a", "b"]);
    }

    async fn an_answer_to_no_question(database: TestDatabase) {
        let body = |kind: &str| {
            format!("-- alembic: upgrade no-transaction\nCREATE TABLE a (n INTEGER);\nINSERT INTO a {kind};\n")
        };
        let url = database.url.as_str();
        migrator(&[Script::with_body("r1", "", &body("VALUES ('"))]);
        let broken = migrator(&[Script::with_body("r1", "", &body("SELECT 1 FROM missing"))]);
        broken.upgrade(url).await.expect_err("no such table");
        database.rows("UPDATE alembic_history SET error = NULL").await;
        let error = broken.resume(url, Some(Answer::Done)).await.expect_err("the statement was rolled back");
        assert!(matches!(error, MigrateError::NotInDoubt { number: 2, .. }), "{error:?}");
        upgrade(&migrator(&[Script::with_body("r1", "", &body("VALUES (1)"))]), &database).await;
    }

    async fn what_is_unfinished_comes_first(database: TestDatabase) {
        let body = |insert: &str| {
            format!("-- alembic: upgrade no-transaction\nCREATE TABLE z (n INTEGER);\nINSERT INTO {insert} VALUES (1);\n")
        };
        let scripts = |insert: &str| {
            [
                Script::new("r1", "", "CREATE TABLE a (n INTEGER);", "DROP TABLE a;"),
                Script::new("b1", "r1", "CREATE TABLE b (n INTEGER);", "DROP TABLE b;"),
                Script::with_body("z1", "r1", &body(insert)),
                Script::new("z2", "z1", "CREATE TABLE y (n INTEGER);", "DROP TABLE y;"),
                Script::new("m1", "b1, z2", "", ""),
            ]
        };
        let url = database.url.as_str();
        migrator(&scripts("missing")).upgrade(url).target("z1").await.expect_err("no such table");
        let report = upgrade(&migrator(&scripts("z")), &database).await;
        assert_eq!(report.done.len(), 4, "{report:?}");
        assert_eq!(done(&report)[0], "z1");
        assert_eq!(database.versions().await, ["m1"]);
    }

    async fn the_mode_of_a_begun_section_may_change(database: TestDatabase) {
        let body = |mode: &str, insert: &str| {
            format!("-- alembic: upgrade{mode}\nCREATE TABLE a (n INTEGER);\nINSERT INTO {insert} VALUES (1);\n")
        };
        let url = database.url.as_str();
        let first = migrator(&[Script::with_body("r1", "", &body(" no-transaction", "missing"))]);
        first.upgrade(url).await.expect_err("no such table");
        upgrade(&migrator(&[Script::with_body("r1", "", &body("", "a"))]), &database).await;
        assert_eq!(database.history().await, ["upgrade r1 2/2"]);
    }
}

#[tokio::test]
async fn an_index_that_was_not_built_is_built_again() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let body = "-- alembic: upgrade no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY \"T i\" ON t (n);\n\
                CREATE TABLE u (n INTEGER);\n";
    let scripts = [
        Script::new("r1", "", "CREATE TABLE t (n INTEGER);\nINSERT INTO t VALUES (1), (1);", "DROP TABLE t;"),
        Script::with_body("r2", "r1", body),
    ];
    let migrator = migrator(&scripts);
    let error = migrator.upgrade(database.url.as_str()).await.expect_err("it is not unique");
    assert!(matches!(error, MigrateError::Statement(_)), "{error:?}");
    let valid = "SELECT indisvalid::text FROM pg_index WHERE indrelid = 't'::regclass";
    assert_eq!(database.column(valid).await, ["false"], "PostgreSQL leaves it behind");
    let again = migrator.upgrade(database.url.as_str()).await.expect_err("it is still not unique");
    assert!(matches!(again, MigrateError::Statement(_)), "{again:?}");
    assert_eq!(database.column(valid).await, ["false"], "one, not two");
    database.rows("DELETE FROM t WHERE ctid = (SELECT max(ctid) FROM t)").await;
    let mut found = Vec::new();
    let run = migrator.upgrade(database.url.as_str()).on_event(|event| {
        if let Event::Decided { number, was_done, .. } = event {
            found.push((number, was_done));
        }
    });
    run.await.expect("unique now");
    assert_eq!(found, [(1, false)]);
    assert_eq!(database.column(valid).await, ["true"]);
}

#[tokio::test]
async fn a_partition_that_was_detached_by_half_is_detached() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let first = "CREATE TABLE p (n INTEGER) PARTITION BY LIST (n);\nCREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);";
    let body = "-- alembic: upgrade no-transaction\nALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;\n";
    let migrator =
        migrator(&[Script::new("r1", "", first, "DROP TABLE p;"), Script::with_body("r2", "r1", body)]);
    let url = database.url.as_str();
    migrator.upgrade(url).target("r1").await.expect("the tables");
    // Whoever reads the table has to end before the second half.
    let mut barrier = Barrier::new(&database).await;
    barrier.execute("LOCK TABLE p IN ACCESS SHARE MODE").await;
    let (result, ()) = tokio::join!(migrator.upgrade(url).into_future(), async {
        Barrier::until_blocked(&database).await;
        let cancel = "SELECT pg_cancel_backend(pid)::text FROM pg_stat_activity WHERE query LIKE '%DETACH%' \
                      AND pid <> pg_backend_pid() AND datname = current_database()";
        database.rows(cancel).await;
    });
    assert!(matches!(result, Err(MigrateError::Statement(_))), "{result:?}");
    let pending = "SELECT inhdetachpending::text FROM pg_inherits WHERE inhrelid = 'p1'::regclass";
    assert_eq!(database.column(pending).await, ["true"], "PostgreSQL leaves it so");
    barrier.open().await;
    upgrade(&migrator, &database).await;
    assert!(database.rows(pending).await.is_empty());
    assert_eq!(database.history().await[1], "upgrade r2 1/1");
}

#[tokio::test]
async fn what_the_catalog_shows_is_not_done_twice() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let upgrade_sql =
        "CREATE TABLE a (n INT);\nALTER TABLE a ADD COLUMN m INT;\nINSERT INTO missing VALUES (1);";
    let migrator = migrator(&[Script::new("r1", "", upgrade_sql, "DROP TABLE a;")]);
    let url = database.url.as_str();
    migrator.upgrade(url).await.expect_err("no such table");
    // As if the second statement had not been noted: the table is another one than before.
    database
        .rows(
            "UPDATE alembic_history SET statements_done = 1, statements_begun = 2, error = NULL, \
             catalog_before = 'what it was' WHERE finished_at IS NULL",
        )
        .await;
    database.rows("CREATE TABLE missing (n INT)").await;
    let mut found = Vec::new();
    let run = migrator.upgrade(url).on_event(|event| {
        if let Event::Decided { number, was_done, .. } = event {
            found.push((number, was_done));
        }
    });
    run.await.expect("the column is there");
    assert_eq!(found, [(2, true)]);
}

#[tokio::test]
async fn a_part_that_was_done_is_told() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let scripts = |drop: &str| {
        let first = "CREATE TABLE a (n INT);\nCREATE TABLE b (n INT);";
        [Script::new("r1", "", first, ""), Script::new("r2", "r1", &format!("DO 1;\n{drop}"), "")]
    };
    let broken = migrator(&scripts("DROP TABLE a, missing, b;"));
    let error = broken.upgrade(database.url.as_str()).await.expect_err("no such table");
    assert!(matches!(error, MigrateError::Statement(_)), "{error:?}");
    // MariaDB drops those that are there, and says that the statement failed.
    if database.user_tables().await.is_empty() {
        let error = broken.upgrade(database.url.as_str()).await.expect_err("nobody can tell");
        let MigrateError::InDoubt(doubt) = &error else { panic!("{error:?}") };
        assert!(doubt.found.contains("table `a`") && doubt.found.contains("failed"), "{}", doubt.found);
        broken.resume(database.url.as_str(), Some(Answer::Done)).await.expect("all of them are gone");
    }
    assert_eq!(database.versions().await, ["r2"]);
}

#[tokio::test]
async fn rows_of_an_engine_that_cannot_roll_back_are_asked_about() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let upgrade_sql =
        "CREATE TABLE old (n INT PRIMARY KEY) ENGINE = MyISAM;\nINSERT INTO old VALUES (1), (2), (1);";
    let migrator = migrator(&[Script::new("r1", "", upgrade_sql, "DROP TABLE old;")]);
    let url = database.url.as_str();
    migrator.upgrade(url).await.expect_err("a duplicate");
    let error = migrator.upgrade(url).await.expect_err("two rows are there");
    assert!(matches!(error, MigrateError::InDoubt(_)), "{error:?}");
    // The same where the run was killed.
    database.rows("UPDATE alembic_history SET error = NULL, statements_begun = statements_done").await;
    let error = migrator.upgrade(url).await.expect_err("two rows are there");
    let MigrateError::InDoubt(doubt) = &error else { panic!("{error:?}") };
    assert!(doubt.found.contains("MyISAM"), "{}", doubt.found);
    migrator.resume(url, Some(Answer::Done)).await.expect("a person has looked");
}

#[tokio::test]
async fn what_ended_with_the_session_is_missed() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let script = |insert: &str| {
        let upgrade_sql = format!(
            "CREATE TABLE t (n INT);\nINSERT INTO t VALUES (5);\nSET @most = (SELECT max(n) FROM t);\n\
             DELETE FROM t;\nINSERT INTO {insert} VALUES (@most);"
        );
        migrator(&[Script::new("r1", "", &upgrade_sql, "DROP TABLE t;")])
    };
    script("missing").upgrade(database.url.as_str()).await.expect_err("no such table");
    let error = script("t").upgrade(database.url.as_str()).await.expect_err("@most would be NULL now");
    assert!(error.to_string().contains("need @most"), "{error}");
    let mended = "CREATE TABLE t (n INT);\nINSERT INTO t VALUES (5);\nSET @most = (SELECT max(n) FROM t);\n\
                  DELETE FROM t;\nINSERT INTO t VALUES (5);";
    upgrade(&migrator(&[Script::new("r1", "", mended, "DROP TABLE t;")]), &database).await;
}

#[tokio::test]
async fn a_statement_in_doubt_is_judged_as_it_was() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let script = |second: &str| {
        migrator(&[Script::new("r1", "", &format!("CREATE TABLE a (n INT);\n{second}"), "DROP TABLE a;")])
    };
    let url = database.url.as_str();
    script("CREATE TABLE b (n NO_TYPE);").upgrade(url).await.expect_err("no such type");
    end_in_next_statement(&database, Some("absent")).await;
    // It was not carried out, so that it may be another one now.
    upgrade(&script("CREATE TABLE c (n INT);"), &database).await;
    assert_eq!(database.user_tables().await, ["a", "c"]);

    let database = TestDatabase::new(Kind::Mysql).await;
    let url = database.url.as_str();
    script("CREATE TABLE b (n NO_TYPE);").upgrade(url).await.expect_err("no such type");
    end_in_next_statement(&database, Some("absent")).await;
    database.rows("CREATE TABLE b (n INT)").await;
    let error = script("CREATE TABLE c (n INT);").upgrade(url).await.expect_err("it was carried out");
    assert!(
        matches!(error, MigrateError::ResumeEdited(ref edited) if (edited.done, edited.number) == (2, 2)),
        "{error:?}"
    );
}

/// What a `SELECT set_config(…)` has set is set again.
#[tokio::test]
async fn a_setting_by_a_function_is_set_again() {
    for call in [
        "set_config('search_path', 'foo', false)",
        "pg_catalog.set_config('search_path', 'foo', false) AS path",
    ] {
        let database = TestDatabase::new(Kind::Postgresql).await;
        let body = format!(
            "-- alembic: upgrade no-transaction\nCREATE SCHEMA foo;\nCREATE TABLE t (n TEXT);\nCREATE TABLE foo.t (n TEXT);\n\
             SELECT {call};\nSELECT 1 FROM public.gate;\nINSERT INTO t VALUES ('x');\n"
        );
        let migrator = migrator(&[Script::with_body("r1", "", &body)]);
        migrator.upgrade(database.url.as_str()).await.expect_err("there is no gate");
        database.rows("CREATE TABLE gate (n INTEGER)").await;
        upgrade(&migrator, &database).await;
        assert_eq!(database.column("SELECT n FROM foo.t").await, ["x"], "{call}");
    }
}

/// The number that an `INSERT` has given is lost with its session.
#[tokio::test]
async fn the_last_number_is_missed() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let scripts = |left: &str| {
        let upgrade = format!(
            "CREATE TABLE p (id INTEGER AUTO_INCREMENT PRIMARY KEY, v INTEGER);\nCREATE TABLE c (p INTEGER);\n\
             INSERT INTO p VALUES (41, 1);\nINSERT INTO p (v) VALUES (2);\n{left}"
        );
        migrator(&[Script::new("r1", "", &upgrade, "")])
    };
    let url = database.url.as_str();
    let left = "INSERT INTO missing VALUES (1);\nINSERT INTO c VALUES (LAST_INSERT_ID());";
    scripts(left).upgrade(url).await.expect_err("a table is missing");
    let error = scripts(&left.replace("INSERT INTO missing VALUES (1)", "UPDATE p SET v = v"))
        .upgrade(url)
        .await
        .expect_err("the number is lost");
    assert!(
        matches!(&error, MigrateError::SessionLost { names, .. } if names == &["LAST_INSERT_ID"]),
        "{error}"
    );
    upgrade(&scripts("INSERT INTO p (v) VALUES (3);\nINSERT INTO c VALUES (LAST_INSERT_ID());"), &database)
        .await;
    assert_eq!(database.column("SELECT CAST(p AS CHAR) FROM c").await, ["43"]);
}
