//! PostgreSQL.

mod lock;
#[cfg(feature = "sources")]
pub(crate) mod reflect;
pub(crate) mod server;

pub(crate) use lock::PostgresqlLock;
use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

use super::DatabaseMessage;

/// Whether the error is that a table does not exist (`undefined_table`, PostgreSQL manual, appendix A).
pub(crate) fn is_missing_table(error: &PgDatabaseError) -> bool {
    error.code() == "42P01"
}

/// Whether the error is that somebody else was in the way: `lock_not_available`, `deadlock_detected`,
/// `serialization_failure`.
pub(crate) fn is_transient(error: &PgDatabaseError) -> bool {
    matches!(error.code(), "55P03" | "40P01" | "40001")
}

/// Whether the error is that a statement has to run outside of a transaction (`active_sql_transaction`), or wants to end
/// the one that it runs in (`invalid_transaction_termination`).
pub(crate) fn refuses_transaction(error: &PgDatabaseError) -> bool {
    matches!(error.code(), "25001" | "2D000")
}

pub(super) fn message(error: &PgDatabaseError) -> DatabaseMessage {
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
