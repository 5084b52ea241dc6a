//! A revision that a run executes, with the part of it that an earlier run has done.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::state::Unfinished;
use crate::dialect::Operation;
use crate::revision::{Direction, Node, RowChange};
use crate::script::Script;
use crate::sql::facts::{Facts, Leftover, Session};
use crate::sql::{Dialect, Statement};

/// A revision that a run executes.
pub(crate) struct PlannedStep<'a> {
    pub(crate) node: Node,
    pub(crate) direction: Direction,
    pub(crate) rows: RowChange,
    pub(crate) script: &'a Script,
    pub(crate) statements: Vec<Statement>,
    pub(crate) facts: LazyFacts,
    /// False: each statement commits by itself.
    pub(crate) transaction: bool,
    /// Nothing of it runs: the database has what it does from another side of a merge of alternatives.
    pub(crate) is_recorded: bool,
    /// The time that each of its statements may take, if it says.
    pub(crate) timeout: Option<Duration>,
    /// The record of an earlier run that did not finish it.
    pub(crate) unfinished: Option<Unfinished>,
}

/// Facts about the statements of a step, read once, and not before they are needed: many plans are only shown.
pub(crate) struct LazyFacts {
    dialect: Dialect,
    facts: OnceLock<Vec<Arc<Facts>>>,
    session: OnceLock<Session>,
}

impl LazyFacts {
    pub(crate) fn new(dialect: Dialect) -> LazyFacts {
        LazyFacts { dialect, facts: OnceLock::new(), session: OnceLock::new() }
    }
}

impl PlannedStep<'_> {
    /// The facts about each statement.
    pub(crate) fn facts(&self) -> &[Arc<Facts>] {
        self.facts.facts.get_or_init(|| Facts::of_all(self.texts(), self.facts.dialect))
    }

    /// The effect of all statements on their session. It is known without the facts about each, which need more memory: a
    /// run looks at the sessions of all its steps before the first one.
    pub(crate) fn session(&self) -> &Session {
        self.facts.session.get_or_init(|| match self.facts.facts.get() {
            Some(facts) => Session::of_all(facts.iter().map(|facts| &facts.session)),
            None => {
                let facts = Facts::of_all(self.texts(), self.facts.dialect);
                Session::of_all(facts.iter().map(|facts| &facts.session))
            }
        })
    }

    /// Whether a statement may leave such a thing in its session.
    pub(crate) fn may_leave(&self, leftover: Leftover) -> bool {
        self.session().may_leave(leftover)
    }

    /// The text of each statement.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().map(|statement| self.script.statement_text(statement))
    }

    /// The text of the statement with this index.
    pub(crate) fn text(&self, index: usize) -> &str {
        self.script.statement_text(&self.statements[index])
    }

    /// The line of the file on which the statement with this index begins, from 1.
    pub(crate) fn line(&self, index: usize) -> usize {
        self.script.place(self.statements[index].start).0
    }

    pub(crate) fn operation(&self) -> Operation {
        match self.is_recorded {
            true => Operation::of_record(self.direction),
            false => Operation::of(self.direction),
        }
    }

    /// The span in which it is executed.
    pub(crate) fn span(&self) -> tracing::Span {
        tracing::info_span!("revision", id = %self.script.revision.id, direction = %self.direction)
    }
}
