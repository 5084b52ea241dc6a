//! MySQL: changes of numbered columns and of their keys, which have to be one statement.
//!
//! A numbered column has to be the first of some key at the end of each statement, and a key of a whole text is refused: so
//! neither of the two can be changed before the other.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{DdlError, Statement, Writer};
use crate::operation::{Constraint, Fill, Key, Operation};
use crate::schema::{Column, Index, ObjectName, Schema, Table};

/// The operations that are written as one, by the place at which that is.
pub(super) fn groups(operations: &[Operation], schemas: [&Schema; 2]) -> HashMap<usize, Vec<usize>> {
    let tables: BTreeSet<&ObjectName> = operations.iter().filter_map(table_of).collect();
    let mut of_table: HashMap<&ObjectName, Vec<usize>> = HashMap::new();
    for (place, operation) in operations.iter().enumerate() {
        if let Some(table) = table_of(operation) {
            of_table.entry(table).or_default().push(place);
        }
    }
    let mut groups = HashMap::new();
    for table in tables {
        let own = of_table.remove(table).unwrap_or_default();
        let known: Vec<&Table> = schemas.iter().filter_map(|schema| schema.table(table)).collect();
        let group = Group::new(own.iter().map(|place| &operations[*place]).collect(), &known);
        let mut members: Vec<usize> =
            own.into_iter().filter(|place| group.has(&operations[*place])).collect();
        // Columns of the primary key are made NOT NULL before, and may be dropped or NULL after it.
        let is_key = |place: &usize| matches!(operations[*place], Operation::ChangePrimaryKey { .. });
        let place = members.iter().copied().find(is_key).or(members.last().copied());
        members.sort_by_key(|place| !is_key(place));
        if let (true, Some(place)) = (members.len() > 1, place) {
            groups.insert(place, members);
        }
    }
    groups
}

/// The table whose keys or columns an operation changes.
fn table_of(operation: &Operation) -> Option<&ObjectName> {
    match operation {
        Operation::AddColumn { table, .. }
        | Operation::DropColumn { table, .. }
        | Operation::AlterColumn { table, fill: Fill::Nothing, .. }
        | Operation::ChangePrimaryKey { table, .. }
        | Operation::CreateIndex { table, .. }
        | Operation::DropIndex { table, .. } => Some(table),
        Operation::AddConstraint { table, constraint, .. }
        | Operation::DropConstraint { table, constraint, .. }
            if matches!(constraint.as_ref(), Constraint::Unique(_)) =>
        {
            Some(table)
        }
        _ => None,
    }
}

/// What belongs together of one table.
#[derive(Default)]
struct Group {
    /// Numbered columns that no key numbers before and after alike.
    without_key: HashSet<String>,
    /// Numbered columns of a primary key that changes.
    of_key: HashSet<String>,
    /// Columns of which a primary key has more or fewer characters than before.
    cut_otherwise: HashSet<String>,
}

impl Group {
    /// `known` is the table before and after, as far as it is called the same.
    fn new(operations: Vec<&Operation>, known: &[&Table]) -> Group {
        let mut group = Group::default();
        let changed: Vec<Vec<&str>> = operations.iter().flat_map(|operation| keys_of(operation)).collect();
        let is_kept = |column: &str| {
            let keys = known.iter().flat_map(|table| keys(table));
            let mut own = keys.filter(|key| key.first() == Some(&column));
            own.any(|key| !changed.contains(&key))
        };
        let numbered = operations.iter().flat_map(|operation| columns_of(operation));
        let numbered = numbered.chain(known.iter().flat_map(|table| &table.columns));
        for column in numbered.filter(|column| column.identity.is_some() && !is_kept(&column.name)) {
            group.without_key.insert(column.name.clone());
        }
        for operation in operations {
            if let Operation::ChangePrimaryKey { before, after, .. } = operation {
                let numbered = [before, after].into_iter().flatten().filter_map(|key| key.numbered.as_ref());
                group.of_key.extend(numbered.map(|column| column.name.clone()));
                group.cut_otherwise.extend(cut_otherwise(before.as_ref(), after.as_ref()));
            }
        }
        group
    }

    fn has(&self, operation: &Operation) -> bool {
        let is_numbered =
            |column: &Column| self.of_key.contains(&column.name) || self.without_key.contains(&column.name);
        match operation {
            Operation::AddColumn { column, .. } | Operation::DropColumn { column, .. } => {
                column.identity.is_some() && is_numbered(column)
            }
            Operation::AlterColumn { before, after, .. } => {
                (before.identity != after.identity && is_numbered(after))
                    || self.cut_otherwise.contains(&after.name)
            }
            Operation::ChangePrimaryKey { .. } => true,
            _ => keys_of(operation).iter().any(|key| self.without_key.contains(key[0])),
        }
    }
}

