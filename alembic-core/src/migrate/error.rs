//! The errors of a run: why it was refused, or where it stopped.

mod help;
mod history;
mod statement;
mod unfinished;

use std::time::Duration;

pub use history::{
    Ahead, Diverged, EditedRevision, NotOwn, OtherAncestors, OtherService, Provenance, Reordered,
};
pub(crate) use history::{is_another, is_undated_version_of, is_version_of};
pub use statement::{Aftermath, StatementFailure};
pub use unfinished::{InDoubt, Interrupted, LeftBehind, LeftStatement, ResumeEdited, StoppedAt};

pub(crate) use help::SETTING_ROLE;
pub use help::VERSION_TABLE;
use history::{edited, provenance};

use crate::dialect::{DatabaseMessage, ErrorKind, UnfitSchema};
use crate::revision::{Direction, PlanError, RevisionId, TargetError, UnknownRevisions};
use crate::script::ScriptErrors;
use crate::sql::Dialect;

/// An error that prevents a run, or stops it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
#[non_exhaustive]
pub enum MigrateError {
    #[error("{}", unknown_scheme(.scheme))]
    UnknownScheme { scheme: String },
    #[error("this program was built without the `{}` feature of alembic", feature(*.dialect))]
    NoDriver { dialect: Dialect },
    #[error("the database URL cannot be used: {reason}")]
    BadUrl { reason: String, help: Option<String> },
    #[error("the database file {path} does not exist")]
    NoFile { path: String },
    #[error("the database `{name}` does not exist; create it with\n  {command}")]
    NoDatabase { name: String, command: String },
    #[error("cannot connect to {server}: {message}")]
    Connect { server: String, is_file: bool, message: Box<DatabaseMessage>, source: sqlx::Error },
    #[error(
        "the server did not answer within {} s while the migration lock was held: it seems to serve one connection at a time",
        .limit.as_secs_f64()
    )]
    OneConnection { limit: Duration },
    #[error("the database failed while {doing}: {message}")]
    Database { doing: &'static str, message: Box<DatabaseMessage>, source: sqlx::Error },
    #[error("the server does not know the time zone `{zone}`: {message}")]
    UnknownTimeZone { zone: String, message: Box<DatabaseMessage>, source: sqlx::Error },
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
    #[error("{0}")]
    OtherAncestors(Box<OtherAncestors>),
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
    RowsReferred {
        path: String,
        line: usize,
        table: String,
        child: String,
        /// How many statements of the section are committed.
        done: usize,
    },
    #[error(
        "{path}:{line}: {} of `{child}` refers to a row of `{table}` that is not there any more{}",
        row_of(.row), and_more(*.more)
    )]
    RowsLost { path: String, line: usize, table: String, child: String, row: Option<String>, more: usize },
    #[error(
        "{path}:{line}: the table that takes the place of `{table}` lacks a key that a foreign key refers to: {message}"
    )]
    KeyLost { path: String, line: usize, table: String, message: String },
    #[error(
        "{path}:{line}: this puts rows back into `{child}`, as if they had gone with `{table}` in line {dropped}; but they \
             are kept, since another table takes its place, and would be there twice"
    )]
    RowsRestored { path: String, line: usize, table: String, dropped: usize, child: String },
    #[error(
        "{} of `{child}` refers to a row of `{parent}` that is not there{} when {} {} committed; nothing of it is",
        row_of(.row), and_more(*.more), ids(.revisions), if revisions.len() == 1 { "is" } else { "are" }
    )]
    RowsUnreferred {
        revisions: Vec<RevisionId>,
        child: String,
        row: Option<String>,
        parent: String,
        more: usize,
    },
    #[error(
        "{path}: what revision {revision} leaves does not satisfy a constraint that is deferred to the end of the \
             transaction: {message}"
    )]
    Deferred { path: String, revision: RevisionId, message: Box<DatabaseMessage>, source: sqlx::Error },
    #[error(
        "{path}:{line}: SQLite lacks this form of ALTER TABLE; it is carried out by looking at the database, which a \
             script cannot"
    )]
    NotOffline { path: String, line: usize },
    #[error(
        "{path}:{line}: `USE` chooses another database, and a script cannot go back to the first one: it does not know its \
             name"
    )]
    MovesOffline { path: String, line: usize },
    #[error("{reason}")]
    Refused { reason: String, help: Option<String> },
    #[error("{0}")]
    Statement(Box<StatementFailure>),
    #[error("the version table was changed by another process during the run; run the command again")]
    Moved,
    #[error("{0}")]
    Interrupted(Box<Interrupted>),
    #[error("the file that is the migration lock cannot be used: {0}")]
    LockFile(std::io::Error),
    #[error("the migration lock was lost{}; what was committed stays, and the next run goes on from there", because(.source))]
    LockLost { source: Option<sqlx::Error> },
    #[error("{reason}")]
    UnfitServer { reason: &'static str },
    #[error("nothing can be written here: {reason}")]
    ReadOnly { reason: &'static str },
    #[error(
        "there is a version table in the schema {schemas}, which the search path ({search_path}) does not find: another \
             one in `{schema}` would begin from nothing"
    )]
    VersionTableElsewhere { schemas: String, schema: String, search_path: String },
    #[error("the search path ({search_path}) names no schema that exists")]
    NoSchema { search_path: String },
    #[error(transparent)]
    UnfitSchema(#[from] UnfitSchema),
    #[error("{0}")]
    Ahead(Box<Ahead>),
    #[error("{0}")]
    Diverged(Box<Diverged>),
    #[error("{0}")]
    OtherService(Box<OtherService>),
    #[error("{0}")]
    NotOwn(Box<NotOwn>),
    #[error("{0}")]
    InDoubt(Box<InDoubt>),
    #[error(
        "nothing is known to be in doubt about statement {number} of the {direction} of revision {revision}; run \
             `cargo alembic resume`"
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
        "MySQL takes the revision ids `{one}` and `{other}` for one: it does not look at the case of letters"
    )]
    SimilarIds { one: RevisionId, other: RevisionId },
    #[error(
        "{path}:{line}: this drops the database `{database}`, which holds the version table and the history"
    )]
    DropsDatabase { path: String, line: usize, database: String },
    #[error("{path}:{line}: this drops the schema `{schema}`, and with it the version table and the history")]
    DropsSchema { path: String, line: usize, schema: String },
    #[error(
        "{} {} dropped the version table or the history: {message}",
        if revisions.len() == 1 { "revision" } else { "one of the revisions" }, ids(.revisions)
    )]
    DropsTables { revisions: Vec<RevisionId>, message: Box<DatabaseMessage>, source: sqlx::Error },
    #[error(
        "{path}:{line}: `{child}` still has a foreign key to `{table}`, which is gone: no row could be written to it"
    )]
    KeyWithoutTable { path: String, line: usize, child: String, table: String },
    #[error("{0}")]
    ResumeEdited(Box<ResumeEdited>),
    #[error("{direction} of revision {revision} is unfinished; finish it first: `cargo alembic resume`")]
    Unfinished { revision: RevisionId, direction: Direction },
    #[error(
        "upgrade of revision {revision} is unfinished, and it stands on other revisions now, which are not applied: {}",
        .missing.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(", ")
    )]
    UnfinishedMoved { revision: RevisionId, missing: Vec<RevisionId>, headers: &'static str },
    #[error("{direction} of revision {revision} is unfinished, and its script is not here")]
    UnfinishedUnknown { revision: RevisionId, direction: Direction },
    #[error(
        "{path}:{line}: `{function}` would not count the rows of the statement before it: the history is written in between, \
             because each statement commits by itself"
    )]
    CountsNotes { path: String, line: usize, function: &'static str },
    #[error("a stamp would give up unfinished work\n{}", left(.0))]
    Abandons(Vec<LeftBehind>),
    #[error(
        "the downgrade would run SQL of {}, which {} only stamped: what it drops was not created by a migration",
        ids(.0), if .0.len() == 1 { "was" } else { "were" }
    )]
    OnlyStamped(Vec<RevisionId>),
}

