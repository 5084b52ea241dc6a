//! Why a run did not happen, or where it stopped.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::dialect::DatabaseMessage;
use crate::revision::{Direction, PlanError, RevisionId, TargetError, UnknownRevisions};
use crate::script::{Dialect, Digest, ScriptErrors};

/// Everything that can keep a migration from being done.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
#[non_exhaustive]
pub enum MigrateError {
    #[error("{}", unknown_scheme(.scheme))]
    UnknownScheme { scheme: String },
    #[error("this program was built without the `{}` feature of alembic", feature(*.dialect))]
    NoDriver { dialect: Dialect },
    #[error("the database URL cannot be used: {reason}")]
    BadUrl { reason: String },
    #[error("the database file {path} does not exist")]
    NoFile { path: String },
    #[error("the database `{name}` does not exist; create it with\n  {command}")]
    NoDatabase { name: String, command: String },
    #[error("cannot connect to {server}: {message}")]
    Connect { server: String, message: Box<DatabaseMessage>, source: sqlx::Error },
    #[error("the database failed while {doing}: {message}")]
    Database { doing: &'static str, message: Box<DatabaseMessage>, source: sqlx::Error },
    #[error(transparent)]
    Scripts(#[from] ScriptErrors),
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error("{unknown}{}", provenance(.applied))]
    UnknownRevisions { unknown: UnknownRevisions, applied: Vec<Provenance> },
    #[error("{}", edited(.0))]
    Edited(Vec<EditedRevision>),
    #[error("{path}: revision {revision} has no {direction} section for {dialect}")]
    NoSection { path: String, revision: RevisionId, direction: Direction, dialect: Dialect },
    #[error("{path}: revision {revision} is irreversible{}", on(*.dialect))]
    Irreversible { path: String, revision: RevisionId, dialect: Option<Dialect> },
    #[error(
        "revision id {revision} does not fit into version_num of {table}, which holds {width} characters; give \
             the revision a shorter id, or widen the column"
    )]
    IdTooLong { revision: RevisionId, table: String, width: usize },
    #[error("another process migrates this database{}; gave up after {} s", by(.holder), .waited.as_secs())]
    Locked { holder: Option<String>, waited: Duration },
    #[error(
        "{path}:{line}: rows of `{child}` refer to `{table}`: dropping it would take them along, or fail"
    )]
    RowsReferred { path: String, line: usize, table: String, child: String },
    #[error("{reason}")]
    Refused { reason: String },
    #[error("{0}")]
    Statement(Box<StatementFailure>),
    #[error("the version table was changed by another process during the run; run the command again")]
    Moved,
    #[error("{0}")]
    InDoubt(Box<InDoubt>),
    #[error(
        "nothing is known to be in doubt about statement {number} of the {direction} of revision {revision}; run \
             `resume` without `--statement`"
    )]
    NotInDoubt { revision: RevisionId, direction: Direction, number: usize },
    #[error("nothing is unfinished")]
    NothingUnfinished,
    #[error(
        "{direction} of revision {revision} cannot go on in a new session: the statements that are left need {}, \
             which ended with the old one",
        .names.join(", ")
    )]
    SessionLost { revision: RevisionId, direction: Direction, names: Vec<String> },
    #[error(
        "{direction} of revision {revision} stopped after statement {done}, and one of the statements before it was \
             changed since; restore them, only what follows may be mended"
    )]
    ResumeEdited { revision: RevisionId, direction: Direction, done: usize },
    #[error("{direction} of revision {revision} is unfinished; finish it first: `cargo alembic resume`")]
    Unfinished { revision: RevisionId, direction: Direction },
}

/// A statement that the database refused.
#[derive(Debug)]
pub struct StatementFailure {
    /// The revision it belongs to.
    pub revision: RevisionId,
    /// Whether the revision was on its way up or down.
    pub direction: Direction,
    /// The file it stands in.
    pub path: String,
    /// Line of the file, from 1.
    pub line: usize,
    /// Character of the line, from 1.
    pub column: usize,
    /// Bytes of the script's text: the place that the database named, or the statement.
    pub span: Range<usize>,
    /// Which statement of its section, from 1.
    pub number: usize,
    /// How many statements the section has.
    pub total: usize,
    /// Its text.
    pub statement: String,
    /// What the database says.
    pub database: DatabaseMessage,
    /// What the database holds now.
    pub aftermath: Aftermath,
    /// The driver's error.
    pub source: sqlx::Error,
}

/// A statement whose end nobody saw, and of which the catalog does not tell whether it was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InDoubt {
    /// The revision it belongs to.
    pub revision: RevisionId,
    /// Whether the revision was on its way up or down.
    pub direction: Direction,
    /// The file it stands in.
    pub path: String,
    /// Line of the file, from 1, as the file was when the statement ran.
    pub line: usize,
    /// Which statement of its section, from 1.
    pub number: usize,
    /// How many statements the section has.
    pub total: usize,
    /// Its text.
    pub statement: String,
    /// What was found, and why that does not tell.
    pub found: String,
}

