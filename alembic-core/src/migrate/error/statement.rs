//! The error of a statement, and the state in which it leaves the database.

use std::fmt;
use std::ops::Range;

use crate::dialect::DatabaseMessage;
use crate::dialect::sqlite::alter::AlterError;
use crate::revision::{Direction, RevisionId};
use crate::sql::Dialect;
use crate::sql::facts::{Action, Facts, ObjectKind};
use crate::sql::quote::identifier;

/// A statement that the database refused.
#[derive(Debug)]
pub struct StatementFailure {
    /// The revision of the statement.
    pub revision: RevisionId,
    /// The direction in which the revision ran.
    pub direction: Direction,
    /// The file of the script.
    pub path: String,
    /// Line of the file, from 1.
    pub line: usize,
    /// Character of the line, from 1.
    pub column: usize,
    /// The bytes of the script that the error is about: the place that the database named, or the statement.
    pub span: Range<usize>,
    /// The number of the statement in its section, from 1.
    pub number: usize,
    /// The number of statements of the section.
    pub total: usize,
    /// The text of the statement.
    pub statement: String,
    /// The error of the database.
    pub database: DatabaseMessage,
    /// The sessions that the statement waited for, if they are known.
    pub blocked_by: Option<String>,
    /// The state of the database after the error.
    pub aftermath: Aftermath,
    /// The driver's error.
    pub source: sqlx::Error,
}

/// The state of a database after a run that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aftermath {
    /// Revisions that this run committed.
    pub kept: Vec<RevisionId>,
    /// Whether the failed revision was rolled back. Otherwise its statements before the failed one stay done, and the next
    /// run continues there.
    pub rolled_back: bool,
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

impl StatementFailure {
    /// The commands or edits that fix it, if there are any.
    #[must_use]
    pub fn help(&self) -> Vec<String> {
        let mut help = Vec::new();
        if !self.aftermath.rolled_back && self.number > 1 {
            help.push(format!(
                "fix the rest of the script, and run the command again; or {}",
                super::help::ABANDON
            ));
        }
        // PostgreSQL: unsafe_new_enum_value_usage.
        if self.database.code.as_deref() == Some("55P04") {
            help.push(
                "the value was added in the same transaction: set `transaction = \"revision\"` in alembic.toml, or mark \
                 the section that adds it `no-transaction`"
                    .to_owned(),
            );
        }
        if self.database.refuses_transaction() {
            help.push(format!(
                "mark the section `no-transaction`: `-- alembic: {} no-transaction`. What stands in it is not rolled back \
                 together, so it is best alone in a revision of its own",
                self.direction
            ));
        }
        if self.database.is_read_only() {
            help.push(super::help::READ_ONLY.to_owned());
        }
        if let Some(broken) = self.database.broken_object() {
            let (kind, name) = (broken.kind.to_ascii_uppercase(), identifier(Dialect::Sqlite, broken.name));
            let facts = Facts::of(&self.statement, Dialect::Sqlite);
            help.push(if facts.changed(Action::Renames, ObjectKind::Table).next().is_some() {
                format!(
                    "put `DROP {kind} {name}` before the rebuild of the table, and create it again after it; or change the \
                     table with `ALTER TABLE`, which keeps its views and triggers"
                )
            } else {
                format!("put `DROP {kind} {name}` before it: SQLite reads all views and triggers to change a column")
            });
        }
        if let sqlx::Error::Configuration(source) = &self.source
            && let Some(error) = source.downcast_ref::<AlterError>()
        {
            help.extend(error.help());
        }
        help
    }
}

impl Aftermath {
    /// The state as the rest of a sentence that begins with the failed revision.
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

    /// The revisions that are committed, if there are any.
    pub(super) fn kept_text(&self) -> Option<String> {
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
