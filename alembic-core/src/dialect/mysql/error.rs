//! The errors of MySQL and MariaDB.

use sqlx::mysql::MySqlDatabaseError;

use crate::dialect::{DatabaseMessage, ErrorKind};

/// The kind of an error. The slower one of two nodes of a cluster gets `ER_LOCK_DEADLOCK` too.
pub(crate) fn error_kind(error: &MySqlDatabaseError) -> ErrorKind {
    match error.number() {
        // ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK
        1205 | 1213 => ErrorKind::Blocked,
        // TiDB: the cluster is busy, the schema has changed meanwhile ("Error Codes and Troubleshooting").
        8002 | 8022 | 8028 | 9007 => ErrorKind::Blocked,
        // ER_QUERY_INTERRUPTED
        1317 => ErrorKind::Cancelled,
        // ER_UNKNOWN_TIME_ZONE
        1298 => ErrorKind::UnknownTimeZone,
        // ER_NO_SUCH_TABLE
        1146 => ErrorKind::MissingTable,
        _ => ErrorKind::Other,
    }
}

pub(crate) fn message(error: &MySqlDatabaseError) -> DatabaseMessage {
    DatabaseMessage {
        code: Some(error.number().to_string()),
        message: error.message().to_owned(),
        ..DatabaseMessage::default()
    }
}
