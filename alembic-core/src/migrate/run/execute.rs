//! Carrying out a plan: the statements of each revision, and what is recorded of them.

use std::time::{Instant, SystemTime};

use tracing::Instrument as _;

use super::plan::PlannedStep;
use crate::config::TransactionMode;
use crate::dialect::{DatabaseMessage, Entry, Tables};
use crate::migrate::error::{Aftermath, MigrateError, StatementFailure};
use crate::migrate::event::{Done, Event, Report};
use crate::migrate::history::record::{Author, entry, row_changes, stamp_entries};
use crate::migrate::history::state::State;
use crate::migrate::lock::run_lock::{POLL, RunLock};
use crate::migrate::server::batch::{Batch, Failure};
use crate::migrate::server::connection::Connection;
use crate::migrate::server::database::Database;
use crate::migrate::session::found::Found;
use crate::migrate::settings::Settings;
use crate::migrate::sqlite::alter::{alter_table, lacking_alter};
use crate::revision::{Node, RevisionId, RowChange, StampPlan};
use crate::script::ScriptDirectory;
use crate::sql::Dialect;

/// What carries out a plan on a connection, under the lock.
pub(crate) struct Executor<'e, 's> {
    pub(crate) connection: &'e mut Connection,
    /// Where another one comes from.
    pub(crate) database: &'e Database,
    pub(crate) tables: Tables,
    pub(crate) directory: &'e ScriptDirectory,
    pub(crate) settings: &'e mut Settings<'s>,
    pub(crate) lock: &'e mut RunLock,
    pub(crate) applied_by: &'e str,
    /// What tells the server from others.
    pub(crate) server: Option<&'e str>,
    /// What each transaction begins with.
    pub(crate) opening: Vec<String>,
    /// Whether a message was given up that the server may still be working on.
    pub(crate) abandoned: bool,
    /// What the statement that runs had to wait for.
    pub(crate) blocked_by: Option<String>,
    /// PostgreSQL's search path as the run found it.
    pub(crate) search_path: Option<String>,
    /// What the session was like before a revision changed it.
    pub(crate) found: Option<Found>,
    /// Whether a revision may have left its session changed: the next one needs another session.
    pub(crate) is_left_changed: bool,
    /// Whether PostgreSQL may have constraints that are deferred to the end of a transaction.
    pub(crate) defers: bool,
    /// The rows that the version table has after what is done.
    pub(crate) expected: Vec<Node>,
    /// The rows that it has now: they change once in a transaction, when it commits.
    pub(crate) written: Vec<Node>,
    /// What is committed.
    pub(crate) kept: Vec<RevisionId>,
    /// What is done in the transaction that is open.
    pub(crate) open: Vec<RevisionId>,
}

impl Executor<'_, '_> {
    pub(crate) fn transactional_ddl(&self) -> bool {
        self.tables.dialect() != Dialect::Mysql
    }

    /// SQLite's lock: a transaction that may write. Others wait for as long as it is open.
    pub(crate) async fn begin_waiting(&mut self) -> Result<(), MigrateError> {
        let begin = Instant::now();
        let mut told = false;
        loop {
            match self.connection.begin(&self.opening).await {
                Ok(()) => return Ok(()),
                Err(error) if Connection::is_busy(&error) => {
                    let waited = begin.elapsed();
                    if waited >= self.settings.lock_timeout {
                        return Err(MigrateError::Locked { holder: None, waited });
                    }
                    if !told {
                        told = true;
                        (self.settings.on_event)(Event::Waiting { holder: None });
                    }
                    self.stop_if_told(None)?;
                    sqlx_core::rt::sleep(POLL).await;
                }
                Err(error) => return Err(MigrateError::database("beginning a transaction")(error)),
            }
        }
    }

