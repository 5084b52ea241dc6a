//! MySQL and MariaDB.

mod lock;
pub(crate) mod reflect;

pub(crate) use lock::MysqlLock;
use sqlx::mysql::MySqlDatabaseError;

use super::DatabaseMessage;

/// Whether the error is that a table does not exist (`ER_NO_SUCH_TABLE`).
pub(crate) fn is_missing_table(error: &MySqlDatabaseError) -> bool {
    error.number() == 1146
}

pub(super) fn message(error: &MySqlDatabaseError) -> DatabaseMessage {
    DatabaseMessage {
        code: Some(error.number().to_string()),
        message: error.message().to_owned(),
        ..DatabaseMessage::default()
    }
}
