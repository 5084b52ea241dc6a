//! The commands that a service's own command line, a bundle and `cargo alembic` share.
//!
//! Data goes to stdout, talk to stderr. Every decision is made in the rooms above; here it is asked for and printed.

mod apply;
mod args;
mod diagnostic;
mod diff;
mod list;
mod output;
mod resume;
mod signal;

pub use apply::{downgrade, stamp, stamping, tell, tell_stamp, upgrade};
pub use args::{Command, DowngradeArgs, HistoryArgs, ListArgs, ShowArgs, StampArgs, UpgradeArgs};
pub use diagnostic::{Diagnostic, explain, explain_scripts};
pub use diff::diff;
pub use list::{current, heads, history, needs_database, show};
pub use output::{STYLES, note, status, warning};
pub use resume::{ResumeArgs, StatementAnswer, resume, resuming};

use crate::migrate::{Database, MigrateError};
use crate::migrator::Migrator;
use crate::revision::{HistoryError, ResolveError, TargetError};

/// The command did what it was asked for.
pub const DONE: u8 = 0;
/// It was refused, or failed.
pub const FAILED: u8 = 1;
/// It was called wrongly.
pub const USAGE: u8 = 2;
/// It was stopped by Ctrl-C or a request to end (`SIGINT`, `SIGTERM`): 128 and the number of `SIGINT`, as shells have it.
pub const INTERRUPTED: u8 = 130;

/// Why a command did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each variant is the error of the room it comes from")]
pub enum CommandError {
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error(transparent)]
    History(#[from] HistoryError),
}

impl CommandError {
    /// The exit code for it.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            CommandError::Migrate(MigrateError::Interrupted(_)) => INTERRUPTED,
            _ => FAILED,
        }
    }
}

/// Runs a command, prints what it has to say, and returns the exit code.
///
/// ```no_run
/// use alembic_core::cli::Command;
/// use alembic_core::Migrator;
///
/// async fn db(migrator: &Migrator, url: &str, command: &Command) -> std::process::ExitCode {
///     alembic_core::cli::run(command, migrator, url).await
/// }
/// ```
pub async fn run(
    command: &Command,
    migrator: &Migrator,
    database: impl Into<Database>,
) -> std::process::ExitCode {
    let database = database.into();
    let result = match command {
        Command::Upgrade(args) => upgrade(migrator, database, args).await.map(|_| ()),
        Command::Downgrade(args) => downgrade(migrator, database, args).await.map(|_| ()),
        Command::Resume(args) => resume(migrator, database, args).await.map(|_| ()),
        Command::Stamp(args) => stamp(migrator, database, args).await.map(|_| ()),
        Command::Current(args) => current(migrator, database, args).await,
        Command::History(args) => history(migrator, Some(database), args).await,
        Command::Heads(args) => heads(migrator, args),
        Command::Show(args) => show(migrator, args),
    };
    match result {
        Ok(()) => DONE.into(),
        Err(error) => {
            explain(&error, migrator).print();
            error.code().into()
        }
    }
}
