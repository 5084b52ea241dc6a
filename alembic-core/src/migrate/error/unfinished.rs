//! The errors of revisions that are not finished: interrupted, edited since, or in doubt.

use std::fmt;

use serde::Serialize;

use super::statement::Aftermath;
use crate::revision::{Direction, RevisionId};

/// A statement of which the outcome is unknown, also by the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InDoubt {
    /// The revision of the statement.
    pub revision: RevisionId,
    /// The direction in which the revision ran.
    pub direction: Direction,
    /// The file of the script.
    pub path: String,
    /// Line of the file, from 1, as the file was when the statement ran.
    pub line: usize,
    /// The number of the statement in its section, from 1.
    pub number: usize,
    /// The number of statements of the section.
    pub total: usize,
    /// The text of the statement.
    pub statement: String,
    /// What was found in the catalog, and why that does not decide it.
    pub found: String,
}

/// A script of which a statement was edited after an earlier run had executed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResumeEdited {
    /// The revision of the statement.
    pub revision: RevisionId,
    /// The direction in which the revision ran.
    pub direction: Direction,
    /// The file of the script.
    pub path: String,
    /// Line of the file, from 1, of the statement as it is now.
    pub line: usize,
    /// The number of statements that are done.
    pub done: usize,
    /// The number of the first of them that was edited, from 1.
    pub number: usize,
    /// The text that was executed; empty if it is not known.
    pub statement: String,
}

/// What an unfinished revision leaves in the database when it is given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftBehind {
    /// The id of the revision.
    pub revision: String,
    /// The direction in which the revision ran.
    pub direction: Direction,
    /// The statements that have run, in order.
    pub statements: Vec<LeftStatement>,
}

/// A statement of an unfinished revision that has run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftStatement {
    /// Its number in its section, from 1.
    pub number: usize,
    /// Line of the file, from 1, as the file was when the statement ran. Unknown if the history has no script.
    pub line: Option<usize>,
    /// The text of the statement, if the history has the script.
    pub statement: Option<String>,
    /// False if the run ended in it: it may have run or not.
    pub is_certain: bool,
}

/// A run that was asked to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// The unfinished revision, if there is one.
    pub unfinished: Option<StoppedAt>,
    /// The state of the database after the error.
    pub aftermath: Aftermath,
}

/// The place at which a revision was stopped whose statements commit one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoppedAt {
    /// The id of the revision.
    pub revision: RevisionId,
    /// The direction in which the revision ran.
    pub direction: Direction,
    /// The number of its statements that are done.
    pub done: usize,
    /// The number of its statements.
    pub total: usize,
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
        write!(formatter, "\nrestore it: only what follows may be edited")
    }
}

impl fmt::Display for LeftBehind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LeftBehind { revision, direction, statements } = self;
        write!(formatter, "{direction} of revision {revision} is unfinished; ")?;
        if statements.is_empty() {
            return formatter.write_str("none of its statements has run");
        }
        formatter.write_str("what these statements did stays in the database:")?;
        for LeftStatement { number, line, statement, is_certain } in statements {
            write!(formatter, "\n  statement {number}")?;
            if let Some(line) = line {
                write!(formatter, ", line {line}")?;
            }
            if !is_certain {
                formatter.write_str(" (it may have run or not)")?;
            }
            for line in statement.iter().flat_map(|statement| statement.lines()) {
                write!(formatter, "\n  | {line}")?;
            }
        }
        Ok(())
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
            "look at the database; then\n  if it was executed, or you finish it by hand: `cargo alembic resume --statement done`\n  \
             if it was not, and can run again: `cargo alembic resume --statement again`"
        )
    }
}