/// The columns that an operation writes down.
fn columns_of(operation: &Operation) -> Vec<&Column> {
    match operation {
        Operation::AddColumn { column, .. } | Operation::DropColumn { column, .. } => vec![column],
        Operation::AlterColumn { before, after, .. } => vec![before, after],
        _ => Vec::new(),
    }
}

/// The columns of each key that an operation adds or drops.
fn keys_of(operation: &Operation) -> Vec<Vec<&str>> {
    let key = match operation {
        Operation::ChangePrimaryKey { before, after, .. } => {
            let both = [before, after].into_iter().flatten();
            return both.map(|key| names(&key.key.columns)).collect();
        }
        Operation::CreateIndex { index, .. } | Operation::DropIndex { index, .. } => of_index(index),
        Operation::AddConstraint { constraint, .. } | Operation::DropConstraint { constraint, .. } => {
            match constraint.as_ref() {
                Constraint::Unique(unique) => names(&unique.columns),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    };
    if key.is_empty() { Vec::new() } else { vec![key] }
}

/// The columns of each key of a table.
fn keys(table: &Table) -> Vec<Vec<&str>> {
    let primary = table.primary_key.iter().map(|key| names(&key.columns));
    let uniques = table.uniques.iter().map(|unique| names(&unique.columns));
    primary.chain(uniques).chain(table.indexes.iter().map(of_index)).collect()
}

fn names(columns: &[String]) -> Vec<&str> {
    columns.iter().map(String::as_str).collect()
}

/// The columns of an index that can number; none for others.
fn of_index(index: &Index) -> Vec<&str> {
    let is_plain = index.method.is_none() && index.parts.iter().all(|part| !part.is_expression);
    if is_plain { index.parts.iter().map(|part| part.key.as_str()).collect() } else { Vec::new() }
}

fn cut_otherwise(before: Option<&Key>, after: Option<&Key>) -> Vec<String> {
    let (Some(before), Some(after)) = (before, after) else { return Vec::new() };
    let other = |column: &&String| before.key.prefix(column) != after.key.prefix(column);
    let kept = after.key.columns.iter().filter(|column| before.key.columns.contains(column));
    kept.filter(other).cloned().collect()
}

/// The indexes of a table without which a column of it could not be numbered.
pub(super) fn needed_indexes(table: &Table) -> Vec<&Index> {
    let numbered = table.columns.iter().filter(|column| column.identity.is_some());
    let is_first = |key: &[String], column: &Column| key.first() == Some(&column.name);
    let has_key = |column: &&Column| {
        table.primary_key.as_ref().is_some_and(|key| is_first(&key.columns, column))
            || table.uniques.iter().any(|unique| is_first(&unique.columns, column))
    };
    let index = |column: &Column| {
        table.indexes.iter().find(|index| of_index(index).first() == Some(&column.name.as_str()))
    };
    numbered.filter(|column| !has_key(column)).filter_map(index).collect()
}

impl Writer<'_> {
    /// Changes keys and columns of one table in one statement.
    pub(super) fn change_keys(
        &self,
        operations: &[&Operation],
        out: &mut Vec<Statement>,
    ) -> Result<(), DdlError> {
        let mut actions = Vec::new();
        let mut notes = Vec::new();
        let mut changed = None;
        for operation in operations {
            notes.extend(operation.loss().map(|loss| format!("Loses data: {loss}.")));
            changed = changed.or(table_of(operation));
            match operation {
                Operation::ChangePrimaryKey { table, before, after } => {
                    actions.extend(self.key_actions(table, before.as_ref(), after.as_ref()));
                }
                Operation::AddColumn { table, column, .. } => {
                    actions.insert(0, format!("ADD COLUMN {}", self.column(table, column)?));
                }
                Operation::DropColumn { column, .. } => {
                    actions.push(format!("DROP COLUMN {}", self.name(&column.name)));
                }
                Operation::AlterColumn { table, before, after, .. } => {
                    let retyping = self.retyping(table, before, after)?;
                    notes.extend(retyping.as_ref().and_then(|retyping| retyping.note(table, &after.name)));
                    out.extend(retyping.iter().flat_map(|retyping| self.checked(table, before, retyping)));
                    actions.push(format!("MODIFY COLUMN {}", self.column(table, after)?));
                }
                Operation::CreateIndex { table, index, key_index } => {
                    actions.extend(self.add_index_actions(table, index, key_index.as_deref())?);
                }
                Operation::DropIndex { index, key_index, .. } => {
                    actions.extend(self.drop_index_actions(index, key_index.as_deref()));
                }
                Operation::AddConstraint { constraint, key_index, .. } => {
                    actions.extend(self.add_actions(constraint, key_index.as_deref()));
                }
                Operation::DropConstraint { constraint, key_index, .. } => {
                    actions.extend(self.drop_actions(constraint, key_index.as_deref()));
                }
                _ => {}
            }
        }
        if let (Some(table), false) = (changed, actions.is_empty()) {
            out.push(Statement { notes, sql: self.alter(table, &actions) });
        }
        Ok(())
    }
}
