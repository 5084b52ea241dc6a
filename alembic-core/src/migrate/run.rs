//! One run: read, plan, lock, read again, verify, carry out, record.

use super::batch::Batch;
use super::database::{Database, Missing};
use super::error::MigrateError;
use super::event::{Event, Report};
use super::execute::{Executor, own_failure};
use super::plan::{Goal, Plan};
use super::settings::Settings;
use super::state::State;
use super::verify::{taken_back, verify};
use crate::dialect::{ALEMBIC_WIDTH, Tables};
use crate::migrator::Migrator;
use crate::revision::{Direction, Node, RevisionId, Target};
use crate::script::{Dialect, ScriptDirectory};

pub(super) async fn run(
    migrator: &Migrator,
    database: &Database,
    goal: &Goal,
    mut settings: Settings<'_>,
) -> Result<Report, MigrateError> {
    let dialect = database.dialect()?;
    let mut is_approved = false;
    let mut connection = match database.connect(Missing::Refuse).await {
        Ok(connection) => connection,
        Err(MigrateError::NoFile { .. }) if !matches!(goal, Goal::Downgrade(_)) => {
            // Nothing is created before it is clear that there is something to do.
            let plan = Plan::new(migrator.directory(), dialect, &[], goal)?;
            if plan.is_empty() {
                return Ok(Report::default());
            }
            settings.ask(migrator.directory(), &plan)?;
            is_approved = true;
            database.connect(Missing::Create).await?
        }
        Err(error) => return Err(error),
    };
    let tables = Tables::new(dialect, &migrator.settings().version_table);
    let state = State::read(&mut connection, &tables).await?;
    let to_heads =
        matches!(goal, Goal::Upgrade(target) if *target == Target::HEADS || *target == Target::HEAD);
    if to_heads && migrator.is_at_heads(&state) {
        return Ok(at(&state));
    }
    if matches!(goal, Goal::EnsureVersion) && state.has_versions && state.has_history {
        return Ok(at(&state));
    }
    let directory = migrator.directory();
    let nodes = goal.rows(&mut connection, &tables, directory, &state).await?;
    let unverified = verify(&mut connection, &tables, directory, &state, &nodes).await?;
    if matches!(goal, Goal::Finish) && state.unfinished.is_empty() {
        return Err(MigrateError::NothingUnfinished);
    }
    let unfinished = state.unfinished(&mut connection, &tables).await?;
    let plan = Plan::new(directory, dialect, &nodes, goal)?;
    let plan = plan.finish_first(directory, dialect, &nodes, goal, unfinished)?;
    if plan.is_empty() && state.unfinished.is_empty() {
        return Ok(Report { unverified, ..at(&state) });
    }
    if !is_approved {
        settings.ask(directory, &plan)?;
    }
    connection.taint();
    let mut report = Report { unverified, ..at(&state) };
    loop {
        let lock = database.connect_lock(&migrator.settings().version_table).await?;
        let lock = lock.acquire(settings.lock_timeout, &mut settings.on_event).await?;
        let mut executor = Executor {
            connection: &mut connection,
            tables: tables.clone(),
            directory,
            settings: &mut settings,
            applied_by: applied_by(),
            search_path: None,
            expected: Vec::new(),
            written: Vec::new(),
            kept: Vec::new(),
            open: Vec::new(),
        };
        let result = executor.locked(goal, &mut report).await;
        if result.is_err() && executor.connection.in_transaction() {
            let _ = executor.connection.rollback().await;
        }
        let released = lock.release().await;
        match result {
            // SQLite's lock ends with each transaction: somebody else was faster, and the plan is another one now.
            Err(MigrateError::Moved) if dialect == Dialect::Sqlite => {}
            result => {
                result?;
                // The work is committed: a lock that could not be given back is freed by its closed connection.
                if let Err(error) = released {
                    tracing::warn!(%error, "the migration lock could not be released in order");
                }
                return Ok(report);
            }
        }
    }
}

impl Settings<'_> {
    /// Asks for leave, before anything is written.
    fn ask(&mut self, directory: &ScriptDirectory, plan: &Plan<'_>) -> Result<(), MigrateError> {
        (self.approve)(&planned(directory, plan)).map_err(|reason| MigrateError::Refused { reason })
    }
}

fn at(state: &State) -> Report {
    Report { from: state.ids(), to: state.ids(), ..Report::default() }
}

/// Who runs it: user and host.
pub(super) fn applied_by() -> String {
    let user = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
    let host = whoami::hostname().unwrap_or_else(|_| "unknown".to_owned());
    let mut who = format!("{user}@{host}");
    who.truncate(who.floor_char_boundary(255));
    who
}

