//! Enums: types of their own on PostgreSQL, part of a column's type on MySQL, plain text on SQLite.

use super::columns::View;
use super::renames::for_expressions;
use crate::operation::{Constraint, EnumChange, EnumColumn, Operation};
use crate::schema::{Column, Enum, Index, ObjectName, Schema, Table, Type};
use crate::sql::{Dialect, values};

/// The columns of all tables that use an enum.
fn columns_of(schema: &Schema, name: &ObjectName) -> Vec<(ObjectName, Column)> {
    let of_table = |table: &Table| {
        let columns = table.columns.iter().filter(|column| column.type_.enum_name() == Some(name));
        columns.map(|column| (table.name.clone(), column.clone())).collect::<Vec<_>>()
    };
    schema.tables.iter().flat_map(of_table).collect()
}

/// What became of the enums.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) created: Vec<Enum>,
    pub(super) changed: Vec<EnumChange>,
    pub(super) dropped: Vec<Enum>,
}

/// Compares the enums of two schemas. `tables` are those that are there before and after.
pub(super) fn compare(
    dialect: Dialect,
    before: (&Schema, &Schema),
    after: (&Schema, &Schema),
    tables: &[(View<'_>, View<'_>)],
) -> Compared {
    match dialect {
        Dialect::Postgresql => of_types(before, after),
        Dialect::Mysql | Dialect::Sqlite => of_columns(dialect, after.1, tables),
    }
}

fn of_types(before: (&Schema, &Schema), after: (&Schema, &Schema)) -> Compared {
    let mut compared = Compared::default();
    let written = |name: &ObjectName| after.1.enums.iter().find(|own| own.name == *name);
    for new in &after.0.enums {
        match before.0.enums.iter().find(|old| old.name == new.name) {
            None => compared.created.push(written(&new.name).unwrap_or(new).clone()),
            Some(old) if old.values == new.values => {}
            Some(old) => {
                let after_columns = columns_of(after.1, &new.name);
                let both = columns_of(before.1, &new.name).into_iter().filter_map(|(table, column)| {
                    let found =
                        after_columns.iter().find(|(own, new)| *own == table && new.name == column.name);
                    found.map(|(_, new)| EnumColumn { table, before: column, after: new.clone() })
                });
                compared.changed.push(EnumChange {
                    before: old.clone(),
                    after: written(&new.name).unwrap_or(new).clone(),
                    columns: both.collect(),
                    dependents: Vec::new(),
                    rebuild: false,
                });
            }
        }
    }
    let gone = |old: &&Enum| !after.0.enums.iter().any(|new| new.name == old.name);
    compared.dropped = before.0.enums.iter().filter(gone).cloned().collect();
    compared
}

/// What the columns tell of the enums. A database without such types cannot tell of one that no column had.
fn of_columns(dialect: Dialect, after: &Schema, tables: &[(View<'_>, View<'_>)]) -> Compared {
    let mut compared = Compared::default();
    for own in &after.enums {
        let mut columns = Vec::new();
        let mut values: Option<Vec<String>> = None;
        let mut agree = true;
        for (before, new) in tables {
            for column in
                new.written.columns.iter().filter(|column| column.type_.enum_name() == Some(&own.name))
            {
                let Some(old) = before.reflected.column(&column.name) else { continue };
                let listed = values_of(dialect, &old.type_);
                agree &= values.is_none() || values == listed;
                values = listed;
                columns.push(EnumColumn {
                    table: new.written.name.clone(),
                    before: before.column(old),
                    after: column.clone(),
                });
            }
        }
        let is_used = after
            .tables
            .iter()
            .any(|table| table.columns.iter().any(|column| column.type_.enum_name() == Some(&own.name)));
        if columns.is_empty() {
            compared.created.extend(is_used.then(|| own.clone()));
        } else if let Some(values) = values.filter(|values| agree && *values != own.values) {
            let before = Enum { values, renamed_values: Vec::new(), ..own.clone() };
            for column in &mut columns {
                column.before.type_ = Type::Enum(own.name.clone());
            }
            compared.changed.push(EnumChange {
                before,
                after: own.clone(),
                columns,
                dependents: Vec::new(),
                rebuild: false,
            });
        }
    }
    compared
}

