//! The database that a caller names: a pool, or a URL.

use super::connection::{Connection, Handle};
use crate::migrate::error::MigrateError;
use crate::sql::Dialect;

/// The database to migrate.
///
/// Made from a reference to a pool of sqlx, or from a URL: `sqlite://app.db`, `postgres://…`, `mysql://…`. A URL may
/// name a driver as SQLAlchemy's do (`postgresql+asyncpg://…`); the driver is ignored.
#[derive(Clone, Debug)]
pub struct Database(Source);

#[derive(Clone, Debug)]
enum Source {
    #[cfg(feature = "sqlite")]
    SqlitePool(sqlx::SqlitePool),
    #[cfg(feature = "postgres")]
    PgPool(sqlx::PgPool),
    #[cfg(feature = "mysql")]
    MySqlPool(sqlx::MySqlPool),
    Url(String),
}

#[cfg(feature = "sqlite")]
impl From<&sqlx::SqlitePool> for Database {
    fn from(pool: &sqlx::SqlitePool) -> Database {
        Database(Source::SqlitePool(pool.clone()))
    }
}

#[cfg(feature = "postgres")]
impl From<&sqlx::PgPool> for Database {
    fn from(pool: &sqlx::PgPool) -> Database {
        Database(Source::PgPool(pool.clone()))
    }
}

#[cfg(feature = "mysql")]
impl From<&sqlx::MySqlPool> for Database {
    fn from(pool: &sqlx::MySqlPool) -> Database {
        Database(Source::MySqlPool(pool.clone()))
    }
}

impl From<&str> for Database {
    fn from(url: &str) -> Database {
        Database(Source::Url(url.to_owned()))
    }
}

impl From<String> for Database {
    fn from(url: String) -> Database {
        Database(Source::Url(url))
    }
}

impl From<&String> for Database {
    fn from(url: &String) -> Database {
        Database(Source::Url(url.clone()))
    }
}

/// Whether a SQLite file that does not exist is made or is an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Create,
    Refuse,
}

