//! `resume`: finishes a revision whose run was interrupted, or gives it up.

use clap::{Args, ValueEnum};

use super::wait_args::WaitArgs;
use crate::migrate::Answer;

/// Arguments of `resume`.
#[derive(Clone, Debug, Default, Args)]
pub struct ResumeArgs {
    /// What became of the statement that the last run ended in, where the database does not tell
    #[arg(long, value_name = "ANSWER")]
    pub statement: Option<StatementAnswer>,
    /// Give the revision up: forget it, and list what its statements have done
    #[arg(long, conflicts_with = "statement")]
    pub abandon: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "its fields are documented")]
    pub wait: WaitArgs,
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
