//! PostgreSQL.

mod lock;
pub(crate) mod reflect;

pub(crate) use lock::PostgresqlLock;
use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

use super::DatabaseMessage;

/// Whether the error is that a table does not exist (`undefined_table`, PostgreSQL manual, appendix A).
pub(crate) fn is_missing_table(error: &PgDatabaseError) -> bool {
    error.code() == "42P01"
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
