//! One attempt of a run, under the lock: reads where the database is, verifies, plans, executes, commits.

use super::consent;
use super::executor::Executor;
use super::plan::{Goal, Plan};
use super::preflight;
use crate::migrate::error::MigrateError;
use crate::migrate::event::{Event, Report};
use crate::migrate::history::state::State;
use crate::migrate::history::verify::{taken_back, verify};
use crate::migrate::server::batch::{Batch, Failure};
use crate::migrate::server::primary;
use crate::revision::{Direction, RevisionId};
use crate::sql::Dialect;

impl Executor<'_, '_> {
    /// Runs once.
    pub(super) async fn attempt(&mut self, goal: &Goal, report: &mut Report) -> Result<(), MigrateError> {
        let dialect = self.context.dialect();
        self.is_confirmed = false;
        self.begin_reading().await?;
        let directory = self.context.directory;
        let state = State::read(self.work.connection, &self.context.tables).await?;
        let place = goal.place(self.work.connection, &self.context.tables, directory, &state).await?;
        let (nodes, ahead) = goal.allow(place, self.work.settings.allow_ahead)?;
        let tables = &self.context.tables;
        if goal.verifies() {
            report.unverified = verify(self.work.connection, tables, directory, &state, &nodes).await?;
        }
        let past = goal.past(self.work.connection, tables, directory, &state).await?;
        let plan = Plan::new(directory, dialect, &nodes, goal, &past)?;
        let unfinished = state.unfinished(self.work.connection, tables).await?;
        let place = (goal, &plan);
        consent::check(self.work.connection, tables, &state, place, &unfinished, self.work.settings.consent)
            .await?;
        if goal.abandons() {
            report.abandoned = unfinished.iter().map(|unfinished| unfinished.left_behind(dialect)).collect();
        }
        let plan = plan.finish_first(directory, dialect, &nodes, (goal, &past), unfinished)?;
        self.progress.start(nodes);
        if (plan.is_empty() && report.abandoned.is_empty()) || !ahead.is_empty() {
            // Another run did it while this one waited.
            self.commit().await?;
            report.to = state.ids();
            report.ahead = ahead;
            return Ok(());
        }
        preflight::check_width(self.work.connection, &self.context, &state, &plan).await?;
        preflight::check_ids(dialect, directory.graph())?;
        preflight::check_statements(&self.context.tables, &plan)?;
        preflight::check_counts(self.context.dialect(), &plan)?;
        preflight::check_reading(&self.context, &plan)?;
        self.find_taken_back(&state, &plan, report).await?;
        (self.work.settings.on_event)(Event::Planned { steps: plan.revisions(directory) });
        if dialect == Dialect::Mysql {
            let ended = self.work.connection.commit().await;
            ended.map_err(MigrateError::database("reading the version table"))?;
        }
        self.create_tables(&state).await?;
        match plan {
            Plan::Steps(steps) => {
                self.session.find_deferred(self.work.connection, &steps).await?;
                self.execute(steps).await?;
            }
            Plan::Stamp { plan, purge } => self.stamp(plan, purge).await?,
            Plan::Tables => {}
            Plan::Abandon => self.abandon().await?,
        }
        self.commit().await?;
        if matches!(goal, Goal::EnsureVersion | Goal::Abandon) {
            report.to = state.ids();
            return Ok(());
        }
        let rows = directory.graph().ids(self.progress.rows().iter().copied());
        report.to = rows.iter().map(ToString::to_string).collect();
        report.to.sort();
        Ok(())
    }

    /// Begins the transaction in which it is decided what to do: on the server that is written to, under its lock. On SQLite
    /// and PostgreSQL the work goes on in it.
    async fn begin_reading(&mut self) -> Result<(), MigrateError> {
        if self.context.dialect() == Dialect::Sqlite {
            return self.work.begin().await;
        }
        let opening = match self.context.dialect() {
            Dialect::Postgresql => self.work.beginning(),
            _ => Vec::new(),
        };
        let has_tables = primary::begin(self.work.connection, &opening, &self.context.tables).await?;
        // A query that fails for a missing table would end the transaction.
        if has_tables { Ok(()) } else { self.create_tables(&State::default()).await }
    }

    /// Reports the planned revisions that the history has as applied: another program took them back.
    async fn find_taken_back(
        &mut self,
        state: &State,
        plan: &Plan<'_>,
        report: &mut Report,
    ) -> Result<(), MigrateError> {
        let Plan::Steps(steps) = plan else { return Ok(()) };
        let upgrades = steps.iter().filter(|step| step.direction == Direction::Upgrade);
        let fresh = upgrades.filter(|step| step.unfinished.is_none());
        let revisions: Vec<RevisionId> = fresh.map(|step| step.script.revision.id.clone()).collect();
        report.taken_back = taken_back(self.work.connection, &self.context.tables, state, &revisions).await?;
        Ok(())
    }

    /// Creates the version table and the history if they are missing.
    async fn create_tables(&mut self, state: &State) -> Result<(), MigrateError> {
        let tables = &self.context.tables;
        let mut batch = Batch::default();
        if !state.has_versions {
            batch.own(&tables.create_version(self.context.longest_id()));
        }
        if !state.has_history {
            tables.create_history().iter().for_each(|sql| batch.own(sql));
        }
        if batch.is_empty() {
            return Ok(());
        }
        self.work.send(batch).await.map_err(Failure::during("creating the version table"))
    }
}