impl Executor<'_, '_> {
    /// The run, under the lock.
    async fn locked(&mut self, goal: &Goal, report: &mut Report) -> Result<(), MigrateError> {
        let dialect = self.tables.dialect();
        if dialect == Dialect::Sqlite {
            self.begin_waiting().await?;
        }
        self.find_schema().await?;
        let state = State::read(self.connection, &self.tables).await?;
        self.expected = goal.rows(self.connection, &self.tables, self.directory, &state).await?;
        self.written.clone_from(&self.expected);
        report.unverified =
            verify(self.connection, &self.tables, self.directory, &state, &self.expected).await?;
        let plan = Plan::new(self.directory, dialect, &self.expected, goal)?;
        let unfinished = state.unfinished(self.connection, &self.tables).await?;
        let plan = plan.finish_first(self.directory, dialect, &self.expected, goal, unfinished)?;
        if plan.is_empty() {
            // Somebody else did it while this run waited.
            self.commit().await?;
            report.to = state.ids();
            return Ok(());
        }
        self.check_width(&state, &plan).await?;
        if let Plan::Steps(steps) = &plan {
            let upgrades = steps.iter().filter(|step| step.direction == Direction::Upgrade);
            let fresh = upgrades.filter(|step| step.unfinished.is_none());
            let revisions: Vec<RevisionId> = fresh.map(|step| step.script.revision.id.clone()).collect();
            report.taken_back = taken_back(self.connection, &self.tables, &state, &revisions).await?;
        }
        (self.settings.on_event)(Event::Planned { steps: planned(self.directory, &plan) });
        if dialect == Dialect::Postgresql {
            self.connection.begin().await.map_err(MigrateError::database("beginning a transaction"))?;
        }
        self.create_tables(&state).await?;
        match plan {
            Plan::Steps(steps) => self.carry_out(steps, report).await?,
            Plan::Stamp { plan, purge } => self.stamp(&plan, purge).await?,
            Plan::Tables => {}
        }
        self.commit().await?;
        report.to = self
            .directory
            .graph()
            .ids(self.expected.iter().copied())
            .iter()
            .map(ToString::to_string)
            .collect();
        report.to.sort();
        Ok(())
    }

    /// Names our tables by their schema, so that they are found whatever a script does to the search path.
    async fn find_schema(&mut self) -> Result<(), MigrateError> {
        let Some(sql) = self.tables.schema() else {
            return Ok(());
        };
        let rows =
            self.connection.rows(sql).await.map_err(MigrateError::database("reading the search path"))?;
        if let Some([Some(schema), path]) = rows.first().map(Vec::as_slice) {
            self.tables.set_schema(schema.clone());
            self.search_path.clone_from(path);
        }
        Ok(())
    }

    /// Refuses ids that an existing version table has no room for.
    async fn check_width(&mut self, state: &State, plan: &Plan<'_>) -> Result<(), MigrateError> {
        let graph = self.directory.graph();
        let nodes: Vec<Node> = match plan {
            Plan::Steps(steps) => steps.iter().map(|step| step.node).collect(),
            Plan::Stamp { plan, .. } => plan.rows.clone(),
            Plan::Tables => Vec::new(),
        };
        let longest =
            nodes.into_iter().map(|node| graph.id(node)).max_by_key(|id| id.as_str().chars().count());
        let Some(longest) =
            longest.filter(|id| state.has_versions && id.as_str().chars().count() > ALEMBIC_WIDTH)
        else {
            return Ok(());
        };
        let Some(sql) = self.tables.version_width() else {
            return Ok(());
        };
        let rows =
            self.connection.rows(sql).await.map_err(MigrateError::database("reading the version table"))?;
        let width = rows.into_iter().flatten().flatten().next().and_then(|width| width.parse::<usize>().ok());
        match width {
            Some(width) if width < longest.as_str().chars().count() => Err(MigrateError::IdTooLong {
                revision: longest.clone(),
                table: self.tables.version(),
                width,
            }),
            _ => Ok(()),
        }
    }

    async fn create_tables(&mut self, state: &State) -> Result<(), MigrateError> {
        let mut batch = Batch::default();
        if !state.has_versions {
            let ids = self
                .directory
                .graph()
                .nodes()
                .map(|node| self.directory.graph().id(node).as_str().chars().count());
            batch.own(&self.tables.create_version(ids.max().unwrap_or_default()));
        }
        if !state.has_history {
            self.tables.create_history().iter().for_each(|sql| batch.own(sql));
        }
        if batch.is_empty() {
            return Ok(());
        }
        batch.run(self.connection).await.map_err(own_failure("creating the version table"))
    }
}

/// Direction and id of everything that a plan touches.
fn planned(directory: &ScriptDirectory, plan: &Plan<'_>) -> Vec<(Direction, RevisionId)> {
    let id = |node: &Node| directory.graph().id(*node).clone();
    match plan {
        Plan::Steps(steps) => steps.iter().map(|step| (step.direction, id(&step.node))).collect(),
        Plan::Stamp { plan, .. } => {
            let down = plan.unstamped.iter().map(|node| (Direction::Downgrade, id(node)));
            down.chain(plan.stamped.iter().map(|node| (Direction::Upgrade, id(node)))).collect()
        }
        Plan::Tables => Vec::new(),
    }
}
