//! Why a run did not happen, or where it stopped.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::dialect::{DatabaseMessage, ErrorKind};
use crate::revision::{Direction, PlanError, RevisionId, TargetError, UnknownRevisions};
use crate::script::{Digest, ScriptErrors};
use crate::sql::Dialect;

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
    RowsReferred { path: String, line: usize, table: String, child: String },
    #[error(
        "{path}:{line}: {} of `{child}` refers to a row of `{table}` that is not there any more{}",
        row_of(.row), and_more(*.more)
    )]
    RowsLost { path: String, line: usize, table: String, child: String, row: Option<String>, more: usize },
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
    #[error("{reason}")]
    Refused { reason: String },
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
    #[error("nothing can be written here: {reason}")]
    ReadOnly { reason: &'static str },
    #[error(
        "there is a version table in the schema {schemas}, which the search path ({search_path}) does not find: another \
             one in `{schema}` would begin from nothing"
    )]
    VersionTableElsewhere { schemas: String, schema: String, search_path: String },
    #[error("{0}")]
    Ahead(Box<Ahead>),
    #[error("{0}")]
    Diverged(Box<Diverged>),
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
        "MySQL takes the revision ids `{one}` and `{other}` for one: it does not look at the case of letters"
    )]
    SimilarIds { one: RevisionId, other: RevisionId },
    #[error(
        "{path}:{line}: this drops the database `{database}`, which holds the version table and the history"
    )]
    DropsDatabase { path: String, line: usize, database: String },
    #[error("{0}")]
    ResumeEdited(Box<ResumeEdited>),
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
    /// What it had to wait for, where that could be seen.
    pub blocked_by: Option<String>,
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

/// A script of which a statement was changed that an earlier run has carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResumeEdited {
    /// The revision it belongs to.
    pub revision: RevisionId,
    /// Whether the revision was on its way up or down.
    pub direction: Direction,
    /// The file it stands in.
    pub path: String,
    /// Line of the file, from 1, where the statement stands now.
    pub line: usize,
    /// How many statements are done.
    pub done: usize,
    /// The first of them that is another one now, from 1.
    pub number: usize,
    /// Its text as it was carried out; nothing where that is not known.
    pub statement: String,
}

/// A run that was told to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// The revision that is not finished, if one is.
    pub unfinished: Option<StoppedAt>,
    /// What the database holds now.
    pub aftermath: Aftermath,
}

/// Where a revision whose statements commit one by one was stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoppedAt {
    /// Which revision.
    pub revision: RevisionId,
    /// Up or down.
    pub direction: Direction,
    /// How many of its statements are done.
    pub done: usize,
    /// How many it has.
    pub total: usize,
}

/// A database with revisions that no script knows, and all that are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// The rows of the version table that no script knows.
    pub unknown: Vec<String>,
    /// When and by whom they were applied.
    pub applied: Vec<Provenance>,
}

/// A database with revisions that no script knows, and not all that are known: two lines of development that parted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diverged {
    /// The rows of the version table that no script knows.
    pub unknown: Vec<String>,
    /// Revisions that are known and not applied.
    pub missing: Vec<RevisionId>,
    /// When and by whom the unknown ones were applied.
    pub applied: Vec<Provenance>,
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

/// A revision that stands on other revisions than when it was applied, though its own script is what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherAncestors {
    /// Which.
    pub revision: RevisionId,
    /// Its file.
    pub path: String,
    /// What it depends on by a label or by the beginning of an id, and what that is now.
    pub dependencies: Vec<(String, RevisionId)>,
    /// The ancestors of which the history does not have what was applied.
    pub unrecorded: Vec<RevisionId>,
}

impl fmt::Display for OtherAncestors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OtherAncestors { revision, path, dependencies, unrecorded } = self;
        write!(
            formatter,
            "{path}: revision {revision} stands on other revisions than when it was applied to this database; its own \
             script is what it was"
        )?;
        for (name, now) in dependencies {
            write!(formatter, "\n  it depends on `{name}`, which is {now} now")?;
        }
        if !unrecorded.is_empty() {
            let ids: Vec<&str> = unrecorded.iter().map(RevisionId::as_str).collect();
            write!(formatter, "\n  the history does not have what was applied of {}", ids.join(", "))?;
        }
        Ok(())
    }
}

