//! SQLite: revisions of one transaction that are sent in one message. The driver executes it on a thread of its own, and
//! wakes both threads for each message, which takes longer than many statements.

use std::ops::ControlFlow;

use super::executor::Executor;
use super::running::Running;
use crate::config::TransactionMode;
use crate::migrate::error::MigrateError;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::batch::{Batch, Failure};
use crate::migrate::sqlite::alter::lacking_alter;
use crate::migrate::sqlite::drop::dropped_table;
use crate::sql::Dialect;

/// The length of a message, in bytes, to which no other revision is added.
const LONGEST: usize = 12 * 1024;

impl Executor<'_, '_> {
    /// The number of steps, from the first of these on, that can be sent together in the open transaction.
    pub(super) fn joinable(&self, steps: &[PlannedStep<'_>]) -> usize {
        let whole_run = self.work.settings.transaction == TransactionMode::Run;
        if self.context.dialect() != Dialect::Sqlite || !whole_run || !self.work.connection.in_transaction() {
            return 0;
        }
        let mut bytes = 0;
        let fits = |step: &&PlannedStep<'_>| {
            let fits = bytes < LONGEST;
            bytes += step.texts().map(str::len).sum::<usize>();
            fits && is_joinable(step)
        };
        steps.iter().take_while(fits).count()
    }

    /// Executes steps in the open transaction, in one message.
    pub(super) async fn joined(&mut self, steps: &[PlannedStep<'_>]) -> Result<(), MigrateError> {
        let mut batch = Batch::default();
        self.record_history(&mut batch);
        let before = batch.len();
        // Statements are numbered through all steps.
        let mut ends = Vec::with_capacity(steps.len());
        for step in steps {
            let first = batch.len() - before;
            for (index, statement) in step.statements.iter().enumerate() {
                batch.statement(first + index, statement, step.text(index));
            }
            ends.push(batch.len() - before);
        }
        let Executor { work, progress, .. } = self;
        let interrupt = work.settings.interrupt.clone();
        let mut current = 0;
        let mut running: Option<(Running, tracing::Span)> = None;
        let sent = work.send_observed(batch, |finished, report| {
            while let Some(step) = steps.get(current) {
                let (revision, span) = running.take().unwrap_or_else(|| {
                    let (revision, event) = Running::start(step, 0);
                    report(event);
                    (revision, step.span())
                });
                if finished < before + ends[current] {
                    running = Some((revision, span.clone()));
                    return ControlFlow::Continue(span);
                }
                revision.add_open(progress, report);
                current += 1;
                if interrupt.is_stopped() && current < steps.len() {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(tracing::Span::none())
        });
        match sent.await {
            Ok(()) => Ok(()),
            Err(Failure::Statement { index, span, message, source }) => {
                let at = ends.partition_point(|end| *end <= index);
                let first = at.checked_sub(1).map_or(0, |before| ends[before]);
                let failure = Failure::Statement { index: index - first, span, message, source };
                Err(self.failure(&steps[at], failure, true))
            }
            Err(Failure::Interrupted) if !self.work.abandoned => {
                self.check_interrupt(None).await?;
                Err(MigrateError::interrupted())
            }
            Err(failure) => Err(Failure::during("writing the history")(failure)),
        }
    }
}

/// Whether nothing has to be read before a step, between its statements, or after it.
fn is_joinable(step: &PlannedStep<'_>) -> bool {
    let is_plain =
        |index| dropped_table(step, index, Dialect::Sqlite).is_none() && lacking_alter(step, index).is_none();
    step.transaction
        && step.unfinished.is_none()
        && (0..step.statements.len()).all(is_plain)
        && !step.session().is_changed
}
