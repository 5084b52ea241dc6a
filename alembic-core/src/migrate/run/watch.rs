//! What goes on beside a message that a server is working on: the lock is looked after, what makes the work wait is found
//! out, and a run that is told to stop twice gives up.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};

use super::execute::Executor;
use super::plan::PlannedStep;
use crate::migrate::error::{Aftermath, Interrupted, MigrateError, StatementFailure, StoppedAt};
use crate::migrate::event::Event;
use crate::migrate::lock::run_lock::RunLock;
use crate::migrate::server::batch::{Batch, Failure};
use crate::migrate::settings::Settings;

/// How often one looks.
const TICK: Duration = Duration::from_millis(100);

/// How often the server is asked what makes the work wait.
const CURIOUS: Duration = Duration::from_secs(1);

/// How long a server may take to give up a statement.
const PATIENCE: Duration = Duration::from_secs(2);

impl Executor<'_, '_> {
    /// Sends a message of the work.
    pub(crate) async fn send(&mut self, batch: Batch) -> Result<(), Failure> {
        let Executor { connection, lock, settings, blocked_by, .. } = self;
        *blocked_by = None;
        let work = pin!(batch.run(connection));
        let watch = pin!(watch(lock, settings, blocked_by));
        match select(work, watch).await {
            Either::Left((result, _)) => result,
            Either::Right((failure, _)) => {
                self.abandoned = true;
                Err(failure)
            }
        }
    }

    /// Sleeps between two attempts, without losing the lock.
    pub(crate) async fn pause(&mut self, pause: Duration) -> Result<(), MigrateError> {
        let begin = Instant::now();
        while begin.elapsed() < pause {
            self.stop_if_told(None)?;
            self.lock.care().await?;
            sqlx_core::rt::sleep(TICK.min(pause)).await;
        }
        Ok(())
    }

    /// Stops before a step, or before a statement of it, if the run was told to.
    pub(crate) fn stop_if_told(&self, place: Option<(&PlannedStep<'_>, usize)>) -> Result<(), MigrateError> {
        if self.settings.interrupt.is_stopped() { Err(self.interrupted(place)) } else { Ok(()) }
    }

    /// The error of a run that was told to stop, before a statement of a step whose statements commit one by one.
    pub(crate) fn interrupted(&self, place: Option<(&PlannedStep<'_>, usize)>) -> MigrateError {
        let unfinished = place.filter(|(_, index)| *index > 0).map(|(step, index)| StoppedAt {
            revision: step.script.revision.id.clone(),
            direction: step.direction,
            done: index,
            total: step.statements.len(),
        });
        let aftermath = Aftermath { kept: self.kept.clone(), rolled_back: self.connection.in_transaction() };
        MigrateError::Interrupted(Box::new(Interrupted { unfinished, aftermath }))
    }
}

impl Executor<'_, '_> {
    /// The error of a statement that was given up because the run was told to stop twice.
    pub(crate) fn stopped_in(&self, failure: &StatementFailure) -> MigrateError {
        let unfinished = (!failure.aftermath.rolled_back && failure.number > 1).then(|| StoppedAt {
            revision: failure.revision.clone(),
            direction: failure.direction,
            done: failure.number - 1,
            total: failure.total,
        });
        let aftermath = failure.aftermath.clone();
        MigrateError::Interrupted(Box::new(Interrupted { unfinished, aftermath }))
    }
}

/// Ends only where the message has to be given up.
async fn watch(lock: &mut RunLock, settings: &mut Settings<'_>, blocked_by: &mut Option<String>) -> Failure {
    let first_look = match settings.statement_lock_timeout {
        Duration::ZERO => CURIOUS,
        timeout => CURIOUS.min(timeout / 2),
    };
    let begin = Instant::now();
    let mut look_at = begin + first_look;
    let mut cancelled: Option<Instant> = None;
    loop {
        sqlx_core::rt::sleep(TICK.min(first_look)).await;
        match cancelled {
            Some(when) if when.elapsed() > PATIENCE => return Failure::Interrupted,
            None if settings.interrupt.is_impatient() => {
                cancelled = Some(Instant::now());
                lock.cancel().await;
            }
            _ => {}
        }
        if let Err(MigrateError::LockLost { source }) = lock.care().await {
            return Failure::LockLost(source);
        }
        if Instant::now() >= look_at {
            look_at = Instant::now() + CURIOUS;
            if let Some(blockers) = lock.blockers().await {
                if blocked_by.is_none() {
                    (settings.on_event)(Event::Blocked { by: blockers.clone() });
                }
                *blocked_by = Some(blockers);
            }
        }
    }
}
