//! What a command does only if a person agrees: asked at a terminal; elsewhere an option says so.

use std::io::{IsTerminal as _, Write as _};

use super::output::warning;
use super::{Command, CommandError, DowngradeArgs, StampArgs};
use crate::migrate::MigrateError;

/// The command with the consent that it failed without, if there is a terminal and the person there agrees.
#[must_use]
pub fn consent(error: &CommandError, command: &Command) -> Option<Command> {
    let CommandError::Migrate(error) = error else { return None };
    let (question, agreed) = match (error, command) {
        (MigrateError::OnlyStamped(_), Command::Downgrade(args)) => {
            ("Run their downgrades?", Command::Downgrade(DowngradeArgs { stamped: true, ..args.clone() }))
        }
        (MigrateError::Abandons(_), Command::Stamp(args)) => {
            ("Give it up?", Command::Stamp(StampArgs { abandon: true, ..args.clone() }))
        }
        _ => return None,
    };
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return None;
    }
    warning(error);
    eprint!("{question} [y/N] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).ok()?;
    matches!(answer.trim(), "y" | "Y" | "yes").then_some(agreed)
}
