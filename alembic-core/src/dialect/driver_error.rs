//! Errors of the drivers, in the words of each database.

use super::{DatabaseMessage, ErrorKind};

impl ErrorKind {
    /// The kind of an error.
    pub(crate) fn of(error: &sqlx::Error) -> ErrorKind {
        let sqlx::Error::Database(error) = error else {
            return ErrorKind::Other;
        };
        #[cfg(feature = "sqlite")]
        if let Some(error) = error.try_downcast_ref::<sqlx::sqlite::SqliteError>() {
            return super::sqlite::error_kind(error);
        }
        #[cfg(feature = "postgres")]
        if let Some(error) = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>() {
            return super::postgresql::error_kind(error);
        }
        #[cfg(feature = "mysql")]
        if let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
            return super::mysql::error_kind(error);
        }
        let _ = error;
        ErrorKind::Other
    }
}

impl DatabaseMessage {
    /// The parts of a driver's error.
    #[must_use]
    pub fn of(error: &sqlx::Error) -> DatabaseMessage {
        let sqlx::Error::Database(database) = error else {
            return DatabaseMessage { message: plain(error), ..DatabaseMessage::default() };
        };
        #[cfg(feature = "postgres")]
        if let Some(error) = database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>() {
            return super::postgresql::message(error);
        }
        #[cfg(feature = "mysql")]
        if let Some(error) = database.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
            return super::mysql::message(error);
        }
        DatabaseMessage {
            code: database.code().map(Into::into),
            message: database.message().to_owned(),
            ..DatabaseMessage::default()
        }
    }
}

/// A failure that is not the database's: of the connection, mostly.
fn plain(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Tls(error) => format!("TLS: {error}"),
        sqlx::Error::Configuration(error) => error.to_string(),
        sqlx::Error::PoolTimedOut => "no connection of the pool became free in time".to_owned(),
        error => without_place(error.to_string()),
    }
}

/// Leaves out the place in the driver's source that its errors end with: ` (sqlx_postgres::connection::tls:95)`.
fn without_place(mut text: String) -> String {
    if let Some(place) = text.rfind(" (sqlx_")
        && text.ends_with(')')
    {
        text.truncate(place);
    }
    text
}
