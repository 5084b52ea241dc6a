//! Scripts as people write them for other tools: they run, or are refused with their line and a way that works.

use alembic::migrate::{MigrateError, OfflineGoal};
use alembic::revision::Range;
use alembic::sql::Dialect;
use alembic_testing::{Kind, Script, TestDatabase};

use crate::support::{done, migrator, upgrade};

fn all() -> OfflineGoal {
    OfflineGoal::Upgrade(Range { start: None, end: None })
}

#[tokio::test]
async fn statements_under_a_delimiter_may_end_in_a_semicolon() {
    let body = "-- alembic: upgrade\nCREATE TABLE q (a INT, b INT);\n-- alembic: delimiter //\n\
                CREATE TRIGGER t1 BEFORE INSERT ON q FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.b = 2; END;//\n\
                INSERT INTO q VALUES (7, 7);\n//\n-- alembic: delimiter ;\nINSERT INTO q VALUES (8, 8);\n";
    let migrator = migrator(&[Script::with_body("a", "", body)]);
    for offline in [false, true] {
        let database = TestDatabase::new(Kind::Mysql).await;
        if offline {
            let output = database.client(&migrator.offline(Dialect::Mysql, &all()).expect("a script"));
            assert_eq!(output.code, Some(0), "{output}");
        } else {
            assert_eq!(done(&upgrade(&migrator, &database).await), ["a"]);
        }
        assert_eq!(database.column("SELECT CONCAT(a, b) FROM q").await, ["12", "12"]);
        assert_eq!(database.history().await, ["upgrade a 4/4"]);
    }
}

#[tokio::test]
async fn the_binary_log_is_left_alone_where_a_script_says_so() {
    for section in ["", " no-transaction"] {
        let body = format!(
            "-- alembic: upgrade{section}\nSET SESSION sql_log_bin = 0;\nCREATE TABLE t (a INT);\nINSERT INTO t VALUES (1);\n\
             SET @@SESSION.sql_log_bin = 1;\n"
        );
        let migrator = migrator(&[Script::with_body("a", "", &body)]);
        let database = TestDatabase::new(Kind::Mysql).await;
        upgrade(&migrator, &database).await;
        assert_eq!(database.column("SELECT CAST(a AS CHAR) FROM t").await, ["1"]);
        let database = TestDatabase::new(Kind::Mysql).await;
        let output = database.client(&migrator.offline(Dialect::Mysql, &all()).expect("a script"));
        assert_eq!(output.code, Some(0), "{output}");
    }
}

#[tokio::test]
async fn triggers_of_oracle_mode() {
    let body = "SET sql_mode = ORACLE;\nCREATE TABLE q (a INT);\n\
                CREATE TRIGGER t BEFORE INSERT ON q FOR EACH ROW BEGIN :NEW.a := 1; END;\nINSERT INTO q VALUES (5);";
    let database = TestDatabase::new(Kind::Mysql).await;
    upgrade(&migrator(&[Script::new("a", "", body, "DROP TABLE q;")]), &database).await;
    assert_eq!(database.column("SELECT CAST(a AS CHAR) FROM q").await, ["1"]);
}

/// MySQL quotes the text behind a mistake: what this program has appended is not shown.
#[tokio::test]
async fn no_statement_of_our_own_is_in_a_message() {
    for body in [
        "CREATE TABLE t (a INT);\nINSERT INTO t VALUES (1",
        "INSERT INTO t VALUES (1) nonsense",
        "SELECT 1 FROM",
        "CREATE TABLE t (a INT",
    ] {
        let database = TestDatabase::new(Kind::Mysql).await;
        let error = migrator(&[Script::new("a", "", &format!("{body};"), "SELECT 1;")]);
        let error = error.upgrade(database.url.as_str()).await.expect_err(body).to_string();
        assert!(error.starts_with("migrations/a.sql:"), "{error}");
        assert!(!error.contains("alembic_"), "{error}");
    }
}

