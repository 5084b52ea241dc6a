//! The progress of a run: which revisions are done, which of them are committed, and the rows that are still to be written.

use std::time::Instant;

use crate::dialect::Operation;
use crate::migrate::event::Done;
use crate::revision::{Direction, Node, RevisionId, RowChange};

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
    /// Those of them whose rows of the history are not written yet.
    unrecorded: Vec<Executed>,
    /// The revisions that are done, for the report.
    done: Vec<Done>,
}

/// A revision whose statements are executed.
pub(crate) struct Executed {
    pub(crate) node: Node,
    pub(crate) direction: Direction,
    pub(crate) operation: Operation,
    pub(crate) rows: RowChange,
    /// The number of its statements.
    pub(crate) statements: usize,
    pub(crate) revision: RevisionId,
    pub(crate) started: Instant,
    pub(crate) finished: Instant,
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

    /// The revisions whose rows of the history are still to be written.
    pub(crate) fn unrecorded(&self) -> &[Executed] {
        &self.unrecorded
    }

    /// The same, to write them now: if that fails, the transaction is rolled back.
    pub(crate) fn take_unrecorded(&mut self) -> Vec<Executed> {
        std::mem::take(&mut self.unrecorded)
    }

    /// Revisions that are committed.
    pub(crate) fn kept(&self) -> &[RevisionId] {
        &self.kept
    }

    /// Revisions that are done in the open transaction.
    pub(crate) fn open(&self) -> &[RevisionId] {
        &self.open
    }

    /// Adds a revision that is done in the open transaction.
    pub(crate) fn add_open(&mut self, executed: Executed, done: Done) {
        executed.rows.apply(&mut self.expected);
        self.open.push(executed.revision.clone());
        self.unrecorded.push(executed);
        self.done.push(done);
    }

    /// Adds a revision that committed by itself, with its rows.
    pub(crate) fn add_kept(&mut self, executed: &Executed, done: Done) {
        executed.rows.apply(&mut self.expected);
        self.written.clone_from(&self.expected);
        self.kept.push(executed.revision.clone());
        self.done.push(done);
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
        self.unrecorded.clear();
        self.done.retain(|done| self.kept.contains(&done.revision));
    }

    /// The revisions that are done, for the report.
    pub(crate) fn take_done(&mut self) -> Vec<Done> {
        std::mem::take(&mut self.done)
    }
}
