//! `log`: what happened to a database.

use std::fmt::Write as _;

use serde::Serialize;

use super::json::print_json;
use super::output::{note, print_names};
use super::{Command, CommandError, LogArgs};
use crate::migrate::{Database, LogEntry};
use crate::migrator::Migrator;
use crate::revision::{ResolveError, Target, resolve_one};

#[derive(Serialize)]
struct Entries {
    entries: Vec<LogEntry>,
}

/// Prints the history of a database, newest first.
pub(super) async fn log(
    migrator: &Migrator,
    database: Database,
    command: &Command,
    args: &LogArgs,
) -> Result<(), CommandError> {
    let revision = match &args.revision {
        Some(name) => Some(full_id(migrator, name)?),
        None => None,
    };
    let entries = migrator.log(database, revision.as_deref(), args.limit).await?;
    if args.format.json {
        return Ok(print_json(command.name(), Entries { entries })?);
    }
    if entries.is_empty() {
        let what = revision.map_or_else(String::new, |revision| format!(" of {revision}"));
        note(format!("the database has no history{what}"));
    }
    let mut text = String::new();
    for entry in &entries {
        let graph = migrator.directory().graph();
        let message = graph.find(&entry.revision).map(|node| graph.revision(node).message.as_str());
        let message = message.and_then(|message| message.lines().next()).unwrap_or_default();
        if args.format.verbose {
            paragraph(&mut text, entry, message)
        } else {
            line(&mut text, entry, message)
        }
    }
    Ok(print_names(&text)?)
}

/// The id that a name means; a name that no script has may be that of a revision from elsewhere.
fn full_id(migrator: &Migrator, name: &str) -> Result<String, CommandError> {
    let graph = migrator.directory().graph();
    match resolve_one(graph, &name.parse::<Target>()?) {
        Ok(Some(node)) => Ok(graph.id(node).to_string()),
        Ok(None) | Err(ResolveError::UnknownRevision { .. }) => Ok(name.to_owned()),
        Err(error) => Err(error.into()),
    }
}

fn line(text: &mut String, entry: &LogEntry, message: &str) {
    let when = entry.finished_at.as_ref().unwrap_or(&entry.started_at);
    // To the second: the rest is in `-v`.
    let when = format!("{}Z", when.trim_end_matches('Z').split('.').next().unwrap_or_default());
    let message = if message.is_empty() { String::new() } else { format!(" {message}") };
    let state = match &entry.finished_at {
        Some(_) => String::new(),
        None => {
            format!(", unfinished after statement {} of {}", entry.statements_done, entry.statements_total)
        }
    };
    let LogEntry { operation, revision, applied_by, .. } = entry;
    let _ = writeln!(text, "{when} {operation:<9} {revision}{message} (by {applied_by}{state})");
}

fn paragraph(text: &mut String, entry: &LogEntry, message: &str) {
    let LogEntry { operation, revision, digest, lineage, started_at, applied_by, tool_version, .. } = entry;
    let message = if message.is_empty() { String::new() } else { format!(", {message}") };
    let _ = writeln!(text, "{operation} {revision}{message}");
    let _ = writeln!(text, "Started: {started_at}");
    let _ = match &entry.finished_at {
        Some(finished) => writeln!(text, "Finished: {finished}"),
        None => writeln!(text, "Finished: not yet"),
    };
    let _ = writeln!(text, "Statements: {} of {}", entry.statements_done, entry.statements_total);
    if let Some(error) = &entry.error {
        let _ = writeln!(text, "Error: {error}");
    }
    let _ = writeln!(text, "By: {applied_by}, cargo alembic {tool_version}");
    let _ = writeln!(text, "Digest: {digest}\nLineage: {lineage}\n");
}