/// What SQLite does not do within a transaction, without a word or with one.
#[tokio::test]
async fn pragmas_that_need_no_transaction() {
    for (statement, query, effect) in [
        ("PRAGMA journal_mode = WAL;", "SELECT journal_mode FROM pragma_journal_mode", "wal"),
        ("PRAGMA main.journal_mode = 'wal';", "SELECT journal_mode FROM pragma_journal_mode", "wal"),
        ("PRAGMA synchronous = NORMAL;", "SELECT 'x'", "x"),
        ("ATTACH ':memory:' AS x;\nCREATE TABLE x.t (a);\nDETACH x;", "SELECT 'x'", "x"),
    ] {
        let database = TestDatabase::new(Kind::Sqlite).await;
        let in_section = |section: &str| {
            let body = format!("-- alembic: upgrade{section}\n{statement}\n");
            migrator(&[Script::with_body("a", "", &body)])
        };
        let error = in_section("").upgrade(database.url.as_str()).await.expect_err(statement).to_string();
        assert!(error.contains("does nothing in a transaction, or fails there"), "{error}");
        assert!(error.contains("-- alembic: upgrade no-transaction"), "{error}");
        upgrade(&in_section(" no-transaction"), &database).await;
        assert_eq!(database.column(query).await, [effect], "{statement}");
    }
}

/// A foreign key that a section leaves without its table: nothing could be written to the other table.
#[tokio::test]
async fn a_foreign_key_keeps_its_table() {
    let tables = "CREATE TABLE crates (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n\
                  CREATE TABLE badges (id INTEGER PRIMARY KEY, crate_id INTEGER NOT NULL REFERENCES crates (id));";
    let old = "ALTER TABLE crates RENAME TO crates_old;\n\
               CREATE TABLE crates (id INTEGER PRIMARY KEY, name TEXT NOT NULL, canon TEXT);\n\
               INSERT INTO crates (id, name) SELECT id, name FROM crates_old;\nDROP TABLE crates_old;";
    for (body, left) in [
        (old, Some(("crates_old", 10))),
        ("DROP TABLE crates;", Some(("crates", 7))),
        ("DROP TABLE badges;\nDROP TABLE crates;", None),
        ("DROP TABLE crates;\nCREATE TABLE Crates (id INTEGER PRIMARY KEY);", None),
        ("DROP TABLE crates;\nDROP TABLE badges;", None),
    ] {
        let scripts = [Script::new("a", "", tables, "SELECT 1;"), Script::new("b", "a", body, "SELECT 1;")];
        let migrator = migrator(&scripts);
        let database = TestDatabase::new(Kind::Sqlite).await;
        let result = migrator.upgrade(database.url.as_str()).await;
        match (left, &result) {
            (None, Ok(_)) => {}
            (Some((table, line)), Err(error)) => {
                let expected = format!(
                    "migrations/b.sql:{line}: `badges` still has a foreign key to `{table}`, which is gone: no row could be \
                     written to it"
                );
                assert_eq!(error.to_string(), expected);
                assert!(error.help().is_some());
                assert!(database.versions().await.is_empty(), "all of it is rolled back");
            }
            _ => panic!("{body}: {result:?}"),
        }
        let database = TestDatabase::new(Kind::Sqlite).await;
        let output = database.client(&migrator.offline(Dialect::Sqlite, &all()).expect("a script"));
        assert_eq!(output.code == Some(0), left.is_none(), "{body}: {output}");
    }
}

/// Blocks and procedures may commit: in a script they stay outside of transactions too.
#[tokio::test]
async fn blocks_that_commit_run_from_a_script() {
    let body = "-- alembic: upgrade no-transaction\nCREATE TABLE m (x int);\n\
                DO $$ BEGIN FOR i IN 1..3 LOOP INSERT INTO m VALUES (i); COMMIT; END LOOP; END $$;\n\
                CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO m VALUES (9); COMMIT; END $$;\nCALL p();\n";
    let migrator = migrator(&[Script::with_body("a", "", body)]);
    for offline in [false, true] {
        let database = TestDatabase::new(Kind::Postgresql).await;
        if offline {
            let output = database.client(&migrator.offline(Dialect::Postgresql, &all()).expect("a script"));
            assert_eq!(output.code, Some(0), "{output}");
        } else {
            upgrade(&migrator, &database).await;
        }
        assert_eq!(database.column("SELECT x::text FROM m ORDER BY x").await, ["1", "2", "3", "9"]);
        assert_eq!(database.history().await, ["upgrade a 4/4"]);
    }
}

