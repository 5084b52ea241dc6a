//! `DROP TABLE` on SQLite of a table that rows of other tables reference.

use super::children::{self, Orphan, is_hidden, is_replaced, orphans, referring_tables, restoring};
use crate::dialect::DatabaseMessage;
use crate::dialect::sqlite::references::{self, ALL_ORPHANS};
use crate::migrate::error::MigrateError;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::connection::Connection;
use crate::revision::RevisionId;
use crate::sql::Dialect;
use crate::sql::quote::identifier;

/// A table that is dropped so that another one takes its place.
pub(crate) struct Displaced {
    table: String,
    /// The line of the statement that drops it.
    line: usize,
    /// The rows that referenced missing rows of it before.
    before: Vec<Orphan>,
}

const LOOKING: &str = "looking for rows that refer to a table";

/// The table that a statement drops, on SQLite, which deletes referencing rows of other tables too.
pub(crate) fn dropped_table(step: &PlannedStep<'_>, index: usize, dialect: Dialect) -> Option<String> {
    let dropped = (dialect == Dialect::Sqlite).then(|| children::dropped_table(&step.facts()[index]));
    dropped.flatten().map(str::to_owned)
}

/// Whether rows of other tables reference a table that is about to be dropped, and another table takes its place later in
/// the section: then those rows stay.
pub(crate) async fn displaced(
    connection: &mut Connection,
    step: &PlannedStep<'_>,
    index: usize,
    table: &str,
) -> Result<Option<Displaced>, MigrateError> {
    if !is_replaced(step.facts(), index, table) {
        return Ok(None);
    }
    let children = referring_tables(connection, table).await.map_err(MigrateError::database(LOOKING))?;
    let hidden = is_hidden(connection, table).await.map_err(MigrateError::database(LOOKING))?;
    if children.is_empty() || hidden {
        return Ok(None);
    }
    for child in children {
        if let Some(restoring) = restoring(step.facts(), index, &child) {
            return Err(rows_restored(step, index, table, child, restoring));
        }
    }
    let before = match orphans(connection, table).await {
        // The new table may be what gives the foreign key its key.
        Err(error) if finds_no_key(&error, table) => Vec::new(),
        before => before.map_err(MigrateError::database(LOOKING))?,
    };
    Ok(Some(Displaced { table: table.to_owned(), line: step.line(index), before }))
}

/// Fails if rows reference missing rows since a table was replaced.
pub(crate) async fn check_children(
    connection: &mut Connection,
    step: &PlannedStep<'_>,
    displaced: Displaced,
) -> Result<(), MigrateError> {
    let Displaced { table, line, before } = displaced;
    let now = match orphans(connection, &table).await {
        Err(error) if finds_no_key(&error, &table) => {
            let (path, message) = (step.script.path.clone(), DatabaseMessage::of(&error).message);
            return Err(MigrateError::KeyLost { path, line, table, message });
        }
        now => now.map_err(MigrateError::database(LOOKING))?,
    };
    let mut new = now.into_iter().filter(|orphan| !before.contains(orphan));
    let Some(Orphan { table: child, row, parent }) = new.next() else { return Ok(()) };
    let path = step.script.path.clone();
    Err(MigrateError::RowsLost { path, line, table: parent, child, row, more: new.count() })
}

/// Whether the table has no key for a foreign key that refers to it.
fn finds_no_key(error: &sqlx::Error, table: &str) -> bool {
    let message = DatabaseMessage::of(error).message.to_lowercase();
    let referred = identifier(Dialect::Sqlite, table).to_lowercase();
    message.starts_with("foreign key mismatch") && message.ends_with(&format!(" referencing {referred}"))
}

/// Refuses to drop a table that rows of another one reference: SQLite would delete them silently. `done` statements before
/// it are committed.
pub(crate) async fn keep_children(
    connection: &mut Connection,
    step: &PlannedStep<'_>,
    index: usize,
    table: String,
    done: usize,
) -> Result<(), MigrateError> {
    let children = referring_tables(connection, &table).await;
    match children.map_err(MigrateError::database(LOOKING))?.into_iter().next() {
        None => Ok(()),
        Some(child) => {
            let (path, line) = (step.script.path.clone(), step.line(index));
            Err(MigrateError::RowsReferred { path, line, table, child, done })
        }
    }
}

/// Fails if a table that a step has dropped is still referenced by a foreign key, and does not exist under its name: nothing
/// could be written to the other table.
pub(crate) async fn check_keys(
    connection: &mut Connection,
    step: &PlannedStep<'_>,
) -> Result<(), MigrateError> {
    if connection.dialect() != Dialect::Sqlite {
        return Ok(());
    }
    let drops = step.facts().iter().enumerate();
    let drops: Vec<(usize, String)> = drops
        .filter_map(|(index, facts)| Some((index, children::dropped_table(facts)?.to_owned())))
        .collect();
    if drops.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = drops.iter().map(|(_, table)| table.clone()).collect();
    let rows =
        connection.rows(references::without_table(&names)).await.map_err(MigrateError::database(LOOKING))?;
    let Some([Some(child), Some(table)]) = rows.first().map(Vec::as_slice) else { return Ok(()) };
    let index =
        drops.iter().rev().find(|(_, dropped)| dropped.eq_ignore_ascii_case(table)).map(|(index, _)| *index);
    let (path, line) = (step.script.path.clone(), step.line(index.unwrap_or_default()));
    Err(MigrateError::KeyWithoutTable { path, line, child: child.clone(), table: table.clone() })
}

/// The error of a transaction that could not be committed. SQLite checks deferred foreign keys only then, and does not
/// name the rows: they are looked for. `open` are the revisions of the transaction.
pub(crate) async fn not_committed(
    connection: &mut Connection,
    open: &[RevisionId],
    error: sqlx::Error,
) -> MigrateError {
    let is_foreign_key = error.as_database_error().is_some_and(|error| error.is_foreign_key_violation());
    if connection.dialect() != Dialect::Sqlite || !is_foreign_key {
        return MigrateError::database("committing")(error);
    }
    let rows = connection.rows(ALL_ORPHANS.to_owned()).await.unwrap_or_default();
    match rows.first().map(Vec::as_slice) {
        Some([Some(child), row, Some(parent)]) => MigrateError::RowsUnreferred {
            revisions: open.to_vec(),
            child: child.clone(),
            row: row.clone(),
            parent: parent.clone(),
            more: rows.len() - 1,
        },
        _ => MigrateError::database("committing")(error),
    }
}

/// The error for a script that restores rows because it expects them to be deleted.
pub(crate) fn rows_restored(
    step: &PlannedStep<'_>,
    dropped: usize,
    table: &str,
    child: String,
    restoring: usize,
) -> MigrateError {
    MigrateError::RowsRestored {
        path: step.script.path.clone(),
        line: step.line(restoring),
        table: table.to_owned(),
        dropped: step.line(dropped),
        child,
    }
}
