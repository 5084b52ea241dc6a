//! Executes the steps of a plan, and records them.

use std::time::Duration;

use tracing::Instrument as _;

use super::executor::Executor;
use super::running::Running;
use crate::config::TransactionMode;
use crate::dialect::DoneEntry;
use crate::migrate::error::MigrateError;
use crate::migrate::history::ran::{ran_alike, ran_elsewhere};
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::batch::{Batch, Failure};
use crate::migrate::sqlite::alter::{alter_table, displace_table, lacking_alter};
use crate::migrate::sqlite::drop::{check_children, check_keys, displaced, dropped_table, keep_children};
use crate::migrate::sqlite::sequence::{SEQUENCE, keep_sequence};
use crate::revision::StampPlan;
use crate::sql::Dialect;

impl Executor<'_, '_> {
    /// Executes all steps. The last transaction stays open.
    pub(super) async fn execute(&mut self, steps: Vec<PlannedStep<'_>>) -> Result<(), MigrateError> {
        let result = self.execute_steps(steps).await;
        if self.work.abandoned {
            return result;
        }
        let settled = self.settle().await;
        result.and(settled)
    }

    async fn execute_steps(&mut self, steps: Vec<PlannedStep<'_>>) -> Result<(), MigrateError> {
        let mut is_first = true;
        // What is known of a step is dropped when it is done.
        let mut steps = steps.into_iter();
        while let Some(step) = steps.as_slice().first() {
            self.check_interrupt(None).await?;
            let joinable = self.joinable(steps.as_slice());
            if joinable > 1 {
                self.joined(&steps.as_slice()[..joinable]).await?;
            } else {
                self.session.enter(&mut self.work, step, steps.as_slice()).await?;
                self.execute_step(step, is_first).await?;
            }
            steps.by_ref().take(joinable.max(1)).for_each(drop);
            is_first = false;
        }
        Ok(())
    }

    async fn execute_step(&mut self, step: &PlannedStep<'_>, is_first: bool) -> Result<(), MigrateError> {
        let from = match &step.unfinished {
            Some(unfinished) => Some(self.resume(step, unfinished).await?),
            None => None,
        };
        // A revision that was begun statement by statement is finished so, whatever its section says now.
        let in_transaction = self.transactional_ddl() && step.transaction && from.is_none();
        if in_transaction && !self.work.connection.in_transaction() {
            self.work.begin().await?;
            if !is_first {
                self.check_unmoved().await?;
            }
        }
        let (running, event) = Running::start(step, from.unwrap_or_default());
        self.report_start(event);
        if in_transaction {
            self.in_transaction(step).instrument(step.span()).await?;
            running.add_open(&mut self.progress, &mut self.work.settings.on_event);
            if self.work.settings.transaction == TransactionMode::Revision {
                self.commit().await?;
            }
            return Ok(());
        }
        self.commit().await?;
        if step.is_recorded {
            return self.record(step, running).await;
        }
        let before = self.work.limit_session(step.timeout).await?;
        let result = self.one_by_one(step, from).instrument(step.span()).await;
        if !self.work.abandoned {
            let restored = self.work.restore_limit(before).await;
            result.and(restored)?;
        } else {
            result?;
        }
        if !self.defers_notes() {
            running.add_kept(&mut self.progress, &mut self.work.settings.on_event);
            return Ok(());
        }
        self.pending.finished(step, running);
        // The next revision is executed in another session.
        if step.session().is_changed { self.settle().await } else { Ok(()) }
    }

