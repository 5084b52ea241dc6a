//! Retries a run that another session blocked.

use std::time::Duration;

use super::executor::Executor;
use super::plan::Goal;
use crate::dialect::ErrorKind;
use crate::migrate::error::{Interrupted, MigrateError, StatementFailure, StoppedAt};
use crate::migrate::event::{Event, Report};
use crate::migrate::lock::lease::random;
use crate::sql::Dialect;

/// The first pause, and the longest.
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(10);

impl Executor<'_, '_> {
    /// Runs until an attempt succeeds, or fails for good.
    pub(super) async fn run(&mut self, goal: &Goal, report: &mut Report) -> Result<(), MigrateError> {
        self.work.prepare_session().await?;
        let mut result = self.attempts(goal, report).await;
        if let Err(MigrateError::Interrupted(interrupted)) = &mut result {
            // Only the executor knows which revisions are committed.
            interrupted.aftermath.kept = self.progress.kept().to_vec();
        }
        result
    }

    async fn attempts(&mut self, goal: &Goal, report: &mut Report) -> Result<(), MigrateError> {
        let mut attempt = 0;
        loop {
            let error = match self.attempt(goal, report).await {
                Ok(()) => {
                    report.done = self.progress.take_done();
                    return Ok(());
                }
                Err(error) => error,
            };
            if !self.work.abandoned && self.work.connection.in_transaction() {
                let _ = self.work.connection.rollback().await;
            }
            self.progress.roll_back();
            if self.work.settings.interrupt.is_impatient()
                && let MigrateError::Statement(failure) = &error
                && ErrorKind::of(&failure.source) == ErrorKind::Cancelled
            {
                return Err(interrupted_in(failure));
            }
            // SQLite's own lock ends with each transaction: another run was faster, and this one needs another plan.
            let moved = matches!(error, MigrateError::Moved) && self.context.dialect() == Dialect::Sqlite;
            if self.work.abandoned
                || attempt >= self.work.settings.retries
                || !(moved || error.is_transient())
            {
                return Err(error);
            }
            attempt += 1;
            let pause = pause(attempt);
            (self.work.settings.on_event)(Event::Retrying { reason: error.to_string(), attempt, pause });
            self.work.pause(pause).await?;
        }
    }
}

/// The error of a statement that was cancelled because the run was asked twice to stop.
fn interrupted_in(failure: &StatementFailure) -> MigrateError {
    let unfinished = (!failure.aftermath.rolled_back && failure.number > 1).then(|| StoppedAt {
        revision: failure.revision.clone(),
        direction: failure.direction,
        done: failure.number - 1,
        total: failure.total,
    });
    let aftermath = failure.aftermath.clone();
    MigrateError::Interrupted(Box::new(Interrupted { unfinished, aftermath }))
}

/// The pause after the attempt with this number, from 1: it doubles each time, with a random part, so that two runs that
/// blocked each other do not meet again.
fn pause(attempt: u32) -> Duration {
    let longest = FIRST.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1))).min(LONGEST);
    let share = u32::try_from(random() % 1000).unwrap_or_default();
    longest / 2 + longest / 2 * share / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit() {
        for (attempt, shortest, longest) in [(1, 50, 100), (2, 100, 200), (5, 800, 1600), (100, 5000, 10_000)]
        {
            let pause = pause(attempt).as_millis();
            assert!((shortest..=longest).contains(&pause), "attempt {attempt}: {pause} ms");
        }
        assert_ne!(random(), random());
    }
}