/// What a database holds after a run that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aftermath {
    /// Revisions that this run did and that stay done.
    pub kept: Vec<RevisionId>,
    /// Whether the failed revision itself was undone; otherwise its statements before the failed one stay done, and
    /// the next run goes on there.
    pub rolled_back: bool,
}

/// When and by whom a revision was applied, as the history has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Which revision.
    pub revision: String,
    /// When, by the database's clock.
    pub when: String,
    /// By whom.
    pub who: String,
}

/// A revision whose script is not what was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedRevision {
    /// Which.
    pub revision: RevisionId,
    /// Its file.
    pub path: String,
    /// The digest of what was applied.
    pub applied: Digest,
    /// The digest of what is there now.
    pub found: Digest,
    /// The script as it was applied, where the history has it.
    pub script: Option<String>,
}

impl MigrateError {
    pub(super) fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> MigrateError {
        move |source| MigrateError::Database {
            doing,
            message: Box::new(DatabaseMessage::of(&source)),
            source,
        }
    }

    pub(super) fn pool(source: sqlx::Error) -> MigrateError {
        let message = Box::new(DatabaseMessage::of(&source));
        MigrateError::Connect { server: "the database of the pool".to_owned(), message, source }
    }
}

fn unknown_scheme(scheme: &str) -> String {
    match scheme {
        "" => "the database URL has no scheme; there are sqlite, postgres and mysql".to_owned(),
        scheme => {
            format!("`{scheme}` is not the scheme of a database URL; there are sqlite, postgres and mysql")
        }
    }
}

fn feature(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgresql => "postgres",
        Dialect::Mysql => "mysql",
    }
}

fn on(dialect: Option<Dialect>) -> String {
    dialect.map_or_else(String::new, |dialect| format!(" on {dialect}"))
}

fn by(holder: &Option<String>) -> String {
    holder.as_ref().map_or_else(String::new, |holder| format!(" ({holder})"))
}

fn provenance(applied: &[Provenance]) -> String {
    let lines = applied
        .iter()
        .map(|Provenance { revision, when, who }| format!("\n  {revision} was applied at {when} by {who}"));
    lines.collect()
}

fn edited(revisions: &[EditedRevision]) -> String {
    let mut text = String::new();
    for EditedRevision { revision, path, applied, found, .. } in revisions {
        text += &format!(
            "{path}: revision {revision} was edited after it was applied to this database\n  applied as {applied}\n  \
             now it is  {found}\n"
        );
    }
    text + "restore what was applied, and put the change into a new revision"
}

impl fmt::Display for StatementFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StatementFailure { revision, direction, path, line, column, number, total, database, .. } = self;
        writeln!(formatter, "{path}:{line}:{column}: statement {number} of {total} failed: {database}")?;
        for line in self.statement.lines().take(8) {
            writeln!(formatter, "  | {line}")?;
        }
        write!(formatter, "{direction} of revision {revision} {}", self.aftermath.describe(*number))
    }
}

impl fmt::Display for InDoubt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let InDoubt { revision, direction, path, line, number, total, found, .. } = self;
        writeln!(
            formatter,
            "{direction} of revision {revision} ended in statement {number} of {total}, and nobody can tell whether \
             that was carried out: {found}\n{path}:{line}:"
        )?;
        for line in self.statement.lines().take(8) {
            writeln!(formatter, "  | {line}")?;
        }
        write!(
            formatter,
            "look at the database; then\n  if it was carried out, or you finish it by hand:  cargo alembic resume \
             --statement done\n  if it was not, and can run again:                cargo alembic resume --statement again"
        )
    }
}

impl Aftermath {
    /// The rest of a sentence that begins with the failed revision.
    #[must_use]
    pub fn describe(&self, statement: usize) -> String {
        let own = match (self.rolled_back, statement) {
            (true, _) => "was rolled back".to_owned(),
            (false, 1) => "did nothing".to_owned(),
            (false, _) => {
                format!(
                    "stopped there: what stands before is done, and the next run goes on with statement {statement}"
                )
            }
        };
        let kept: Vec<&str> = self.kept.iter().map(RevisionId::as_str).collect();
        match kept.as_slice() {
            [] if self.rolled_back => format!("{own}, and with it the whole run: the database is as it was"),
            [] => own,
            kept if kept.len() > 5 => {
                format!("{own}; done and kept: {} revisions, up to {}", kept.len(), kept[kept.len() - 1])
            }
            kept => format!("{own}; done and kept: {}", kept.join(", ")),
        }
    }
}
