//! What is desired, by whoever says it.

use super::names::{adopt_names, earlier};
use crate::dialect::generic_type;
use crate::models::Aspect;
use crate::schema::{Column, ForeignKey, Schema, Table, Type};
use crate::script::Dialect;

/// Takes from the actual schema what the source of the desired one has no words for.
pub(super) fn fill_untold(desired: &mut Schema, actual: &Schema, untold: &[Aspect], dialect: Dialect) {
    for table in &mut desired.tables {
        if let Some(found) = earlier(table, actual) {
            for aspect in untold {
                fill_table(table, found, *aspect, dialect);
            }
        }
    }
}

fn fill_table(table: &mut Table, actual: &Table, aspect: Aspect, dialect: Dialect) {
    match aspect {
        Aspect::Defaults => for_columns(table, actual, |own, found| own.default.clone_from(&found.default)),
        Aspect::Identities => for_columns(table, actual, |own, found| own.identity = found.identity),
        Aspect::Generated => {
            for_columns(table, actual, |own, found| own.generated.clone_from(&found.generated));
        }
        Aspect::Collations => {
            for_columns(table, actual, |own, found| own.collation.clone_from(&found.collation));
        }
        Aspect::Comments => {
            table.comment.clone_from(&actual.comment);
            for_columns(table, actual, |own, found| own.comment.clone_from(&found.comment));
        }
        Aspect::Uniques => table.uniques.clone_from(&actual.uniques),
        Aspect::Checks => table.checks.clone_from(&actual.checks),
        Aspect::Indexes => table.indexes.clone_from(&actual.indexes),
        Aspect::ForeignKeys => fill_foreign_keys(table, actual),
        Aspect::Names => adopt_names(table, actual, None),
        Aspect::Sizes => for_columns(table, actual, |own, found| {
            if own.type_ == without_size(&own.type_, dialect)
                && own.type_ == without_size(&found.type_, dialect)
            {
                own.type_.clone_from(&found.type_);
            }
        }),
    }
}

fn for_columns(table: &mut Table, actual: &Table, fill: impl Fn(&mut Column, &Column)) {
    for column in &mut table.columns {
        let earlier = column.renamed_from.as_deref().and_then(|name| actual.column(name));
        if let Some(found) = actual.column(&column.name).or(earlier) {
            fill(column, found);
        }
    }
}

/// A foreign key of one column to a primary key is told, and what it does is not. Others are not told at all.
fn fill_foreign_keys(table: &mut Table, actual: &Table) {
    let same = |own: &ForeignKey, found: &ForeignKey| {
        own.columns == found.columns && own.references == found.references
    };
    for own in &mut table.foreign_keys {
        if let Some(found) = actual.foreign_keys.iter().find(|found| same(own, found)) {
            own.clone_from(found);
        }
    }
    for found in &actual.foreign_keys {
        if found.columns.len() > 1 && !table.foreign_keys.iter().any(|own| same(own, found)) {
            table.foreign_keys.push(found.clone());
        }
    }
}

/// The type without a length, precision or scale.
fn without_size(type_: &Type, dialect: Dialect) -> Type {
    match type_ {
        Type::Varchar(_) | Type::Char(_) => Type::Text,
        Type::Varbinary(_) => Type::Bytes,
        Type::Decimal { .. } => Type::Decimal { precision: None, scale: None },
        Type::Sql(words) => {
            let (word, _) = words.split_once('(').unwrap_or((words, ""));
            let after = words.split_once(')').map_or("", |(_, after)| after);
            match (dialect, format!("{word}{after}").to_ascii_lowercase().as_str()) {
                (Dialect::Mysql, "tinytext" | "text" | "mediumtext") => Type::Text,
                (Dialect::Mysql, "tinyblob" | "blob" | "mediumblob" | "binary") => Type::Bytes,
                (Dialect::Mysql, "datetime" | "timestamp") => Type::TimestampTz,
                (Dialect::Mysql, "time") => Type::Time,
                (_, "character varying" | "character") => Type::Text,
                (_, other) => generic_type(dialect, other),
            }
        }
        other => other.clone(),
    }
}
