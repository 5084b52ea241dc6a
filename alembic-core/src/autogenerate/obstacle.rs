//! What stands in the way of a change: views, triggers and the like that use a table or a column.

use std::fmt;

use crate::operation::Operation;
use crate::schema::{Foreign, ObjectName};
use crate::script::Dialect;

/// Something that uses what an operation changes. Some databases refuse the change, others let it break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The place of the operation among all.
    pub operation: usize,
    /// What is in the way.
    pub foreign: Foreign,
    /// The table that it uses.
    pub table: ObjectName,
    /// The column that it uses; none where the whole table is meant.
    pub column: Option<String>,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Foreign { kind, name, .. } = &self.foreign;
        let column = self.column.as_ref().map_or_else(String::new, |column| format!(".{column}"));
        write!(formatter, "the {kind} {name} uses {}{column}", self.table)
    }
}

/// All that is in the way of these operations.
pub(super) fn obstacles(dialect: Dialect, operations: &[Operation], foreign: &[Foreign]) -> Vec<Obstacle> {
    let mut found = Vec::new();
    for (operation, own) in operations.iter().enumerate() {
        let Some((table, column)) = touched(dialect, own) else { continue };
        for thing in foreign {
            let goes_along = thing.table.as_ref() == Some(table) && matches!(own, Operation::DropTable(_));
            let uses = thing
                .uses
                .iter()
                .any(|used| used.table == *table && (column.is_none() || used.column.as_ref() == column));
            if uses && !goes_along {
                let (foreign, table, column) = (thing.clone(), table.clone(), column.cloned());
                found.push(Obstacle { operation, foreign, table, column });
            }
        }
    }
    found
}

/// The table or column that is not what it was afterwards.
fn touched(dialect: Dialect, operation: &Operation) -> Option<(&ObjectName, Option<&String>)> {
    // PostgreSQL's views hold no names, and SQLite writes the new ones into views and triggers.
    let breaks_names = dialect == Dialect::Mysql;
    match operation {
        Operation::DropTable(table) => Some((&table.name, None)),
        Operation::RenameTable { from, .. } if breaks_names => Some((from, None)),
        Operation::DropColumn { table, column } => Some((table, Some(&column.name))),
        Operation::RenameColumn { table, from, .. } if breaks_names => Some((table, Some(from))),
        Operation::AlterColumn { table, before, after, .. } if before.type_ != after.type_ => {
            Some((table, Some(&after.name)))
        }
        _ => None,
    }
}
