//! Connecting to each database by the options of its driver, and the errors of a connection that fails.

use std::time::Duration;

use sqlx::ConnectOptions as _;
#[cfg(feature = "mysql")]
use sqlx::mysql::MySqlConnectOptions;
#[cfg(feature = "postgres")]
use sqlx::postgres::PgConnectOptions;
#[cfg(feature = "sqlite")]
use sqlx::sqlite::SqliteConnectOptions;

use super::connection::{Connection, Handle};
#[cfg(feature = "sqlite")]
use super::url::sqlite::is_in_memory;
use crate::dialect::DatabaseMessage;
use crate::migrate::error::MigrateError;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use crate::script::shell_word;
#[cfg(feature = "mysql")]
use crate::sql::{Dialect, quote::identifier};

/// What happens if a SQLite file does not exist.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Create,
    Refuse,
}

fn failed(server: String, is_file: bool, error: sqlx::Error) -> MigrateError {
    let message = Box::new(DatabaseMessage::of(&error));
    MigrateError::Connect { server, is_file, message, source: error }
}

/// The file of a database, by its absolute path; `None` for a database in memory.
#[cfg(feature = "sqlite")]
pub(crate) fn file(options: &SqliteConnectOptions) -> Option<std::path::PathBuf> {
    // A database in memory has a name that is not the name of a file.
    let file = std::fs::canonicalize(options.get_filename());
    file.ok().filter(|file| file.is_file())
}

/// Whether the linked SQLite is SQLCipher.
#[cfg(feature = "sqlite")]
pub(super) async fn is_sqlcipher() -> Result<bool, MigrateError> {
    const ASKING: &str = "asking SQLite whether it can encrypt";
    let memory = SqliteConnectOptions::new().in_memory(true).disable_statement_logging();
    let memory = memory.connect().await.map_err(MigrateError::database(ASKING))?;
    let rows = Connection::Sqlite(Handle::Owned(memory)).rows("PRAGMA cipher_version".to_owned()).await;
    Ok(!rows.map_err(MigrateError::database(ASKING))?.is_empty())
}

#[cfg(feature = "sqlite")]
pub(super) async fn sqlite(
    options: &SqliteConnectOptions,
    missing: Missing,
) -> Result<Connection, MigrateError> {
    let file = options.get_filename().to_owned();
    // A message is one line, whatever the name is.
    let shown = || file.display().to_string().replace('\n', "\\n");
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

/// Limits the time of an attempt to connect. Zero is no limit.
pub(crate) async fn within<T>(
    limit: Duration,
    connecting: impl Future<Output = sqlx::Result<T>>,
) -> sqlx::Result<T> {
    if limit.is_zero() {
        return connecting.await;
    }
    sqlx_core::rt::timeout(limit, connecting).await.unwrap_or_else(|_| {
        let message = format!("it did not answer within {} s (`connect_timeout`)", limit.as_secs_f64());
        Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, message)))
    })
}

#[cfg(feature = "postgres")]
pub(super) async fn postgresql(
    options: &PgConnectOptions,
    limit: Duration,
) -> Result<Connection, MigrateError> {
    let connection = within(limit, options.connect()).await;
    let connection = connection.map_err(|error| postgresql_error(options, error))?;
    Ok(Connection::Postgresql(Handle::Owned(connection)))
}

/// A host with its port.
#[cfg(feature = "postgres")]
pub(super) fn place(options: &PgConnectOptions) -> String {
    let socket = options.get_socket().map(|socket| socket.display().to_string());
    authority(socket.as_deref().unwrap_or(options.get_host()), options.get_port())
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

#[cfg(feature = "postgres")]
pub(crate) fn postgresql_error(options: &PgConnectOptions, error: sqlx::Error) -> MigrateError {
    let error = match error {
        // The driver asks for TLS, and takes the end of the connection for an answer.
        sqlx::Error::Protocol(text) if text.contains("SSLRequest: 0x00") => sqlx::Error::Io(
            std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "it closed the connection at once"),
        ),
        error => error,
    };
    let (host, port, user) = (options.get_host(), options.get_port(), options.get_username());
    let message = DatabaseMessage::of(&error);
    if message.code.as_deref() == Some("3D000") {
        let name = options.get_database().unwrap_or(user).to_owned();
        let (at, by, new) = (shell_word(host), shell_word(user), shell_word(&name));
        let command = format!("createdb --host={at} --port={port} --username={by} {new}");
        return MigrateError::NoDatabase { name, command };
    }
    failed(format!("PostgreSQL at {} as {user}", place(options)), false, error)
}

#[cfg(feature = "mysql")]
pub(super) async fn mysql(
    options: &MySqlConnectOptions,
    limit: Duration,
) -> Result<Connection, MigrateError> {
    let connection = within(limit, options.connect()).await.map_err(|error| mysql_error(options, error))?;
    Ok(Connection::Mysql(Handle::Owned(connection)))
}

#[cfg(feature = "mysql")]
pub(crate) fn mysql_error(options: &MySqlConnectOptions, error: sqlx::Error) -> MigrateError {
    let (host, port, user) = (options.get_host(), options.get_port(), options.get_username());
    let message = DatabaseMessage::of(&error);
    if message.code.as_deref() == Some("1049") {
        let name = options.get_database().unwrap_or_default().to_owned();
        let statement = format!("CREATE DATABASE {}", identifier(Dialect::Mysql, &name));
        let (at, by, statement) = (shell_word(host), shell_word(user), shell_word(&statement));
        let command = format!("mysql --host={at} --port={port} --user={by} -p -e {statement}");
        return MigrateError::NoDatabase { name, command };
    }
    failed(format!("MySQL at {} as {user}", authority(host, port)), false, error)
}

/// Says that a connection that failed was that of the lock.
pub(crate) fn for_lock(error: MigrateError) -> MigrateError {
    match error {
        MigrateError::Connect { server, is_file, message, source } => MigrateError::Connect {
            server: format!("{server} for the migration lock"),
            is_file,
            message,
            source,
        },
        error => error,
    }
}

/// Whether a server may be reached a little later: it does not listen yet, starts up, has no connection free, or its name
/// is not known yet.
pub(crate) fn is_not_yet(error: &MigrateError) -> bool {
    let MigrateError::Connect { is_file: false, message, source, .. } = error else { return false };
    match source {
        sqlx::Error::Io(error) => is_not_yet_reached(error),
        sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(_) => is_busy(message),
        _ => false,
    }
}

fn is_not_yet_reached(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as Kind;
    let is_early = matches!(
        error.kind(),
        Kind::ConnectionRefused
            | Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::BrokenPipe
            | Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::NetworkDown
            | Kind::UnexpectedEof
            | Kind::TimedOut
            // The socket of a server.
            | Kind::NotFound
    );
    // The standard library has no kind for it.
    is_early || error.to_string().starts_with("failed to lookup address information")
}

/// Whether a server has refused for now: PostgreSQL's `cannot_connect_now`, `admin_shutdown` and `crash_shutdown`; MySQL's
/// "Server shutdown"; pgbouncer's own; or no connection is free.
fn is_busy(message: &DatabaseMessage) -> bool {
    match message.code.as_deref() {
        Some("57P03" | "57P01" | "57P02" | "1053") => true,
        Some("08P01") => {
            let texts =
                ["no more connections allowed", "server login has been failing", "server_login_retry"];
            texts.iter().any(|text| message.message.contains(text))
        }
        _ => message.is_crowded(),
    }
}