impl MigrateError {
    /// A run that was told to stop before it had begun.
    pub(crate) fn interrupted() -> MigrateError {
        let aftermath = Aftermath { kept: Vec::new(), rolled_back: false };
        MigrateError::Interrupted(Box::new(Interrupted { unfinished: None, aftermath }))
    }

    /// Whether somebody else was in the way, so that the same may succeed a little later: what a statement waited for was
    /// not given up in time, or it was the victim of a deadlock.
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

fn ids(revisions: &[RevisionId]) -> String {
    let ids: Vec<&str> = revisions.iter().map(RevisionId::as_str).collect();
    ids.join(", ")
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
        if let Some(by) = &self.blocked_by {
            writeln!(formatter, "  it waited for {by}")?;
        }
        write!(formatter, "{direction} of revision {revision} {}", self.aftermath.describe(*number))
    }
}

impl fmt::Display for ResumeEdited {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ResumeEdited { revision, direction, path, line, done, number, statement } = self;
        write!(
            formatter,
            "{path}:{line}: {direction} of revision {revision} stopped after statement {done}, and statement {number} was \
             changed since"
        )?;
        if !statement.is_empty() {
            write!(formatter, "; it was")?;
            for line in statement.lines().take(8) {
                write!(formatter, "\n  | {line}")?;
            }
        }
        write!(formatter, "\nrestore it: only what follows may be mended")
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Interrupted { unfinished, aftermath } = self;
        formatter.write_str("stopped")?;
        match unfinished {
            Some(StoppedAt { revision, direction, done, total }) => write!(
                formatter,
                " after statement {done} of {total} of the {direction} of revision {revision}: the next run goes on there"
            )?,
            None if aftermath.rolled_back => {
                formatter.write_str("; what was not committed was rolled back")?
            }
            None => {}
        }
        match aftermath.kept_text() {
            Some(kept) => write!(formatter, "; {kept}"),
            None if unfinished.is_some() => Ok(()),
            None => formatter.write_str("; the database is as it was"),
        }
    }
}

impl fmt::Display for Ahead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the database is ahead: it has {}, and all that is known here{}",
            unknown_revisions(&self.unknown),
            provenance(&self.applied)
        )
    }
}

impl fmt::Display for Diverged {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing: Vec<&str> = self.missing.iter().map(RevisionId::as_str).collect();
        write!(
            formatter,
            "the database has diverged: it has {}, and it has not {}{}",
            unknown_revisions(&self.unknown),
            missing.join(", "),
            provenance(&self.applied)
        )
    }
}

fn unknown_revisions(ids: &[String]) -> String {
    let noun = if ids.len() == 1 { "revision" } else { "revisions" };
    format!("{noun} {}, which no script has", ids.join(", "))
}

fn because(source: &Option<sqlx::Error>) -> String {
    let message = source.as_ref().map(DatabaseMessage::of);
    // The division by zero with which it is noticed says nothing to anybody.
    message
        .filter(|message| message.code.is_none())
        .map_or_else(String::new, |message| format!(" ({})", message.message))
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
        match self.kept_text() {
            None if self.rolled_back => {
                format!("{own}, and with it the whole run: the database is as it was")
            }
            None => own,
            Some(kept) => format!("{own}; {kept}"),
        }
    }

    /// What stays done, if anything does.
    fn kept_text(&self) -> Option<String> {
        let kept: Vec<&str> = self.kept.iter().map(RevisionId::as_str).collect();
        match kept.as_slice() {
            [] => None,
            kept if kept.len() > 5 => {
                Some(format!("done and kept: {} revisions, up to {}", kept.len(), kept[kept.len() - 1]))
            }
            kept => Some(format!("done and kept: {}", kept.join(", "))),
        }
    }
}
