//! Carrying out a plan: the statements of each revision, and what is recorded of them.

use std::time::{Instant, SystemTime};

use tracing::Instrument as _;

use super::alter::{alter_table, lacking_alter};
use super::batch::{Batch, Failure};
use super::children::{dropped_table, referring_table};
use super::connection::Connection;
use super::error::{Aftermath, MigrateError, StatementFailure};
use super::event::{Done, Event, Report};
use super::lock::POLL;
use super::plan::PlannedStep;
use super::settings::Settings;
use super::state::State;
use crate::config::TransactionMode;
use crate::dialect::{Entry, Operation, Tables};
use crate::revision::{Node, RevisionId, RowChange, StampPlan};
use crate::script::{Dialect, ScriptDirectory, keywords};

/// What carries out a plan on a connection, under the lock.
pub(super) struct Executor<'e, 's> {
    pub(super) connection: &'e mut Connection,
    pub(super) tables: Tables,
    pub(super) directory: &'e ScriptDirectory,
    pub(super) settings: &'e mut Settings<'s>,
    pub(super) applied_by: String,
    /// PostgreSQL's search path as the run found it.
    pub(super) search_path: Option<String>,
    /// The rows that the version table has after what is done.
    pub(super) expected: Vec<Node>,
    /// The rows that it has now: they change once in a transaction, when it commits.
    pub(super) written: Vec<Node>,
    /// What is committed.
    pub(super) kept: Vec<RevisionId>,
    /// What is done in the transaction that is open.
    pub(super) open: Vec<RevisionId>,
}

impl Executor<'_, '_> {
    fn transactional_ddl(&self) -> bool {
        self.tables.dialect() != Dialect::Mysql
    }

