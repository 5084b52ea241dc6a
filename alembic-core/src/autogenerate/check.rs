//! Whether a database is what the models say: for a test-suite and for CI.

use std::fmt;

use super::{AutogenerateError, Difference, compare};
use crate::migrate::Database;
use crate::models::{ModelErrors, Models};
use crate::schema::Filter;

/// Why a database is not, or cannot be said to be, what the models say.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
#[non_exhaustive]
pub enum CheckError {
    #[error(transparent)]
    Models(#[from] ModelErrors),
    #[error(transparent)]
    Failed(#[from] AutogenerateError),
    #[error("{0}")]
    Different(Box<Different>),
}

/// The database is not what the models say.
#[derive(Debug)]
pub struct Different(pub Difference);

impl fmt::Display for Different {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the database is not what the models say; what would make it so:\n")?;
        for line in self.0.lines() {
            writeln!(formatter, "  {line}")?;
        }
        formatter.write_str("write a migration with `cargo alembic revision --autogenerate`")
    }
}

/// Compares a database with the models of a program; an error says what is different. A table without a model is a difference.
///
/// One line in the test-suite of a service:
///
/// ```text
/// alembic::check(&pool, models![User, Order]).await?;
/// ```
///
/// # Errors
/// The database is different or cannot be compared, or the models have mistakes.
pub async fn check(database: impl Into<Database>, models: Models) -> Result<(), CheckError> {
    let difference = compare(database, models.declaration()?, &Filter::default()).await?.difference();
    if difference.is_empty() { Ok(()) } else { Err(CheckError::Different(Box::new(Different(difference)))) }
}