    pub(crate) async fn carry_out(
        &mut self,
        steps: Vec<PlannedStep<'_>>,
        report: &mut Report,
    ) -> Result<(), MigrateError> {
        let mut first = true;
        for step in &steps {
            self.stop_if_told(None)?;
            self.enter(step, &steps).await?;
            let from = match &step.unfinished {
                Some(unfinished) => Some(self.resume(step, unfinished).await?),
                None => None,
            };
            // What was begun statement by statement is finished so, whatever its section says now.
            let in_transaction = self.transactional_ddl() && step.transaction && from.is_none();
            if in_transaction && !self.connection.in_transaction() {
                self.begin_waiting().await?;
                if !first {
                    self.check_unmoved().await?;
                }
            }
            first = false;
            let revision = &step.script.revision;
            let message = revision.message.lines().next().unwrap_or_default().to_owned();
            (self.settings.on_event)(Event::Started {
                revision: revision.id.clone(),
                direction: step.direction,
                message: message.clone(),
                parents: revision.parents.clone(),
                resumed_at: from.unwrap_or_default(),
            });
            let span = tracing::info_span!("revision", id = %revision.id, direction = %step.direction);
            let begin = Instant::now();
            if in_transaction {
                self.in_transaction(step).instrument(span).await?;
                step.rows.apply(&mut self.expected);
                self.open.push(revision.id.clone());
                if self.settings.transaction == TransactionMode::Revision {
                    self.commit().await?;
                }
            } else {
                self.commit().await?;
                self.one_by_one(step, from).instrument(span).await?;
                step.rows.apply(&mut self.expected);
                self.written.clone_from(&self.expected);
                self.kept.push(revision.id.clone());
            }
            let done = Done {
                revision: revision.id.clone(),
                direction: step.direction,
                message,
                elapsed: begin.elapsed(),
            };
            report.done.push(done.clone());
            (self.settings.on_event)(Event::Finished(done));
        }
        Ok(())
    }

    /// Commits what is open, if anything is, with the rows of the version table.
    pub(crate) async fn commit(&mut self) -> Result<(), MigrateError> {
        if self.connection.in_transaction() {
            let mut batch = Batch::default();
            self.change_rows(&RowChange::between(&self.written, &self.expected), &mut batch);
            self.fence(&mut batch);
            if !batch.is_empty() {
                self.send(batch).await.map_err(own_failure("writing the version table"))?;
            }
            if let Err(error) = self.commit_waiting().await {
                return Err(self.not_committed(error).await);
            }
            self.written.clone_from(&self.expected);
            self.kept.append(&mut self.open);
        }
        Ok(())
    }

