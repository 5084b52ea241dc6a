//! Why a database and a schema could not be compared.

use crate::dialect::{DatabaseMessage, DdlError};
use crate::migrate::MigrateError;

/// Everything that can keep a comparison from being done.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
#[non_exhaustive]
pub enum AutogenerateError {
    #[error(transparent)]
    Connect(#[from] MigrateError),
    #[error("the database failed while {doing}: {message}")]
    Database { doing: &'static str, message: Box<DatabaseMessage>, source: sqlx::Error },
    #[error("the database has no schema `{name}`")]
    NoSchema { name: String },
    #[error("the database refuses what the models ask for: {message}\n{statement}")]
    Scratch { message: Box<DatabaseMessage>, statement: String, source: sqlx::Error },
    #[error("{path}:{line}: the database refuses the statement: {message}")]
    Script { path: String, line: usize, message: Box<DatabaseMessage>, source: sqlx::Error },
    #[error(transparent)]
    Ddl(#[from] DdlError),
}

impl AutogenerateError {
    pub(super) fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> AutogenerateError {
        move |source| AutogenerateError::Database {
            doing,
            message: Box::new(DatabaseMessage::of(&source)),
            source,
        }
    }
}
