//! The commands that a service's own command line, a bundle and `cargo alembic` share.
//!
//! Data goes to stdout, talk to stderr. Every decision is made in the rooms above; here it is asked for and printed.

mod apply;
mod args;
mod conflicts;
mod consent;
mod diagnostic;
mod diff;
mod escape;
mod handler;
mod json;
mod list;
mod log;
mod output;
mod plan;
mod resume;
mod signal;
mod target_arg;
mod wait_args;
#[cfg(test)]
mod ways;

pub use apply::{run_of, tell, tell_report};
pub use args::{
    BranchesArgs, Command, CurrentArgs, DowngradeArgs, EnsureVersionArgs, FormatArgs, HeadsArgs, HistoryArgs,
    HowArgs, LogArgs, ShowArgs, SqlArgs, StampArgs, UpgradeArgs,
};
pub use conflicts::explain_conflicts;
pub use consent::consent;
pub use diagnostic::{Diagnostic, explain, explain_by, explain_heads, explain_models, explain_scripts};
pub use diff::diff;
pub use escape::escaped;
pub use json::print_json;
pub use output::{OutputError, STYLES, note, print, print_names, say, status, warning, written};
pub use resume::{ResumeArgs, StatementAnswer};
pub use signal::unless_interrupted;
pub use target_arg::TargetArg;
pub use wait_args::WaitArgs;

use std::time::Duration;

use crate::migrate::{Database, MigrateError};
use crate::migrator::Migrator;
use crate::revision::{HistoryError, ResolveError, RevisionId, TargetError};
use crate::script::{Lock, ScriptDirectory};

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
#[expect(
    missing_docs,
    reason = "each variant is the error of the room it comes from, or says itself what it is"
)]
pub enum CommandError {
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error("the database is not at all heads: it is at {}, and the heads are {}", place(.rows), place(.heads))]
    NotAtHeads { rows: Vec<String>, heads: Vec<String>, is_unfinished: bool },
    #[error("`--sql` needs to know the database: no URL is configured, and `--dialect` is not given")]
    NoDialect,
    #[error("the command needs a database")]
    NoDatabase,
    #[error(transparent)]
    Output(#[from] OutputError),
}

fn place(ids: &[String]) -> String {
    if ids.is_empty() { "the base".to_owned() } else { ids.join(", ") }
}

/// Whether a command has to be given a database.
///
/// # Errors
/// Its targets cannot be read.
pub fn needs_database(command: &Command) -> Result<bool, CommandError> {
    list::needs_database(command)
}

/// Carries out a command that changes nothing: lists, plans (`--dry-run`) and scripts (`--sql`).
///
/// A script takes its dialect from `database` where none is named, and connects to nothing.
///
/// # Errors
/// What was asked for is not there, or the database cannot be read.
pub async fn read(
    command: &Command,
    migrator: &Migrator,
    database: Option<Database>,
) -> Result<(), CommandError> {
    if let Some(sql) = command.sql() {
        return plan::script(migrator, database, command, sql);
    }
    match (command, database) {
        (Command::Heads(args), _) => list::heads(migrator, command, args)?,
        (Command::Branches(_), _) => list::branches(migrator, command)?,
        (Command::History(args), database) => list::history(migrator, database, command, args).await?,
        (Command::Show(args), database) => list::show(migrator, database, command, args).await?,
        (_, None) => return Err(CommandError::NoDatabase),
        (Command::Current(args), Some(database)) => {
            list::current(migrator, database, command, args).await?;
        }
        (Command::Log(args), Some(database)) => log::log(migrator, database, command, args).await?,
        (_, Some(database)) => plan::preview(migrator, database, command).await?,
    }
    Ok(())
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
    match try_run(command, migrator, database.into()).await {
        Ok(()) => DONE.into(),
        Err(error) => {
            explain(&error, migrator).print();
            error.code().into()
        }
    }
}

/// Waits until a database can be reached, and says on stderr what it waits for.
///
/// # Errors
/// It cannot be reached in that time, or for another reason.
pub async fn wait(database: &Database, wait: Duration) -> Result<(), MigrateError> {
    if wait.is_zero() {
        return Ok(());
    }
    let reached = database.wait(wait, |reason| status("Waiting", apply::for_server(reason)));
    unless_interrupted(reached).await.unwrap_or_else(|| Err(MigrateError::interrupted()))
}

/// Undoes each applied revision that is not what the scripts of `migrator` say, and returns what it has undone. `restored` has
/// the scripts as they were applied to the database.
///
/// # Errors
/// What the run refuses or fails with.
pub async fn undo_others(
    migrator: &Migrator,
    restored: &Migrator,
    database: Database,
) -> Result<Vec<RevisionId>, CommandError> {
    let others = migrator.others_in(restored);
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let report = apply::tell_steps(restored.undo(database, others)).await?;
    Ok(report.done.into_iter().map(|done| done.revision).collect())
}

/// Says that what was undone stays so, where the run after it has failed: that says of itself alone that it left nothing.
pub fn tell_undone(undone: &[RevisionId]) {
    if !undone.is_empty() {
        let ids: Vec<&str> = undone.iter().map(RevisionId::as_str).collect();
        warning(format!(
            "{} had been taken back before, with what was in it, and stays so: the next `upgrade` applies what is missing",
            ids.join(", ")
        ));
    }
}

async fn try_run(command: &Command, migrator: &Migrator, database: Database) -> Result<(), CommandError> {
    let database = migrator.reach(database);
    let patience = command.wait().unwrap_or(migrator.settings().connection.wait);
    if needs_database(command).unwrap_or(false) {
        wait(&database, patience).await?;
    }
    // A program has no lock.
    let sparing =
        |own: Migrator| own.sparing_others(migrator.directory().scripts().to_vec(), Lock::default());
    let own;
    let migrator = if command.uses_history() {
        own = sparing(migrator.with_history(database.clone()).await?);
        &own
    } else if command.spares_others() {
        let scripts = ScriptDirectory::new(migrator.directory().scripts().to_vec());
        let scripts = scripts.map_err(MigrateError::Scripts)?;
        own = sparing(Migrator::new(scripts, migrator.settings().clone()));
        &own
    } else {
        migrator
    };
    let mut command = command.clone();
    let mut undone = Vec::new();
    if let Some(rest) = command.after_undo() {
        let restored = sparing(migrator.with_history(database.clone()).await?);
        undone = undo_others(migrator, &restored, database.clone()).await?;
        command = rest;
    }
    loop {
        let Some(run) = run_of(migrator, database.clone(), &command) else {
            return read(&command, migrator, Some(database)).await;
        };
        let error = match tell(run, &command).await {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        command = consent(&error, &command).ok_or_else(|| {
            tell_undone(&undone);
            error
        })?;
    }
}
