//! The progress of a run: which revisions are done, which of them are committed, and the rows of the version table.

use crate::migrate::history::step::PlannedStep;
use crate::revision::{Node, RevisionId, RowChange};

/// The progress of a run.
#[derive(Default)]
pub(crate) struct Progress {
    /// The rows of the version table after the revisions that are done.
    expected: Vec<Node>,
    /// The rows that are written: they change once in a transaction, when it commits.
    written: Vec<Node>,
    /// Revisions that are committed.
    kept: Vec<RevisionId>,
    /// Revisions that are done in the open transaction.
    open: Vec<RevisionId>,
}

impl Progress {
    /// Starts an attempt, from the rows that the version table has.
    pub(crate) fn start(&mut self, rows: Vec<Node>) {
        self.written.clone_from(&rows);
        self.expected = rows;
    }

    /// The rows of the version table after the revisions that are done.
    pub(crate) fn rows(&self) -> &[Node] {
        &self.expected
    }

    /// The change of the version table that is still to be written.
    pub(crate) fn unwritten(&self) -> RowChange {
        RowChange::between(&self.written, &self.expected)
    }

    /// Revisions that are committed.
    pub(crate) fn kept(&self) -> &[RevisionId] {
        &self.kept
    }

    /// Revisions that are done in the open transaction.
    pub(crate) fn open(&self) -> &[RevisionId] {
        &self.open
    }

    /// Adds a step that is done in the open transaction.
    pub(crate) fn add_open(&mut self, step: &PlannedStep<'_>) {
        step.rows.apply(&mut self.expected);
        self.open.push(step.script.revision.id.clone());
    }

    /// Adds a step that committed by itself, with its rows.
    pub(crate) fn add_kept(&mut self, step: &PlannedStep<'_>) {
        step.rows.apply(&mut self.expected);
        self.written.clone_from(&self.expected);
        self.kept.push(step.script.revision.id.clone());
    }

    /// Sets the rows that a stamp has written.
    pub(crate) fn set_rows(&mut self, rows: &[Node]) {
        self.start(rows.to_vec());
    }

    /// The open transaction was committed.
    pub(crate) fn commit(&mut self) {
        self.written.clone_from(&self.expected);
        self.kept.append(&mut self.open);
    }

    /// The open transaction was rolled back.
    pub(crate) fn roll_back(&mut self) {
        self.open.clear();
    }
}
