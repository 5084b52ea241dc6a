//! `resume`: finishes a revision whose run was interrupted.

use clap::{Args, ValueEnum};

use super::{CommandError, tell};
use crate::migrate::{Answer, Database, Report, Run};
use crate::migrator::Migrator;

/// Arguments of `resume`.
#[derive(Clone, Debug, Default, Args)]
pub struct ResumeArgs {
    /// What became of the statement that the last run ended in, where the database does not tell
    #[arg(long, value_name = "ANSWER")]
    pub statement: Option<StatementAnswer>,
}

/// What a person says about a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatementAnswer {
    /// It was carried out, or its work was done by hand: go on after it
    Done,
    /// It was not: run it again
    Again,
}

impl From<StatementAnswer> for Answer {
    fn from(answer: StatementAnswer) -> Answer {
        match answer {
            StatementAnswer::Done => Answer::Done,
            StatementAnswer::Again => Answer::Again,
        }
    }
}

/// Finishes what an earlier run has begun, and tells about it.
///
/// # Errors
/// What [`Migrator::resume`] refuses or fails with.
pub async fn resume(
    migrator: &Migrator,
    database: impl Into<Database>,
    args: &ResumeArgs,
) -> Result<Report, CommandError> {
    tell(resuming(migrator, database, args)).await
}

/// The run that a `resume` describes.
pub fn resuming<'a>(migrator: &'a Migrator, database: impl Into<Database>, args: &ResumeArgs) -> Run<'a> {
    migrator.resume(database, args.statement.map(Answer::from))
}
