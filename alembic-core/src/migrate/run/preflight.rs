//! What is looked at before anything runs: is this a server that may be written to, and the one that the history is of?

use std::collections::HashMap;

use super::plan::{Goal, Plan};
use crate::dialect::{ALEMBIC_WIDTH, ReadOnly, ServerFacts, Tables};
use crate::migrate::error::MigrateError;
use crate::migrate::event::Event;
use crate::migrate::history::context::Context;
use crate::migrate::history::state::State;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::connection::Connection;
use crate::migrate::settings::Settings;
use crate::revision::{Graph, Node};
use crate::script::{ScriptError, ScriptErrors};
use crate::sql::facts::{Action, Facts, Kind, ObjectKind};
use crate::sql::{Dialect, Reading, StatementError, tokens};

#[cfg(feature = "postgres")]
const ASKING: &str = "asking the server what it is";

/// Refuses to run where nothing can be written, or where the tables would be made a second time. Tells where the history
/// was written on another server.
pub(crate) async fn check(
    connection: &mut Connection,
    (tables, state): (&Tables, &State),
    facts: &ServerFacts,
    goal: &Goal,
    settings: &mut Settings<'_>,
) -> Result<(), MigrateError> {
    if let Some(reason) = facts.engine.refusal() {
        return Err(MigrateError::UnfitServer { reason });
    }
    if let Some(read_only) = facts.read_only {
        return Err(MigrateError::ReadOnly { reason: reason(read_only) });
    }
    if !state.has_versions {
        elsewhere(connection, tables, matches!(goal, Goal::EnsureVersion)).await?;
    }
    let probes = tables.probes(state.has_versions, state.has_history);
    if !probes.is_empty() {
        let rows =
            connection.rows(probes).await.map_err(MigrateError::database("asking for the right to write"))?;
        let before = rows.into_iter().flatten().flatten().next();
        if let (Some(before), Some(now)) = (before, &facts.identity)
            && before != *now
        {
            (settings.on_event)(Event::AnotherServer { before, now: now.clone() });
        }
    }
    Ok(())
}

/// Refuses ids that an existing version table has no room for.
pub(crate) async fn check_width(
    connection: &mut Connection,
    context: &Context<'_>,
    state: &State,
    plan: &Plan<'_>,
) -> Result<(), MigrateError> {
    let graph = context.directory.graph();
    let nodes: Vec<Node> = match plan {
        Plan::Steps(steps) => steps.iter().map(|step| step.node).collect(),
        Plan::Stamp { plan, .. } => plan.rows.clone(),
        Plan::Tables | Plan::Abandon => Vec::new(),
    };
    let longest = nodes.into_iter().map(|node| graph.id(node)).max_by_key(|id| id.as_str().chars().count());
    let Some(longest) =
        longest.filter(|id| state.has_versions && id.as_str().chars().count() > ALEMBIC_WIDTH)
    else {
        return Ok(());
    };
    let Some(sql) = context.tables.version_width() else {
        return Ok(());
    };
    let rows = connection.rows(sql).await.map_err(MigrateError::database("reading the version table"))?;
    let width = rows.into_iter().flatten().flatten().next().and_then(|width| width.parse::<usize>().ok());
    match width {
        Some(width) if width < longest.as_str().chars().count() => {
            Err(MigrateError::IdTooLong { revision: longest.clone(), table: context.tables.version(), width })
        }
        _ => Ok(()),
    }
}

/// Refuses ids that MySQL cannot tell apart: its comparisons leave the case of letters out ("Case Sensitivity in String
/// Searches").
pub(crate) fn check_ids(dialect: Dialect, graph: &Graph) -> Result<(), MigrateError> {
    if dialect != Dialect::Mysql {
        return Ok(());
    }
    let mut seen: HashMap<String, Node> = HashMap::new();
    for node in graph.nodes() {
        if let Some(other) = seen.insert(graph.id(node).as_str().to_lowercase(), node) {
            let (one, other) = (graph.id(other).clone(), graph.id(node).clone());
            return Err(MigrateError::SimilarIds { one, other });
        }
    }
    Ok(())
}

/// Refuses statements that drop the database or the schema of the version table. PostgreSQL refuses the former itself.
pub(crate) fn check_statements(tables: &Tables, plan: &Plan<'_>) -> Result<(), MigrateError> {
    let (Some(own), Plan::Steps(steps)) = (tables.own_schema(), plan) else { return Ok(()) };
    let (kind, is_own): (_, fn(&str, &str) -> bool) = match tables.dialect() {
        Dialect::Mysql => (ObjectKind::Database, |name, own| name.eq_ignore_ascii_case(own)),
        Dialect::Postgresql => (ObjectKind::Schema, |name, own| name == own),
        Dialect::Sqlite => return Ok(()),
    };
    let drops_own = |text: &str| {
        // Most statements have no such word, and need not be read.
        text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"DROP"))
            && Facts::of(text, tables.dialect())
                .changed(Action::Drops, kind)
                .any(|object| is_own(&object.name.name, own))
    };
    for step in steps {
        if let Some(index) = step.texts().position(drops_own) {
            let (path, line, name) = (step.script.path.clone(), step.line(index), own.to_owned());
            return Err(match kind {
                ObjectKind::Schema => MigrateError::DropsSchema { path, line, schema: name },
                _ => MigrateError::DropsDatabase { path, line, database: name },
            });
        }
    }
    Ok(())
}

