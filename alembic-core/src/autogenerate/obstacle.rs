//! What stands in the way of a change: views, triggers and the like that use a table or a column.

use std::fmt;

use crate::operation::Operation;
use crate::schema::{Foreign, ObjectName};
use crate::sql::Dialect;

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
        let (verb, why) = match is_unread(&self.foreign) {
            true => ("may use", " (the right SHOW VIEW would tell)"),
            false => ("uses", ""),
        };
        let column = self.column.as_ref().map_or_else(String::new, |column| format!(".{column}"));
        write!(formatter, "the {kind} {name} {verb} {}{column}{why}", self.table)
    }
}

/// All that is in the way of these operations.
pub(super) fn obstacles(dialect: Dialect, operations: &[Operation], foreign: &[Foreign]) -> Vec<Obstacle> {
    let mut foreign = foreign.to_vec();
    let mut found = Vec::new();
    for (operation, own) in operations.iter().enumerate() {
        for (table, column) in touched(dialect, own) {
            for thing in &foreign {
                let goes_along =
                    thing.table.as_ref() == Some(table) && matches!(own, Operation::DropTable(_));
                let uses = thing
                    .uses
                    .iter()
                    .any(|used| used.table == *table && (column.is_none() || used.column.as_ref() == column));
                // MySQL moves no table away from its triggers.
                let stays = matches!(own, Operation::RenameTable { from, to } if from.schema != to.schema)
                    && dialect == Dialect::Mysql
                    && thing.kind == "trigger"
                    && thing.table.as_ref() == Some(table);
                if (uses || stays || is_unread(thing)) && !goes_along {
                    let (foreign, table, column) = (thing.clone(), table.clone(), column.cloned());
                    found.push(Obstacle { operation, foreign, table, column });
                }
            }
        }
        rename(&mut foreign, own);
    }
    found
}

/// Whether a view's query is hidden, as MySQL does without the right SHOW VIEW: it may use anything.
fn is_unread(thing: &Foreign) -> bool {
    thing.kind == "view" && thing.definition.as_deref().is_none_or(str::is_empty)
}

/// The tables and columns that are not what they were afterwards.
fn touched(dialect: Dialect, operation: &Operation) -> Vec<(&ObjectName, Option<&String>)> {
    // PostgreSQL's views hold no names, and SQLite writes the new ones into views and triggers.
    let breaks_names = dialect == Dialect::Mysql;
    match operation {
        Operation::DropTable(table) => vec![(&table.name, None)],
        Operation::RenameTable { from, .. } if breaks_names => vec![(from, None)],
        Operation::DropColumn { table, column } => vec![(table, Some(&column.name))],
        Operation::RenameColumn { table, from, .. } if breaks_names => vec![(table, Some(from))],
        Operation::AlterColumn { table, before, after, .. } if before.type_ != after.type_ => {
            vec![(table, Some(&after.name))]
        }
        // A type that is built anew is another type.
        Operation::ChangeEnum(change) if dialect == Dialect::Postgresql && change.steps().is_none() => {
            change.columns.iter().map(|own| (&own.table, Some(&own.after.name))).collect()
        }
        _ => Vec::new(),
    }
}

/// What something foreign uses is called otherwise after a rename.
fn rename(foreign: &mut [Foreign], operation: &Operation) {
    let own = foreign.iter_mut();
    match operation {
        Operation::RenameTable { from, to } => {
            for thing in own {
                let names = thing.uses.iter_mut().map(|used| &mut used.table).chain(&mut thing.table);
                names.filter(|name| *name == from).for_each(|name| name.clone_from(to));
            }
        }
        Operation::RenameColumn { table, from, to } => {
            let uses = own.flat_map(|thing| &mut thing.uses).filter(|used| used.table == *table);
            let columns = uses.filter_map(|used| used.column.as_mut());
            columns.filter(|column| *column == from).for_each(|column| column.clone_from(to));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table, Type};

    /// Without its query nobody knows what a view uses.
    #[test]
    fn a_view_that_cannot_be_read_may_be_in_the_way() {
        let name = |name: &str| ObjectName { schema: None, name: name.to_owned() };
        let view = Foreign {
            kind: "view".to_owned(),
            name: name("v"),
            table: None,
            definition: Some(String::new()),
            uses: Vec::new(),
        };
        let (table, column) = (name("t"), Column::new("a".to_owned(), Type::Text));
        let operations = [
            Operation::DropColumn { table: table.clone(), column: Box::new(column) },
            Operation::CreateTable(Box::new(Table::new(table))),
        ];
        let found = obstacles(Dialect::Mysql, &operations, &[view]);
        let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["the view v may use t.a (the right SHOW VIEW would tell)"]);
    }
}
