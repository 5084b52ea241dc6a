//! One run: read, plan, lock, read again, verify, carry out, record.

use std::fmt::Write as _;

use super::execute::{Executor, own_failure};
use super::plan::{Goal, Plan};
use super::{preflight, retry};
use crate::config::VersionTable;
use crate::dialect::{ALEMBIC_WIDTH, Tables};
use crate::migrate::error::MigrateError;
use crate::migrate::event::{Event, Report};
use crate::migrate::history::ahead::Place;
use crate::migrate::history::state::State;
use crate::migrate::history::verify::{taken_back, verify};
use crate::migrate::lock::run_lock::RunLock;
use crate::migrate::server::batch::Batch;
use crate::migrate::server::connection::Connection;
use crate::migrate::server::database::{Database, Missing};
use crate::migrate::settings::Settings;
use crate::migrator::Migrator;
use crate::revision::{Direction, Node, RevisionId, Target};
use crate::script::{Digest, ScriptDirectory};
use crate::sql::Dialect;

pub(crate) async fn run(
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
    if to_heads && state.is_at(migrator.heads()) {
        return Ok(at(&state));
    }
    if matches!(goal, Goal::EnsureVersion) && state.has_versions && state.has_history {
        return Ok(at(&state));
    }
    let directory = migrator.directory();
    let place = goal.place(&mut connection, &tables, directory, &state).await?;
    let (nodes, ahead) = allowed(place, goal, &settings)?;
    let unverified = verify(&mut connection, &tables, directory, &state, &nodes).await?;
    if !ahead.is_empty() {
        return Ok(Report { unverified, ahead, ..at(&state) });
    }
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
    // Under the lock there is another one: a long plan need not be there twice.
    drop(plan);
    connection.taint();
    let facts = preflight::server(&mut connection).await?;
    preflight::check(&mut connection, &tables, &state, &facts, &mut settings).await?;
    let applied_by = applied_by();
    let tables = find_schema(&mut connection, tables).await?;
    let mut lock = database.lock(&tables.0, &facts, &applied_by).await?;
    lock.acquire(&mut connection, &mut settings).await?;
    let mut executor = Executor {
        opening: opening(&settings, dialect, &lock),
        connection: &mut connection,
        database,
        tables: tables.0,
        directory,
        settings: &mut settings,
        lock: &mut lock,
        applied_by: &applied_by,
        server: facts.identity.as_deref(),
        abandoned: false,
        blocked_by: None,
        search_path: tables.1,
        found: None,
        is_left_changed: false,
        defers: false,
        expected: Vec::new(),
        written: Vec::new(),
        kept: Vec::new(),
        open: Vec::new(),
    };
    let mut report = at(&state);
    let result = executor.persist(goal, &mut report).await;
    let abandoned = executor.abandoned;
    if !abandoned && let Err(error) = executor.detach().await {
        tracing::warn!(%error, "a database that a migration has attached could not be detached");
    }
    // A connection on which the server is still at work would answer when that is done.
    if !abandoned && let Err(error) = lock.release(&mut connection).await {
        // The work is committed: a lock that could not be given back is freed by its closed connection.
        tracing::warn!(%error, "the migration lock could not be released in order");
    }
    result.map(|()| report)
}

/// What every transaction of the work begins with.
fn opening(settings: &Settings<'_>, dialect: Dialect, lock: &RunLock) -> Vec<String> {
    let mut opening = Vec::new();
    if dialect == Dialect::Postgresql {
        for (name, timeout) in [
            ("lock_timeout", settings.statement_lock_timeout),
            ("statement_timeout", settings.statement_timeout),
        ] {
            if !timeout.is_zero() {
                opening.push(format!("SET LOCAL {name} = {}", timeout.as_millis()));
            }
        }
    }
    opening.extend(lock.opening());
    opening
}

/// Names our tables by their schema, so that they are found whatever a script does to the search path, or uses; and the
/// search path.
async fn find_schema(
    connection: &mut Connection,
    mut tables: Tables,
) -> Result<(Tables, Option<String>), MigrateError> {
    let Some(sql) = tables.schema() else {
        return Ok((tables, None));
    };
    let rows =
        connection.rows(sql).await.map_err(MigrateError::database("asking where the version table is"))?;
    match rows.first().map(Vec::as_slice) {
        Some([Some(schema), path]) => {
            tables.set_schema(schema.clone());
            Ok((tables, path.clone()))
        }
        _ => Ok((tables, None)),
    }
}

impl Settings<'_> {
    /// Asks for leave, before anything is written.
    fn ask(&mut self, directory: &ScriptDirectory, plan: &Plan<'_>) -> Result<(), MigrateError> {
        (self.approve)(&planned(directory, plan)).map_err(|reason| MigrateError::Refused { reason })
    }
}

/// The known nodes of a place, and the rows that are ahead of them, if that is allowed.
fn allowed(
    place: Place,
    goal: &Goal,
    settings: &Settings<'_>,
) -> Result<(Vec<Node>, Vec<String>), MigrateError> {
    match place {
        Place::Known(nodes) => Ok((nodes, Vec::new())),
        Place::Ahead(nodes, ahead) if settings.allow_ahead && matches!(goal, Goal::Upgrade(_)) => {
            Ok((nodes, ahead.unknown))
        }
        Place::Ahead(_, ahead) => Err(MigrateError::Ahead(ahead)),
    }
}

