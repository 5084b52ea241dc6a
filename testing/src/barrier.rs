//! A statement that does not end before a test lets it.

use std::time::{Duration, Instant};

use sqlx::{Connection as _, MySqlConnection, PgConnection, SqliteConnection};

use crate::{Kind, TestDatabase};

/// A row of a table `barrier` that a connection of the test has changed and not committed: whoever changes it too has to
/// wait. On SQLite nobody else can write at all.
pub struct Barrier {
    connection: Connection,
}

enum Connection {
    Sqlite(SqliteConnection),
    Postgresql(PgConnection),
    Mysql(MySqlConnection),
}

impl Barrier {
    /// A statement that waits.
    pub const STATEMENT: &str = "UPDATE barrier SET n = n + 1";

    /// Makes the table, and changes its row to 2.
    ///
    /// # Panics
    /// Where the database refuses.
    pub async fn new(database: &TestDatabase) -> Barrier {
        database.rows("CREATE TABLE barrier (n INTEGER)").await;
        database.rows("INSERT INTO barrier VALUES (1)").await;
        let connection = match database.kind {
            Kind::Sqlite => SqliteConnection::connect(&database.url).await.map(Connection::Sqlite),
            Kind::Postgresql => PgConnection::connect(&database.url).await.map(Connection::Postgresql),
            Kind::Mysql => MySqlConnection::connect(&database.url).await.map(Connection::Mysql),
        };
        let mut barrier = Barrier { connection: connection.expect("a connection") };
        barrier.execute(if database.kind == Kind::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" }).await;
        barrier.execute("UPDATE barrier SET n = 2").await;
        barrier
    }

    /// Runs a statement in its transaction.
    ///
    /// # Panics
    /// Where the database refuses.
    pub async fn execute(&mut self, sql: &'static str) {
        let sent = sqlx::raw_sql(sql);
        match &mut self.connection {
            Connection::Sqlite(connection) => sent.execute(connection).await.map(drop),
            Connection::Postgresql(connection) => sent.execute(connection).await.map(drop),
            Connection::Mysql(connection) => sent.execute(connection).await.map(drop),
        }
        .expect(sql);
    }

    /// Lets everybody through.
    pub async fn open(mut self) {
        self.execute("COMMIT").await;
    }

    /// Waits until somebody stands before a barrier, or another lock.
    pub async fn until_blocked(database: &TestDatabase) {
        let sql = match database.kind {
            Kind::Sqlite => panic!("SQLite does not say who waits"),
            Kind::Postgresql => {
                "SELECT 'x' FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            }
            Kind::Mysql => {
                "SELECT 'x' FROM information_schema.processlist p WHERE p.db = DATABASE() \
                 AND (p.state = 'Waiting for table metadata lock' OR EXISTS (SELECT 1 FROM information_schema.innodb_trx t \
                 WHERE t.trx_mysql_thread_id = p.id AND t.trx_state = 'LOCK WAIT'))"
            }
        };
        let begin = Instant::now();
        while database.rows(sql).await.is_empty() {
            assert!(begin.elapsed() < Duration::from_secs(60), "nobody waits after a minute");
            // MariaDB's list of transactions stays as it is for whoever asks more often than ten times a second.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
