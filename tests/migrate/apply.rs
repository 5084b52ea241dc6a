//! Up, down, to all kinds of targets; what the two tables say afterwards.

use alembic::migrate::Event;
use alembic::revision::Direction;
use alembic_testing::{Kind, Script, TestDatabase, on_every_database};

use crate::support::{chain, done, migrator, tables, upgrade};

/// As a whole it is longer than what a server takes in one packet.
#[tokio::test]
async fn a_script_of_many_megabytes_on_mariadb() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let text = "x".repeat(6_000_000);
    let upgrade_sql = format!(
        "CREATE TABLE texts (id INTEGER PRIMARY KEY, a LONGTEXT);\nINSERT INTO texts VALUES (1, '{text}');\n\
         INSERT INTO texts VALUES (2, '{text}');\nINSERT INTO texts VALUES (3, '{text}');"
    );
    upgrade(&migrator(&[Script::new("r1", "", &upgrade_sql, "DROP TABLE texts;")]), &database).await;
    assert_eq!(database.versions().await, ["r1"]);
    assert_eq!(database.history().await, ["upgrade r1 4/4"]);
}

on_every_database! {
    async fn upgrade_applies_all_and_records_it(database: TestDatabase) {
        let migrator = migrator(&chain(3));
        let report = upgrade(&migrator, &database).await;
        assert_eq!(done(&report), ["r1", "r2", "r3"]);
        assert_eq!((report.from, report.to), (vec![], vec!["r3".to_owned()]));
        assert_eq!(database.versions().await, ["r3"]);
        assert_eq!(database.user_tables().await, tables(&["r1", "r2", "r3"]));
        assert_eq!(database.history().await, ["upgrade r1 2/2", "upgrade r2 2/2", "upgrade r3 2/2"]);

        let again = upgrade(&migrator, &database).await;
        assert!(again.done.is_empty());
        assert_eq!(again.to, ["r3"]);
        assert_eq!(database.history().await.len(), 3);
    }

    async fn targets_of_all_kinds(database: TestDatabase) {
        let migrator = migrator(&[
            Script::new("aa11", "", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;"),
            Script::new("ab22", "aa11", "CREATE TABLE b (x INTEGER);", "DROP TABLE b;"),
            Script::new("bb33", "ab22", "CREATE TABLE c (x INTEGER);", "DROP TABLE c;"),
            Script::new("cc44", "ab22", "CREATE TABLE d (x INTEGER);", "DROP TABLE d;"),
            Script::new("dd55", "bb33, cc44", "", ""),
        ]);
        let url = database.url.as_str();
        for (target, versions) in [
            ("+1", vec!["aa11"]),
            ("ab22", vec!["ab22"]),
            ("cc", vec!["cc44"]),
            ("bb33", vec!["bb33", "cc44"]),
            ("head", vec!["dd55"]),
        ] {
            migrator.upgrade(url).target(target).await.unwrap_or_else(|error| panic!("{target}: {error}"));
            assert_eq!(database.versions().await, versions, "upgrade {target}");
        }
        for (target, versions) in [
            ("bb33", vec!["bb33", "cc44"]),
            ("ab22", vec!["ab22"]),
            ("-1", vec!["aa11"]),
            ("base", vec![]),
        ] {
            migrator.downgrade(url, target).await.unwrap_or_else(|error| panic!("{target}: {error}"));
            assert_eq!(database.versions().await, versions, "downgrade {target}");
        }
        assert!(database.user_tables().await.is_empty());
    }

    async fn several_heads_need_a_name(database: TestDatabase) {
        let migrator = migrator(&[
            Script::new("a", "", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;"),
            Script::new("b", "a", "CREATE TABLE b (x INTEGER);", "DROP TABLE b;"),
            Script::new("c", "a", "CREATE TABLE c (x INTEGER);", "DROP TABLE c;"),
        ]);
        let url = database.url.as_str();
        let error = migrator.upgrade(url).target("head").await.expect_err("two heads").to_string();
        assert!(error.contains('b') && error.contains('c') && error.contains("heads"), "{error}");
        assert!(database.tables().await.is_empty(), "a refused run leaves nothing");
        upgrade(&migrator, &database).await;
        assert_eq!(database.versions().await, ["b", "c"]);
        let error = migrator.downgrade(url, "-1").await.expect_err("ambiguous").to_string();
        assert!(error.contains("ambiguous") && error.contains("`b`") && error.contains("`c`"), "{error}");
    }

    async fn up_and_down_leaves_what_was_before(database: TestDatabase) {
        database.rows("CREATE TABLE mine (x INTEGER)").await;
        let migrator = migrator(&chain(4));
        upgrade(&migrator, &database).await;
        migrator.downgrade(database.url.as_str(), "base").await.expect("downgrade");
        assert_eq!(database.user_tables().await, ["mine"]);
        assert!(database.versions().await.is_empty());
        assert_eq!(database.history().await.len(), 8);
        upgrade(&migrator, &database).await;
        assert_eq!(database.versions().await, ["r4"]);
    }

    async fn a_section_of_the_dialect_is_used_instead_of_the_plain_one(database: TestDatabase) {
        let body = "-- alembic: upgrade\nCREATE TABLE plain (x INTEGER);\n\
                    -- alembic: upgrade sqlite\nCREATE TABLE lite (x INTEGER);\n\
                    -- alembic: upgrade postgresql\nCREATE TABLE post (x INTEGER);\n\
                    -- alembic: downgrade sqlite, postgresql\nDROP TABLE nothing;\n\
                    -- alembic: downgrade mysql\nDROP TABLE plain;\n";
        let migrator = migrator(&[Script::with_body("a", "", body)]);
        upgrade(&migrator, &database).await;
        let expected = match database.kind {
            Kind::Sqlite => "lite",
            Kind::Postgresql => "post",
            Kind::Mysql => "plain",
        };
        assert_eq!(database.user_tables().await, [expected]);
    }

    async fn irreversible_is_said_before_anything_runs(database: TestDatabase) {
        let migrator = migrator(&[
            Script::with_body("a", "", "-- alembic: upgrade\nCREATE TABLE a (x INTEGER);\n-- alembic: irreversible\n"),
            Script::new("b", "a", "CREATE TABLE b (x INTEGER);", "DROP TABLE b;"),
        ]);
        upgrade(&migrator, &database).await;
        let error = migrator.downgrade(database.url.as_str(), "base").await.expect_err("irreversible").to_string();
        assert!(error.contains("migrations/a.sql") && error.contains("irreversible"), "{error}");
        assert_eq!(database.versions().await, ["b"]);
        assert_eq!(database.user_tables().await, ["a", "b"]);
    }

    async fn triggers_routines_and_quotes_run_verbatim(database: TestDatabase) {
        let upgrade_sql = match database.kind {
            Kind::Sqlite => "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, s TEXT DEFAULT 'a;b');\n\
                 CREATE TRIGGER up AFTER INSERT ON t BEGIN\n  UPDATE t SET n = CASE WHEN new.n IS NULL THEN 7 ELSE new.n END\n  \
                 WHERE id = new.id;\nEND;\nINSERT INTO t (id) VALUES (1);",
            Kind::Postgresql => "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, s TEXT DEFAULT 'a;b');\n\
                 CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS $body$\nBEGIN\n  new.n := 7; RETURN new;\nEND;\n$body$;\n\
                 CREATE TRIGGER up BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION up();\nINSERT INTO t (id) VALUES (1);",
            Kind::Mysql => "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, s VARCHAR(9) DEFAULT 'a;b');\n\
                 CREATE TRIGGER up BEFORE INSERT ON t FOR EACH ROW BEGIN\n  IF new.n IS NULL THEN SET new.n = 7; END IF;\nEND;\n\
                 INSERT INTO t (id) VALUES (1);",
        };
        let migrator = migrator(&[Script::new("a", "", upgrade_sql, "DROP TABLE t;")]);
        upgrade(&migrator, &database).await;
        let text = if database.kind == Kind::Mysql { "CONCAT(n, s)" } else { "n || s" };
        assert_eq!(database.column(&format!("SELECT {text} FROM t")).await, ["7a;b"]);
    }

    async fn stamp_writes_rows_and_runs_nothing(database: TestDatabase) {
        let migrator = migrator(&chain(3));
        let url = database.url.as_str();
        let report = migrator.stamp(url, ["r2"]).await.expect("stamp");
        assert_eq!(report.to, ["r2"]);
        assert!(database.user_tables().await.is_empty());
        assert_eq!(database.history().await, ["stamp r1 0/0", "stamp r2 0/0"]);
        let report = migrator.stamp(url, ["r1"]).await.expect("stamp");
        assert_eq!(report.to, ["r1"]);
        assert_eq!(database.history().await, ["stamp r1 0/0", "stamp r2 0/0", "unstamp r2 0/0"]);
        assert_eq!(done(&upgrade(&migrator, &database).await), ["r2", "r3"]);
    }

    async fn events_tell_the_run(database: TestDatabase) {
        let migrator = migrator(&chain(2));
        let mut lines = Vec::new();
        migrator
            .upgrade(database.url.as_str())
            .on_event(|event| match event {
                Event::Planned { steps } => lines.push(format!("plan {}", steps.len())),
                Event::Started { revision, direction: Direction::Upgrade, message, .. } => {
                    lines.push(format!("start {revision}: {message}"));
                }
                Event::Finished(done) => lines.push(format!("done {}", done.revision)),
                _ => lines.push("other".to_owned()),
            })
            .await
            .expect("upgrade");
        let expected =
            ["plan 2", "start r1: Revision r1 of a test", "done r1", "start r2: Revision r2 of a test", "done r2"];
        assert_eq!(lines, expected);
    }

    async fn an_empty_folder_is_no_error_and_makes_nothing(database: TestDatabase) {
        let migrator = migrator(&[]);
        let report = upgrade(&migrator, &database).await;
        assert!(report.done.is_empty());
        assert!(database.tables().await.is_empty());
    }
}