/// Where a database is, if it is at these heads: what [`Migrator::heads`] says of scripts that the caller has not read,
/// and knows to be what they were. One query; none where there is no file yet.
///
/// # Errors
/// The database cannot be reached or read.
pub async fn up_to_date(
    database: impl Into<Database>,
    version_table: &VersionTable,
    heads: &[(String, Digest)],
) -> Result<Option<Report>, MigrateError> {
    let mut connection = match database.into().connect(Missing::Refuse).await {
        Err(MigrateError::NoFile { .. }) => return Ok(None),
        connection => connection?,
    };
    let tables = Tables::new(connection.dialect(), version_table);
    let state = State::read(&mut connection, &tables).await?;
    Ok(state.is_at(heads).then(|| at(&state)))
}

fn at(state: &State) -> Report {
    Report { from: state.ids(), to: state.ids(), ..Report::default() }
}

/// Who runs it: user and host.
pub(crate) fn applied_by() -> String {
    let user = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
    let host = whoami::hostname().unwrap_or_else(|_| "unknown".to_owned());
    let mut who = format!("{user}@{host}");
    who.truncate(who.floor_char_boundary(255));
    who
}

impl Executor<'_, '_> {
    /// Runs, and tries again what somebody else was in the way of.
    async fn persist(&mut self, goal: &Goal, report: &mut Report) -> Result<(), MigrateError> {
        self.limit_session().await?;
        let mut attempt = 0;
        loop {
            let error = match self.locked(goal, report).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            if !self.abandoned && self.connection.in_transaction() {
                let _ = self.connection.rollback().await;
            }
            self.open.clear();
            report.done.retain(|done| self.kept.contains(&done.revision));
            if self.settings.interrupt.is_impatient()
                && let MigrateError::Statement(failure) = &error
                && Connection::is_cancelled(&failure.source)
            {
                return Err(self.stopped_in(failure));
            }
            // SQLite's own lock ends with each transaction: somebody else was faster, and the plan is another one now.
            let moved = matches!(error, MigrateError::Moved) && self.tables.dialect() == Dialect::Sqlite;
            if self.abandoned || attempt >= self.settings.retries || !(moved || error.is_transient()) {
                return Err(error);
            }
            attempt += 1;
            let pause = retry::pause(attempt);
            (self.settings.on_event)(Event::Retrying { reason: error.to_string(), attempt, pause });
            self.pause(pause).await?;
        }
    }

    /// MySQL: lets statements mean what they mean to the server's own client, whatever sqlx or a pool has set (with sqlx
    /// `||` concatenates, and the time zone is UTC); and sets the limits of statements, which no transaction has there.
    pub(crate) async fn limit_session(&mut self) -> Result<(), MigrateError> {
        if self.tables.dialect() != Dialect::Mysql {
            return Ok(());
        }
        const LIMITING: &str = "setting the limits of statements";
        let mut settings =
            "SET SESSION sql_mode = @@GLOBAL.sql_mode, time_zone = @@GLOBAL.time_zone".to_owned();
        let lock_timeout = self.settings.statement_lock_timeout;
        if !lock_timeout.is_zero() {
            // In whole seconds, of which there is at least one.
            let seconds = lock_timeout.as_millis().div_ceil(1000);
            let _ = write!(settings, ", lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}");
        }
        self.own(LIMITING, &settings).await?;
        let timeout = self.settings.statement_timeout;
        if !timeout.is_zero() {
            let on_mariadb = format!("SET SESSION max_statement_time = {}", timeout.as_secs_f64());
            if self.own(LIMITING, &on_mariadb).await.is_err() {
                // MySQL, which limits queries alone.
                self.own(LIMITING, &format!("SET SESSION max_execution_time = {}", timeout.as_millis()))
                    .await?;
            }
        }
        Ok(())
    }

    /// The run, under the lock.
    async fn locked(&mut self, goal: &Goal, report: &mut Report) -> Result<(), MigrateError> {
        let dialect = self.tables.dialect();
        if dialect == Dialect::Sqlite {
            self.begin_waiting().await?;
        }
        let state = State::read(self.connection, &self.tables).await?;
        let place = goal.place(self.connection, &self.tables, self.directory, &state).await?;
        let (nodes, ahead) = allowed(place, goal, self.settings)?;
        self.expected = nodes;
        self.written.clone_from(&self.expected);
        report.unverified =
            verify(self.connection, &self.tables, self.directory, &state, &self.expected).await?;
        let plan = Plan::new(self.directory, dialect, &self.expected, goal)?;
        let unfinished = state.unfinished(self.connection, &self.tables).await?;
        let plan = plan.finish_first(self.directory, dialect, &self.expected, goal, unfinished)?;
        if plan.is_empty() || !ahead.is_empty() {
            // Somebody else did it while this run waited.
            self.commit().await?;
            report.to = state.ids();
            report.ahead = ahead;
            return Ok(());
        }
        self.check_width(&state, &plan).await?;
        preflight::check_ids(dialect, self.directory.graph())?;
        preflight::check_statements(&self.tables, &plan)?;
        if let Plan::Steps(steps) = &plan {
            let upgrades = steps.iter().filter(|step| step.direction == Direction::Upgrade);
            let fresh = upgrades.filter(|step| step.unfinished.is_none());
            let revisions: Vec<RevisionId> = fresh.map(|step| step.script.revision.id.clone()).collect();
            report.taken_back = taken_back(self.connection, &self.tables, &state, &revisions).await?;
        }
        (self.settings.on_event)(Event::Planned { steps: planned(self.directory, &plan) });
        if dialect == Dialect::Postgresql {
            self.connection
                .begin(&self.opening)
                .await
                .map_err(MigrateError::database("beginning a transaction"))?;
        }
        self.create_tables(&state).await?;
        if let Plan::Steps(steps) = &plan {
            self.find_deferred(steps).await?;
        }
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
        self.send(batch).await.map_err(own_failure("creating the version table"))
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
