//! One run: reads where the database is, plans, takes the lock, and executes.

use super::consent;
use super::executor::Executor;
use super::plan::{Goal, Plan};
use super::preflight;
use crate::config::{LockMode, VersionTable};
use crate::dialect::{ServerFacts, Tables};
use crate::migrate::error::MigrateError;
use crate::migrate::event::Report;
use crate::migrate::history::context::{Author, Context, applied_by};
use crate::migrate::history::state::State;
use crate::migrate::history::verify::verify;
use crate::migrate::interrupt::Interrupt;
use crate::migrate::lock::memory_lock::MemoryLock;
use crate::migrate::lock::run_lock::RunLock;
use crate::migrate::server::connect::{Missing, within};
use crate::migrate::server::connection::Connection;
use crate::migrate::server::database::Database;
use crate::migrate::server::patience::Patience;
use crate::migrate::server::primary;
use crate::migrate::server::server_facts;
use crate::migrate::session::session::Session;
use crate::migrate::session::work::Work;
use crate::migrate::settings::{Refusal, Settings};
use crate::migrator::Migrator;
use crate::revision::{Past, Target};
use crate::script::{Digest, ScriptDirectory};
use crate::sql::Dialect;

const ENDING: &str = "reading the version table";

pub(crate) async fn run(
    migrator: &Migrator,
    database: &Database,
    goal: &Goal,
    mut settings: Settings<'_>,
) -> Result<Report, MigrateError> {
    let tables = Tables::new(database.dialect()?, &migrator.settings().version_table)?;
    let _alone = MemoryLock::acquire(database, &mut settings).await?;
    // A read can wait for another session, for longer than whoever interrupts the run.
    let interrupt = settings.interrupt.clone();
    let prepared = interrupt.or(prepare(migrator, database, goal, tables, &mut settings)).await;
    match prepared.ok_or_else(MigrateError::interrupted)?? {
        Prepared::Done(report) => Ok(report),
        Prepared::Begun(place, connection, mut report) => {
            place.run(connection, settings, goal, &mut report).await?;
            Ok(report)
        }
    }
}

/// A run, when it is known whether there is something to do.
enum Prepared<'a> {
    /// There is not.
    Done(Report),
    Begun(Workplace<'a>, Connection, Report),
}

