//! The executor of a plan: the connection, the session, the progress and the context of a run.

use super::pending::Pending;
use super::progress::{Executed, Progress};
use crate::dialect::{DatabaseMessage, DoneEntry, ErrorKind};
use crate::migrate::error::{Aftermath, Interrupted, MigrateError, StatementFailure, StoppedAt};
use crate::migrate::history::context::Context;
use crate::migrate::history::state::State;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::batch::{Batch, Failure};
use crate::migrate::session::session::Session;
use crate::migrate::session::work::Work;
use crate::migrate::sqlite::drop::not_committed;
use crate::revision::{RevisionId, RowChange};
use crate::sql::Dialect;

/// The number of rows of the history, and the bytes of scripts in them, that are written together.
const RECORDED: usize = 20;
const RECORDED_BYTES: usize = 64 * 1024;

/// Executes a plan on a connection, under the lock.
pub(crate) struct Executor<'e, 's> {
    pub(super) work: Work<'e, 's>,
    pub(super) session: Session<'e>,
    pub(super) progress: Progress,
    pub(super) pending: Pending,
    pub(super) context: Context<'e>,
    /// Whether a conditional write of this attempt has found the database where its plan begins.
    pub(super) is_confirmed: bool,
}

impl<'e, 's> Executor<'e, 's> {
    pub(super) fn new(work: Work<'e, 's>, session: Session<'e>, context: Context<'e>) -> Executor<'e, 's> {
        Executor {
            work,
            session,
            progress: Progress::default(),
            pending: Pending::default(),
            context,
            is_confirmed: false,
        }
    }

    /// Whether DDL can be rolled back.
    pub(super) fn transactional_ddl(&self) -> bool {
        self.context.transactional_ddl
    }

    /// Commits the open transaction, if there is one, with the rows of the version table.
    pub(super) async fn commit(&mut self) -> Result<(), MigrateError> {
        if !self.work.connection.in_transaction() {
            return Ok(());
        }
        let mut batch = Batch::default();
        self.record_history(&mut batch);
        self.change_rows(&self.progress.unwritten(), &mut batch);
        self.work.fence(&mut batch);
        if !batch.is_empty() {
            let sent = self.work.send(batch).await;
            sent.map_err(|failure| {
                self.not_written("writing the version table", self.progress.open(), failure)
            })?;
        }
        if let Err(error) = self.work.commit().await {
            return Err(not_committed(self.work.connection, self.progress.open(), error).await);
        }
        self.progress.commit();
        Ok(())
    }

    /// Adds the rows of the history for the revisions of the open transaction. They are written together, and late: one
    /// statement for each of them is a large part of what a short revision takes.
    pub(super) fn record_history(&mut self, batch: &mut Batch) {
        let unrecorded = self.progress.take_unrecorded();
        let rows = unrecorded.iter().map(|executed| DoneEntry {
            entry: self.context.entry_with(executed.node, executed.operation, executed.statements),
            started: executed.started.elapsed(),
            finished: executed.finished.elapsed(),
        });
        let rows: Vec<DoneEntry<'_>> = rows.collect();
        if !rows.is_empty() {
            batch.own(&self.context.tables.done(&rows));
        }
    }

    /// Whether so many rows of the history are still to be written that it is better done now.
    pub(super) fn has_much_to_record(&self) -> bool {
        let unrecorded = self.progress.unrecorded();
        let text = |executed: &Executed| self.context.directory.script(executed.node).text.len();
        unrecorded.len() >= RECORDED || unrecorded.iter().map(text).sum::<usize>() >= RECORDED_BYTES
    }

    /// Checks that the database is still where this run left it: on SQLite the lock is free between two transactions.
    pub(super) async fn check_unmoved(&mut self) -> Result<(), MigrateError> {
        if self.context.dialect() != Dialect::Sqlite {
            return Ok(());
        }
        let state = State::read(self.work.connection, &self.context.tables).await?;
        let mut expected = self.context.directory.graph().ids(self.progress.rows().iter().copied());
        expected.sort();
        let same = state.rows.iter().map(|(id, _)| id.as_str()).eq(expected.iter().map(RevisionId::as_str));
        if same { Ok(()) } else { Err(MigrateError::Moved) }
    }

    pub(super) fn change_rows(&self, change: &RowChange, batch: &mut Batch) {
        self.context.row_changes(change).iter().for_each(|sql| batch.own_one(sql));
    }

    /// Takes back the changes of a revision to its session.
    pub(super) async fn leave(&mut self, step: &PlannedStep<'_>, batch: &mut Batch) -> Result<(), Failure> {
        self.session.leave(&mut self.work, step, batch).await?;
        self.session.restore_search_path(step, batch);
        Ok(())
    }

    /// Fails if the run was asked to stop, before a step, or before a statement of one whose statements commit one by one.
    pub(super) async fn check_interrupt(
        &mut self,
        place: Option<(&PlannedStep<'_>, usize)>,
    ) -> Result<(), MigrateError> {
        if !self.work.settings.interrupt.is_stopped() {
            return Ok(());
        }
        self.settle().await?;
        let unfinished = place.filter(|(_, index)| *index > 0).map(|(step, index)| StoppedAt {
            revision: step.script.revision.id.clone(),
            direction: step.direction,
            done: index,
            total: step.statements.len(),
        });
        let aftermath = self.aftermath(self.work.connection.in_transaction());
        Err(MigrateError::Interrupted(Box::new(Interrupted { unfinished, aftermath })))
    }

    /// The error of a failed statement of our own, after these revisions.
    fn not_written(&self, doing: &'static str, revisions: &[RevisionId], failure: Failure) -> MigrateError {
        match failure {
            Failure::Own(source) if ErrorKind::of(&source) == ErrorKind::MissingTable => {
                let message = Box::new(DatabaseMessage::of(&source));
                MigrateError::DropsTables { revisions: revisions.to_vec(), message, source }
            }
            failure => Failure::during(doing)(failure),
        }
    }

    fn aftermath(&self, rolled_back: bool) -> Aftermath {
        Aftermath { kept: self.progress.kept().to_vec(), rolled_back }
    }

    /// The error of a failed batch of a revision.
    pub(super) fn failure(
        &self,
        step: &PlannedStep<'_>,
        failure: Failure,
        rolled_back: bool,
    ) -> MigrateError {
        let (index, span, message, source) = match failure {
            Failure::Statement { index, span, message, source } => (index, span, message, source),
            Failure::Unsatisfied(error) => return unsatisfied(step, error),
            failure => {
                return self.not_written(
                    "writing the history",
                    std::slice::from_ref(&step.script.revision.id),
                    failure,
                );
            }
        };
        let (line, column) = step.script.place(span.start);
        MigrateError::Statement(Box::new(StatementFailure {
            revision: step.script.revision.id.clone(),
            direction: step.direction,
            path: step.script.path.clone(),
            line,
            column,
            span,
            number: index + 1,
            total: step.statements.len(),
            statement: step.text(index).to_owned(),
            database: message,
            blocked_by: self.work.blocked_by.clone(),
            aftermath: self.aftermath(rolled_back),
            source,
        }))
    }
}

/// The error of a revision that violates a deferred constraint.
fn unsatisfied(step: &PlannedStep<'_>, error: sqlx::Error) -> MigrateError {
    if ErrorKind::of(&error).is_transient() {
        return MigrateError::database("checking deferred constraints")(error);
    }
    MigrateError::Deferred {
        path: step.script.path.clone(),
        revision: step.script.revision.id.clone(),
        message: Box::new(DatabaseMessage::of(&error)),
        source: error,
    }
}
