//! What the user did wrong, or what went wrong for them.

use std::path::Path;

use alembic_core::autogenerate::Disagreement;
use alembic_core::cli::{
    CommandError, Diagnostic, FAILED, INTERRUPTED, OutputError, explain, explain_by, explain_conflicts,
    explain_heads, explain_models, explain_scripts,
};
use alembic_core::config::ConfigError;
use alembic_core::migrate::MigrateError;
use alembic_core::models::ModelErrors;
use alembic_core::revision::{NewRevisionError, Node};
use alembic_core::script::{Conflict, LockFileError, ScriptDirectory, ScriptErrors};
use alembic_core::{Migrator, revision};

use crate::author::authors;

/// A failure that is ready to be shown.
#[derive(Debug)]
pub(crate) struct Failure {
    diagnostic: Diagnostic,
    code: u8,
}

impl Failure {
    pub(crate) fn new(message: impl ToString, help: &str) -> Failure {
        Failure::of(Diagnostic::plain(&message.to_string(), Some(help)))
    }

    pub(crate) fn plain(message: impl ToString) -> Failure {
        Failure::of(Diagnostic::plain(&message.to_string(), None))
    }

    /// A signal ended the command.
    pub(crate) fn interrupted(message: &str, help: &str) -> Failure {
        Failure { diagnostic: Diagnostic::plain(message, Some(help)), code: INTERRUPTED }
    }

    /// A file could not be read or written.
    pub(crate) fn file(path: &Path, doing: &str, error: &std::io::Error) -> Failure {
        Failure::new(
            format!("cannot {doing} {}: {error}", path.display()),
            "check the path and its permissions",
        )
    }

    /// A mistake in a line of a file with this text.
    pub(crate) fn at(message: &str, path: &str, line: usize, source: &str, help: &str) -> Failure {
        Failure::of(Diagnostic::at(message, path, line, source, help))
    }

    pub(crate) fn command(error: &CommandError, migrator: &Migrator) -> Failure {
        Failure { diagnostic: explain(error, migrator), code: error.code() }
    }

    /// The database cannot be used.
    pub(crate) fn of_database(error: MigrateError) -> Failure {
        let (message, help) = (error.to_string(), error.help());
        let code = CommandError::from(error).code();
        Failure { diagnostic: Diagnostic::plain(&message, help.as_deref()), code }
    }

    /// A command failed on the project in `folder`: the authors of its scripts are shown.
    pub(crate) fn command_on(folder: &Path, error: &CommandError, migrator: &Migrator) -> Failure {
        Failure { diagnostic: explain_by(error, migrator, authors(folder)), code: error.code() }
    }

    /// A new revision that the graph refuses.
    pub(crate) fn new_revision(
        folder: &Path,
        directory: &ScriptDirectory,
        error: &NewRevisionError,
    ) -> Failure {
        match error {
            NewRevisionError::SeveralHeads { heads } => {
                let help = "`cargo alembic merge` joins them";
                Failure::of(explain_heads(&error.to_string(), directory, heads, help, authors(folder)))
            }
            error => Failure::plain(error),
        }
    }

    /// Heads that contradict each other.
    pub(crate) fn conflicts(
        conflicts: &[Conflict],
        disagreements: &[(Disagreement, [Node; 2])],
        directory: &ScriptDirectory,
        help: &str,
    ) -> Failure {
        Failure::of(explain_conflicts(conflicts, disagreements, directory, help))
    }

    pub(crate) fn scripts(errors: &ScriptErrors, source: impl Fn(&str) -> Option<String>) -> Failure {
        Failure::of(explain_scripts(errors, source))
    }

    /// Models with mistakes.
    pub(crate) fn models(errors: &ModelErrors, source: impl Fn(&str) -> Option<String>) -> Failure {
        Failure::of(explain_models(errors, source))
    }

    pub(crate) fn print(&self) {
        self.diagnostic.print();
    }

    /// The exit code for it.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    fn of(diagnostic: Diagnostic) -> Failure {
        Failure { diagnostic, code: FAILED }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        Failure::new(error, "the keys and their meaning are in the comments that `cargo alembic init` writes")
    }
}

impl From<LockFileError> for Failure {
    fn from(error: LockFileError) -> Failure {
        match error {
            LockFileError::Read(error) => Failure::scripts(&ScriptErrors(vec![error]), |_| None),
            error @ LockFileError::Write { .. } => Failure::new(error, "nothing was changed"),
            error @ LockFileError::Locked { .. } => Failure::new(
                error,
                "run the command without `--locked`, and commit the lock; nothing was changed",
            ),
        }
    }
}

macro_rules! plain {
    ($($error:ty),+) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Failure {
                Failure::plain(error)
            }
        })+
    };
}

plain!(
    OutputError,
    revision::TargetError,
    revision::ResolveError,
    revision::InvalidRevisionId,
    revision::NewRevisionError
);
