//! What a revision leaves in the session of the plain client, which runs a script by `--sql`: it ends with the revision there,
//! too.

use alembic::config::TransactionMode;
use alembic::sql::Dialect;
use alembic_testing::{Kind, Script, TestDatabase};

use crate::offline::{dialect, state, up};
use crate::support::{migrator, migrator_with};

/// What a revision leaves in its session ends with it, also where the plain client runs them all in one. `second` is
/// what the next revision does, which makes the table `facts`.
async fn ends_with_its_revision(kind: Kind, first: &str, second: &str) {
    let scripts = [
        Script::with_body("a", "", &format!("-- alembic: upgrade\n{first}\n")),
        Script::new("b", "a", second, "DROP TABLE facts;"),
    ];
    for mode in [TransactionMode::Run, TransactionMode::Revision] {
        let (online, offline) = (TestDatabase::new(kind).await, TestDatabase::new(kind).await);
        let migrator = migrator_with(&scripts, mode);
        let result = migrator.upgrade(online.url.as_str()).target("heads").await;
        let script =
            migrator.offline(dialect(&offline), &up("heads")).unwrap_or_else(|error| panic!("{error}"));
        let output = offline.client(&script);
        assert_eq!(
            output.code == Some(0),
            result.is_ok(),
            "{first}: {result:?}\n{}\n{script}",
            output.stderr
        );
        if result.is_ok() {
            let query = "SELECT * FROM facts";
            assert_eq!(offline.rows(query).await, online.rows(query).await, "{mode:?}: {first}\n{script}");
            assert_eq!(state(&offline).await, state(&online).await, "{mode:?}: {first}\n{script}");
        }
    }
}

#[tokio::test]
async fn what_a_revision_leaves_in_the_session_of_sqlite_ends_with_it() {
    let stage = "CREATE TEMPORARY TABLE stage (id INTEGER);\nINSERT INTO stage VALUES (1);";
    let own = "CREATE TABLE stage (id INTEGER);\nINSERT INTO stage VALUES (2);\nCREATE TABLE facts AS SELECT CAST(id AS TEXT) FROM main.stage;";
    ends_with_its_revision(Kind::Sqlite, stage, own).await;
    ends_with_its_revision(Kind::Sqlite, &stage.replace("TEMPORARY TABLE stage", "TABLE temp.stage"), own)
        .await;
    let view = "CREATE TEMP VIEW stage AS SELECT 1 AS id;\nCREATE TEMP TRIGGER r INSTEAD OF INSERT ON stage BEGIN SELECT 1; END;";
    ends_with_its_revision(Kind::Sqlite, view, own).await;
    let checked = "CREATE TABLE t (v CHECK (v <> 'bad'));\nPRAGMA ignore_check_constraints = ON;";
    ends_with_its_revision(Kind::Sqlite, checked, "INSERT INTO t VALUES ('bad');\nCREATE TABLE facts (x);")
        .await;
    let settings = "CREATE TABLE facts AS SELECT CAST('a' LIKE 'A' AS TEXT) AS l, CAST(r.reverse_unordered_selects AS TEXT) AS r, \
                    CAST(t.recursive_triggers AS TEXT) AS t, CAST(s.trusted_schema AS TEXT) AS s FROM pragma_reverse_unordered_selects r, \
                    pragma_recursive_triggers t, pragma_trusted_schema s;";
    let pragmas = "PRAGMA case_sensitive_like = ON;\nPRAGMA main.reverse_unordered_selects = 1;\n\
                   PRAGMA recursive_triggers(ON);\nPRAGMA trusted_schema = OFF;";
    ends_with_its_revision(Kind::Sqlite, pragmas, settings).await;
    let put_off = "CREATE TABLE a (id INTEGER PRIMARY KEY);\nCREATE TABLE b (a REFERENCES a (id));\n\
                   PRAGMA defer_foreign_keys = ON;\nINSERT INTO b VALUES (1);";
    ends_with_its_revision(Kind::Sqlite, put_off, "CREATE TABLE facts (x);").await;
    ends_with_its_revision(
        Kind::Sqlite,
        &format!("{put_off}\nINSERT INTO a VALUES (1);"),
        "CREATE TABLE facts (x);",
    )
    .await;
}

