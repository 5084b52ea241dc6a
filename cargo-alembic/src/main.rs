//! `cargo alembic`: database migrations as a cargo subcommand.

#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

mod applied;
mod args;
mod ask;
mod author;
mod autogenerate;
mod check;
mod checkout;
mod command;
mod config_template;
mod conflict;
mod dump;
mod edit;
mod editor;
mod error;
mod file;
mod git;
mod git_files;
mod hook;
mod init;
mod inspect;
mod manifest;
mod merge;
mod models;
mod place;
mod project;
mod rebase;
mod rename;
mod revision;
mod seal;
mod shell;
mod template;
mod values;
mod verified;
mod verify;

use std::io::Write as _;
use std::process::ExitCode;

use alembic_core::cli::written;
use clap::Parser as _;

fn main() -> ExitCode {
    // Cargo calls `cargo-alembic alembic …`; called directly the word may be missing.
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "alembic") {
        arguments.remove(1);
    }
    let result = match args::Arguments::try_parse_from(arguments) {
        Ok(arguments) => command::run(&arguments),
        Err(error) if error.use_stderr() => error.exit(),
        Err(help) => show(&help),
    };
    match result {
        Ok(()) => alembic_core::cli::DONE.into(),
        Err(error) => {
            error.print();
            error.code().into()
        }
    }
}

/// Prints help, or the version.
fn show(help: &clap::Error) -> Result<(), error::Failure> {
    Ok(written(help.print().and_then(|()| std::io::stdout().flush()))?)
}
