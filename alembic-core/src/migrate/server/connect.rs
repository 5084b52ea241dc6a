//! Connecting to each database by the options of its driver, and the errors of a connection that fails.

use sqlx::ConnectOptions as _;
#[cfg(feature = "mysql")]
use sqlx::mysql::MySqlConnectOptions;
#[cfg(feature = "postgres")]
use sqlx::postgres::PgConnectOptions;
#[cfg(feature = "sqlite")]
use sqlx::sqlite::SqliteConnectOptions;

use super::connection::{Connection, Handle};
use crate::dialect::DatabaseMessage;
use crate::migrate::error::MigrateError;

/// What happens if a SQLite file does not exist.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Create,
    Refuse,
}

/// The reason why a driver refuses a URL.
fn reason(error: &sqlx::Error) -> String {
    DatabaseMessage::of(error).message
}

fn failed(server: String, is_file: bool, error: sqlx::Error) -> MigrateError {
    let message = Box::new(DatabaseMessage::of(&error));
    MigrateError::Connect { server, is_file, message, source: error }
}

#[cfg(feature = "sqlite")]
pub(super) fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, String> {
    let options: SqliteConnectOptions = url.parse().map_err(|error| reason(&error))?;
    if !is_in_memory(&options) && options.get_filename().as_os_str().is_empty() {
        // SQLite would create a database that ends with the connection.
        return Err("it names no file (sqlite://app.db)".into());
    }
    Ok(options.disable_statement_logging())
}

#[cfg(feature = "sqlite")]
fn is_in_memory(options: &SqliteConnectOptions) -> bool {
    // sqlx panics on the URL of a name with a colon, which databases in memory have.
    let unnamed = options.clone().filename("database");
    options.get_filename().as_os_str() == ":memory:"
        || unnamed.to_url_lossy().query_pairs().any(|(key, value)| key == "mode" && value == "memory")
}

/// Whether a database is stored in a file.
#[cfg(feature = "sqlite")]
pub(super) fn is_file(options: &SqliteConnectOptions) -> bool {
    !is_in_memory(options)
}

/// The file of a database, by its absolute path; `None` for a database in memory.
#[cfg(feature = "sqlite")]
pub(crate) fn file(options: &SqliteConnectOptions) -> Option<std::path::PathBuf> {
    // A database in memory has a name that is not the name of a file.
    let file = std::fs::canonicalize(options.get_filename());
    file.ok().filter(|file| file.is_file())
}

#[cfg(feature = "sqlite")]
pub(super) async fn sqlite(
    options: &SqliteConnectOptions,
    missing: Missing,
) -> Result<Connection, MigrateError> {
    let file = options.get_filename().to_owned();
    let shown = || file.display().to_string();
    if !is_in_memory(options) {
        if missing == Missing::Refuse && !file.exists() {
            return Err(MigrateError::NoFile { path: shown() });
        }
        if missing == Missing::Create
            && let Some(folder) = file.parent().filter(|folder| *folder != std::path::Path::new(""))
        {
            std::fs::create_dir_all(folder).map_err(|error| MigrateError::Connect {
                server: shown(),
                is_file: true,
                message: Box::new(DatabaseMessage {
                    message: format!("its folder cannot be created: {error}"),
                    ..DatabaseMessage::default()
                }),
                source: sqlx::Error::Io(error),
            })?;
        }
    }
    let options = options.clone().create_if_missing(missing == Missing::Create);
    let connection = options.connect().await.map_err(|error| failed(shown(), true, error))?;
    Ok(Connection::Sqlite(Handle::Owned(connection)))
}

#[cfg(feature = "postgres")]
pub(super) fn postgresql_options(url: &str) -> Result<PgConnectOptions, String> {
    let options: PgConnectOptions = url.parse().map_err(|error| reason(&error))?;
    let options =
        if options.get_application_name().is_some() { options } else { options.application_name("alembic") };
    // Poolers refuse settings that they do not know, and everything is read as text here.
    Ok(options.disable_statement_logging().extra_float_digits(None))
}

#[cfg(feature = "postgres")]
pub(super) async fn postgresql(options: &PgConnectOptions) -> Result<Connection, MigrateError> {
    let connection = options.connect().await.map_err(|error| postgresql_error(options, error))?;
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
    failed(format!("PostgreSQL at {host}:{port} as {user}"), false, error)
}

#[cfg(feature = "mysql")]
pub(super) fn mysql_options(url: &str) -> Result<MySqlConnectOptions, String> {
    let options: MySqlConnectOptions = url.parse().map_err(|error| reason(&error))?;
    if options.get_database().is_none_or(str::is_empty) {
        return Err("it names no database (mysql://host/database)".into());
    }
    // Statements mean what they mean to the server's own client.
    let options = options.pipes_as_concat(false).no_engine_substitution(false).timezone(None);
    Ok(options.disable_statement_logging())
}

#[cfg(feature = "mysql")]
pub(super) async fn mysql(options: &MySqlConnectOptions) -> Result<Connection, MigrateError> {
    let connection = options.connect().await.map_err(|error| mysql_error(options, error))?;
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
    failed(format!("MySQL at {host}:{port} as {user}"), false, error)
}
