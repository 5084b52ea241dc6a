//! Which operations are written as one.

use std::borrow::Cow;
use std::collections::HashMap;

use super::numbered;
use crate::operation::{Constraint, Fill, Operation};
use crate::schema::{ObjectName, Schema, Table};
use crate::sql::Dialect;

/// What is written at once.
#[expect(clippy::large_enum_variant, reason = "most of them are single operations, which are borrowed")]
pub(super) enum Action<'a> {
    /// One operation.
    Single(Cow<'a, Operation>),
    /// Changes of columns of one table.
    Columns(Vec<&'a Operation>),
    /// MySQL: changes of the keys of one table and of the columns that need them.
    Keys(Vec<&'a Operation>),
}

impl Action<'_> {
    /// The table whose columns it writes down.
    pub(super) fn table(&self) -> Option<&ObjectName> {
        let operation = match self {
            Action::Single(operation) => operation.as_ref(),
            Action::Columns(operations) | Action::Keys(operations) => operations.first()?,
        };
        match operation {
            Operation::CreateTable(table) => Some(&table.name),
            Operation::AddColumn { table, .. } | Operation::AlterColumn { table, .. } => Some(table),
            _ => None,
        }
    }
}

/// The operations as they are written, in their order. `schemas` are those that they lead to and come from.
pub(super) fn merged<'a>(
    dialect: Dialect,
    operations: &'a [Operation],
    schemas: [&Schema; 2],
) -> Vec<Action<'a>> {
    let mut taken = vec![false; operations.len()];
    let mut groups = match dialect {
        Dialect::Mysql => numbered::groups(operations, schemas),
        Dialect::Sqlite | Dialect::Postgresql => HashMap::new(),
    };
    groups.values().flatten().for_each(|place| taken[*place] = true);
    let mut actions = Vec::new();
    for (place, operation) in operations.iter().enumerate() {
        if let Some(group) = groups.remove(&place) {
            actions.push(Action::Keys(group.into_iter().map(|place| &operations[place]).collect()));
            continue;
        }
        if taken[place] {
            continue;
        }
        match operation {
            Operation::CreateTable(table) if dialect == Dialect::Sqlite => {
                let table = with_later_keys(table, operations, &mut taken);
                actions.push(Action::Single(Cow::Owned(Operation::CreateTable(Box::new(table)))));
            }
            Operation::DropConstraint { table, constraint, .. }
                if dialect == Dialect::Sqlite && goes_with_its_table(table, constraint, operations) => {}
            Operation::AlterColumn { table, fill: Fill::Nothing, .. } => {
                let next =
                    (place..operations.len()).take_while(|next| is_plain_change(&operations[*next], table));
                let next: Vec<usize> = next.filter(|next| !taken[*next]).collect();
                next.iter().for_each(|next| taken[*next] = true);
                actions.push(Action::Columns(next.into_iter().map(|next| &operations[next]).collect()));
            }
            _ => actions.push(Action::Single(Cow::Borrowed(operation))),
        }
    }
    actions
}

fn is_plain_change(operation: &Operation, wanted: &ObjectName) -> bool {
    matches!(operation, Operation::AlterColumn { table, fill: Fill::Nothing, .. } if table == wanted)
}

/// SQLite lets a foreign key refer to a table that is not there yet: the table gets all of its keys at once, but for those to
/// tables that were there before, whose rows cannot be changed while what is referred to is missing.
fn with_later_keys(table: &Table, operations: &[Operation], taken: &mut [bool]) -> Table {
    let is_new = |name: &ObjectName| {
        operations.iter().any(|own| matches!(own, Operation::CreateTable(table) if table.name == *name))
    };
    let mut table = table.clone();
    for (place, operation) in operations.iter().enumerate() {
        if let Operation::AddConstraint { table: own, constraint, .. } = operation
            && *own == table.name
            && let Constraint::ForeignKey(key) = constraint.as_ref()
            && is_new(&key.references)
        {
            table.foreign_keys.push(key.clone());
            taken[place] = true;
        }
    }
    table
}

/// Whether a constraint is a foreign key of a table to itself, which is dropped with it.
fn goes_with_its_table(table: &ObjectName, constraint: &Constraint, operations: &[Operation]) -> bool {
    let drops = |operation: &Operation| matches!(operation, Operation::DropTable(own) if own.name == *table);
    matches!(constraint, Constraint::ForeignKey(key) if key.references == *table)
        && operations.iter().any(drops)
}
