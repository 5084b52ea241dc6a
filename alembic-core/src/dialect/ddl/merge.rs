//! Which operations are written as one.

use std::borrow::Cow;

use crate::operation::{Constraint, Fill, Key, Operation};
use crate::schema::{Column, ObjectName, Table};
use crate::sql::Dialect;

/// What is written at once.
pub(super) enum Action<'a> {
    /// One operation.
    Single(Cow<'a, Operation>),
    /// Changes of columns of one table.
    Columns(Vec<&'a Operation>),
    /// MySQL: a change of the primary key, and of the columns that it numbers or no longer numbers, or has other prefixes of. A
    /// numbered column without a key is refused, and so is a key of a whole text, whichever of the two is changed first.
    Key(Vec<&'a Operation>),
}

impl Action<'_> {
    /// The table whose columns it writes down.
    pub(super) fn table(&self) -> Option<&ObjectName> {
        let operation = match self {
            Action::Single(operation) => operation.as_ref(),
            Action::Columns(operations) | Action::Key(operations) => operations.first()?,
        };
        match operation {
            Operation::CreateTable(table) => Some(&table.name),
            Operation::AddColumn { table, .. } | Operation::AlterColumn { table, .. } => Some(table),
            _ => None,
        }
    }
}

/// The operations as they are written, in their order.
pub(super) fn merged(dialect: Dialect, operations: &[Operation]) -> Vec<Action<'_>> {
    let mut taken = vec![false; operations.len()];
    let mut actions = Vec::new();
    for (place, operation) in operations.iter().enumerate() {
        if taken[place] {
            continue;
        }
        match operation {
            Operation::CreateTable(table) if dialect == Dialect::Sqlite => {
                let table = with_later_keys(table, operations, &mut taken);
                actions.push(Action::Single(Cow::Owned(Operation::CreateTable(Box::new(table)))));
            }
            Operation::AlterColumn { table, fill: Fill::Nothing, .. } => {
                let next = operations[place..].iter().take_while(|next| is_plain_change(next, table));
                let columns: Vec<&Operation> = next.collect();
                taken[place..place + columns.len()].fill(true);
                actions.push(Action::Columns(columns));
            }
            _ => actions.push(Action::Single(Cow::Borrowed(operation))),
        }
    }
    if dialect == Dialect::Mysql { with_numbered_columns(actions) } else { actions }
}

fn is_plain_change(operation: &Operation, wanted: &ObjectName) -> bool {
    matches!(operation, Operation::AlterColumn { table, fill: Fill::Nothing, .. } if table == wanted)
}

/// SQLite lets a foreign key refer to a table that is not there yet: the table gets all of its keys at once.
fn with_later_keys(table: &Table, operations: &[Operation], taken: &mut [bool]) -> Table {
    let mut table = table.clone();
    for (place, operation) in operations.iter().enumerate() {
        if let Operation::AddConstraint { table: own, constraint, .. } = operation
            && *own == table.name
            && let Constraint::ForeignKey(key) = constraint.as_ref()
        {
            table.foreign_keys.push(key.clone());
            taken[place] = true;
        }
    }
    table
}

/// The columns of which a primary key has more or fewer characters than before.
fn cut_otherwise(before: Option<&Key>, after: Option<&Key>) -> Vec<String> {
    let (Some(before), Some(after)) = (before, after) else { return Vec::new() };
    let other = |column: &&String| before.key.prefix(column) != after.key.prefix(column);
    let kept = after.key.columns.iter().filter(|column| before.key.columns.contains(column));
    kept.filter(other).cloned().collect()
}

/// Brings the changes of numbered columns, and of those of which the key has other prefixes, to that of the primary key of
/// their table.
fn with_numbered_columns(actions: Vec<Action<'_>>) -> Vec<Action<'_>> {
    let mut actions: Vec<Option<Action<'_>>> = actions.into_iter().map(Some).collect();
    for place in 0..actions.len() {
        let Some(Action::Single(Cow::Borrowed(key @ Operation::ChangePrimaryKey { table, before, after }))) =
            &actions[place]
        else {
            continue;
        };
        let key: &Operation = key;
        let numbered = |side: &Option<Key>| side.as_ref().and_then(|side| side.numbered.clone());
        let cut_otherwise = cut_otherwise(before.as_ref(), after.as_ref());
        let (before, after) = (numbered(before), numbered(after));
        let table = table.clone();
        let is_numbered =
            |column: &Column| [&before, &after].into_iter().flatten().any(|own| own.name == column.name);
        let mut together = vec![key];
        for action in &mut actions {
            match action {
                Some(Action::Single(Cow::Borrowed(operation))) => {
                    let own = match operation {
                        Operation::AddColumn { table: own, column, .. }
                        | Operation::DropColumn { table: own, column } => {
                            *own == table && column.identity.is_some() && is_numbered(column)
                        }
                        _ => false,
                    };
                    if own {
                        together.push(operation);
                        *action = None;
                    }
                }
                Some(Action::Columns(columns)) => {
                    columns.retain(|operation| {
                        let own = matches!(operation, Operation::AlterColumn { table: own, before, after, .. }
                            if *own == table && ((before.identity != after.identity && is_numbered(after))
                                || cut_otherwise.contains(&after.name)));
                        if own {
                            together.push(operation);
                        }
                        !own
                    });
                    if columns.is_empty() {
                        *action = None;
                    }
                }
                _ => {}
            }
        }
        if together.len() > 1 {
            actions[place] = Some(Action::Key(together));
        }
    }
    actions.into_iter().flatten().collect()
}
