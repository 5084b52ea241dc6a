//! What a script for a plain client cannot do.

use crate::migrate::error::MigrateError;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::sqlite::alter::needs_the_database;
use crate::migrate::sqlite::children::{dropped_table, is_replaced, restoring};
use crate::migrate::sqlite::drop::rows_restored;
use crate::sql::Dialect;
use crate::sql::facts::Access;

/// Refuses what cannot be said in SQL alone.
pub(super) fn check(step: &PlannedStep<'_>, dialect: Dialect) -> Result<(), MigrateError> {
    if dialect == Dialect::Sqlite {
        let statements = step.facts();
        for (index, facts) in statements.iter().enumerate() {
            let dropped = dropped_table(facts);
            let Some(table) = dropped.filter(|table| is_replaced(statements, index, table)) else { continue };
            // The tables that reference it are not known here: each one with new rows may.
            for child in statements[index + 1..].iter().flat_map(|facts| facts.tables(Access::Inserts)) {
                if let Some(restoring) = restoring(statements, index, &child.name) {
                    return Err(rows_restored(step, index, table, child.name.clone(), restoring));
                }
            }
        }
    }
    if let Some(index) = (0..step.statements.len()).find(|index| needs_the_database(step, *index)) {
        return Err(MigrateError::NotOffline { path: step.script.path.clone(), line: step.line(index) });
    }
    match step.facts().iter().position(|facts| facts.session.moves) {
        Some(index) => {
            Err(MigrateError::MovesOffline { path: step.script.path.clone(), line: step.line(index) })
        }
        None => Ok(()),
    }
}
