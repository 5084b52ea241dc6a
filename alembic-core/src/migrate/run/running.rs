//! A revision that is being executed, as events report it.

use std::time::Instant;

use super::progress::{Executed, Progress};
use crate::dialect::Operation;
use crate::migrate::event::{Done, Event};
use crate::migrate::history::step::PlannedStep;

/// A revision that is being executed.
pub(super) struct Running {
    executed: Executed,
    message: String,
}

impl Running {
    /// Starts a revision, at the statement with this index.
    pub(super) fn start(step: &PlannedStep<'_>, from: usize) -> (Running, Event) {
        let revision = &step.script.revision;
        let message = revision.message.lines().next().unwrap_or_default().to_owned();
        let event = Event::Started {
            revision: revision.id.clone(),
            direction: step.direction,
            message: message.clone(),
            parents: revision.parents.clone(),
            resumed_at: from,
        };
        let started = Instant::now();
        let executed = Executed {
            node: step.node,
            direction: step.direction,
            operation: step.operation(),
            rows: step.rows.clone(),
            statements: step.statements.len(),
            revision: revision.id.clone(),
            started,
            finished: started,
        };
        (Running { executed, message }, event)
    }

    /// Finishes a revision in the open transaction.
    pub(super) fn add_open(self, progress: &mut Progress, report: &mut dyn FnMut(Event)) {
        let (executed, done) = self.finish();
        progress.add_open(executed, done.clone());
        report(Event::Finished(done));
    }

    /// Finishes a revision that committed by itself.
    pub(super) fn add_kept(self, progress: &mut Progress, report: &mut dyn FnMut(Event)) {
        let (executed, done) = self.finish();
        progress.add_kept(&executed, done.clone());
        report(Event::Finished(done));
    }

    fn finish(self) -> (Executed, Done) {
        let Running { mut executed, message } = self;
        executed.finished = Instant::now();
        let done = Done {
            revision: executed.revision.clone(),
            direction: executed.direction,
            message,
            elapsed: executed.finished - executed.started,
            recorded: executed.operation != Operation::of(executed.direction),
        };
        (executed, done)
    }
}
