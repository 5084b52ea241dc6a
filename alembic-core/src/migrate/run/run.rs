//! One run: reads where the database is, plans, takes the lock, and executes.

use super::consent;
use super::executor::Executor;
use super::plan::{Goal, Plan};
use super::preflight;
use crate::config::VersionTable;
use crate::dialect::{ServerFacts, Tables};
use crate::migrate::error::MigrateError;
use crate::migrate::event::Report;
use crate::migrate::history::context::{Author, Context, applied_by};
use crate::migrate::history::state::State;
use crate::migrate::history::verify::verify;
use crate::migrate::lock::run_lock::RunLock;
use crate::migrate::server::connect::Missing;
use crate::migrate::server::connection::Connection;
use crate::migrate::server::database::Database;
use crate::migrate::server::server_facts;
use crate::migrate::session::session::Session;
use crate::migrate::session::work::Work;
use crate::migrate::settings::{Refusal, Settings};
use crate::migrator::Migrator;
use crate::revision::Target;
use crate::script::{Digest, ScriptDirectory};

pub(crate) async fn run(
    migrator: &Migrator,
    database: &Database,
    goal: &Goal,
    mut settings: Settings<'_>,
) -> Result<Report, MigrateError> {
    let dialect = database.dialect()?;
    let directory = migrator.directory();
    let mut is_approved = false;
    let mut connection = match database.connect(Missing::Refuse).await {
        Ok(connection) => connection,
        Err(MigrateError::NoFile { .. })
            if !matches!(goal, Goal::Downgrade(_) | Goal::Undo(_) | Goal::Abandon) =>
        {
            // Nothing is created before it is clear that there is something to do.
            let plan = Plan::new(directory, dialect, &[], goal, &[])?;
            if plan.is_empty() {
                return Ok(Report::default());
            }
            settings.ask(directory, &plan)?;
            is_approved = true;
            database.connect(Missing::Create).await?
        }
        Err(error) => return Err(error),
    };
    let tables = Tables::new(dialect, &migrator.settings().version_table);
    let state = State::read(&mut connection, &tables).await?;
    let to_heads =
        matches!(goal, Goal::Upgrade(target) if *target == Target::HEADS || *target == Target::HEAD);
    let has_tables = state.has_versions && state.has_history;
    if to_heads && state.is_at(migrator.heads()) || matches!(goal, Goal::EnsureVersion) && has_tables {
        return Ok(at(&state));
    }
    let place = goal.place(&mut connection, &tables, directory, &state).await?;
    let (nodes, ahead) = goal.allow(place, settings.allow_ahead)?;
    let unverified = match goal.verifies() {
        true => verify(&mut connection, &tables, directory, &state, &nodes).await?,
        false => Vec::new(),
    };
    if !ahead.is_empty() {
        return Ok(Report { unverified, ahead, ..at(&state) });
    }
    if matches!(goal, Goal::Finish | Goal::Abandon) && state.unfinished.is_empty() {
        return Err(MigrateError::NothingUnfinished);
    }
    let unfinished = state.unfinished(&mut connection, &tables).await?;
    let order = goal.order(&mut connection, &tables, directory, &state).await?;
    let plan = Plan::new(directory, dialect, &nodes, goal, &order)?;
    consent::check(&mut connection, &tables, &state, (goal, &plan), &unfinished, settings.consent).await?;
    let plan = plan.finish_first(directory, dialect, &nodes, (goal, &order), unfinished)?;
    if plan.is_empty() && state.unfinished.is_empty() {
        return Ok(Report { unverified, ..at(&state) });
    }
    if !is_approved {
        settings.ask(directory, &plan)?;
    }
    // It is planned again under the lock: a long plan need not be in memory twice.
    drop(plan);
    connection.taint();
    let facts = server_facts::read(&mut connection).await?;
    preflight::check(&mut connection, &tables, &state, &facts, &mut settings).await?;
    let mut report = at(&state);
    let place = Workplace { database, directory, tables, facts };
    place.run(connection, settings, goal, &mut report).await?;
    Ok(report)
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
        let mut lock = RunLock::of(self.database, &tables, &self.facts, &applied_by).await?;
        lock.acquire(&mut connection, &mut settings).await?;
        let author = Author { applied_by: &applied_by, server: self.facts.identity.as_deref() };
        let mut executor = Executor::new(
            Work::new(&mut connection, &mut lock, &mut settings),
            Session::new(self.database, search_path),
            Context {
                tables,
                directory: self.directory,
                author,
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

/// Names our tables by their schema, so that they are found whatever search path or database a script sets; and returns
/// the search path.
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
    /// Asks the caller for approval, before anything is written.
    fn ask(&mut self, directory: &ScriptDirectory, plan: &Plan<'_>) -> Result<(), MigrateError> {
        let approved = (self.approve)(&plan.revisions(directory));
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
    let tables = Tables::new(connection.dialect(), version_table);
    let state = State::read(&mut connection, &tables).await?;
    Ok(state.is_at(heads).then(|| at(&state)))
}

fn at(state: &State) -> Report {
    Report { from: state.ids(), to: state.ids(), ..Report::default() }
}
