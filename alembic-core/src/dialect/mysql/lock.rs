//! The lock of a migration run on MySQL and MariaDB.

use sqlx::mysql::MySqlConnectOptions;
use sqlx::{Connection, MySqlConnection, Row};

/// A named lock (`GET_LOCK`), held by a connection of its own.
///
/// The server forgets it when the connection ends, however that comes about. Names are shared by all databases of a
/// server and at most 64 characters long: `name` is a hash over the database's name.
pub(crate) struct MysqlLock {
    connection: MySqlConnection,
    name: String,
}

impl MysqlLock {
    pub(crate) async fn connect(options: &MySqlConnectOptions, name: String) -> sqlx::Result<MysqlLock> {
        let connection = MySqlConnection::connect_with(options).await?;
        Ok(MysqlLock { connection, name })
    }

    /// Takes the lock if it is free.
    pub(crate) async fn try_acquire(&mut self) -> sqlx::Result<bool> {
        // Anything but 1 is no lock: 0 means that another has it, NULL that there was an error.
        let answer = self.ask("SELECT CAST(GET_LOCK({}, 0) AS CHAR)").await?;
        Ok(answer.as_deref() == Some("1"))
    }

    /// Who holds the lock, and since when.
    pub(crate) async fn holder(&mut self) -> sqlx::Result<Option<String>> {
        self.ask(
            "SELECT CONCAT('connection ', p.id, ', user ', p.user, ' at ', p.host) \
             FROM information_schema.processlist p WHERE p.id = IS_USED_LOCK({})",
        )
        .await
    }

    /// Releases the lock and closes its connection.
    pub(crate) async fn close(mut self) -> sqlx::Result<()> {
        self.ask("SELECT CAST(RELEASE_LOCK({}) AS CHAR)").await?;
        self.connection.close().await
    }

    async fn ask(&mut self, sql: &str) -> sqlx::Result<Option<String>> {
        let sql = sql.replace("{}", &format!("'{}'", self.name));
        let row = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_optional(&mut self.connection).await?;
        row.map_or(Ok(None), |row| row.try_get(0))
    }
}
