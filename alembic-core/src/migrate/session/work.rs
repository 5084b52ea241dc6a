//! The connection on which a run works, under the lock: what is sent on it, and how long it waits.

use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use tracing::Span;

use super::watch::{TICK, watch};
use crate::dialect::sqlite::references;
use crate::dialect::{ErrorKind, mysql, postgresql};
use crate::migrate::error::MigrateError;
use crate::migrate::event::Event;
use crate::migrate::lock::run_lock::{POLL, RunLock};
use crate::migrate::server::batch::{Batch, Failure};
use crate::migrate::server::connection::Connection;
use crate::migrate::settings::Settings;
use crate::sql::Dialect;

const LIMITING: &str = "limiting the statements of a revision";

/// The connection of a run, with the lock that protects its work and the settings that limit it.
pub(crate) struct Work<'e, 's> {
    pub(crate) connection: &'e mut Connection,
    pub(crate) lock: &'e mut RunLock,
    pub(crate) settings: &'e mut Settings<'s>,
    /// Statements that open every transaction of the run.
    pub(crate) opening: Vec<String>,
    /// Whether the run stopped waiting for a message that the server may still be executing.
    pub(crate) abandoned: bool,
    /// The sessions that the last message waited for.
    pub(crate) blocked_by: Option<String>,
    /// SQLite: whether foreign keys are only enforced for this run.
    is_newly_enforced: bool,
}