#[tokio::test]
async fn what_a_revision_leaves_in_the_session_of_postgresql_ends_with_it() {
    let settings = "CREATE TABLE facts AS SELECT current_setting('session_replication_role') AS r, \
                    current_setting('search_path') AS p, current_setting('work_mem') AS l, current_user::text AS u, \
                    current_setting('DateStyle') AS d, coalesce(current_setting('my.own', true), '') AS o, \
                    (SELECT count(*)::text FROM pg_prepared_statements) AS s, (SELECT count(*)::text FROM pg_cursors WHERE name = 'kept') AS c;";
    for first in [
        "SET session_replication_role = replica;\nSET my.own = 'x';",
        "SELECT set_config('my.own', 'x', false), set_config('search_path', '', false);",
        "CREATE SCHEMA other;\nSET search_path TO other;\nSET work_mem = '1MB';",
        "SET ROLE pg_read_all_data;\nSELECT 1;",
        "SET SESSION AUTHORIZATION pg_read_all_data;\nSELECT 1;",
        "PREPARE p AS SELECT 1;\nDECLARE kept CURSOR WITH HOLD FOR SELECT 1;\nSET DateStyle = 'German, DMY';",
        "DO $$ BEGIN PERFORM set_config('my.own', 'y', false); END $$;\nRESET ALL;",
        "DISCARD PLANS;\nSET LOCAL work_mem = '3MB';",
    ] {
        ends_with_its_revision(Kind::Postgresql, first, settings).await;
    }
    let stage = "CREATE TEMPORARY TABLE stage (id INTEGER);\nINSERT INTO stage VALUES (1);";
    let own = "CREATE TABLE stage (id INTEGER);\nCREATE TABLE facts AS SELECT count(*)::text AS n FROM public.stage;";
    ends_with_its_revision(Kind::Postgresql, stage, own).await;
    ends_with_its_revision(
        Kind::Postgresql,
        &stage.replace("TEMPORARY TABLE stage", "TABLE pg_temp.stage"),
        own,
    )
    .await;
}

#[tokio::test]
async fn what_a_revision_leaves_in_the_session_of_mariadb_ends_with_it() {
    let settings = "CREATE TABLE facts AS SELECT CAST(@@foreign_key_checks AS CHAR(50)) AS f, CAST(@@unique_checks AS CHAR(50)) AS u, \
                    CAST(YEAR(NOW()) >= 2026 AS CHAR(50)) AS y, CAST(@@group_concat_max_len AS CHAR(50)) AS g, \
                    CAST(@@sql_select_limit AS CHAR(50)) AS s, CAST(@@default_storage_engine AS CHAR(50)) AS e, \
                    CAST(@@lc_time_names AS CHAR(50)) AS l, CAST(COALESCE(@a, @b, 'none') AS CHAR(50)) AS v, \
                    CAST(@@sql_log_bin AS CHAR(50)) AS b, CAST(@@max_sort_length AS CHAR(50)) AS m, CAST(@@sql_mode AS CHAR(500)) AS q;";
    for first in [
        "SET foreign_key_checks = 0;\nSET timestamp = 1000000;",
        "SET SESSION unique_checks = 0, group_concat_max_len = 17, @a = 5;",
        "SET @@session.sql_select_limit = 3, @@default_storage_engine = MyISAM, @@local.lc_time_names = 'de_DE';",
        "SELECT 7 INTO @b;\nSET @a := (SELECT 1), sql_log_bin = 0;",
        "SET LOCAL max_sort_length = 64, foreign_key_checks = IF(1 = 1, 0, 1);\nSET NAMES latin1;\nSET sql_mode = 'ANSI_QUOTES';",
    ] {
        ends_with_its_revision(Kind::Mysql, first, settings).await;
    }
    let stage = "CREATE TEMPORARY TABLE `stage` (id INTEGER);\nINSERT INTO `stage` VALUES (1);";
    let own = "CREATE TABLE `stage` (id INTEGER);\nCREATE TABLE facts AS SELECT CAST(count(*) AS CHAR(50)) AS n FROM `stage`;";
    ends_with_its_revision(Kind::Mysql, stage, own).await;
    let moved = migrator(&[Script::new("a", "", "CREATE TABLE t (x INT);\nUSE other;", "")]);
    let error = moved.offline(Dialect::Mysql, &up("head")).unwrap_err().to_string();
    assert!(error.starts_with("migrations/a.sql:8: `USE` chooses another database"), "{error}");
}
