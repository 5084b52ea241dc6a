//! What is committed when.

use alembic::config::TransactionMode;
use alembic::migrate::MigrateError;
use alembic_testing::{Kind, Script, TestDatabase, on_every_database};

use crate::support::{chain, done, migrator, migrator_with, upgrade};

#[tokio::test]
async fn an_index_is_built_concurrently() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let scripts = [
        Script::new(
            "a",
            "",
            "CREATE TABLE a (x INTEGER);\nINSERT INTO a SELECT generate_series(1, 100);",
            "DROP TABLE a;",
        ),
        Script::with_body(
            "b",
            "a",
            "-- alembic: upgrade no-transaction\nCREATE INDEX CONCURRENTLY a_x ON a (x);\n\
             ALTER TABLE a ADD COLUMN y INTEGER;\n-- alembic: downgrade no-transaction\n\
             ALTER TABLE a DROP COLUMN y;\nDROP INDEX CONCURRENTLY a_x;\n",
        ),
        Script::new("c", "b", "CREATE TABLE c (x INTEGER);", "DROP TABLE c;"),
    ];
    for mode in [TransactionMode::Run, TransactionMode::Revision] {
        let migrator = migrator_with(&scripts, mode);
        assert_eq!(done(&upgrade(&migrator, &database).await), ["a", "b", "c"]);
        let valid = "SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'a_x'::regclass";
        assert_eq!(database.column(valid).await, ["true"]);
        migrator.downgrade(database.url.as_str(), "base").await.expect("downgrade");
        assert!(database.user_tables().await.is_empty());
    }
}

#[tokio::test]
async fn vacuum_runs_without_a_transaction_on_sqlite() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let scripts = [
        chain(1)[0].clone(),
        Script::with_body(
            "v",
            "r1",
            "-- alembic: upgrade no-transaction\nVACUUM;\nPRAGMA journal_mode = WAL;\n",
        ),
        Script::new("w", "v", "CREATE TABLE w (x INTEGER);", "DROP TABLE w;"),
    ];
    upgrade(&migrator(&scripts), &database).await;
    assert_eq!(database.versions().await, ["w"]);
    assert_eq!(database.column("PRAGMA journal_mode").await, ["wal"]);
}

#[tokio::test]
async fn a_script_may_change_the_search_path() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let scripts = [
        Script::new(
            "a",
            "",
            "CREATE SCHEMA other;\nSELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE other.t (x INTEGER);",
            "DROP SCHEMA other CASCADE;",
        ),
        Script::new(
            "b",
            "a",
            "SET search_path TO other;\nCREATE TABLE u (x INTEGER);",
            "DROP TABLE other.u;",
        ),
        Script::new("c", "b", "CREATE TABLE v (x INTEGER);", "DROP TABLE v;"),
    ];
    for mode in [TransactionMode::Run, TransactionMode::Revision] {
        let migrator = migrator_with(&scripts, mode);
        upgrade(&migrator, &database).await;
        assert_eq!(database.versions().await, ["c"]);
        let sql = "SELECT table_schema || '.' || table_name FROM information_schema.tables \
                   WHERE table_name IN ('t', 'u', 'v') ORDER BY 1";
        assert_eq!(database.column(sql).await, ["other.t", "other.u", "public.v"]);
        migrator.downgrade(database.url.as_str(), "base").await.expect("downgrade");
    }
}

on_every_database! {
    async fn a_refused_run_writes_nothing(database: TestDatabase) {
        let migrator = migrator(&chain(2));
        let refused = migrator.upgrade(database.url.as_str()).approve(|plan| Err(format!("not {}", plan.len()))).await;
        assert!(matches!(&refused, Err(MigrateError::Refused { reason, .. }) if reason == "not 2"), "{refused:?}");
        assert!(database.tables().await.is_empty());
    }

    async fn data_and_schema_in_one_revision(database: TestDatabase) {
        let scripts = [Script::new(
            "a",
            "",
            "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER);\nINSERT INTO a VALUES (1, 10);\n\
             ALTER TABLE a ADD COLUMN m INTEGER;\nUPDATE a SET m = n * 2;\nDELETE FROM a WHERE m <> 20;",
            "DROP TABLE a;",
        )];
        upgrade(&migrator(&scripts), &database).await;
        let cast = if database.kind == Kind::Mysql { "CAST(m AS CHAR)" } else { "CAST(m AS TEXT)" };
        assert_eq!(database.column(&format!("SELECT {cast} FROM a")).await, ["20"]);
    }
}