/// The values in the type of a column on MySQL.
fn values_of(dialect: Dialect, type_: &Type) -> Option<Vec<String>> {
    let Type::Sql(words) = type_ else { return None };
    if dialect == Dialect::Mysql { values::of_type(words) } else { None }
}

/// Carries out the renames of values where the database does it by itself: in the defaults and conditions of tables that
/// use them.
pub(super) fn rename_values(schema: &mut Schema, change: &EnumChange, dialect: Dialect) {
    let tables: Vec<&ObjectName> = change.columns.iter().map(|column| &column.table).collect();
    for table in schema.tables.iter_mut().filter(|table| tables.contains(&&table.name)) {
        let is_of = |table: &ObjectName, column: &Column| {
            change.columns.iter().any(|own| own.table == *table && own.after.name == column.name)
        };
        let name = table.name.clone();
        for column in &mut table.columns {
            if is_of(&name, column) {
                column
                    .default
                    .iter_mut()
                    .for_each(|text| *text = with_renamed_values(text, change, dialect, true));
            }
        }
        // PostgreSQL says of each value which enum it is of.
        if dialect == Dialect::Postgresql {
            for_expressions(table, |text| *text = with_renamed_values(text, change, dialect, false));
        }
    }
}

/// What goes before the values get other names speaks of them by the old ones: as it does when it comes back.
pub(super) fn say_old_values(operations: &mut [Operation], changes: &[EnumChange], dialect: Dialect) {
    for back in changes.iter().map(EnumChange::inverse).filter(|back| !back.renames().is_empty()) {
        let change = |text: &mut String| *text = with_renamed_values(text, &back, dialect, false);
        for operation in operations.iter_mut() {
            match operation {
                Operation::DropColumn { column, .. } => {
                    column.default.iter_mut().for_each(change);
                    column.generated.iter_mut().for_each(|generated| change(&mut generated.expression));
                }
                Operation::DropIndex { index, .. } => {
                    index.condition.iter_mut().for_each(change);
                    let parts = index.parts.iter_mut().filter(|part| part.is_expression);
                    parts.for_each(|part| change(&mut part.key));
                }
                Operation::DropConstraint { constraint, .. } => {
                    if let Constraint::Check(check) = constraint.as_mut() {
                        change(&mut check.expression);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The expression with the new names of values. `is_own`: a text without a type is a value of this enum too.
pub(super) fn with_renamed_values(
    expression: &str,
    change: &EnumChange,
    dialect: Dialect,
    is_own: bool,
) -> String {
    values::rename(expression, dialect, &change.renames(), &change.after.name.name, is_own)
}

/// Whether one of these values of an enum stands in a default or another expression of a table.
pub(super) fn uses_value(table: &Table, name: &ObjectName, values: &[String], dialect: Dialect) -> bool {
    let mut columns = table.columns.iter().filter(|column| column.type_.enum_name() == Some(name)).peekable();
    if columns.peek().is_none() {
        return false;
    }
    let has = |text: &String| values::has_any(text, values, dialect);
    let of_column = |column: &Column| column.generated.as_ref().is_some_and(|own| has(&own.expression));
    let of_index = |index: &Index| {
        let mut expressions = index.parts.iter().filter(|part| part.is_expression);
        index.condition.as_ref().is_some_and(has) || expressions.any(|part| has(&part.key))
    };
    columns.any(|column| column.default.as_ref().is_some_and(has))
        || table.columns.iter().any(of_column)
        || table.checks.iter().any(|check| has(&check.expression))
        || table.indexes.iter().any(of_index)
}
