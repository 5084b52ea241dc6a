//! MySQL and MariaDB.

mod lock;
#[cfg(feature = "sources")]
pub(crate) mod reflect;
pub(crate) mod server;

pub(crate) use lock::MysqlLock;
use sqlx::mysql::MySqlDatabaseError;

use super::DatabaseMessage;

/// Whether the error is that a table does not exist (`ER_NO_SUCH_TABLE`).
pub(crate) fn is_missing_table(error: &MySqlDatabaseError) -> bool {
    error.number() == 1146
}

/// Whether the error is that somebody else was in the way: `ER_LOCK_WAIT_TIMEOUT`, `ER_LOCK_DEADLOCK` (which is also what
/// the slower one of two nodes of a cluster hears).
pub(crate) fn is_transient(error: &MySqlDatabaseError) -> bool {
    matches!(error.number(), 1205 | 1213)
}

pub(super) fn message(error: &MySqlDatabaseError) -> DatabaseMessage {
    DatabaseMessage {
        code: Some(error.number().to_string()),
        message: error.message().to_owned(),
        ..DatabaseMessage::default()
    }
}
