//! Why a database and a schema could not be compared.

use super::refused::Refused;
use crate::dialect::{DatabaseMessage, DdlError};
use crate::migrate::MigrateError;
use crate::sql::Dialect;

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
    #[error("{path}:{line}: {reason}")]
    Refused { path: String, line: usize, reason: Refused },
    #[error("{reason}\n{statement}")]
    RefusedModel { statement: String, reason: Refused },
    #[error("cannot create a scratch database: {message}")]
    NoScratch { right: &'static str, message: Box<DatabaseMessage>, source: sqlx::Error },
    #[error("the scratch server has a database `{name}` that is not a scratch database")]
    ScratchExists { name: String },
    #[error("another comparison uses the scratch database `{name}`")]
    ScratchBusy { name: String },
    #[error("the compared database is {compared}, and the scratch server is {scratch}")]
    ScratchDialect { compared: Dialect, scratch: Dialect },
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
