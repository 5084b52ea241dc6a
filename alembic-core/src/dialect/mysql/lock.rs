//! The lock of a migration run on MySQL and MariaDB.

use sqlx::mysql::MySqlConnectOptions;
use sqlx::{Connection, MySqlConnection, Row};

use crate::dialect::LockKey;

/// A named lock (`GET_LOCK`), held by a connection of its own.
///
/// The server forgets it when the connection ends, however that comes about. Names are shared by all databases of a
/// server and at most 64 characters long: they are a hash over the database's name.
///
/// The session that does the work holds a second one. A server ends the statement of a killed client before it ends its
/// session: while that lasts, the next run waits for the second lock.
pub(crate) struct MysqlLock {
    connection: MySqlConnection,
    key: LockKey,
}

/// Who a session is, as text.
const WHO: &str = "CONCAT('connection ', p.id, ', user ', p.user, ' at ', p.host)";

/// Since when a session does what it does, as text.
const SINCE: &str = "CONCAT(', since ', UTC_TIMESTAMP() - INTERVAL p.time SECOND, ' UTC')";

/// The message that takes a named lock if it is free. The transaction is for proxies, which send a `SELECT` alone to any
/// server; Vitess knows the function only where nothing is around it.
fn acquire(lock: &str) -> String {
    format!("START TRANSACTION; SELECT GET_LOCK('{lock}', 0); COMMIT")
}

/// Only 1 means that the lock was taken: 0 means that another session has it, NULL that there was an error.
fn is_acquired(rows: &[sqlx::mysql::MySqlRow]) -> sqlx::Result<bool> {
    let Some(row) = rows.first() else { return Ok(false) };
    Ok(row.try_get::<Option<i64>, _>(0)? == Some(1))
}

impl MysqlLock {
    pub(crate) async fn connect(options: &MySqlConnectOptions, key: LockKey) -> sqlx::Result<MysqlLock> {
        let mut connection = MySqlConnection::connect_with(options).await?;
        // A long statement of the work must not be the end of the lock.
        sqlx::raw_sql("SET SESSION wait_timeout = 2147483").execute(&mut connection).await?;
        Ok(MysqlLock { connection, key })
    }

    /// Takes the lock if it is free.
    pub(crate) async fn try_acquire(&mut self) -> sqlx::Result<bool> {
        let rows =
            sqlx::raw_sql(sqlx::AssertSqlSafe(acquire(&self.key.name()))).fetch_all(&mut self.connection);
        is_acquired(&rows.await?)
    }

    /// Takes the lock of the session that works, if it is free.
    pub(crate) async fn try_acquire_for(&self, work: &mut MySqlConnection) -> sqlx::Result<bool> {
        let sql = acquire(&self.key.working_name());
        is_acquired(&sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_all(work).await?)
    }

    /// The statement that releases it.
    pub(crate) fn release_for_work(&self) -> String {
        format!("SELECT RELEASE_LOCK('{}')", self.key.working_name())
    }

    /// Whether this connection still holds the lock.
    pub(crate) async fn is_held(&mut self) -> sqlx::Result<bool> {
        let sql = format!("SELECT CAST(IS_USED_LOCK('{}') = CONNECTION_ID() AS CHAR)", self.key.name());
        Ok(self.ask(sql).await?.as_deref() == Some("1"))
    }

    /// Who holds the lock, and since when.
    pub(crate) async fn holder(&mut self) -> sqlx::Result<Option<String>> {
        self.ask(self.session_of(&self.key.name(), "")).await
    }

    /// What an earlier run that ended without a word has left running.
    pub(crate) async fn remains(&mut self) -> sqlx::Result<Option<String>> {
        self.ask(self.session_of(&self.key.working_name(), ", COALESCE(CONCAT(': ', LEFT(p.info, 200)), '')"))
            .await
    }

    fn session_of(&self, lock: &str, more: &str) -> String {
        format!(
            "SELECT CAST(CONCAT({WHO}, {SINCE}{more}) AS CHAR) FROM information_schema.processlist p \
             WHERE p.id = IS_USED_LOCK('{lock}')"
        )
    }

    /// What makes the work wait. For a lock on a table's definition MariaDB does not say: then any transaction may.
    pub(crate) async fn blockers(&mut self) -> sqlx::Result<Option<String>> {
        let work = format!("IS_USED_LOCK('{}')", self.key.working_name());
        let shown = format!(
            "CAST(GROUP_CONCAT({WHO}, ', transaction since ', b.trx_started, \
             COALESCE(CONCAT(': ', LEFT(p.info, 200)), '') SEPARATOR '; ') AS CHAR)"
        );
        // MySQL 8 has this in another schema ("The data_lock_waits Table"), MariaDB and MySQL 5 in the first.
        let places = [
            (
                "information_schema.innodb_lock_waits",
                "r.trx_id = w.requesting_trx_id",
                "b.trx_id = w.blocking_trx_id",
            ),
            (
                "performance_schema.data_lock_waits",
                "r.trx_id = w.requesting_engine_transaction_id",
                "b.trx_id = w.blocking_engine_transaction_id",
            ),
        ];
        for (waits, requesting, blocking) in places {
            let rows = format!(
                "SELECT {shown} FROM {waits} w JOIN information_schema.innodb_trx r ON {requesting} \
                 JOIN information_schema.innodb_trx b ON {blocking} \
                 JOIN information_schema.processlist p ON p.id = b.trx_mysql_thread_id \
                 WHERE r.trx_mysql_thread_id = {work}"
            );
            match self.ask(rows).await {
                Ok(Some(blockers)) => return Ok(Some(blockers)),
                Ok(None) => break,
                // It is not there, or this user may not read it.
                Err(sqlx::Error::Database(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let definition = format!(
            "SELECT {shown} FROM information_schema.innodb_trx b \
             JOIN information_schema.processlist p ON p.id = b.trx_mysql_thread_id \
             WHERE p.id <> {work} AND EXISTS (SELECT 1 FROM information_schema.processlist w WHERE w.id = {work} \
             AND w.state LIKE 'Waiting for table metadata lock%')"
        );
        Ok(self.ask(definition).await?.map(|blockers| format!("perhaps {blockers}")))
    }

    /// Asks the server to give up what the work is doing.
    pub(crate) async fn cancel(&mut self) -> sqlx::Result<()> {
        let work =
            self.ask(format!("SELECT CAST(IS_USED_LOCK('{}') AS CHAR)", self.key.working_name())).await?;
        if let Some(work) = work {
            let sql = format!("KILL QUERY {work}");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut self.connection).await?;
        }
        Ok(())
    }

    /// Releases the lock and closes its connection.
    pub(crate) async fn close(mut self) -> sqlx::Result<()> {
        let sql = format!("SELECT RELEASE_LOCK('{}')", self.key.name());
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut self.connection).await?;
        self.connection.close().await
    }

    async fn ask(&mut self, sql: String) -> sqlx::Result<Option<String>> {
        let row = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_optional(&mut self.connection).await?;
        row.map_or(Ok(None), |row| row.try_get(0))
    }
}