    /// Executes a revision in the open transaction: in one message, except for statements before which the database has to
    /// be read.
    async fn in_transaction(&mut self, step: &PlannedStep<'_>) -> Result<(), MigrateError> {
        let dialect = self.context.dialect();
        let mut batch = Batch::default();
        self.work.limit(step.timeout, &mut batch);
        let mut replaced = Vec::new();
        for (index, statement) in step.statements.iter().enumerate() {
            let text = step.text(index);
            let dropped_table = dropped_table(step, index, dialect);
            let alter = lacking_alter(step, index);
            if dropped_table.is_some() || alter.is_some() {
                self.flush(step, &mut batch).await?;
            }
            if let Some(table) = dropped_table {
                keep_sequence(self.work.connection, step, index)
                    .await
                    .map_err(MigrateError::database(SEQUENCE))?;
                if let Some(displaced) = displaced(self.work.connection, step, index, &table).await? {
                    let dropped = displace_table(self.work.connection, &table, index, statement).await;
                    dropped.map_err(|failure| self.failure(step, failure, true))?;
                    replaced.push(displaced);
                    continue;
                }
                keep_children(self.work.connection, step, index, table, 0).await?;
            }
            match alter {
                Some(alter) => {
                    let altered = alter_table(self.work.connection, &alter, index, statement).await;
                    altered.map_err(|failure| self.failure(step, failure, true))?;
                }
                None => batch.statement(index, statement, text),
            }
            if step.session().resets && step.facts()[index].session.resets {
                batch.own(&self.work.fixing());
            }
        }
        let drops = dialect == Dialect::Sqlite
            && (0..step.statements.len()).any(|index| dropped_table(step, index, dialect).is_some());
        if drops {
            self.flush(step, &mut batch).await?;
            check_keys(self.work.connection, step).await?;
        }
        for displaced in replaced {
            check_children(self.work.connection, step, displaced).await?;
        }
        self.session.check_deferred(&mut batch);
        self.work.unlimit(step.timeout, &mut batch);
        let left = self.leave(step, &mut batch).await;
        left.map_err(|failure| self.failure(step, failure, true))?;
        if self.has_much_to_record() {
            self.record_history(&mut batch);
        }
        self.flush(step, &mut batch).await
    }

    /// Sends what a batch has so far.
    async fn flush(&mut self, step: &PlannedStep<'_>, batch: &mut Batch) -> Result<(), MigrateError> {
        if batch.is_empty() {
            return Ok(());
        }
        let sent = self.work.send(std::mem::take(batch)).await;
        sent.map_err(|failure| self.failure(step, failure, true))
    }

    /// Writes the rows of a step of which nothing runs, where DDL cannot be rolled back: it is never unfinished.
    async fn record(&mut self, step: &PlannedStep<'_>, running: Running) -> Result<(), MigrateError> {
        self.settle().await?;
        let now = Duration::ZERO;
        let done = DoneEntry { entry: self.context.entry(step), started: now, finished: now };
        let mut batch = self.own_batch();
        batch.own(&self.context.tables.done(&[done]));
        self.change_rows(&step.rows, &mut batch);
        self.send_own(batch).await?;
        running.add_kept(&mut self.progress, &mut self.work.settings.on_event);
        Ok(())
    }

    /// Writes the rows of a stamp.
    pub(super) async fn stamp(&mut self, mut plan: StampPlan, purge: bool) -> Result<(), MigrateError> {
        let (tables, directory) = (&self.context.tables, self.context.directory);
        let mut batch = self.own_batch();
        let moved = ran_elsewhere(self.work.connection, tables, directory, &plan.stamped).await?;
        if purge {
            // What ran as the scripts say, and stays, did run.
            let kept = ran_alike(self.work.connection, tables, directory, &plan.stamped).await?;
            plan.stamped.retain(|node| !kept.contains(node));
            let kept: Vec<&str> = kept.iter().map(|node| directory.graph().id(*node).as_str()).collect();
            batch.own(&tables.purge());
            batch.own(&tables.unstamp_all_but(&kept, self.context.author.applied_by));
        }
        let plan = &plan;
        // A stamp declares where the database is: no work is unfinished after it.
        batch.own(&tables.forget_unfinished(None));
        self.change_rows(&plan.change, &mut batch);
        self.context.stamp_records(plan, &moved).iter().for_each(|sql| batch.own(sql));
        self.send_own(batch).await?;
        self.progress.set_rows(&plan.rows);
        Ok(())
    }

    /// Forgets unfinished work.
    pub(super) async fn abandon(&mut self) -> Result<(), MigrateError> {
        let mut batch = self.own_batch();
        batch.own(&self.context.tables.forget_unfinished(None));
        self.send_own(batch).await
    }

    /// A batch of statements on our own tables, which take effect together.
    fn own_batch(&self) -> Batch {
        let mut batch = Batch::default();
        if !self.transactional_ddl() {
            batch.own("START TRANSACTION");
        }
        batch
    }

    /// Sends it.
    async fn send_own(&mut self, mut batch: Batch) -> Result<(), MigrateError> {
        if !self.transactional_ddl() {
            self.work.fence(&mut batch);
            batch.own("COMMIT");
        }
        self.work.send(batch).await.map_err(Failure::during("writing the version table"))
    }
}
