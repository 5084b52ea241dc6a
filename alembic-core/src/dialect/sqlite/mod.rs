//! SQLite.

pub(crate) mod alter;
#[cfg_attr(
    not(all(feature = "sources", feature = "sqlite")),
    expect(dead_code, reason = "only reflection reads all parts")
)]
pub(crate) mod definition;
pub(crate) mod references;
#[cfg(all(feature = "sources", feature = "sqlite"))]
pub(crate) mod reflect;
pub(crate) mod schema;
pub(crate) mod session;

#[cfg(feature = "sqlite")]
use sqlx::error::DatabaseError;
#[cfg(feature = "sqlite")]
use sqlx::sqlite::SqliteError;

#[cfg(feature = "sqlite")]
use super::ErrorKind;

/// The kind of an error.
#[cfg(feature = "sqlite")]
pub(super) fn error_kind(error: &SqliteError) -> ErrorKind {
    let code = error.code().and_then(|code| code.parse::<u32>().ok()).unwrap_or_default();
    match code & 0xff {
        // SQLITE_BUSY, or SQLITE_LOCKED where both connections are of this process and share a cache, with their extended
        // codes (sqlite.org/rescode.html).
        5 | 6 => ErrorKind::Busy,
        // A missing table has no code of its own.
        _ if error.message().starts_with("no such table") => ErrorKind::MissingTable,
        _ => ErrorKind::Other,
    }
}