impl Database {
    /// The dialect of a URL, by its scheme.
    ///
    /// # Errors
    /// The scheme is none of a database that is supported.
    pub fn dialect(&self) -> Result<Dialect, MigrateError> {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Source::SqlitePool(_) => Ok(Dialect::Sqlite),
            #[cfg(feature = "postgres")]
            Source::PgPool(_) => Ok(Dialect::Postgresql),
            #[cfg(feature = "mysql")]
            Source::MySqlPool(_) => Ok(Dialect::Mysql),
            Source::Url(url) => {
                let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
                match scheme.split('+').next().unwrap_or_default() {
                    "sqlite" => Ok(Dialect::Sqlite),
                    "postgres" | "postgresql" => Ok(Dialect::Postgresql),
                    "mysql" | "mariadb" => Ok(Dialect::Mysql),
                    _ => Err(MigrateError::UnknownScheme { scheme: scheme.to_owned() }),
                }
            }
        }
    }

    /// The URL in the form that sqlx reads.
    fn plain_url(&self) -> String {
        let Source::Url(url) = &self.0 else {
            return String::new();
        };
        let (scheme, rest) = url.split_once(':').unwrap_or_default();
        let scheme = match scheme.split('+').next().unwrap_or_default() {
            "mariadb" => "mysql",
            scheme => scheme,
        };
        format!("{scheme}:{rest}")
    }

    /// Opens the connection on which the work is done.
    #[cfg_attr(not(feature = "sqlite"), expect(unused_variables, reason = "only SQLite makes its databases"))]
    pub(crate) async fn connect(&self, missing: Missing) -> Result<Connection, MigrateError> {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Source::SqlitePool(pool) => {
                let connection = pool.acquire().await.map_err(MigrateError::pool)?;
                Ok(Connection::Sqlite(Handle::pooled(connection)))
            }
            #[cfg(feature = "postgres")]
            Source::PgPool(pool) => {
                let connection = pool.acquire().await.map_err(MigrateError::pool)?;
                Ok(Connection::Postgresql(Handle::pooled(connection)))
            }
            #[cfg(feature = "mysql")]
            Source::MySqlPool(pool) => {
                let connection = pool.acquire().await.map_err(MigrateError::pool)?;
                Ok(Connection::Mysql(Handle::pooled(connection)))
            }
            Source::Url(_) => match self.dialect()? {
                #[cfg(feature = "sqlite")]
                Dialect::Sqlite => connect::sqlite(&self.plain_url(), missing).await,
                #[cfg(feature = "postgres")]
                Dialect::Postgresql => connect::postgresql(&self.plain_url()).await,
                #[cfg(feature = "mysql")]
                Dialect::Mysql => connect::mysql(&self.plain_url()).await,
                #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
                dialect => Err(MigrateError::NoDriver { dialect }),
            },
        }
    }

    /// Another database on the same server; of SQLite an empty one in memory, which is there until it is closed.
    #[cfg(feature = "sources")]
    #[cfg_attr(
        not(any(feature = "postgres", feature = "mysql")),
        expect(unused_variables, reason = "one in memory has no name")
    )]
    pub(crate) async fn sibling(&self, name: &str) -> Result<Database, MigrateError> {
        Ok(Database(match self.dialect()? {
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => {
                let options = connect::sqlite_options("sqlite::memory:")?;
                let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
                let pool = pool.idle_timeout(None).max_lifetime(None).connect_with(options).await;
                Source::SqlitePool(pool.map_err(MigrateError::pool)?)
            }
            #[cfg(feature = "postgres")]
            Dialect::Postgresql => {
                let options = self.postgresql_options()?.database(name);
                Source::PgPool(sqlx::postgres::PgPoolOptions::new().connect_lazy_with(options))
            }
            #[cfg(feature = "mysql")]
            Dialect::Mysql => {
                let options = self.mysql_options()?.database(name);
                Source::MySqlPool(sqlx::mysql::MySqlPoolOptions::new().connect_lazy_with(options))
            }
            #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            dialect => return Err(MigrateError::NoDriver { dialect }),
        }))
    }

    /// Closes the connections of a pool.
    #[cfg(feature = "sources")]
    pub(crate) async fn close(&self) {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Source::SqlitePool(pool) => pool.close().await,
            #[cfg(feature = "postgres")]
            Source::PgPool(pool) => pool.close().await,
            #[cfg(feature = "mysql")]
            Source::MySqlPool(pool) => pool.close().await,
            Source::Url(_) => {}
        }
    }

    /// Opens a connection that is none of a pool.
    pub(crate) async fn connect_apart(&self) -> Result<Connection, MigrateError> {
        match self.dialect()? {
            #[cfg(feature = "postgres")]
            Dialect::Postgresql => {
                let options = self.postgresql_options()?.extra_float_digits(None);
                let connection = sqlx::ConnectOptions::connect(&options).await;
                let connection = connection.map_err(|error| connect::postgresql_error(&options, error))?;
                Ok(Connection::Postgresql(Handle::Owned(connection)))
            }
            #[cfg(feature = "mysql")]
            Dialect::Mysql => {
                let options = self.mysql_options()?;
                let connection = sqlx::ConnectOptions::connect(&options).await;
                let connection = connection.map_err(|error| connect::mysql_error(&options, error))?;
                Ok(Connection::Mysql(Handle::Owned(connection)))
            }
            dialect => Err(MigrateError::NoDriver { dialect }),
        }
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn postgresql_options(&self) -> Result<sqlx::postgres::PgConnectOptions, MigrateError> {
        match &self.0 {
            Source::PgPool(pool) => Ok((*pool.connect_options()).clone()),
            _ => connect::postgresql_options(&self.plain_url()),
        }
    }

    #[cfg(feature = "mysql")]
    pub(crate) fn mysql_options(&self) -> Result<sqlx::mysql::MySqlConnectOptions, MigrateError> {
        match &self.0 {
            Source::MySqlPool(pool) => Ok((*pool.connect_options()).clone()),
            _ => connect::mysql_options(&self.plain_url()),
        }
    }

    /// The file of a SQLite database; none for one in memory.
    #[cfg(feature = "sqlite")]
    pub(crate) fn file(&self) -> Result<Option<std::path::PathBuf>, MigrateError> {
        let options = match &self.0 {
            Source::SqlitePool(pool) => (*pool.connect_options()).clone(),
            _ => connect::sqlite_options(&self.plain_url())?,
        };
        // One in memory has a name, and no file of it.
        let file = std::fs::canonicalize(options.get_filename());
        Ok(file.ok().filter(|file| file.is_file()))
    }
}

/// How each database is reached by URL, and what it means when it cannot be.
pub(crate) mod connect {
    use super::*;
    use crate::dialect::DatabaseMessage;
    use sqlx::ConnectOptions as _;
    #[cfg(feature = "mysql")]
    use sqlx::mysql::MySqlConnectOptions;
    #[cfg(feature = "postgres")]
    use sqlx::postgres::PgConnectOptions;
    #[cfg(feature = "sqlite")]
    use sqlx::sqlite::SqliteConnectOptions;

    fn bad_url(error: &sqlx::Error) -> MigrateError {
        MigrateError::BadUrl { reason: DatabaseMessage::of(error).message }
    }

