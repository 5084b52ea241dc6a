//! A service's own pool, even one of a single connection.

use std::time::Duration;

use alembic_testing::{Kind, TestDatabase};
use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;

use crate::support::{chain, done, migrator};

macro_rules! with_pool {
    ($name:ident, $kind:expr, $options:ty, $url:expr) => {
        #[tokio::test]
        async fn $name() {
            let database = TestDatabase::new($kind).await;
            let url: fn(&TestDatabase) -> String = $url;
            let pool = <$options>::new()
                .max_connections(1)
                .acquire_timeout(Duration::from_secs(5))
                .connect(&url(&database))
                .await
                .expect("a pool");
            let migrator = migrator(&chain(3));
            let report = migrator.upgrade(&pool).await.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(done(&report), ["r1", "r2", "r3"]);
            assert!(migrator.upgrade(&pool).await.expect("at head").done.is_empty());
            let rows =
                sqlx::raw_sql("SELECT id FROM t_r3").fetch_all(&pool).await.expect("the pool still works");
            assert_eq!(rows.len(), 1);
            migrator.downgrade(&pool, "base").await.expect("downgrade");
            assert!(migrator.status(&pool).await.expect("status").rows.is_empty());
        }
    };
}

with_pool!(sqlite_file, Kind::Sqlite, SqlitePoolOptions, |database| format!("{}?mode=rwc", database.url));
with_pool!(sqlite_memory, Kind::Sqlite, SqlitePoolOptions, |_| "sqlite::memory:".to_owned());
with_pool!(postgresql, Kind::Postgresql, PgPoolOptions, |database| database.url.clone());
with_pool!(mariadb, Kind::Mysql, MySqlPoolOptions, |database| database.url.clone());
