//! The lock of a migration run on PostgreSQL.

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection, Row};

/// A transaction-level advisory lock, held by a transaction on a connection of its own.
///
/// Unlike a session-level one it is right behind a pooler that shares sessions. The transaction holds no snapshot
/// (READ COMMITTED, nothing runs in it), so `CREATE INDEX CONCURRENTLY` on another connection does not wait for it.
/// It is asked for, never waited for: a statement that waits holds a snapshot, and would deadlock with that index.
pub(crate) struct PostgresqlLock {
    connection: PgConnection,
    key: i64,
}

impl PostgresqlLock {
    pub(crate) async fn connect(options: &PgConnectOptions, key: i64) -> sqlx::Result<PostgresqlLock> {
        let connection = PgConnection::connect_with(options).await?;
        Ok(PostgresqlLock { connection, key })
    }

    /// Takes the lock if it is free.
    pub(crate) async fn try_acquire(&mut self) -> sqlx::Result<bool> {
        // `transaction_timeout` exists since PostgreSQL 17: setting it through pg_settings is silent before.
        let sql = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = 0; \
             SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout'; \
             SELECT pg_try_advisory_xact_lock({}) AS acquired",
            self.key
        );
        let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_all(&mut self.connection).await?;
        let acquired = match rows.last() {
            Some(row) => row.try_get("acquired")?,
            None => false,
        };
        if !acquired {
            self.release().await?;
        }
        Ok(acquired)
    }

    /// Who holds the lock, and since when.
    pub(crate) async fn holder(&mut self) -> sqlx::Result<Option<String>> {
        let sql = format!(
            "SELECT 'pid ' || a.pid || coalesce(' (' || nullif(a.application_name, '') || ')', '') || ', user ' \
             || a.usename || coalesce(' at ' || host(a.client_addr), '') || ', since ' \
             || to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"') AS holder \
             FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted \
             AND l.objsubid = 1 AND (l.classid::bigint << 32) | l.objid::bigint = {} \
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            self.key
        );
        let row = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_optional(&mut self.connection).await?;
        row.map_or(Ok(None), |row| row.try_get("holder"))
    }

    pub(crate) async fn release(&mut self) -> sqlx::Result<()> {
        sqlx::raw_sql("ROLLBACK").execute(&mut self.connection).await.map(|_| ())
    }

    /// Releases the lock and closes its connection.
    pub(crate) async fn close(mut self) -> sqlx::Result<()> {
        self.release().await?;
        self.connection.close().await
    }
}
