//! A service's own connections: in memory, with other databases at them, with other settings, and dropped in the middle.

use std::future::IntoFuture as _;
use std::time::Duration;

use alembic_testing::{Kind, Script, TestDatabase};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Row as _};

use crate::support::migrator;

/// A pool of one connection, on which `setup` was run.
async fn pool(url: &str, setup: &'static str) -> SqlitePool {
    let options = SqlitePoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(5));
    let options = options.after_connect(move |connection, _| {
        Box::pin(async move { sqlx::raw_sql(setup).execute(connection).await.map(|_| ()) })
    });
    options.connect(url).await.expect("a pool")
}

async fn column(pool: &SqlitePool, sql: &str) -> Vec<String> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(pool).await;
    let rows = rows.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    rows.iter().map(|row| row.get::<Option<String>, _>(0).unwrap_or_else(|| "NULL".to_owned())).collect()
}

/// The settings that carrying out an ALTER could leave changed.
async fn settings(pool: &SqlitePool) -> Vec<String> {
    let pragma = |name: &str| format!("'{name} ' || (SELECT * FROM pragma_{name})");
    let names =
        ["foreign_keys", "writable_schema", "legacy_alter_table", "defer_foreign_keys", "recursive_triggers"];
    column(pool, &format!("SELECT {}", names.map(pragma).join(" || ', ' || "))).await
}

fn scripts(up: &str) -> [Script<'_>; 2] {
    let first = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);\nCREATE TABLE c (x INTEGER REFERENCES t ON DELETE CASCADE);\n\
                 INSERT INTO t VALUES (1, '1'), (2, 'two');\nINSERT INTO c VALUES (1), (2);";
    [
        Script::new("a", "", first, "DROP TABLE c;\nDROP TABLE t;"),
        Script::new("b", "a", up, "ALTER TABLE t DROP CONSTRAINT n;"),
    ]
}

#[tokio::test]
async fn settings_are_as_found() {
    for setup in [
        "PRAGMA foreign_keys = ON",
        "PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = ON",
        "PRAGMA writable_schema = ON; PRAGMA legacy_alter_table = ON",
    ] {
        let database = TestDatabase::new(Kind::Sqlite).await;
        for url in [format!("{}?mode=rwc", database.url), "sqlite::memory:".to_owned()] {
            let pool = pool(&url, setup).await;
            let before = settings(&pool).await;
            for failing in [
                "ALTER TABLE t ALTER a TYPE INT;\nALTER TABLE t ADD CHECK (a > 5);",
                "ALTER TABLE t ADD UNIQUE (nothing);",
                "ALTER TABLE t ALTER a SET DEFAULT now();",
            ] {
                migrator(&scripts(failing)).upgrade(&pool).await.expect_err(failing);
                assert_eq!(settings(&pool).await, before, "{setup}");
                assert!(column(&pool, "SELECT name FROM sqlite_schema").await.is_empty());
            }
            let migrator =
                migrator(&scripts("ALTER TABLE t ADD CONSTRAINT n UNIQUE (a), ALTER a SET NOT NULL;"));
            migrator.upgrade(&pool).await.unwrap_or_else(|error| panic!("{setup}\n{error}"));
            assert_eq!(settings(&pool).await, before, "{setup}");
            assert_eq!(
                column(&pool, "SELECT a || x FROM t JOIN c ON x = id ORDER BY id").await,
                ["11", "two2"]
            );
            assert_eq!(column(&pool, "PRAGMA integrity_check").await, ["ok"]);
            migrator.downgrade(&pool, "base").await.unwrap_or_else(|error| panic!("{setup}\n{error}"));
            assert_eq!(settings(&pool).await, before, "{setup}");
        }
    }
}