    fn failed(server: String, error: sqlx::Error) -> MigrateError {
        let message = Box::new(DatabaseMessage::of(&error));
        MigrateError::Connect { server, is_file: false, message, source: error }
    }

    #[cfg(feature = "sqlite")]
    pub(crate) fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, MigrateError> {
        url.parse().map_err(|error| bad_url(&error))
    }

    #[cfg(feature = "sqlite")]
    pub(crate) async fn sqlite(url: &str, missing: Missing) -> Result<Connection, MigrateError> {
        let options = sqlite_options(url)?;
        let file = options.get_filename().to_owned();
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        if !in_memory && file.as_os_str().is_empty() {
            // SQLite would make a database that is gone with the connection.
            return Err(MigrateError::BadUrl { reason: "it names no file (sqlite://app.db)".into() });
        }
        if missing == Missing::Refuse && !in_memory && !file.exists() {
            return Err(MigrateError::NoFile { path: file.display().to_string() });
        }
        if missing == Missing::Create
            && !in_memory
            && let Some(folder) = file.parent().filter(|folder| *folder != std::path::Path::new(""))
        {
            std::fs::create_dir_all(folder).map_err(|error| MigrateError::Connect {
                server: file.display().to_string(),
                is_file: true,
                message: Box::new(DatabaseMessage {
                    message: format!("its folder cannot be made: {error}"),
                    ..DatabaseMessage::default()
                }),
                source: sqlx::Error::Io(error),
            })?;
        }
        let options = options.disable_statement_logging().create_if_missing(missing == Missing::Create);
        let connection = options.connect().await.map_err(|error| MigrateError::Connect {
            server: file.display().to_string(),
            is_file: true,
            message: Box::new(DatabaseMessage::of(&error)),
            source: error,
        })?;
        Ok(Connection::Sqlite(Handle::Owned(connection)))
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn postgresql_options(url: &str) -> Result<PgConnectOptions, MigrateError> {
        let options: PgConnectOptions = url.parse().map_err(|error| bad_url(&error))?;
        let options = if options.get_application_name().is_some() {
            options
        } else {
            options.application_name("alembic")
        };
        // Poolers refuse settings that they do not know, and everything is read as text here.
        Ok(options.disable_statement_logging().extra_float_digits(None))
    }

    #[cfg(feature = "postgres")]
    pub(crate) async fn postgresql(url: &str) -> Result<Connection, MigrateError> {
        let options = postgresql_options(url)?;
        let connection = options.connect().await.map_err(|error| postgresql_error(&options, error))?;
        Ok(Connection::Postgresql(Handle::Owned(connection)))
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn postgresql_error(options: &PgConnectOptions, error: sqlx::Error) -> MigrateError {
        let (host, port, user) = (options.get_host(), options.get_port(), options.get_username());
        let message = DatabaseMessage::of(&error);
        if message.code.as_deref() == Some("3D000") {
            let name = options.get_database().unwrap_or(user).to_owned();
            let command = format!("createdb --host={host} --port={port} --username={user} {name}");
            return MigrateError::NoDatabase { name, command };
        }
        failed(format!("PostgreSQL at {host}:{port} as {user}"), error)
    }

    #[cfg(feature = "mysql")]
    pub(crate) fn mysql_options(url: &str) -> Result<MySqlConnectOptions, MigrateError> {
        let options: MySqlConnectOptions = url.parse().map_err(|error| bad_url(&error))?;
        if options.get_database().is_none_or(str::is_empty) {
            return Err(MigrateError::BadUrl {
                reason: "it names no database (mysql://host/database)".into(),
            });
        }
        // Statements mean what they mean to the server's own client.
        let options = options.pipes_as_concat(false).no_engine_substitution(false).timezone(None);
        Ok(options.disable_statement_logging())
    }

    #[cfg(feature = "mysql")]
    pub(crate) async fn mysql(url: &str) -> Result<Connection, MigrateError> {
        let options = mysql_options(url)?;
        let connection = options.connect().await.map_err(|error| mysql_error(&options, error))?;
        Ok(Connection::Mysql(Handle::Owned(connection)))
    }

    #[cfg(feature = "mysql")]
    pub(crate) fn mysql_error(options: &MySqlConnectOptions, error: sqlx::Error) -> MigrateError {
        let (host, port, user) = (options.get_host(), options.get_port(), options.get_username());
        let message = DatabaseMessage::of(&error);
        if message.code.as_deref() == Some("1049") {
            let name = options.get_database().unwrap_or_default().to_owned();
            let command =
                format!("mysql --host={host} --port={port} --user={user} -p -e 'CREATE DATABASE `{name}`'");
            return MigrateError::NoDatabase { name, command };
        }
        failed(format!("MySQL at {host}:{port} as {user}"), error)
    }
}
