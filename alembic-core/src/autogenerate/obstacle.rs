//! What stands in the way of a change: views, triggers and the like that use a table or a column.

use std::fmt;

use crate::operation::{Operation, rename, touched};
use crate::schema::{ObjectName, TextObject};
use crate::sql::Dialect;

/// Something that uses what an operation changes. Some databases refuse the change, others let it break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The place of the operation among all.
    pub operation: usize,
    /// What is in the way.
    pub object: TextObject,
    /// The table that it uses.
    pub table: ObjectName,
    /// The column that it uses; none where the whole table is meant.
    pub column: Option<String>,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TextObject { kind, name, .. } = &self.object;
        let (verb, why) = match is_unread(&self.object) {
            true => ("may use", " (the right SHOW VIEW would tell)"),
            false => ("uses", ""),
        };
        let column = self.column.as_ref().map_or_else(String::new, |column| format!(".{column}"));
        write!(formatter, "the {kind} {name} {verb} {}{column}{why}", self.table)
    }
}

/// All that is in the way of these operations.
pub(super) fn obstacles(dialect: Dialect, operations: &[Operation], objects: &[TextObject]) -> Vec<Obstacle> {
    let mut objects = objects.to_vec();
    let mut found = Vec::new();
    for (operation, own) in operations.iter().enumerate() {
        if let Operation::DropObject(object) = own {
            objects.retain(|other| !other.is(object));
        }
        for (table, column) in touched(dialect, own) {
            for thing in &objects {
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
                    let (object, table, column) = (thing.clone(), table.clone(), column.cloned());
                    found.push(Obstacle { operation, object, table, column });
                }
            }
        }
        rename(&mut objects, own);
    }
    found
}

/// Whether a view's query is hidden, as MySQL does without the right SHOW VIEW: it may use anything.
fn is_unread(thing: &TextObject) -> bool {
    thing.kind == "view" && thing.definition.as_deref().is_none_or(str::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table, Type};

    /// Without its query nobody knows what a view uses.
    #[test]
    fn a_view_that_cannot_be_read_may_be_in_the_way() {
        let name = |name: &str| ObjectName { schema: None, name: name.to_owned() };
        let view = TextObject { definition: Some(String::new()), ..TextObject::new("view", name("v")) };
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