#[tokio::test]
async fn other_databases_of_the_connection() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let setup = "ATTACH ':memory:' AS \"aux \"\"1\"; CREATE TABLE \"aux \"\"1\".u (a, b UNIQUE); INSERT INTO u VALUES ('aux', 1);\n\
                 CREATE TEMP TABLE t (a, b UNIQUE); INSERT INTO temp.t VALUES ('temp', 1);\n\
                 CREATE TEMP TABLE only_temp (a);";
    let first = "CREATE TABLE main.t (a, b);\nINSERT INTO main.t VALUES ('main', 1);";
    let up = "ALTER TABLE main.t ADD UNIQUE (a), ALTER b SET NOT NULL;\nALTER TABLE t ADD CONSTRAINT i UNIQUE (a, b);\n\
              ALTER TABLE \"AUX \"\"1\".u ALTER a TYPE INT, DROP COLUMN b;\nALTER TABLE temp.only_temp ADD z INT UNIQUE;";
    let pool = pool(&format!("{}?mode=rwc", database.url), setup).await;
    let migrator = migrator(&[Script::new("a", "", first, ""), Script::new("b", "a", up, "")]);
    migrator.upgrade(&pool).await.unwrap_or_else(|error| panic!("{error}"));
    let text =
        |schema: &str, table: &str| format!("SELECT sql FROM {schema}.sqlite_master WHERE name = '{table}'");
    assert_eq!(column(&pool, &text("main", "t")).await, ["CREATE TABLE t (a, b NOT NULL, UNIQUE (a))"]);
    assert_eq!(
        column(&pool, &text("temp", "t")).await,
        ["CREATE TABLE t (a, b UNIQUE, CONSTRAINT i UNIQUE (a, b))"]
    );
    assert_eq!(column(&pool, &text("\"aux \"\"1\"", "u")).await, ["CREATE TABLE u (a INT)"]);
    assert_eq!(column(&pool, &text("temp", "only_temp")).await, ["CREATE TABLE only_temp (a, z INT UNIQUE)"]);
    assert_eq!(
        column(&pool, "SELECT a FROM main.t UNION SELECT a FROM temp.t UNION SELECT a FROM u").await,
        ["aux", "main", "temp"]
    );
    for schema in ["main", "temp", "\"aux \"\"1\""] {
        assert_eq!(column(&pool, &format!("PRAGMA {schema}.integrity_check")).await, ["ok"]);
    }
}

#[tokio::test]
async fn a_run_that_is_dropped_at_any_point_leaves_nothing() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let pool = pool(&format!("{}?mode=rwc", database.url), "PRAGMA foreign_keys = ON").await;
    let up = "ALTER TABLE t ADD CONSTRAINT n UNIQUE (a), ALTER a SET NOT NULL;\nALTER TABLE t ALTER a SET DEFAULT 'x';";
    let all = scripts(up);
    migrator(&all[..1]).upgrade(&pool).await.expect("the first");
    let rows = "WITH RECURSIVE n (x) AS (SELECT 3 UNION ALL SELECT x + 1 FROM n WHERE x < 3000) INSERT INTO t SELECT x, x FROM n";
    column(&pool, rows).await;
    let migrator = migrator(&all);
    let before = settings(&pool).await;
    for delay in (0..).map(|round| Duration::from_micros(300 * round)) {
        let run = tokio::time::timeout(delay, migrator.upgrade(&pool).into_future()).await;
        assert_eq!(settings(&pool).await, before, "after {delay:?}");
        assert_eq!(column(&pool, "PRAGMA integrity_check").await, ["ok"]);
        let version = column(&pool, "SELECT version_num FROM alembic_version").await;
        let text = column(&pool, "SELECT sql FROM sqlite_schema WHERE name = 't'").await.concat();
        if version == ["b"] {
            let altered = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'x', CONSTRAINT n UNIQUE (a))";
            assert_eq!(text, altered);
            break;
        }
        assert!(run.is_err(), "it was dropped after {delay:?}");
        assert_eq!(version, ["a"]);
        assert_eq!(text, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)");
    }
    assert_eq!(column(&pool, "SELECT CAST(count(*) AS TEXT) FROM t").await, ["3000"]);
}
