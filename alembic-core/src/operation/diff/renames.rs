//! What is only called otherwise: found by `renamed_from`, and carried out on the schema before, so that the rest of the
//! comparison sees the same names on both sides.

use crate::operation::Operation;
use crate::schema::{ObjectName, Schema, Table};
use crate::sql::Dialect;
use crate::sql::expression::{rename, rename_type};

/// The renames of enums, tables and columns, in the order in which they are done.
pub(super) fn find(before: &Schema, after: &Schema) -> Vec<Operation> {
    let mut operations = Vec::new();
    for own in &after.enums {
        let Some(from) = own.renamed_from.clone() else { continue };
        let has = |name: &ObjectName| before.enums.iter().any(|known| known.name == *name);
        if has(&from) && !has(&own.name) {
            operations.push(Operation::RenameEnum { from, to: own.name.clone() });
        }
    }
    for table in &after.tables {
        let mut old = before.table(&table.name);
        if let Some(from) = table.renamed_from.clone()
            && old.is_none()
            && after.table(&from).is_none_or(|other| other.renamed_from.is_some())
        {
            old = before.table(&from);
            if old.is_some() {
                operations.push(Operation::RenameTable { from, to: table.name.clone() });
            }
        }
        let Some(old) = old else { continue };
        for column in &table.columns {
            if let Some(from) = &column.renamed_from
                && old.column(from).is_some()
                && old.column(&column.name).is_none()
            {
                let (table, from, to) = (table.name.clone(), from.clone(), column.name.clone());
                operations.push(Operation::RenameColumn { table, from, to });
            }
        }
    }
    operations
}

/// Carries out the renames on a schema.
pub(super) fn apply(schema: &mut Schema, operations: &[Operation], dialect: Dialect) {
    for operation in operations {
        match operation {
            Operation::RenameEnum { from, to } => rename_enum(schema, from, to, dialect),
            Operation::RenameTable { from, to } => rename_table(schema, from, to),
            Operation::RenameColumn { table, from, to } => rename_column(schema, table, from, to, dialect),
            _ => {}
        }
    }
}

fn rename_enum(schema: &mut Schema, from: &ObjectName, to: &ObjectName, dialect: Dialect) {
    for own in schema.enums.iter_mut().filter(|own| own.name == *from) {
        own.name.clone_from(to);
    }
    for table in &mut schema.tables {
        for column in &mut table.columns {
            if let Some(name) = column.type_.enum_name_mut().filter(|name| *name == from) {
                name.clone_from(to);
            }
        }
        for_expressions(table, |text| *text = rename_type(text, dialect, from.parts(), to.parts()));
    }
}

fn rename_table(schema: &mut Schema, from: &ObjectName, to: &ObjectName) {
    for table in &mut schema.tables {
        if table.name == *from {
            table.name.clone_from(to);
        }
        for key in &mut table.foreign_keys {
            if key.references == *from {
                key.references.clone_from(to);
            }
        }
    }
    schema.tables.sort_by(|a, b| a.name.cmp(&b.name));
}

fn rename_column(schema: &mut Schema, table: &ObjectName, from: &str, to: &str, dialect: Dialect) {
    let replace = |names: &mut Vec<String>| {
        names.iter_mut().filter(|name| *name == from).for_each(|name| *name = to.to_owned());
    };
    for own in &mut schema.tables {
        for key in own.foreign_keys.iter_mut().filter(|key| key.references == *table) {
            replace(&mut key.referenced_columns);
        }
        if own.name != *table {
            continue;
        }
        for column in own.columns.iter_mut().filter(|column| column.name == from) {
            column.name = to.to_owned();
        }
        own.primary_key.iter_mut().for_each(|key| replace(&mut key.columns));
        own.uniques.iter_mut().for_each(|unique| replace(&mut unique.columns));
        own.foreign_keys.iter_mut().for_each(|key| replace(&mut key.columns));
        for index in &mut own.indexes {
            replace(&mut index.include);
            let names = index.parts.iter_mut().filter(|part| !part.is_expression && part.key == from);
            names.for_each(|part| part.key = to.to_owned());
        }
        for_expressions(own, |text| *text = rename(text, dialect, from, to));
    }
}

/// All expressions of a table.
pub(crate) fn for_expressions(table: &mut Table, mut change: impl FnMut(&mut String)) {
    for column in &mut table.columns {
        column.default.iter_mut().for_each(&mut change);
        column.check.iter_mut().for_each(&mut change);
        column.generated.iter_mut().for_each(|generated| change(&mut generated.expression));
    }
    for check in &mut table.checks {
        change(&mut check.expression);
        check.definition.iter_mut().for_each(&mut change);
    }
    table.primary_key.iter_mut().filter_map(|key| key.definition.as_mut()).for_each(&mut change);
    table.uniques.iter_mut().filter_map(|unique| unique.definition.as_mut()).for_each(&mut change);
    table.foreign_keys.iter_mut().filter_map(|key| key.definition.as_mut()).for_each(&mut change);
    for index in &mut table.indexes {
        index.definition.iter_mut().for_each(&mut change);
        index.condition.iter_mut().for_each(&mut change);
        index.parts.iter_mut().filter(|part| part.is_expression).for_each(|part| change(&mut part.key));
    }
}
