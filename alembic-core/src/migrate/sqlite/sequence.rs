//! The sequence of an `AUTOINCREMENT` table that a script rebuilds by hand. SQLite deletes it with the old table, and ids of
//! deleted rows would be used again: it is given to the new table before.

use super::children::{dropped_table, is_replaced, new_name};
use crate::dialect::sqlite::definition::Table;
use crate::dialect::sqlite::references;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::connection::Connection;
use crate::sql::facts::{Action, ObjectKind};

/// The statements that give it away, before the statement that drops the table. The section creates both the new table,
/// with `AUTOINCREMENT`, and renames it.
pub(crate) fn kept_sequence(step: &PlannedStep<'_>, dropped: usize) -> Option<Vec<String>> {
    let statements = step.facts();
    let table =
        dropped_table(&statements[dropped]).filter(|table| is_replaced(statements, dropped, table))?;
    let renamed = statements[dropped + 1..].iter().find_map(|facts| {
        let mut renamed = facts.changed(Action::Renames, ObjectKind::Table);
        let is_it = new_name(facts).is_some_and(|new| new.name.eq_ignore_ascii_case(table));
        renamed.next().filter(|_| is_it).map(|object| &object.name.name)
    })?;
    let created = (0..dropped).filter_map(|index| Table::parse(step.text(index)).ok());
    let mut created = created.filter(|created| created.name.text.eq_ignore_ascii_case(renamed));
    let new = created.next().filter(|created| created.autoincrement().is_some())?;
    Some(references::give_sequence(table, &new.name.text))
}

pub(crate) const SEQUENCE: &str = "keeping the sequence of a table";

/// Gives the sequence away.
pub(crate) async fn keep_sequence(
    connection: &mut Connection,
    step: &PlannedStep<'_>,
    dropped: usize,
) -> sqlx::Result<()> {
    let Some(statements) = kept_sequence(step, dropped) else { return Ok(()) };
    if connection.rows(references::HAS_SEQUENCES.to_owned()).await?.is_empty() {
        return Ok(());
    }
    connection.execute(statements.join(";\n")).await.map(|_| ()).map_err(|failure| failure.error)
}
