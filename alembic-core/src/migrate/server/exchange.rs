//! The connection of a run in place of one that a pool lends: with the hooks of the pool, quiet, and with the role of the run.

use sqlx::ConnectOptions as _;

#[cfg(feature = "sqlite")]
use super::connect;
use super::connection::Connection;
use super::database::{Database, Source};
#[cfg(feature = "postgres")]
use super::hosts::with_role;
#[cfg(feature = "sqlite")]
use super::url::sqlite::is_in_memory;
use crate::migrate::error::{MigrateError, SETTING_ROLE};
use crate::sql::Dialect;
use crate::sql::quote::identifier;

impl Database {
    /// Refuses a role, or a key, that cannot be used. Creates nothing.
    pub(super) async fn check_reach(&self) -> Result<(), MigrateError> {
        let refused = |reason: &str, help: &str| {
            Err(MigrateError::Refused { reason: reason.to_owned(), help: Some(help.to_owned()) })
        };
        if self.role.is_some() && self.dialect()? == Dialect::Sqlite {
            let help = "nothing was run: remove `role` from `session` in alembic.toml";
            return refused("SQLite has no roles: `session.role` cannot be set", help);
        }
        #[cfg(feature = "sqlite")]
        if let Source::Sqlite(url) = self.source()?
            && url.has_key
            && !connect::is_sqlcipher().await?
        {
            let help = "nothing was opened: link libsqlite3-sys with its feature `bundled-sqlcipher`, or remove the key";
            return refused(
                "this program is linked with a SQLite that cannot encrypt: the key cannot be used",
                help,
            );
        }
        Ok(())
    }

    /// Gives a session the role of a run. What a pool lends is exchanged before: no pool gets it back with another role.
    pub(super) async fn take_role(&self, connection: &mut Connection) -> Result<(), MigrateError> {
        match self.dialect()? {
            Dialect::Sqlite => Ok(()),
            // It is an option of the connection.
            Dialect::Postgresql => self.quiet(connection).await,
            Dialect::Mysql => {
                self.quiet(connection).await?;
                let role = identifier(Dialect::Mysql, self.role.as_deref().unwrap_or_default());
                let set = connection.execute(format!("SET ROLE {role}")).await;
                set.map(drop).map_err(|failure| MigrateError::database(SETTING_ROLE)(failure.error))
            }
        }
    }

    /// Exchanges a connection that a pool lends for one like it that logs no statement: a script may hold secrets, and a
    /// driver logs whole statements that are slow. On SQLite a connection with a database in memory, or with temporary or
    /// attached databases, would lose them: it stays.
    pub(crate) async fn quiet(&self, connection: &mut Connection) -> Result<(), MigrateError> {
        match (self.source()?, connection) {
            #[cfg(feature = "sqlite")]
            (Source::SqlitePool(pool), Connection::Sqlite(handle)) => {
                let sql = "SELECT count(*) FROM pragma_database_list";
                let databases = sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut **handle).await;
                let databases = databases.map_err(MigrateError::database("asking for attached databases"))?;
                if is_in_memory(&pool.connect_options()) || databases > 1 {
                    return Ok(());
                }
                let options = (*pool.connect_options()).clone().disable_statement_logging();
                handle.exchange(pool.options(), options).await
            }
            #[cfg(feature = "postgres")]
            (Source::PgPool(pool), Connection::Postgresql(handle)) => {
                let options = (*pool.connect_options()).clone().disable_statement_logging();
                handle.exchange(pool.options(), with_role(options, self.role.as_deref())).await
            }
            #[cfg(feature = "mysql")]
            (Source::MySqlPool(pool), Connection::Mysql(handle)) => {
                let options = (*pool.connect_options()).clone().disable_statement_logging();
                handle.exchange(pool.options(), options).await
            }
            _ => Ok(()),
        }
    }
}
