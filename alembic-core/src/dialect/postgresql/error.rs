//! The errors of PostgreSQL.

use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

use crate::dialect::{DatabaseMessage, ErrorKind};

/// The kind of an error, by its SQLSTATE (PostgreSQL manual, appendix A).
pub(crate) fn error_kind(error: &PgDatabaseError) -> ErrorKind {
    match error.code() {
        // lock_not_available, deadlock_detected, serialization_failure
        "55P03" | "40P01" | "40001" => ErrorKind::Blocked,
        // query_canceled
        "57014" => ErrorKind::Cancelled,
        // active_sql_transaction; invalid_transaction_termination, of a statement that ends its transaction
        "25001" | "2D000" => ErrorKind::RefusesTransaction,
        // invalid_parameter_value
        "22023" if error.message().contains("\"TimeZone\"") => ErrorKind::UnknownTimeZone,
        // undefined_table
        "42P01" => ErrorKind::MissingTable,
        _ => ErrorKind::Other,
    }
}

pub(crate) fn message(error: &PgDatabaseError) -> DatabaseMessage {
    let position = match error.position() {
        Some(PgErrorPosition::Original(position)) => Some(position),
        _ => None,
    };
    DatabaseMessage {
        code: Some(error.code().to_owned()),
        message: error.message().to_owned(),
        detail: error.detail().map(str::to_owned),
        hint: error.hint().map(str::to_owned),
        context: error.r#where().map(str::to_owned),
        position,
    }
}