/// "Undo everything", as many first downgrades say it.
#[tokio::test]
async fn a_dropped_schema_is_named() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let drop = "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;";
    let script = |downgrade: &str| migrator(&[Script::new("a", "", "CREATE TABLE t (a int);", downgrade)]);
    upgrade(&script(drop), &database).await;
    let error = script(drop).downgrade(database.url.as_str(), "base").await.expect_err("it holds the tables");
    assert_eq!(
        error.to_string(),
        "migrations/a.sql:10: this drops the schema `public`, and with it the version table and the history"
    );
    assert!(error.help().expect("help").contains("version_table_schema"));
    let database = TestDatabase::new(Kind::Postgresql).await;
    let hidden = "DO $$ BEGIN EXECUTE 'DROP SCHEMA public CASCADE'; EXECUTE 'CREATE SCHEMA public'; END $$;";
    upgrade(&script(hidden), &database).await;
    let error = script(hidden).downgrade(database.url.as_str(), "base").await.expect_err("they are gone");
    assert!(matches!(error, MigrateError::DropsTables { .. }), "{error:?}");
    assert!(error.to_string().starts_with("revision a dropped the version table or the history"), "{error}");
    assert_eq!(database.versions().await, ["a"]);
}

/// A downgrade that cannot be read is refused when it is to run.
#[tokio::test]
async fn a_downgrade_that_cannot_be_read_blocks_no_upgrade() {
    let bad = "CREATE FUNCTION f() RETURNS TRIGGER AS $ $ BEGIN\n  RETURN NULL;\nEND;\n$ $ LANGUAGE plpgsql;";
    let migrator = migrator(&[Script::new("a", "", "CREATE TABLE t (a int);", bad)]);
    let database = TestDatabase::new(Kind::Postgresql).await;
    assert_eq!(done(&upgrade(&migrator, &database).await), ["a"]);
    let error = migrator.downgrade(database.url.as_str(), "base").await.expect_err("unreadable").to_string();
    assert!(error.starts_with("migrations/a.sql:"), "{error}");
    assert_eq!(database.versions().await, ["a"]);
}

/// The guard of a script needs no CHECK, which MySQL before 8.0.16 and TiDB read and forget.
#[tokio::test]
async fn the_guard_needs_no_check() {
    let migrator = migrator(&[Script::new("a", "", "CREATE TABLE t (a INT);", "DROP TABLE t;")]);
    let script = migrator.offline(Dialect::Mysql, &all()).expect("a script");
    assert!(!script.contains("CHECK ("), "{script}");
    let database = TestDatabase::new(Kind::Mysql).await;
    database.rows("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)").await;
    database.rows("INSERT INTO alembic_version VALUES ('feedfeedfeed')").await;
    let output = database.client(&script.replace("SET NAMES", "SET check_constraint_checks = 0;\nSET NAMES"));
    assert_ne!(output.code, Some(0), "{output}");
    assert!(output.stderr.contains("the database is not at the base"), "{output}");
    assert!(database.user_tables().await.is_empty());
}

/// Programs of Windows write `.SQL`.
#[test]
fn upper_case_names_are_scripts() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = Script::new("a", "", "CREATE TABLE t (a INT);", "DROP TABLE t;");
    std::fs::write(folder.path().join("1.SQL"), script.text()).expect("a file");
    let read = alembic::script::ScriptDirectory::read(&[alembic::config::location(folder.path(), "")]);
    let found: Vec<String> = read.expect("scripts").heads().into_iter().map(|(id, _)| id).collect();
    assert_eq!(found, ["a"]);
    std::fs::write(
        folder.path().join("2.sql"),
        format!("{}<<<<<<< HEAD\nSELECT 1;\n=======\n>>>>>>> b\n", script.text()),
    )
    .expect("a file");
    let read = alembic::script::ScriptDirectory::read(&[alembic::config::location(folder.path(), "")]);
    assert!(read.expect_err("a conflict").to_string().contains("2.sql:11: git has left a conflict here"));
}
