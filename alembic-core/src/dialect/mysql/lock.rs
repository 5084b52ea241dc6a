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

impl MysqlLock {
    pub(crate) async fn connect(options: &MySqlConnectOptions, key: LockKey) -> sqlx::Result<MysqlLock> {
        let mut connection = MySqlConnection::connect_with(options).await?;
        // A long statement of the work must not be the end of the lock.
        sqlx::raw_sql("SET SESSION wait_timeout = 2147483").execute(&mut connection).await?;
        Ok(MysqlLock { connection, key })
    }

    /// Takes the lock if it is free.
    pub(crate) async fn try_acquire(&mut self) -> sqlx::Result<bool> {
        // Anything but 1 is no lock: 0 means that another has it, NULL that there was an error.
        let answer = self.ask(format!("SELECT CAST(GET_LOCK('{}', 0) AS CHAR)", self.key.name())).await?;
        Ok(answer.as_deref() == Some("1"))
    }

    /// The query with which the session of the work takes its lock: `1`, if it is free.
    pub(crate) fn acquire_for_work(&self) -> String {
        format!("SELECT CAST(GET_LOCK('{}', 0) AS CHAR)", self.key.working_name())
    }

    pub(crate) fn release_for_work(&self) -> String {
        format!("SELECT CAST(RELEASE_LOCK('{}') AS CHAR)", self.key.working_name())
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
        let rows = format!(
            "SELECT {shown} FROM information_schema.innodb_lock_waits w \
             JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting_trx_id \
             JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking_trx_id \
             JOIN information_schema.processlist p ON p.id = b.trx_mysql_thread_id \
             WHERE r.trx_mysql_thread_id = {work}"
        );
        if let Some(blockers) = self.ask(rows).await? {
            return Ok(Some(blockers));
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
        self.ask(format!("SELECT CAST(RELEASE_LOCK('{}') AS CHAR)", self.key.name())).await?;
        self.connection.close().await
    }

    async fn ask(&mut self, sql: String) -> sqlx::Result<Option<String>> {
        let row = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_optional(&mut self.connection).await?;
        row.map_or(Ok(None), |row| row.try_get(0))
    }
}
