//! A statement that fails: what is said, what the database holds, and how it goes on.

use alembic::config::TransactionMode;
use alembic::migrate::{MigrateError, StatementFailure};
use alembic_testing::{Kind, Script, TestDatabase, on_every_database};

use crate::support::{chain, done, migrator, migrator_with, tables, upgrade};

/// Five revisions, the third of which fails in its second of three statements.
fn broken() -> Vec<Script<'static>> {
    let mut scripts = chain(5);
    scripts[2] = Script::new(
        "r3",
        "r2",
        "CREATE TABLE t_r3 (id INTEGER PRIMARY KEY);\nINSERT INTO missing\n  VALUES (1);\nCREATE TABLE t_r3b (id INTEGER);",
        "DROP TABLE t_r3b;\nDROP TABLE t_r3;",
    );
    scripts
}

fn mended() -> Vec<Script<'static>> {
    let mut scripts = broken();
    scripts[2].body = scripts[2].body.replace("INSERT INTO missing\n", "INSERT INTO t_r3\n");
    scripts
}

async fn fails(database: &TestDatabase, mode: TransactionMode) -> Box<StatementFailure> {
    match migrator_with(&broken(), mode).upgrade(database.url.as_str()).await {
        Err(MigrateError::Statement(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

on_every_database! {
    async fn in_the_middle_of_a_run(database: TestDatabase) {
        let failure = fails(&database, TransactionMode::Run).await;
        assert_eq!((failure.revision.as_str(), failure.number, failure.total), ("r3", 2, 3));
        assert_eq!(failure.path, "migrations/r3.sql");
        assert_eq!(failure.line, 8);
        assert!(failure.database.message.contains("missing"), "{}", failure.database);
        let kept: Vec<&str> = failure.aftermath.kept.iter().map(|id| id.as_str()).collect();
        match database.kind {
            Kind::Sqlite | Kind::Postgresql => {
                assert!(failure.aftermath.rolled_back && kept.is_empty());
                assert!(database.tables().await.is_empty(), "the whole run is undone");
            }
            Kind::Mysql => {
                assert!(!failure.aftermath.rolled_back);
                assert_eq!(kept, ["r1", "r2"]);
                assert_eq!(database.versions().await, ["r2"]);
                assert_eq!(database.user_tables().await, tables(&["r1", "r2", "r3"]));
                let history = database.history().await;
                assert_eq!(history, ["upgrade r1 2/2", "upgrade r2 2/2", "upgrade r3 1/3 unfinished"]);
            }
        }
        let report = upgrade(&migrator(&mended()), &database).await;
        let expected: &[&str] =
            if database.kind == Kind::Mysql { &["r3", "r4", "r5"] } else { &["r1", "r2", "r3", "r4", "r5"] };
        assert_eq!(done(&report), expected);
        assert_eq!(database.user_tables().await, ["t_r1", "t_r2", "t_r3", "t_r3b", "t_r4", "t_r5"]);
        assert!(database.history().await.iter().all(|row| !row.contains("unfinished")));
    }

    /// One that is sent in several messages.
    async fn at_the_end_of_a_long_script(database: TestDatabase) {
        let text = "ä".repeat(if database.kind == Kind::Mysql { 9_000 } else { 300 });
        let count = if database.kind == Kind::Mysql { 30 } else { 900 };
        let rows: Vec<String> =
            (1..=count).map(|number| format!("INSERT INTO texts VALUES ({number}, '{text}');")).collect();
        let script = |last: &str| {
            let rows = rows.join("\n");
            let upgrade = format!("CREATE TABLE texts (id INTEGER PRIMARY KEY, a TEXT);\n{rows}\n{last}");
            [Script::new("r1", "", &upgrade, "DROP TABLE texts;")]
        };
        let migrator = migrator(&script("INSERT INTO missing VALUES (1);"));
        let error = migrator.upgrade(database.url.as_str()).await.expect_err("it fails");
        let MigrateError::Statement(failure) = error else { panic!("{error}") };
        assert_eq!((failure.number, failure.total, failure.line), (count + 2, count + 2, 7 + count + 1));
        assert_eq!(failure.statement, "INSERT INTO missing VALUES (1)");
        if database.kind == Kind::Postgresql {
            assert_eq!(failure.column, "INSERT INTO ".len() + 1);
        }
        let mended = crate::support::migrator(&script("INSERT INTO texts VALUES (0, 'mended');"));
        upgrade(&mended, &database).await;
        assert_eq!(database.user_tables().await, ["texts"]);
    }

    async fn with_a_transaction_for_each_revision(database: TestDatabase) {
        let failure = fails(&database, TransactionMode::Revision).await;
        let kept: Vec<&str> = failure.aftermath.kept.iter().map(|id| id.as_str()).collect();
        assert_eq!(kept, ["r1", "r2"]);
        assert_eq!(database.versions().await, ["r2"]);
        if database.kind != Kind::Mysql {
            assert_eq!(database.user_tables().await, tables(&["r1", "r2"]), "the third is undone");
        }
        upgrade(&migrator_with(&mended(), TransactionMode::Revision), &database).await;
        assert_eq!(database.versions().await, ["r5"]);
    }

    async fn without_a_transaction_the_next_run_goes_on(database: TestDatabase) {
        let body = |second: &str| {
            format!(
                "-- alembic: upgrade no-transaction\nCREATE TABLE a (x INTEGER PRIMARY KEY);\n{second}\n\
                 CREATE TABLE c (x INTEGER);\n"
            )
        };
        let scripts = |second: &str| vec![chain(1)[0].clone(), Script::with_body("n", "r1", &body(second))];
        let error = migrator(&scripts("CREATE TABLE a (x INTEGER);")).upgrade(database.url.as_str()).await;
        let Err(MigrateError::Statement(failure)) = error else { panic!("{error:?}") };
        assert_eq!((failure.number, failure.aftermath.rolled_back), (2, false));
        // What came before the section is committed.
        assert_eq!(database.versions().await, ["r1"]);
        assert_eq!(database.user_tables().await, ["a", "t_r1"]);
        let status = migrator(&scripts("")).status(database.url.as_str()).await.expect("status");
        assert_eq!((status.unfinished[0].revision.as_str(), status.unfinished[0].done), ("n", 1));
        assert!(status.unfinished[0].error.as_ref().is_some_and(|error| error.contains("already exists")));

        // Another beginning is refused: it would not be what was done.
        let other = vec![
            chain(1)[0].clone(),
            Script::with_body("n", "r1", &body("CREATE TABLE b (x INTEGER);").replace("KEY", "KEY NOT NULL")),
        ];
        let error = migrator(&other).upgrade(database.url.as_str()).await.expect_err("edited").to_string();
        assert!(error.contains("changed since"), "{error}");

        upgrade(&migrator(&scripts("CREATE TABLE b (x INTEGER);")), &database).await;
        assert_eq!(database.user_tables().await, ["a", "b", "c", "t_r1"]);
        assert_eq!(database.history().await, ["upgrade r1 2/2", "upgrade n 3/3"]);
        assert_eq!(database.versions().await, ["n"]);
    }

    async fn a_downgrade_that_fails(database: TestDatabase) {
        let scripts = [
            Script::new("a", "", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;"),
            Script::new("b", "a", "CREATE TABLE b (x INTEGER);", "DROP TABLE b;\nDROP TABLE nothing;"),
        ];
        let migrator = migrator(&scripts);
        upgrade(&migrator, &database).await;
        let error = migrator.downgrade(database.url.as_str(), "base").await.expect_err("no such table");
        assert!(error.to_string().contains("migrations/b.sql:11"), "{error}");
        assert_eq!(database.versions().await, ["b"]);
        if database.kind == Kind::Mysql {
            assert_eq!(database.user_tables().await, ["a"]);
            // An upgrade has to wait for the downgrade that is under way.
            let error = migrator.upgrade(database.url.as_str()).await.expect_err("unfinished").to_string();
            assert!(error.contains("downgrade of revision b is unfinished"), "{error}");
            database.rows("CREATE TABLE nothing (x INTEGER)").await;
            migrator.downgrade(database.url.as_str(), "base").await.expect("goes on");
            assert!(database.user_tables().await.is_empty());
        } else {
            assert_eq!(database.user_tables().await, ["a", "b"]);
        }
    }

    async fn transaction_control_is_refused_before_anything_runs(database: TestDatabase) {
        let scripts =
            [chain(1)[0].clone(), Script::new("b", "r1", "CREATE TABLE b (x INTEGER);\nCOMMIT;", "DROP TABLE b;")];
        let error = migrator(&scripts).upgrade(database.url.as_str()).await.expect_err("COMMIT").to_string();
        assert!(error.contains("migrations/b.sql:8") && error.contains("COMMIT"), "{error}");
        assert!(database.tables().await.is_empty());
    }
}

/// As mysqldump writes it. The history would not be locked, and so could not be written any more.
#[tokio::test]
async fn a_lock_on_tables_is_refused_before_anything_runs() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let dump =
        "CREATE TABLE b (x INTEGER);\nLOCK TABLES `b` WRITE;\nINSERT INTO b VALUES (1);\nUNLOCK TABLES;";
    let scripts = [chain(1)[0].clone(), Script::new("b", "r1", dump, "DROP TABLE b;")];
    let error = migrator(&scripts).upgrade(database.url.as_str()).await.expect_err("locks").to_string();
    assert!(error.contains("migrations/b.sql:8: `LOCK TABLES`"), "{error}");
    assert!(error.contains("migrations/b.sql:10: `UNLOCK TABLES`"), "{error}");
    assert!(database.tables().await.is_empty());
    let database = TestDatabase::new(Kind::Postgresql).await;
    let lock =
        "CREATE TABLE b (x INTEGER);\nLOCK TABLE b IN ACCESS EXCLUSIVE MODE;\nINSERT INTO b VALUES (1);";
    upgrade(&migrator(&[chain(1)[0].clone(), Script::new("b", "r1", lock, "DROP TABLE b;")]), &database)
        .await;
    assert_eq!(database.versions().await, ["b"]);
}

#[tokio::test]
async fn a_rebuild_does_not_take_the_rows_of_children_along() {
    for action in ["ON DELETE CASCADE", "ON DELETE SET NULL", ""] {
        for mode in ["", " no-transaction"] {
            let database = TestDatabase::new(Kind::Sqlite).await;
            let tables = format!(
                "CREATE TABLE task (id INTEGER PRIMARY KEY, a TEXT);\n\
                 CREATE TABLE note (id INTEGER PRIMARY KEY, task INTEGER REFERENCES task (id) {action});\n\
                 INSERT INTO task VALUES (1, 'x');\nINSERT INTO note VALUES (1, 1);"
            );
            let rebuild = format!(
                "-- alembic: upgrade{mode}\nCREATE TABLE new_task (id INTEGER PRIMARY KEY, a TEXT NOT NULL);\n\
                 INSERT INTO new_task SELECT * FROM task;\nDROP TABLE task;\nALTER TABLE new_task RENAME TO task;\n"
            );
            let first = Script::new("a", "", &tables, "DROP TABLE note;\nDROP TABLE task;");
            upgrade(&migrator(std::slice::from_ref(&first)), &database).await;
            let both = migrator(&[first.clone(), Script::with_body("b", "a", &rebuild)]);
            let result = both.upgrade(database.url.as_str()).await;
            if mode.is_empty() {
                result.unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(database.versions().await, ["b"]);
            } else {
                // Between its statements the table would be away for everybody.
                let error = result.expect_err("rows would go").to_string();
                assert!(error.contains("migrations/b.sql:9: rows of `note` refer to `task`"), "{error}");
            }
            assert_eq!(database.column("SELECT CAST(task AS TEXT) FROM note").await, ["1"], "{action}{mode}");
            if mode.is_empty() {
                migrator(&[first.clone(), Script::with_body("b", "a", &rebuild)])
                    .stamp(database.url.as_str(), ["a"])
                    .await
                    .expect("stamp");
                assert_eq!(database.user_tables().await, ["note", "task"]);
                // In the order in which nothing refers to it any more it may be dropped.
                migrator(&[first]).downgrade(database.url.as_str(), "base").await.expect("downgrade");
                assert!(database.user_tables().await.is_empty());
            }
        }
    }
}

on_every_database! {
    async fn a_first_statement_that_fails_leaves_nothing_unfinished(database: TestDatabase) {
        let body = "-- alembic: upgrade\nCREATE TABLE a (x INTEGER);\n\
                    -- alembic: downgrade no-transaction\nDROP TABLE nothing;\nDROP TABLE a;\n";
        let migrator = migrator(&[Script::with_body("a", "", body)]);
        let url = database.url.as_str();
        upgrade(&migrator, &database).await;
        let error = migrator.downgrade(url, "base").await.expect_err("no such table");
        assert!(matches!(error, MigrateError::Statement(_)), "{error:?}");
        assert!(migrator.status(url).await.expect("status").unfinished.is_empty());
        assert_eq!(database.history().await, ["upgrade a 1/1"]);
        assert!(migrator.upgrade(url).await.expect("at head").done.is_empty());
        migrator.stamp(url, ["base"]).await.expect("stamp");
    }

    async fn an_unfinished_downgrade_can_be_mended_or_stamped(database: TestDatabase) {
        let script = |second: &str| {
            let body = format!(
                "-- alembic: upgrade\nCREATE TABLE a (x INTEGER);\nCREATE TABLE b (x INTEGER);\n\
                 -- alembic: downgrade no-transaction\nDROP TABLE b;\n{second}\n"
            );
            migrator(&[Script::with_body("a", "", &body)])
        };
        let url = database.url.as_str();
        upgrade(&script("DROP TABLE nothing;"), &database).await;
        script("DROP TABLE nothing;").downgrade(url, "base").await.expect_err("no such table");
        let status = script("").status(url).await.expect("status");
        assert_eq!((status.unfinished[0].done, status.unfinished[0].direction.to_string().as_str()), (1, "downgrade"));
        script("DROP TABLE a;").downgrade(url, "base").await.expect("goes on, mended");
        assert!(database.user_tables().await.is_empty() && database.versions().await.is_empty());

        upgrade(&script("DROP TABLE nothing;"), &database).await;
        script("DROP TABLE nothing;").downgrade(url, "base").await.expect_err("no such table");
        database.rows("DROP TABLE a").await;
        script("DROP TABLE nothing;").stamp(url, ["base"]).abandoning().await.expect("a person says that it is done");
        assert!(script("").status(url).await.expect("status").unfinished.is_empty());
        assert!(database.versions().await.is_empty());
    }
}

#[tokio::test]
async fn a_resumed_revision_has_the_settings_of_its_session() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let script = |kind: &str| {
        let upgrade = format!(
            "SET FOREIGN_KEY_CHECKS = 0;\nCREATE TABLE e (id INT PRIMARY KEY, broken {kind});\n\
             CREATE TABLE f (id INT PRIMARY KEY, c INT, FOREIGN KEY (c) REFERENCES later (id));\n\
             CREATE TABLE later (id INT PRIMARY KEY);"
        );
        migrator(&[Script::new("a", "", &upgrade, "")])
    };
    script("NO_TYPE").upgrade(database.url.as_str()).await.expect_err("no such type");
    upgrade(&script("INT"), &database).await;
    assert_eq!(database.user_tables().await, ["e", "f", "later"]);
}

#[tokio::test]
async fn postgresql_names_the_place_and_gives_its_hints() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let upgrade = "CREATE TABLE größe (id INTEGER PRIMARY KEY, name TEXT UNIQUE);\n\
                   INSERT INTO größe VALUES (1, 'ä');\nSELECT id,\n       nam FROM größe;";
    let error = migrator(&[Script::new("a", "", upgrade, "")]).upgrade(database.url.as_str()).await;
    let Err(MigrateError::Statement(failure)) = error else { panic!("{error:?}") };
    assert_eq!((failure.line, failure.column, failure.number), (10, 8, 3));
    assert_eq!(failure.database.code.as_deref(), Some("42703"));
    assert!(failure.database.hint.as_ref().is_some_and(|hint| hint.contains("name")), "{}", failure.database);
    assert!(!failure.to_string().contains("at line"), "{failure}");

    let upgrade =
        "CREATE TABLE a (id INTEGER PRIMARY KEY);\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);";
    let error = migrator(&[Script::new("a", "", upgrade, "")]).upgrade(database.url.as_str()).await;
    let Err(MigrateError::Statement(failure)) = error else { panic!("{error:?}") };
    assert_eq!((failure.line, failure.number), (9, 3));
    assert_eq!(failure.database.detail.as_deref(), Some("Key (id)=(1) already exists."));

    // PostgreSQL parses the whole message before it runs anything: the position still tells which statement it was.
    let upgrade = "CREATE TABLE a (id INTEGER PRIMARY KEY);\nCREATE TALBE b (id INTEGER);\nSELECT 1;";
    let error = migrator(&[Script::new("a", "", upgrade, "")]).upgrade(database.url.as_str()).await;
    let Err(MigrateError::Statement(failure)) = error else { panic!("{error:?}") };
    assert_eq!((failure.line, failure.column, failure.number), (8, 8, 2));
}

#[tokio::test]
async fn a_script_that_drops_its_own_database_is_refused() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let own = format!("CREATE TABLE t (id INTEGER);\ndrop schema if exists `{}`;", database.name);
    let scripts = |statement: &str| migrator(&[Script::new("a1", "", statement, "")]);
    let error = scripts(&own).upgrade(database.url.as_str()).await.expect_err("its own database");
    assert!(matches!(&error, MigrateError::DropsDatabase { line: 8, .. }), "{error:?}");
    assert!(database.tables().await.is_empty());
    let other = format!("CREATE DATABASE {0}_more;\nDROP DATABASE {0}_more;", database.name);
    scripts(&other).upgrade(database.url.as_str()).await.expect("another database");
}

on_every_database! {
    async fn ids_that_differ_by_the_case_of_their_letters(database: TestDatabase) {
        let table = |name: &str| (format!("CREATE TABLE {name} (x INTEGER);"), format!("DROP TABLE {name};"));
        let (one, other) = (table("one"), table("other"));
        let scripts = [Script::new("bbb", "", &one.0, &one.1), Script::new("BBB", "bbb", &other.0, &other.1)];
        let result = migrator(&scripts).upgrade(database.url.as_str()).await;
        if database.kind == Kind::Mysql {
            let error = result.expect_err("MySQL takes them for one");
            assert!(matches!(error, MigrateError::SimilarIds { .. }), "{error:?}");
            assert!(database.tables().await.is_empty());
        } else {
            assert_eq!(result.expect("they are two").to, ["BBB"]);
        }
    }
}