/// Reads where the database is, and plans. Writes nothing, but an empty file where there is none, and can be dropped.
async fn prepare<'a>(
    migrator: &'a Migrator,
    database: &'a Database,
    goal: &Goal,
    tables: Tables,
    settings: &mut Settings<'_>,
) -> Result<Prepared<'a>, MigrateError> {
    let dialect = tables.dialect();
    let directory = migrator.directory();
    let mut is_approved = false;
    let mut connection = match connect(database, settings).await {
        Ok(connection) => connection,
        Err(MigrateError::NoFile { .. })
            if !matches!(goal, Goal::Downgrade(_) | Goal::Undo(_) | Goal::Abandon) =>
        {
            // Nothing is created before it is clear that there is something to do.
            let plan = Plan::new(directory, dialect, &[], goal, &Past::default())?;
            if plan.is_empty() {
                return Ok(Prepared::Done(Report::default()));
            }
            settings.ask(directory, &plan)?;
            is_approved = true;
            database.connect(Missing::Create).await?
        }
        Err(error) => return Err(error),
    };
    let mut state = State::read(&mut connection, &tables).await?;
    let to_heads =
        matches!(goal, Goal::Upgrade(target) if *target == Target::HEADS || *target == Target::HEAD);
    let has_tables = state.has_versions && state.has_history;
    if to_heads && state.is_at(migrator.heads()) || matches!(goal, Goal::EnsureVersion) && has_tables {
        return Ok(Prepared::Done(at(&state)));
    }
    // Whatever else is decided, and be it a refusal, is decided by the server that is written to.
    let is_server = dialect != Dialect::Sqlite;
    if is_server && primary::begin(&mut connection, &[], &tables).await? {
        state = State::read(&mut connection, &tables).await?;
    } else if is_server {
        connection.rollback().await.map_err(MigrateError::database(ENDING))?;
    }
    let place = goal.place(&mut connection, &tables, directory, &state).await?;
    let (nodes, ahead) = goal.allow(place, settings.allow_ahead)?;
    let unverified = match goal.verifies() {
        true => verify(&mut connection, &tables, directory, &state, &nodes).await?,
        false => Vec::new(),
    };
    if !ahead.is_empty() {
        return Ok(Prepared::Done(Report { unverified, ahead, ..at(&state) }));
    }
    if matches!(goal, Goal::Finish | Goal::Abandon) && state.unfinished.is_empty() {
        return Err(MigrateError::NothingUnfinished);
    }
    let unfinished = state.unfinished(&mut connection, &tables).await?;
    let past = goal.past(&mut connection, &tables, directory, &state).await?;
    let plan = Plan::new(directory, dialect, &nodes, goal, &past)?;
    consent::check(&mut connection, &tables, &state, (goal, &plan), &unfinished, settings.consent).await?;
    let plan = plan.finish_first(directory, dialect, &nodes, (goal, &past), unfinished)?;
    if plan.is_empty() && state.unfinished.is_empty() {
        return Ok(Prepared::Done(Report { unverified, ..at(&state) }));
    }
    // Within the transaction: the server that is written to answers.
    let facts = server_facts::read(&mut connection).await?;
    if connection.in_transaction() {
        connection.rollback().await.map_err(MigrateError::database(ENDING))?;
    }
    if !is_approved {
        settings.ask(directory, &plan)?;
    }
    // It is planned again under the lock: a long plan need not be in memory twice.
    drop(plan);
    database.quiet(&mut connection).await?;
    connection.taint();
    preflight::check(&mut connection, (&tables, &state), &facts, goal, settings).await?;
    Ok(Prepared::Begun(Workplace { database, directory, tables, facts }, connection, at(&state)))
}

/// The place of a run that has something to do.
struct Workplace<'a> {
    database: &'a Database,
    directory: &'a ScriptDirectory,
    tables: Tables,
    facts: ServerFacts,
}

impl Workplace<'_> {
    /// Takes the lock, runs, and releases the lock.
    async fn run(
        self,
        mut connection: Connection,
        mut settings: Settings<'_>,
        goal: &Goal,
        report: &mut Report,
    ) -> Result<(), MigrateError> {
        let applied_by = applied_by();
        let (tables, search_path) = find_schema(&mut connection, self.tables).await?;
        let needs_lease = settings.server.lock == LockMode::Lease || self.facts.engine.needs_lease();
        let mut lock =
            connect_lock(self.database, (&tables, needs_lease), &applied_by, &mut settings).await?;
        lock.acquire(&mut connection, &mut settings).await?;
        check_answer(self.database, &mut connection, &settings.interrupt).await?;
        let is_configured = settings.server.transactional_ddl || tables.dialect() == Dialect::Sqlite;
        let transactional_ddl = is_configured && self.facts.engine.transactional_ddl(tables.dialect());
        let author = Author { applied_by: &applied_by, server: self.facts.identity.as_deref() };
        let mut executor = Executor::new(
            Work::new(&mut connection, &mut lock, &mut settings),
            Session::new(self.database, search_path),
            Context {
                tables,
                directory: self.directory,
                author,
                transactional_ddl,
                no_backslash_escapes: self.facts.no_backslash_escapes,
            },
        );
        let result = executor.run(goal, report).await;
        let abandoned = executor.work.abandoned;
        if !abandoned && let Err(error) = executor.session.detach(executor.work.connection).await {
            tracing::warn!(%error, "a database that a migration has attached could not be detached");
        }
        if !abandoned && let Err(error) = executor.work.give_back().await {
            // The pool must not lend what is not as it was.
            executor.work.connection.discard();
            tracing::warn!(%error, "the connection was closed: its settings could not be restored");
        }
        // An abandoned connection would only answer when the server has executed the statement.
        if !abandoned && let Err(error) = lock.release(&mut connection).await {
            // The work is committed, and the lock ends with its connection.
            tracing::warn!(%error, "the migration lock could not be released in order");
        }
        result
    }
}