    /// Commits. On SQLite somebody who reads may be in the way for a while.
    pub(crate) async fn commit_waiting(&mut self) -> sqlx::Result<()> {
        let begin = Instant::now();
        loop {
            match self.connection.commit().await {
                Ok(()) => return Ok(()),
                Err(error)
                    if Connection::is_busy(&error)
                        && begin.elapsed() < self.settings.statement_lock_timeout =>
                {
                    sqlx_core::rt::sleep(POLL).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Ends a transaction with what fails where the lock is held no more.
    pub(crate) fn fence(&self, batch: &mut Batch) {
        for sql in self.lock.fence() {
            batch.fence(&sql);
        }
    }

    /// On SQLite the lock was free between two transactions: is the database still where this run left it?
    pub(crate) async fn check_unmoved(&mut self) -> Result<(), MigrateError> {
        if self.tables.dialect() != Dialect::Sqlite {
            return Ok(());
        }
        let state = State::read(self.connection, &self.tables).await?;
        let mut expected = self.directory.graph().ids(self.expected.iter().copied());
        expected.sort();
        let same = state.rows.iter().map(|(id, _)| id.as_str()).eq(expected.iter().map(RevisionId::as_str));
        if same { Ok(()) } else { Err(MigrateError::Moved) }
    }

    /// A revision in the open transaction: one message, but for what has to be looked at before it runs.
    async fn in_transaction(&mut self, step: &PlannedStep<'_>) -> Result<(), MigrateError> {
        let begun = SystemTime::now();
        let mut batch = Batch::default();
        let mut displaced = Vec::new();
        for (index, statement) in step.statements.iter().enumerate() {
            let text = step.script.statement_text(statement);
            let dropped_table = self.dropped_table(text);
            let alter = lacking_alter(text, self.tables.dialect());
            if !batch.is_empty() && (dropped_table.is_some() || alter.is_some()) {
                let before = self.send(std::mem::take(&mut batch)).await;
                before.map_err(|failure| self.failure(step, failure, true))?;
            }
            if let Some(table) = dropped_table {
                if let Some(dropped) = self.displace(step, index, &table).await? {
                    displaced.push(dropped);
                    continue;
                }
                self.keep_children(step, index, table).await?;
            }
            match alter {
                Some(alter) => {
                    let altered = alter_table(self.connection, &alter, index, statement).await;
                    altered.map_err(|failure| self.failure(step, failure, true))?;
                }
                None => batch.statement(index, statement, text),
            }
        }
        if !displaced.is_empty() {
            let before = self.send(std::mem::take(&mut batch)).await;
            before.map_err(|failure| self.failure(step, failure, true))?;
        }
        for displaced in displaced {
            self.check_children(step, displaced).await?;
        }
        self.check_deferred(&mut batch);
        let left = self.leave(step, &mut batch).await;
        left.map_err(|failure| self.failure(step, failure, true))?;
        self.restore_search_path(step, &mut batch);
        batch.own(&self.tables.done(&self.entry(step), Some(begun)));
        let result = self.send(batch).await;
        result.map_err(|failure| self.failure(step, failure, true))
    }

    pub(crate) fn entry<'a>(&'a self, step: &'a PlannedStep<'_>) -> Entry<'a> {
        entry(self.directory, step, self.author())
    }

    fn author(&self) -> Author<'_> {
        Author { applied_by: self.applied_by, server: self.server }
    }

    pub(crate) fn restore_search_path(&self, step: &PlannedStep<'_>, batch: &mut Batch) {
        if let Some(path) = &self.search_path
            && step.script.text.contains("search_path")
        {
            batch.own(&self.tables.restore_search_path(path));
        }
    }

    pub(crate) fn change_rows(&self, change: &RowChange, batch: &mut Batch) {
        row_changes(&self.tables, self.directory, change).iter().for_each(|sql| batch.own_one(sql));
    }

    pub(crate) async fn stamp(&mut self, plan: &StampPlan, purge: bool) -> Result<(), MigrateError> {
        let mut batch = Batch::default();
        if !self.transactional_ddl() {
            batch.own("START TRANSACTION");
        }
        if purge {
            batch.own(&self.tables.purge());
            batch.own(&self.tables.unstamp_all(self.applied_by));
        }
        // Whoever stamps says what the database is: nothing is left to be finished.
        batch.own(&self.tables.forget_unfinished(None));
        self.change_rows(&plan.change, &mut batch);
        let entries = stamp_entries(self.directory, plan, self.author());
        for entries in entries.chunks(200) {
            batch.own(&self.tables.record(entries));
        }
        if !self.transactional_ddl() {
            self.fence(&mut batch);
            batch.own("COMMIT");
        }
        self.send(batch).await.map_err(own_failure("writing the version table"))?;
        self.expected.clone_from(&plan.rows);
        self.written.clone_from(&plan.rows);
        Ok(())
    }

    /// The error of a failed batch of a revision.
    pub(crate) fn failure(
        &self,
        step: &PlannedStep<'_>,
        failure: Failure,
        rolled_back: bool,
    ) -> MigrateError {
        let (index, span, message, source) = match failure {
            Failure::Statement { index, span, message, source } => (index, span, message, source),
            Failure::Unsatisfied(error) => return unsatisfied(step, error),
            failure => return own_failure("writing the history")(failure),
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
            statement: step.script.statement_text(&step.statements[index]).to_owned(),
            database: message,
            blocked_by: self.blocked_by.clone(),
            aftermath: Aftermath { kept: self.kept.clone(), rolled_back },
            source,
        }))
    }
}

pub(crate) fn own_failure(doing: &'static str) -> impl FnOnce(Failure) -> MigrateError {
    move |failure| match failure {
        Failure::Own(error) | Failure::Statement { source: error, .. } | Failure::Unsatisfied(error) => {
            MigrateError::database(doing)(error)
        }
        Failure::Moved => MigrateError::Moved,
        Failure::LockLost(source) => MigrateError::LockLost { source },
        Failure::Interrupted => MigrateError::interrupted(),
    }
}

/// The error of a revision that violates a deferred constraint.
fn unsatisfied(step: &PlannedStep<'_>, error: sqlx::Error) -> MigrateError {
    if Connection::is_transient(&error) {
        return MigrateError::database("checking deferred constraints")(error);
    }
    MigrateError::Deferred {
        path: step.script.path.clone(),
        revision: step.script.revision.id.clone(),
        message: Box::new(DatabaseMessage::of(&error)),
        source: error,
    }
}
