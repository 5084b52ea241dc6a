//! Runs migrations in a scratch database, to see what they make.
//!
//! Statements that reach beyond the scratch database are refused before the first one runs. The version table and the
//! history are those of the scratch database, whatever schema they are configured for.

use super::database::{Place, ScratchDatabase, Wish};
use super::definer::without_definer;
use super::like::Like;
use super::note::Notes;
use super::qualifier::Databases;
use super::rules::refused_in_replay;
use crate::autogenerate::AutogenerateError;
use crate::migrate::{Aftermath, Database, MigrateError};
use crate::migrator::Migrator;
use crate::revision::{Direction, Node};
use crate::script::{Script, ScriptDirectory};
use crate::sql::facts::{Action, Facts, Outside};
use crate::sql::{Dialect, Reader};

/// A scratch database in which the migrations have run.
pub(in super::super) struct Replay(Place);

impl Replay {
    pub(in super::super) async fn run(
        migrator: &Migrator,
        compared: &Database,
        server: Option<&Database>,
        notes: &mut Notes<'_>,
    ) -> Result<Replay, AutogenerateError> {
        let (replay, migrator) = Replay::prepare(migrator, compared, server, None, notes).await?;
        if let Err(error) = migrator.upgrade(replay.database()).await {
            replay.drop(notes).await;
            return Err(dropped(error).into());
        }
        Ok(replay)
    }

    /// An empty scratch database, and the scripts as they run in it: all of them, or a chain of some in this order.
    pub(in super::super) async fn prepare(
        migrator: &Migrator,
        compared: &Database,
        server: Option<&Database>,
        order: Option<&[Node]>,
        notes: &mut Notes<'_>,
    ) -> Result<(Replay, Migrator), AutogenerateError> {
        let dialect = compared.dialect()?;
        let mut like = None;
        let mut databases = None;
        // With a server of their own the scripts need no other one.
        if server.is_none()
            && let Some(mut connection) = connection(compared).await?
        {
            like = Some(Like::read(&mut connection).await?);
            if let Some(own) = compared.name().filter(|_| dialect == Dialect::Mysql) {
                databases = Some(Databases::of(&mut connection, own).await?);
            }
        }
        let own = compared.name();
        let databases = match (dialect, server) {
            (Dialect::Mysql, None) => {
                let own = own.clone().unwrap_or_default();
                Some(databases.unwrap_or(Databases { own, known: Vec::new() }))
            }
            _ => None,
        };
        let chain = order.map(|order| chained(migrator.directory(), order)).transpose()?;
        let directory = chain.as_ref().unwrap_or(migrator.directory());
        let directory = replayed(directory, dialect, own.as_deref(), databases.as_ref())?;
        let mut settings = migrator.settings().clone();
        settings.version_table.schema = None;
        let name = own.filter(|_| dialect == Dialect::Mysql && server.is_some());
        let wish = Wish { server: server.unwrap_or(compared), name, like: like.as_ref() };
        let ScratchDatabase { connection, place } = ScratchDatabase::create(wish, notes).await?;
        drop(connection);
        Ok((Replay(place), Migrator::new(directory, settings)))
    }

    pub(in super::super) fn database(&self) -> Database {
        self.0.database.clone()
    }

    pub(in super::super) async fn drop(self, notes: &mut Notes<'_>) {
        self.0.drop(notes).await;
    }
}

/// The error of a run whose database is dropped: nothing of the run is left, and no other run continues it.
pub(in super::super) fn dropped(mut error: MigrateError) -> MigrateError {
    match &mut error {
        MigrateError::Statement(failure) => {
            failure.aftermath = Aftermath { kept: Vec::new(), rolled_back: true };
        }
        MigrateError::RowsReferred { done, .. } => *done = 0,
        _ => {}
    }
    error
}

/// A connection to the compared database, if that exists.
async fn connection(compared: &Database) -> Result<Option<crate::migrate::Connection>, AutogenerateError> {
    if compared.dialect()? == Dialect::Sqlite {
        return Ok(None);
    }
    match compared.connect_apart().await {
        Ok(connection) => Ok(Some(connection)),
        Err(MigrateError::NoDatabase { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Scripts as a chain, so that they run in this order and no other.
fn chained(directory: &ScriptDirectory, order: &[Node]) -> Result<ScriptDirectory, AutogenerateError> {
    let mut scripts: Vec<Script> = Vec::with_capacity(order.len());
    for node in order {
        let mut script = directory.script(*node).clone();
        script.revision.parents = scripts.last().map(|last| last.revision.id.clone()).into_iter().collect();
        script.revision.depends_on.clear();
        script.revision.alternatives = false;
        scripts.push(script);
    }
    ScriptDirectory::new(scripts).map_err(|errors| MigrateError::Scripts(errors).into())
}

/// The scripts as they run in the scratch database.
fn replayed(
    directory: &ScriptDirectory,
    dialect: Dialect,
    own: Option<&str>,
    databases: Option<&Databases>,
) -> Result<ScriptDirectory, AutogenerateError> {
    let mut scripts = Vec::with_capacity(directory.scripts().len());
    for script in directory.scripts() {
        scripts.push(replayed_script(script, dialect, own, databases)?);
    }
    ScriptDirectory::new(scripts).map_err(|errors| MigrateError::Scripts(errors).into())
}

fn replayed_script(
    script: &Script,
    dialect: Dialect,
    own: Option<&str>,
    databases: Option<&Databases>,
) -> Result<Script, AutogenerateError> {
    let section = script.section(Direction::Upgrade, dialect);
    // Statements that cannot be read are mistakes, which the run reports.
    let found = section.and_then(|section| script.statements(section, dialect).ok()).unwrap_or_default();
    let mut edits = Vec::new();
    for statement in &found {
        let own_text = script.statement_text(statement);
        let facts = Facts::of(own_text, dialect);
        let refused = |reason| {
            let (line, _) = script.place(statement.start);
            AutogenerateError::Refused { path: script.path.clone(), line, reason }
        };
        let changed = match databases {
            Some(databases) => databases.unqualified(own_text, &facts).map_err(refused)?,
            None => own_text.to_owned(),
        };
        let changed = without_definer(&changed, dialect);
        if changed != own_text {
            edits.push((statement.start..statement.end, changed.clone()));
        }
        if is_of_own_database(&facts, own_text, dialect, own) {
            continue;
        }
        if let Some(reason) = refused_in_replay(&Facts::of(&changed, dialect)) {
            return Err(refused(reason));
        }
    }
    if edits.is_empty() {
        return Ok(script.clone());
    }
    let mut text = script.text.clone();
    for (range, changed) in edits.into_iter().rev() {
        text.replace_range(range, &changed);
    }
    Script::parse(&script.path, text)
        .map_err(|errors| MigrateError::Scripts(crate::script::ScriptErrors(errors)).into())
}

/// MySQL, on a server of its own: whether a statement uses or creates the database that has the name there.
fn is_of_own_database(facts: &Facts, text: &str, dialect: Dialect, own: Option<&str>) -> bool {
    let (Dialect::Mysql, Some(own)) = (dialect, own) else { return false };
    let mut reader = Reader::executed(text, Dialect::Mysql);
    let used = if reader.take(&["USE"]) { reader.identifier().map(|name| name.text) } else { None };
    let mut created =
        facts.changes.iter().filter(|change| change.action == Action::Creates && change.is_conditional);
    facts.outside == Some(Outside::Database)
        && (used.is_some_and(|used| used.eq_ignore_ascii_case(own))
            || created.any(|change| change.object.name.name.eq_ignore_ascii_case(own)))
}