/// Opens the connection of the work, waiting for the server if that is wanted.
async fn connect(database: &Database, settings: &mut Settings<'_>) -> Result<Connection, MigrateError> {
    let mut patience = Patience::new(settings.wait);
    loop {
        let attempt = settings.interrupt.or(database.connect(Missing::Refuse)).await;
        match attempt.ok_or_else(MigrateError::interrupted)? {
            Ok(connection) => return Ok(connection),
            Err(error) => patience.pause(error, &settings.interrupt, &mut settings.on_event).await?,
        }
    }
}

/// Opens the connection of the lock, waiting for one if that is wanted: that of the work may be all that was free.
async fn connect_lock(
    database: &Database,
    (tables, needs_lease): (&Tables, bool),
    holder: &str,
    settings: &mut Settings<'_>,
) -> Result<RunLock, MigrateError> {
    let mut patience = Patience::new(settings.wait);
    loop {
        let attempt = settings.interrupt.or(RunLock::of(database, tables, needs_lease, holder)).await;
        match attempt.ok_or_else(MigrateError::interrupted)? {
            Ok(lock) => return Ok(lock),
            Err(error) => patience.pause(error, &settings.interrupt, &mut settings.on_event).await?,
        }
    }
}

/// Fails where the server does not answer the work while the lock has its transaction: it serves one connection at a time.
async fn check_answer(
    database: &Database,
    connection: &mut Connection,
    interrupt: &Interrupt,
) -> Result<(), MigrateError> {
    if connection.dialect() != Dialect::Postgresql {
        return Ok(());
    }
    let answer = within(database.timeout(), connection.rows("SELECT 1::text".to_owned()));
    match interrupt.or(answer).await.ok_or_else(MigrateError::interrupted)? {
        Ok(_) => Ok(()),
        Err(sqlx::Error::Io(error)) if error.kind() == std::io::ErrorKind::TimedOut => {
            Err(MigrateError::OneConnection { limit: database.timeout() })
        }
        Err(error) => Err(MigrateError::database("asking the server for an answer")(error)),
    }
}

/// Names our tables by their schema, so that they are found whatever search path or database a script sets; and returns
/// the search path.
async fn find_schema(
    connection: &mut Connection,
    mut tables: Tables,
) -> Result<(Tables, Option<String>), MigrateError> {
    let Some(sql) = tables.schema() else {
        return Ok((tables, None));
    };
    const ASKING: &str = "asking where the version table is";
    let has_path = connection.dialect() == Dialect::Postgresql;
    if has_path {
        primary::begin(connection, &[], &tables).await?;
    }
    let rows = connection.rows(sql).await.map_err(MigrateError::database(ASKING))?;
    if has_path {
        connection.rollback().await.map_err(MigrateError::database(ASKING))?;
    }
    match rows.first().map(Vec::as_slice) {
        Some([Some(schema), path]) => {
            tables.set_schema(schema.clone())?;
            Ok((tables, path.clone()))
        }
        _ => Ok((tables, None)),
    }
}

impl Settings<'_> {
    /// Asks the caller for approval, before anything is written.
    fn ask(&mut self, directory: &ScriptDirectory, plan: &Plan<'_>) -> Result<(), MigrateError> {
        let approved = (self.approve)(&plan.running(directory));
        approved.map_err(|Refusal { reason, help }| MigrateError::Refused { reason, help })
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
    let tables = Tables::new(connection.dialect(), version_table)?;
    let state = State::read(&mut connection, &tables).await?;
    Ok(state.is_at(heads).then(|| at(&state)))
}

fn at(state: &State) -> Report {
    Report { from: state.ids(), to: state.ids(), ..Report::default() }
}