impl MigrateError {
    /// The error of a run that was asked to stop before it had begun.
    pub(crate) fn interrupted() -> MigrateError {
        let aftermath = Aftermath { kept: Vec::new(), rolled_back: false };
        MigrateError::Interrupted(Box::new(Interrupted { unfinished: None, aftermath }))
    }

    /// Whether another session was in the way, so that the same may succeed a little later: a statement waited too long for
    /// a lock, or was the victim of a deadlock.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            MigrateError::Database { source, .. } => ErrorKind::of(source).is_transient(),
            MigrateError::Statement(failure) => ErrorKind::of(&failure.source).is_transient(),
            _ => false,
        }
    }

    pub(crate) fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> MigrateError {
        move |source| MigrateError::Database {
            doing,
            message: Box::new(DatabaseMessage::of(&source)),
            source,
        }
    }

    pub(crate) fn pool(source: sqlx::Error) -> MigrateError {
        let message = Box::new(DatabaseMessage::of(&source));
        let server = "the database of the pool".to_owned();
        MigrateError::Connect { server, is_file: false, message, source }
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

fn ids(revisions: &[RevisionId]) -> String {
    let ids: Vec<&str> = revisions.iter().map(RevisionId::as_str).collect();
    ids.join(", ")
}

fn left(left: &[LeftBehind]) -> String {
    left.iter().map(ToString::to_string).collect::<Vec<String>>().join("\n")
}

fn row_of(row: &Option<String>) -> String {
    row.as_ref().map_or_else(|| "a row".to_owned(), |row| format!("row {row}"))
}

fn and_more(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => ", and 1 more does".to_owned(),
        more => format!(", and {more} more do"),
    }
}

fn on(dialect: Option<Dialect>) -> String {
    dialect.map_or_else(String::new, |dialect| format!(" on {dialect}"))
}

fn by(holder: &Option<String>) -> String {
    holder.as_ref().map_or_else(String::new, |holder| format!(" ({holder})"))
}

fn because(source: &Option<sqlx::Error>) -> String {
    let message = source.as_ref().map(DatabaseMessage::of);
    // The fence fails with a division by zero, which explains nothing.
    message
        .filter(|message| message.code.is_none())
        .map_or_else(String::new, |message| format!(" ({})", message.message))
}