    /// SQLite's lock: a transaction that may write. Others wait for as long as it is open.
    pub(super) async fn begin_waiting(&mut self) -> Result<(), MigrateError> {
        let begin = Instant::now();
        let mut told = false;
        loop {
            match self.connection.begin().await {
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
                    sqlx_core::rt::sleep(POLL).await;
                }
                Err(error) => return Err(MigrateError::database("beginning a transaction")(error)),
            }
        }
    }

    pub(super) async fn carry_out(
        &mut self,
        steps: Vec<PlannedStep<'_>>,
        report: &mut Report,
    ) -> Result<(), MigrateError> {
        let mut first = true;
        for step in &steps {
            if self.transactional_ddl() && step.transaction && !self.connection.in_transaction() {
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
                resumed_at: step.resume_at.unwrap_or_default(),
            });
            let span = tracing::info_span!("revision", id = %revision.id, direction = %step.direction);
            let begin = Instant::now();
            if self.transactional_ddl() && step.transaction {
                self.in_transaction(step).instrument(span).await?;
                step.rows.apply(&mut self.expected);
                self.open.push(revision.id.clone());
                if self.settings.transaction == TransactionMode::Revision {
                    self.commit().await?;
                }
            } else {
                self.commit().await?;
                self.one_by_one(step).instrument(span).await?;
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
    pub(super) async fn commit(&mut self) -> Result<(), MigrateError> {
        if self.connection.in_transaction() {
            let mut batch = Batch::default();
            self.change_rows(&RowChange::between(&self.written, &self.expected), &mut batch);
            if !batch.is_empty() {
                batch.run(self.connection).await.map_err(own_failure("writing the version table"))?;
            }
            self.written.clone_from(&self.expected);
            self.connection.commit().await.map_err(MigrateError::database("committing"))?;
            self.kept.append(&mut self.open);
        }
        Ok(())
    }

    /// On SQLite the lock was free between two transactions: is the database still where this run left it?
    async fn check_unmoved(&mut self) -> Result<(), MigrateError> {
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
        for (index, statement) in step.statements.iter().enumerate() {
            let text = step.script.statement_text(statement);
            let dropped_table = self.dropped_table(text);
            let alter = lacking_alter(text, self.tables.dialect());
            if !batch.is_empty() && (dropped_table.is_some() || alter.is_some()) {
                let before = std::mem::take(&mut batch).run(self.connection).await;
                before.map_err(|failure| self.failure(step, failure, true))?;
            }
            if let Some(table) = dropped_table {
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
        self.restore_search_path(step, &mut batch);
        batch.own(&self.tables.done(&self.entry(step), begun));
        let result = batch.run(self.connection).await;
        result.map_err(|failure| self.failure(step, failure, true))
    }

    fn dropped_table(&self, statement: &str) -> Option<String> {
        (self.tables.dialect() == Dialect::Sqlite).then(|| dropped_table(statement)).flatten()
    }

    /// Refuses to drop a table to which rows of another one refer: SQLite would take them along without a word.
    async fn keep_children(
        &mut self,
        step: &PlannedStep<'_>,
        index: usize,
        table: String,
    ) -> Result<(), MigrateError> {
        let child = referring_table(self.connection, &table).await;
        match child.map_err(MigrateError::database("looking for rows that refer to a table"))? {
            None => Ok(()),
            Some(child) => {
                let (line, _) = step.script.place(step.statements[index].start);
                let path = step.script.path.clone();
                Err(MigrateError::RowsReferred { path, line, table, child })
            }
        }
    }

    /// A revision whose statements commit one by one, each with a note of it.
    async fn one_by_one(&mut self, step: &PlannedStep<'_>) -> Result<(), MigrateError> {
        let id = step.script.revision.id.as_str();
        let mut note = Batch::default();
        match step.resume_at {
            None => note.own(&self.tables.begin(&self.entry(step))),
            Some(_) => {
                let digest = self.directory.digest(step.node);
                note.own(&self.tables.retry(id, digest, step.statements.len(), Some(&step.script.text)));
            }
        }
        note.run(self.connection).await.map_err(own_failure("writing the history"))?;
        for statement in &step.statements[..step.resume_at.unwrap_or_default().min(step.statements.len())] {
            // What an earlier statement set for its session was lost with it.
            let text = step.script.statement_text(statement);
            if keywords(text, self.tables.dialect(), 1) == ["SET"] {
                let mut batch = Batch::default();
                batch.own(text);
                batch.run(self.connection).await.map_err(own_failure("restoring the session's settings"))?;
            }
        }
        // MySQL: what changes only data commits together with the note that it is done.
        let together = !self.transactional_ddl() && step.transaction;
        for (index, statement) in step.statements.iter().enumerate().skip(step.resume_at.unwrap_or_default())
        {
            let text = step.script.statement_text(statement);
            if let Some(table) = self.dropped_table(text) {
                self.keep_children(step, index, table).await?;
            }
            let mut batch = Batch::default();
            if together {
                batch.own("START TRANSACTION");
            }
            let result = match lacking_alter(text, self.tables.dialect()) {
                Some(alter) => alter_table(self.connection, &alter, index, statement).await,
                None => {
                    batch.statement(index, statement, text);
                    batch.run(self.connection).await
                }
            };
            if let Err(failure) = result {
                let error = self.failure(step, failure, false);
                self.note_failure(id, &error, index, together).await;
                return Err(error);
            }
            let mut note = Batch::default();
            note.own(&self.tables.progress(id, index + 1));
            if together {
                note.own("COMMIT");
            }
            note.run(self.connection).await.map_err(own_failure("writing the history"))?;
        }
        let mut batch = Batch::default();
        batch.own(if self.tables.dialect() == Dialect::Mysql { "START TRANSACTION" } else { "BEGIN" });
        self.restore_search_path(step, &mut batch);
        self.change_rows(&step.rows, &mut batch);
        batch.own(&self.tables.finish(id));
        batch.own("COMMIT");
        let result = batch.run(self.connection).await;
        if result.is_err() {
            let _ = self.connection.execute("ROLLBACK".to_owned()).await;
        }
        result.map_err(own_failure("writing the version table"))
    }

    /// Records that a statement failed: then the next run knows that it did nothing. If it was the first one, nothing of
    /// the revision was done, and nothing is unfinished.
    async fn note_failure(&mut self, id: &str, error: &MigrateError, index: usize, together: bool) {
        if let MigrateError::Statement(failure) = error {
            let mut note = Batch::default();
            if together {
                note.own("ROLLBACK");
            }
            note.own(&match index {
                0 => self.tables.forget_unfinished(Some(id)),
                _ => self.tables.fail(id, &failure.database.to_string()),
            });
            // Best effort: the statement's own error is what the caller has to see, and without the note the next run
            // asks.
            let _ = note.run(self.connection).await;
        }
    }

    fn entry<'a>(&'a self, step: &'a PlannedStep<'_>) -> Entry<'a> {
        Entry {
            revision: step.script.revision.id.as_str(),
            operation: step.operation(),
            digest: self.directory.digest(step.node),
            lineage: self.directory.lineage(step.node),
            statements: step.statements.len(),
            applied_by: &self.applied_by,
            script: Some(&step.script.text),
        }
    }

    fn restore_search_path(&self, step: &PlannedStep<'_>, batch: &mut Batch) {
        if let Some(path) = &self.search_path
            && step.script.text.contains("search_path")
        {
            batch.own(&self.tables.restore_search_path(path));
        }
    }

    fn change_rows(&self, change: &RowChange, batch: &mut Batch) {
        let id = |node: &Node| self.directory.graph().id(*node).as_str();
        for node in &change.delete {
            batch.own_one(&self.tables.delete_version(id(node)));
        }
        if let Some((from, to)) = &change.update {
            batch.own_one(&self.tables.update_version(id(from), id(to)));
        }
        for node in &change.insert {
            batch.own_one(&self.tables.insert_version(id(node)));
        }
    }

    pub(super) async fn stamp(&mut self, plan: &StampPlan, purge: bool) -> Result<(), MigrateError> {
        let mut batch = Batch::default();
        if !self.transactional_ddl() {
            batch.own("START TRANSACTION");
        }
        if purge {
            batch.own(&self.tables.purge());
        }
        // Whoever stamps says what the database is: nothing is left to be finished.
        batch.own(&self.tables.forget_unfinished(None));
        self.change_rows(&plan.change, &mut batch);
        let entry = |node: &Node, operation| Entry {
            revision: self.directory.graph().id(*node).as_str(),
            operation,
            digest: self.directory.digest(*node),
            lineage: self.directory.lineage(*node),
            statements: 0,
            applied_by: &self.applied_by,
            script: (operation == Operation::Stamp).then_some(self.directory.script(*node).text.as_str()),
        };
        let unstamped = plan.unstamped.iter().map(|node| entry(node, Operation::Unstamp));
        let entries: Vec<Entry<'_>> =
            unstamped.chain(plan.stamped.iter().map(|node| entry(node, Operation::Stamp))).collect();
        for entries in entries.chunks(200) {
            batch.own(&self.tables.record(entries));
        }
        if !self.transactional_ddl() {
            batch.own("COMMIT");
        }
        batch.run(self.connection).await.map_err(own_failure("writing the version table"))?;
        self.expected.clone_from(&plan.rows);
        self.written.clone_from(&plan.rows);
        Ok(())
    }

    /// The error of a failed batch of a revision.
    fn failure(&self, step: &PlannedStep<'_>, failure: Failure, rolled_back: bool) -> MigrateError {
        let Failure::Statement { index, span, message, source } = failure else {
            return own_failure("writing the history")(failure);
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
            aftermath: Aftermath { kept: self.kept.clone(), rolled_back },
            source,
        }))
    }
}

pub(super) fn own_failure(doing: &'static str) -> impl FnOnce(Failure) -> MigrateError {
    move |failure| match failure {
        Failure::Own(error) | Failure::Statement { source: error, .. } => {
            MigrateError::database(doing)(error)
        }
        Failure::Moved => MigrateError::Moved,
    }
}
