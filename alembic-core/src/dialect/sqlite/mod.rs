//! SQLite.

pub(crate) mod alter;
#[cfg_attr(
    not(all(feature = "sources", feature = "sqlite")),
    expect(dead_code, reason = "only reflection reads all parts")
)]
pub(crate) mod definition;
#[cfg(all(feature = "sources", feature = "sqlite"))]
pub(crate) mod reflect;

#[cfg(feature = "sqlite")]
use sqlx::error::DatabaseError;
#[cfg(feature = "sqlite")]
use sqlx::sqlite::SqliteError;

/// Whether the error is that a table does not exist. SQLite has no code of its own for it.
#[cfg(feature = "sqlite")]
pub(crate) fn is_missing_table(error: &SqliteError) -> bool {
    error.message().starts_with("no such table")
}

/// Whether another connection holds the database (`SQLITE_BUSY`, or `SQLITE_LOCKED` where both are of this process and share
/// a cache, with their extended codes; sqlite.org/rescode.html).
#[cfg(feature = "sqlite")]
pub(crate) fn is_busy(error: &SqliteError) -> bool {
    error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6))
}
