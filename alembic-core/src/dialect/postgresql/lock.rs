//! The lock of a migration run on PostgreSQL.

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection, Row};

use crate::dialect::LockKey;

/// A transaction-level advisory lock, held by a transaction on a connection of its own.
///
/// Unlike a session-level one it is right behind a pooler that shares sessions. The transaction holds no snapshot
/// (READ COMMITTED, nothing runs in it), so `CREATE INDEX CONCURRENTLY` on another connection does not wait for it.
/// It is asked for, never waited for: a statement that waits holds a snapshot, and would deadlock with that index.
///
/// The transactions that do the work hold a second lock, shared, and what cannot run in a transaction begins with a
/// comment: by these the next run sees what a killed one has left running on the server.
pub(crate) struct PostgresqlLock {
    connection: PgConnection,
    key: LockKey,
    /// The process that serves the lock's transaction.
    process: Option<String>,
}

/// `pg_locks` that are an advisory lock of this number.
fn advisory(number: i64) -> String {
    format!(
        "l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
         AND (l.classid::bigint << 32) | l.objid::bigint = {number} \
         AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())"
    )
}

/// Who a session is, as text.
const WHO: &str = "'pid ' || a.pid || coalesce(' (' || nullif(a.application_name, '') || ')', '') \
                   || coalesce(', user ' || a.usename, '') || coalesce(' at ' || host(a.client_addr), '')";

/// A time of a session, as text.
fn since(column: &str) -> String {
    format!(
        "coalesce(', since ' || to_char(a.{column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"'), '')"
    )
}

/// The statement of a session, shortened to a line.
const STATEMENT: &str =
    "coalesce(': ' || nullif(left(regexp_replace(a.query, '\\s+', ' ', 'g'), 200), ''), '')";

impl PostgresqlLock {
    pub(crate) async fn connect(options: &PgConnectOptions, key: LockKey) -> sqlx::Result<PostgresqlLock> {
        // Poolers refuse settings that they do not know, and everything is read as text here.
        let options = options.clone().extra_float_digits(None);
        let connection = PgConnection::connect_with(&options).await?;
        Ok(PostgresqlLock { connection, key, process: None })
    }

    /// Takes the lock if it is free.
    pub(crate) async fn try_acquire(&mut self) -> sqlx::Result<bool> {
        // `transaction_timeout` exists since PostgreSQL 17: setting it through pg_settings is silent before.
        let sql = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0; \
             SET LOCAL idle_in_transaction_session_timeout = 0; \
             SELECT set_config(name, '0', true) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout'; \
             SELECT pg_try_advisory_xact_lock({}) AS acquired, pg_backend_pid()::text AS process",
            self.key.number()
        );
        let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_all(&mut self.connection).await?;
        let acquired = match rows.last() {
            Some(row) => {
                self.process = row.try_get("process")?;
                row.try_get("acquired")?
            }
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
            "SELECT {WHO} || {} FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
             WHERE {}",
            since("xact_start"),
            advisory(self.key.number())
        );
        self.ask(sql).await
    }

    /// What an earlier run that ended without a word has left running.
    pub(crate) async fn remains(&mut self) -> sqlx::Result<Option<String>> {
        let sql = format!(
            "SELECT {WHO} || {} || {STATEMENT} FROM pg_catalog.pg_stat_activity a WHERE {}",
            since("query_start"),
            self.is_at_work("a")
        );
        self.ask(sql).await
    }

    /// The condition of sessions that do the work of a run.
    fn is_at_work(&self, session: &str) -> String {
        format!(
            "{session}.datname = current_database() \
             AND ({session}.pid IN (SELECT l.pid FROM pg_catalog.pg_locks l WHERE {}) \
             OR ({session}.state = 'active' AND {session}.query LIKE '{}%'))",
            advisory(self.key.working()),
            self.key.mark()
        )
    }

    /// What makes the work wait.
    pub(crate) async fn blockers(&mut self) -> sqlx::Result<Option<String>> {
        let sql = format!(
            "SELECT string_agg({WHO} || coalesce(', ' || a.state, '') || {} || {STATEMENT}, '; ') \
             FROM pg_catalog.pg_stat_activity a WHERE a.pid IN (SELECT unnest(pg_blocking_pids(w.pid)) \
             FROM pg_catalog.pg_stat_activity w WHERE {})",
            since("xact_start"),
            self.is_at_work("w")
        );
        self.ask(sql).await
    }

    /// Asks the server to give up what the work is doing.
    pub(crate) async fn cancel(&mut self) -> sqlx::Result<()> {
        let sql = format!(
            "SELECT pg_cancel_backend(a.pid)::text FROM pg_catalog.pg_stat_activity a WHERE {}",
            self.is_at_work("a")
        );
        self.ask(sql).await.map(|_| ())
    }

    /// Whether the connection, and with it the lock, is still there.
    pub(crate) async fn check(&mut self) -> sqlx::Result<()> {
        self.ask("SELECT 'here'".to_owned()).await.map(|_| ())
    }

    /// What every transaction of the work begins with: it holds the second lock for as long as it lasts.
    pub(crate) fn opening(&self) -> String {
        format!("SELECT pg_advisory_xact_lock_shared({})", self.key.working())
    }

    /// What a statement of the work begins with that runs outside of a transaction.
    pub(crate) fn mark(&self) -> String {
        self.key.mark()
    }

    /// A statement of the work that fails where the lock is held no more: it divides by zero.
    pub(crate) fn fence(&self) -> String {
        format!(
            "SELECT 1 / count(*) AS the_migration_lock_is_held FROM pg_catalog.pg_locks l WHERE {} AND l.pid = {}",
            advisory(self.key.number()),
            self.process.as_deref().unwrap_or("0")
        )
    }

    async fn ask(&mut self, sql: String) -> sqlx::Result<Option<String>> {
        // What sessions do is looked at once in a transaction, unless that is forgotten.
        let sql = format!("SELECT pg_stat_clear_snapshot(); {sql}");
        let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_all(&mut self.connection).await?;
        // The first row is that of the function.
        rows.get(1).map_or(Ok(None), |row| row.try_get(0))
    }

    async fn release(&mut self) -> sqlx::Result<()> {
        self.process = None;
        sqlx::raw_sql("ROLLBACK").execute(&mut self.connection).await.map(|_| ())
    }

    /// Releases the lock and closes its connection.
    pub(crate) async fn close(mut self) -> sqlx::Result<()> {
        self.release().await?;
        self.connection.close().await
    }
}
