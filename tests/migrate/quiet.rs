//! What a driver logs of a run: never a script, which may hold secrets.

use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use alembic_testing::{Kind, Script, TestDatabase};
use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{done, migrator};

static LOG: Mutex<String> = Mutex::new(String::new());

struct Log;

struct Line<'l>(&'l mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = write!(log, "\n{}", event.metadata().target());
        event.record(&mut Line(&mut log));
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Runs a slow script with a secret by a pool, and says what was logged.
async fn log_of(database: &TestDatabase) -> String {
    tracing::subscriber::set_global_default(Log).expect("the only subscriber of this process");
    // SQLite has nothing that sleeps.
    let sleep = match database.kind {
        Kind::Postgresql => "SELECT pg_sleep(1.2)",
        Kind::Mysql => "DO SLEEP(1.2)",
        Kind::Sqlite => {
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 4000000) SELECT sum(n) FROM n"
        }
    };
    let upgrade = format!("CREATE TABLE t (n VARCHAR(20));\nINSERT INTO t VALUES ('topsecret');\n{sleep};");
    let migrator = migrator(&[Script::new("r1", "", &upgrade, "DROP TABLE t;")]);
    let wait = Duration::from_secs(5);
    let url = database.url.as_str();
    let report = match database.kind {
        Kind::Sqlite => {
            let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(wait);
            let pool = pool.connect(&format!("{url}?mode=rwc")).await.expect("a pool");
            migrator.upgrade(&pool).await
        }
        Kind::Postgresql => {
            let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(wait);
            let pool = pool.after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::raw_sql("SET search_path = hooked").execute(connection).await.map(drop)
                })
            });
            let pool = pool.connect(url).await.expect("a pool");
            sqlx::raw_sql("CREATE SCHEMA hooked").execute(&pool).await.expect("a schema");
            let report = migrator.upgrade(&pool).await;
            // What the pool does with its connections is done for that of the run too.
            let found = sqlx::raw_sql("SELECT n FROM hooked.t").fetch_all(&pool).await.expect("the table");
            assert_eq!(found.len(), 1);
            report
        }
        Kind::Mysql => {
            let pool = MySqlPoolOptions::new().max_connections(1).acquire_timeout(wait);
            migrator.upgrade(&pool.connect(url).await.expect("a pool")).await
        }
    };
    assert_eq!(done(&report.unwrap_or_else(|error| panic!("{error}"))), ["r1"]);
    LOG.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

macro_rules! never_logged {
    ($($name:ident: $kind:ident,)*) => {
        $(#[tokio::test]
        async fn $name() {
            let database = TestDatabase::new(Kind::$kind).await;
            let log = log_of(&database).await;
            assert!(log.contains("sqlx::query"), "the log is listened to: {log}");
            assert!(!log.contains("topsecret"), "{log}");
        })*
    };
}

never_logged! {
    sqlite: Sqlite,
    postgresql: Postgresql,
    mariadb: Mysql,
}

/// Runs of one process on one database in memory wait for each other.
#[tokio::test]
async fn databases_in_memory_are_shared() {
    let migrator = migrator(&crate::support::chain(3));
    for _ in 0..30 {
        let pool =
            SqlitePoolOptions::new().max_connections(8).connect("sqlite::memory:").await.expect("a pool");
        let run = async || migrator.upgrade(&pool).await.unwrap_or_else(|error| panic!("{error}")).done.len();
        let (one, two, three, four) = tokio::join!(run(), run(), run(), run());
        let mut applied = [one, two, three, four];
        applied.sort_unstable();
        assert_eq!(applied, [0, 0, 0, 3]);
    }
}