impl<'e, 's> Work<'e, 's> {
    pub(crate) fn new(
        connection: &'e mut Connection,
        lock: &'e mut RunLock,
        settings: &'e mut Settings<'s>,
    ) -> Work<'e, 's> {
        let opening = opening(settings, settings.statement_timeout, connection.dialect(), lock);
        Work {
            connection,
            lock,
            settings,
            opening,
            abandoned: false,
            blocked_by: None,
            is_newly_enforced: false,
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.connection.dialect()
    }

    /// Sends a message, and watches the lock meanwhile.
    pub(crate) async fn send(&mut self, batch: Batch) -> Result<(), Failure> {
        let span = Span::current();
        self.send_observed(batch, |_, _| ControlFlow::Continue(span.clone())).await
    }

    /// Sends a message that is about several revisions.
    ///
    /// `observe` is called with the number of its statements that are finished, again and again while it is executed. It
    /// returns the span of the revision that is executed now, or stops waiting for the rest of the message: on SQLite, the
    /// only place where that can be done, nothing of it is executed after the statement that runs.
    pub(crate) async fn send_observed(
        &mut self,
        batch: Batch,
        mut observe: impl FnMut(usize, &mut dyn FnMut(Event)) -> ControlFlow<(), Span>,
    ) -> Result<(), Failure> {
        let Work { connection, lock, settings, blocked_by, .. } = self;
        let Settings { interrupt, statement_lock_timeout, on_event, .. } = &mut **settings;
        *blocked_by = None;
        let finished = AtomicUsize::new(0);
        let mut message = pin!(batch.run(connection, &finished));
        // Both the message and the watch beside it report events, one at a time.
        let on_event = Mutex::new(on_event);
        let report = |event: Event| (on_event.lock().unwrap_or_else(PoisonError::into_inner))(event);
        let mut look = || observe(finished.load(Ordering::Relaxed), &mut |event| report(event));
        let work = poll_fn(|context| {
            let ControlFlow::Continue(span) = look() else { return Poll::Ready(Err(Failure::Interrupted)) };
            let poll = span.in_scope(|| message.as_mut().poll(context));
            // What has finished is reported at once, also before a failure.
            match (look(), poll) {
                (_, Poll::Ready(Err(failure))) => Poll::Ready(Err(failure)),
                (ControlFlow::Break(()), _) => Poll::Ready(Err(Failure::Interrupted)),
                (ControlFlow::Continue(_), poll) => poll,
            }
        });
        let watch = pin!(watch(lock, interrupt, *statement_lock_timeout, &report, blocked_by));
        match select(work, watch).await {
            Either::Left((result, _)) => result,
            Either::Right((failure, _)) => {
                self.abandoned = true;
                Err(failure)
            }
        }
    }

    /// Runs one statement of our own, by itself.
    pub(crate) async fn own(&mut self, doing: &'static str, sql: &str) -> Result<(), MigrateError> {
        let mut batch = Batch::default();
        batch.own(sql);
        self.send(batch).await.map_err(Failure::during(doing))
    }

    /// Adds the statements that end a transaction: they fail if the lock was lost.
    pub(crate) fn fence(&self, batch: &mut Batch) {
        for sql in self.lock.fence() {
            batch.fence(&sql);
        }
    }

    /// Statements that open a transaction of whole revisions: a pooler may execute it in another session than the one that
    /// was prepared.
    pub(crate) fn beginning(&self) -> Vec<String> {
        let mut beginning = self.opening.clone();
        if self.dialect() == Dialect::Postgresql {
            beginning.push(postgresql::session::fix(&self.settings.time_zone, true));
        }
        beginning
    }

    /// Begins a transaction. On SQLite it is also the lock against other writers, and may have to wait for them.
    pub(crate) async fn begin(&mut self) -> Result<(), MigrateError> {
        let begin = Instant::now();
        let mut is_reported = false;
        loop {
            match self.connection.begin(&self.beginning()).await {
                Ok(()) => return Ok(()),
                Err(error) if ErrorKind::of(&error) == ErrorKind::Busy => {
                    let waited = begin.elapsed();
                    if waited >= self.settings.lock_timeout {
                        return Err(MigrateError::Locked { holder: None, waited });
                    }
                    if !is_reported {
                        is_reported = true;
                        (self.settings.on_event)(Event::Waiting { holder: None });
                    }
                    self.check_interrupt()?;
                    sqlx_core::rt::sleep(POLL).await;
                }
                Err(error) => return Err(MigrateError::database("beginning a transaction")(error)),
            }
        }
    }

    /// Commits. On SQLite a reader can block that for a while.
    pub(crate) async fn commit(&mut self) -> sqlx::Result<()> {
        let begin = Instant::now();
        loop {
            match self.connection.commit().await {
                Ok(()) => return Ok(()),
                Err(error)
                    if ErrorKind::of(&error) == ErrorKind::Busy
                        && begin.elapsed() < self.settings.statement_lock_timeout =>
                {
                    sqlx_core::rt::sleep(POLL).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Sleeps between two attempts, without losing the lock.
    pub(crate) async fn pause(&mut self, pause: Duration) -> Result<(), MigrateError> {
        let begin = Instant::now();
        while begin.elapsed() < pause {
            self.check_interrupt()?;
            self.lock.care().await?;
            sqlx_core::rt::sleep(TICK.min(pause)).await;
        }
        Ok(())
    }

    /// Fails if the run was asked to stop.
    fn check_interrupt(&self) -> Result<(), MigrateError> {
        if self.settings.interrupt.is_stopped() { Err(MigrateError::interrupted()) } else { Ok(()) }
    }

    /// Gives the session the fixed settings of a run, and on MySQL the limits of statements, which no transaction has there.
    pub(crate) async fn prepare_session(&mut self) -> Result<(), MigrateError> {
        const PREPARING: &str = "preparing the session";
        match self.dialect() {
            Dialect::Sqlite => self.enforce_foreign_keys().await,
            Dialect::Postgresql => {
                let fix = self.fixing();
                self.own(PREPARING, &fix).await.map_err(|error| self.unknown_zone(error))
            }
            Dialect::Mysql => {
                let Settings { statement_lock_timeout, statement_timeout, ref time_zone, .. } =
                    *self.settings;
                let prepare = mysql::session::prepare(statement_lock_timeout, statement_timeout, time_zone);
                self.own(PREPARING, &prepare).await.map_err(|error| self.unknown_zone(error))
            }
        }
    }

    /// PostgreSQL: limits the statements of a revision in the open transaction, where it says.
    pub(crate) fn limit(&self, timeout: Option<Duration>, batch: &mut Batch) {
        if let Some(timeout) = timeout.filter(|_| self.dialect() == Dialect::Postgresql) {
            batch.own(&postgresql::session::limit(timeout));
        }
    }

    /// Takes that limit back.
    pub(crate) fn unlimit(&self, timeout: Option<Duration>, batch: &mut Batch) {
        self.limit(timeout.map(|_| self.settings.statement_timeout), batch);
    }

    /// Limits the statements of a revision that runs outside of transactions. Returns what takes that back.
    pub(crate) async fn limit_session(
        &mut self,
        timeout: Option<Duration>,
    ) -> Result<Option<String>, MigrateError> {
        match self.dialect() {
            Dialect::Sqlite => Ok(None),
            Dialect::Postgresql => {
                let timeout = timeout.unwrap_or(self.settings.statement_timeout);
                self.opening = opening(self.settings, timeout, Dialect::Postgresql, self.lock);
                let limit = timeout.as_millis().to_string();
                let rows = self.connection.rows(postgresql::session::limit_session(&limit)).await;
                let rows = rows.map_err(MigrateError::database(LIMITING))?;
                let before = rows.into_iter().next().and_then(|row| row.into_iter().next().flatten());
                let before = before.filter(|before| *before != limit);
                Ok(before.map(|before| postgresql::session::limit_session(&before)))
            }
            Dialect::Mysql => {
                let Some(timeout) = timeout else { return Ok(None) };
                self.own(LIMITING, &mysql::session::limit(timeout)).await?;
                Ok(Some(mysql::session::limit(self.settings.statement_timeout)))
            }
        }
    }

    /// Takes the limit of a revision back.
    pub(crate) async fn restore_limit(&mut self, restoring: Option<String>) -> Result<(), MigrateError> {
        self.opening = opening(self.settings, self.settings.statement_timeout, self.dialect(), self.lock);
        match restoring {
            Some(sql) => self.connection.rows(sql).await.map(drop).map_err(MigrateError::database(LIMITING)),
            None => Ok(()),
        }
    }

    /// SQLite: a pool may have left foreign keys unenforced.
    async fn enforce_foreign_keys(&mut self) -> Result<(), MigrateError> {
        let failed = MigrateError::database("asking whether foreign keys are enforced");
        let rows = self.connection.rows(references::ENFORCED.to_owned()).await.map_err(failed)?;
        if rows.iter().flatten().flatten().any(|value| value == "0") {
            self.own("enforcing foreign keys", references::enforce(true)).await?;
            self.is_newly_enforced = true;
        }
        Ok(())
    }

    /// SQLite: gives the connection back as it was.
    pub(crate) async fn give_back(&mut self) -> sqlx::Result<()> {
        if std::mem::take(&mut self.is_newly_enforced) {
            let sql = references::enforce(false).to_owned();
            self.connection.execute(sql).await.map_err(|failure| failure.error)?;
        }
        Ok(())
    }

    /// PostgreSQL: the statement that fixes the settings of the session again, after one that has reset them.
    pub(crate) fn fixing(&self) -> String {
        postgresql::session::fix(&self.settings.time_zone, false)
    }

    /// The error of a server that does not know the time zone of the run.
    fn unknown_zone(&self, error: MigrateError) -> MigrateError {
        match error {
            MigrateError::Database { message, source, .. }
                if ErrorKind::of(&source) == ErrorKind::UnknownTimeZone =>
            {
                let zone = self.settings.time_zone.clone().into_owned();
                MigrateError::UnknownTimeZone { zone, message, source }
            }
            error => error,
        }
    }
}

/// Statements that open every transaction of the run.
fn opening(settings: &Settings<'_>, timeout: Duration, dialect: Dialect, lock: &RunLock) -> Vec<String> {
    let mut opening = match dialect {
        Dialect::Postgresql => postgresql::session::limits(settings.statement_lock_timeout, timeout),
        Dialect::Sqlite | Dialect::Mysql => Vec::new(),
    };
    opening.extend(lock.opening());
    opening
}
