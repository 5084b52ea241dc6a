//! The properties of a definition that stored rows and indexes depend on: while they stay the same, only the text changes.

use std::ops::Range;

use super::keys::{KeyPart, collation, key_parts};
use crate::dialect::sqlite::definition::{Affinity, Column, Rule, Table, same};
use crate::sql::Reader;

/// How a table stores its rows and the indexes of its constraints.
#[derive(PartialEq, Eq)]
pub(super) struct Storage {
    without_rowid: bool,
    strict: bool,
    autoincrement: bool,
    /// The column that is another name of the rowid, or at least has no automatic index: that counts in their names.
    integer_key: Option<String>,
    columns: Vec<Stored>,
    /// SQLite numbers the automatic indexes in this order.
    keys: Vec<Vec<KeyPart>>,
}

#[derive(PartialEq, Eq)]
struct Stored {
    name: String,
    affinity: Affinity,
    /// The type that SQLite checks each value of a STRICT table against.
    checked_type: Option<String>,
    collation: String,
    /// The tokens of a generated column's expression, and whether its values are stored.
    generated: Option<(Vec<String>, bool)>,
}

impl Storage {
    pub(super) fn of(table: &Table<'_>) -> Storage {
        let keys = table.all_constraints().filter_map(|(_, constraint)| key_parts(table, &constraint.rule));
        Storage {
            without_rowid: table.without_rowid,
            strict: table.strict,
            autoincrement: table.autoincrement().is_some(),
            integer_key: table.integer_key().map(|column| column.name.text.to_ascii_lowercase()),
            columns: table.columns.iter().map(|column| Stored::of(table, column)).collect(),
            keys: keys.collect(),
        }
    }

    /// Whether a column stores and compares its values alike in two tables.
    pub(super) fn has_same_column(before: &Table<'_>, after: &Table<'_>, name: &str) -> bool {
        let stored = |table: &Table<'_>| table.column(name).map(|column| Stored::of(table, column));
        stored(before).is_some() && stored(before) == stored(after)
    }
}

impl Stored {
    fn of(table: &Table<'_>, column: &Column) -> Stored {
        let generated = column.constraints.iter().find_map(|constraint| match &constraint.rule {
            Rule::Generated { expression, stored } => Some((tokens(table, expression), *stored)),
            _ => None,
        });
        let checked_type = table.strict.then(|| {
            let declared = column.declared_type(table.sql).to_ascii_uppercase();
            if declared == "INT" { "INTEGER".to_owned() } else { declared }
        });
        Stored {
            name: column.name.text.to_ascii_lowercase(),
            affinity: table.affinity(column),
            checked_type,
            collation: collation(column).to_ascii_uppercase(),
            generated,
        }
    }
}

/// The columns whose default is another one in `after`. Rows that end before such a column take its value from the text.
pub(super) fn changed_defaults<'t>(before: &'t Table<'_>, after: &Table<'_>) -> Vec<&'t Column> {
    let default =
        |table: &Table<'_>, column: &Column| column.default_value().map(|value| tokens(table, value));
    let changed = |column: &&Column| {
        let other = after.column(&column.name.text);
        other.is_none_or(|other| default(before, column) != default(after, other))
    };
    can_be_missing(before).filter(changed).collect()
}

/// The columns that a row may end before: those that are part of its record.
pub(super) fn can_be_missing<'t>(table: &'t Table<'_>) -> impl Iterator<Item = &'t Column> {
    let key = table.rowid_column().map(|column| column.name.text.as_str());
    table
        .columns
        .iter()
        .filter(move |column| !column.is_generated() && key.is_none_or(|key| !same(key, &column.name.text)))
}

/// The texts of the tokens in `range`.
pub(super) fn tokens(table: &Table<'_>, range: &Range<usize>) -> Vec<String> {
    texts(table.within(range), table.sql)
}

pub(super) fn texts(mut reader: Reader<'_>, sql: &str) -> Vec<String> {
    std::iter::from_fn(|| reader.next()).map(|token| token.text(sql).to_owned()).collect()
}
