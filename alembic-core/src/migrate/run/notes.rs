//! MySQL: the messages that begin with pending notes.

use std::ops::ControlFlow;

use tracing::Span;

use super::executor::Executor;
use crate::migrate::error::MigrateError;
use crate::migrate::event::Event;
use crate::migrate::server::batch::{Batch, Failure};
use crate::sql::Dialect;

impl Executor<'_, '_> {
    /// Whether notes are written with the next ones.
    pub(super) fn defers_notes(&self) -> bool {
        self.context.dialect() == Dialect::Mysql
    }

    /// Reports the start of a revision: after the end of the one before it.
    pub(super) fn report_start(&mut self, event: Event) {
        if self.pending.revision.is_some() {
            self.pending.started = Some(event);
        } else {
            (self.work.settings.on_event)(event);
        }
    }

    /// Writes all notes now.
    pub(super) async fn settle(&mut self) -> Result<(), MigrateError> {
        let sent = self.send_after_notes(None, |_, _| {}).await;
        sent.map_err(Failure::during("writing the version table"))
    }

    /// Sends a message that begins with the pending notes and the next one, as one commit.
    ///
    /// `next` must hold the number of the statements that are done, if it is about the same revision.
    pub(super) async fn send_after_notes(
        &mut self,
        next: Option<String>,
        add: impl FnOnce(&Executor<'_, '_>, &mut Batch),
    ) -> Result<(), Failure> {
        let mut pending = std::mem::take(&mut self.pending);
        let mut batch = Batch::default();
        match (&pending.revision, &pending.statements) {
            (Some((revision, rows, _)), _) => {
                batch.own("START TRANSACTION");
                self.change_rows(rows, &mut batch);
                batch.own(&self.context.tables.finish(revision.as_str()));
                next.iter().for_each(|note| batch.own(note));
                self.work.fence(&mut batch);
                batch.own("COMMIT");
            }
            (None, Some((revision, count))) if next.is_none() => {
                batch.own(&self.context.tables.progress(revision.as_str(), *count));
            }
            (None, _) => next.iter().for_each(|note| batch.own(note)),
        }
        let notes = batch.len();
        add(self, &mut batch);
        if batch.is_empty() {
            return Ok(());
        }
        let Executor { work, progress, .. } = self;
        let span = Span::current();
        let sent = work.send_observed(batch, |finished, report| {
            if finished >= notes {
                pending.committed(progress, report);
            }
            ControlFlow::Continue(span.clone())
        });
        let result = sent.await;
        if result.is_err() {
            self.roll_back_message().await;
        }
        result
    }

    /// Rolls back the transaction that a failed message has left open, if it has.
    pub(super) async fn roll_back_message(&mut self) {
        if !self.work.abandoned {
            let _ = self.work.connection.execute("ROLLBACK".to_owned()).await;
        }
    }
}
