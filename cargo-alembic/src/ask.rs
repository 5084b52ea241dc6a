//! Questions to a person at a terminal.

use std::io::IsTerminal as _;

use alembic_core::cli::escaped;
use dialoguer::{Input, Select};

use crate::error::Failure;

/// Whether there is somebody to ask.
pub(crate) fn is_possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// One of several answers: its place.
pub(crate) fn which(question: &str, answers: &[String]) -> Result<usize, Failure> {
    let answers: Vec<_> = answers.iter().map(|answer| escaped(answer)).collect();
    Select::new()
        .with_prompt(escaped(question))
        .items(&answers)
        .default(0)
        .interact()
        .map_err(|error| stopped(&error))
}

/// A text that is not empty.
pub(crate) fn text(question: &str) -> Result<String, Failure> {
    Input::new().with_prompt(escaped(question)).interact_text().map_err(|error| stopped(&error))
}

fn stopped(error: &dialoguer::Error) -> Failure {
    Failure::new(format!("no answer: {error}"), "nothing was written")
}