/// Refuses statements that use the number of rows of the one before, where a note is written between them.
pub(crate) fn check_counts(dialect: Dialect, plan: &Plan<'_>) -> Result<(), MigrateError> {
    let functions: &[&str] = match dialect {
        Dialect::Mysql => &["ROW_COUNT", "FOUND_ROWS"],
        Dialect::Sqlite => &["changes"],
        Dialect::Postgresql => return Ok(()),
    };
    let Plan::Steps(steps) = plan else { return Ok(()) };
    for step in steps.iter().filter(|step| dialect == Dialect::Mysql || !step.transaction) {
        for (index, (text, facts)) in step.texts().zip(step.facts()).enumerate() {
            // What only shows the number does no harm, and what a body calls is counted within it.
            let keeps = facts.session.is_changed || matches!(facts.kind, Kind::Rows | Kind::Definition);
            let bodies = [ObjectKind::Routine, ObjectKind::Trigger, ObjectKind::Event];
            let has_body = facts.kind == Kind::Program
                || bodies.iter().any(|kind| facts.changed(Action::Creates, *kind).next().is_some());
            let called = functions.iter().find(|name| keeps && !has_body && calls(text, dialect, name));
            if let Some(function) = called {
                let (path, line) = (step.script.path.clone(), step.line(index));
                return Err(MigrateError::CountsNotes { path, line, function });
            }
        }
    }
    Ok(())
}

/// Whether a statement calls a function without arguments.
fn calls(text: &str, dialect: Dialect, function: &str) -> bool {
    let is_name = |word: &[u8]| word.eq_ignore_ascii_case(function.as_bytes());
    if !text.as_bytes().windows(function.len()).any(is_name) {
        return false;
    }
    let words: Vec<&str> = tokens(text, dialect).map(|token| token.text(text)).collect();
    words.windows(3).any(|words| words[0].eq_ignore_ascii_case(function) && words[1..] == ["(", ")"])
}

/// Refuses strings that the server reads differently, because of its SQL mode.
pub(crate) fn check_reading(context: &Context<'_>, plan: &Plan<'_>) -> Result<(), MigrateError> {
    let Plan::Steps(steps) = plan else { return Ok(()) };
    let steps = steps.iter().filter(|_| context.no_backslash_escapes);
    let mistakes = steps.filter_map(misread).collect();
    Ok(ScriptErrors::check(mistakes)?)
}

/// MySQL: the first string of a step that a server with `NO_BACKSLASH_ESCAPES` reads differently.
pub(crate) fn misread(step: &PlannedStep<'_>) -> Option<ScriptError> {
    let mut reading = Reading::without_escapes();
    step.statements.iter().zip(step.texts()).find_map(|(statement, text)| {
        let found = reading.misread(text).map(|(at, what, setting)| (statement.start + at, what, setting));
        let error = found.map(|(start, what, setting)| {
            let setting = setting.to_owned();
            step.script.statement_error(start, StatementError::Misread { what, setting, start })
        });
        reading.follow(text);
        error
    })
}

fn reason(read_only: ReadOnly) -> &'static str {
    match read_only {
        ReadOnly::Replica => {
            "the server is a read replica, or was set to be read-only: migrations have to run on its primary"
        }
        ReadOnly::Server => "the server was started to be read-only",
        ReadOnly::Transactions => "transactions of this user on this database may only read",
    }
}

/// PostgreSQL: is there a version table that the search path does not find? Another one would start from nothing, unless
/// that is wanted. And is there a schema for it?
async fn elsewhere(
    connection: &mut Connection,
    tables: &Tables,
    is_wanted: bool,
) -> Result<(), MigrateError> {
    #[cfg(feature = "postgres")]
    if let Connection::Postgresql(_) = connection
        && let Some(table) = tables.searched_version()
    {
        let sql = crate::dialect::postgresql::server::elsewhere(table);
        let rows = match connection.rows(sql).await {
            Ok(rows) => rows,
            Err(sqlx::Error::Database(_)) => return Ok(()),
            Err(error) => return Err(MigrateError::database(ASKING)(error)),
        };
        match rows.first().map(Vec::as_slice) {
            Some([_, None, Some(search_path)]) => {
                return Err(MigrateError::NoSchema { search_path: search_path.clone() });
            }
            Some([Some(schemas), Some(schema), Some(search_path)]) if !is_wanted => {
                return Err(MigrateError::VersionTableElsewhere {
                    schemas: schemas.clone(),
                    schema: schema.clone(),
                    search_path: search_path.clone(),
                });
            }
            _ => {}
        }
    }
    let _ = (connection, tables, is_wanted);
    Ok(())
}
