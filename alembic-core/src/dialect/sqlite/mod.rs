//! SQLite.

mod definition;
pub(crate) mod reflect;

use sqlx::error::DatabaseError;
use sqlx::sqlite::SqliteError;

/// Whether the error is that a table does not exist. SQLite has no code of its own for it.
pub(crate) fn is_missing_table(error: &SqliteError) -> bool {
    error.message().starts_with("no such table")
}

/// Whether another connection holds the database (`SQLITE_BUSY` and its extended codes, sqlite.org/rescode.html).
pub(crate) fn is_busy(error: &SqliteError) -> bool {
    error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}
