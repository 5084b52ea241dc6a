//! What becomes of a table in an `ALTER TABLE`.

use super::catalog::Catalog;
use super::error::AlterError;
use super::quoted;
use super::step::Check;
use crate::dialect::sqlite::definition::{Table, same};

/// What becomes of a table.
pub(super) struct Change<'a> {
    pub(super) catalog: &'a Catalog,
    /// Its name as it is stored.
    pub(super) name: &'a str,
    pub(super) before: Table<'a>,
    /// Its text after the actions so far.
    pub(super) text: String,
    /// Whether the rows have to be rewritten.
    pub(super) rebuild: bool,
    /// Columns whose default changes. If a row ends before one of them, the rows have to be rewritten too.
    pub(super) defaults: Vec<String>,
    /// What has to hold for the existing rows.
    pub(super) required: Vec<Check>,
    /// The same, but where the rows are rewritten SQLite enforces it.
    pub(super) checks: Vec<Check>,
    /// What has to hold for the rows afterwards.
    pub(super) checks_after: Vec<Check>,
    /// Checks, by their tokens, that existing rows need not obey, and those that they have to obey from now on.
    pub(super) not_valid: Vec<Vec<String>>,
    pub(super) validated: Vec<Vec<String>>,
    /// Columns whose values are computed, and from what.
    pub(super) conversions: Vec<(String, String)>,
    /// Columns that have got another type.
    pub(super) typed: Vec<String>,
    /// The places of foreign keys among all of the table, and whether the rows have to obey them already.
    pub(super) foreign: Vec<(usize, bool)>,
    /// Indexes that are dropped with a column.
    pub(super) dropped_indexes: Vec<&'a str>,
    pub(super) dropped_columns: Vec<String>,
    /// The one of them that SQLite can drop itself, once all else is done.
    pub(super) native_drop: Option<String>,
}

impl<'a> Change<'a> {
    pub(super) fn new(catalog: &'a Catalog, table: &str) -> Result<Change<'a>, AlterError> {
        let (name, before) = catalog.table(table)?;
        Ok(Change {
            catalog,
            name,
            text: before.sql.to_owned(),
            before,
            rebuild: false,
            defaults: Vec::new(),
            required: Vec::new(),
            checks: Vec::new(),
            checks_after: Vec::new(),
            not_valid: Vec::new(),
            validated: Vec::new(),
            conversions: Vec::new(),
            typed: Vec::new(),
            foreign: Vec::new(),
            dropped_indexes: Vec::new(),
            dropped_columns: Vec::new(),
            native_drop: None,
        })
    }

    pub(super) fn drops(&self, column: &str) -> bool {
        self.dropped_columns.iter().any(|dropped| same(dropped, column))
    }

    /// Whether a column is new. One that is not there at all is not.
    pub(super) fn adds(&self, column: &str) -> bool {
        let after = Table::parse(&self.text);
        self.before.column(column).is_none() && after.is_ok_and(|table| table.column(column).is_some())
    }

    /// What the values of a column of the new table are made from.
    pub(super) fn source(&self, column: &str) -> String {
        match self.conversions.iter().find(|(converted, _)| same(converted, column)) {
            Some((_, expression)) => format!("({expression})"),
            // With the table's name: a lone "x" that is no column would be a string.
            None => format!("{}.{}", quoted(self.name), quoted(column)),
        }
    }

    /// The table with its database, in quotes.
    pub(super) fn target(&self) -> String {
        self.in_schema(self.name)
    }

    /// A table of the same database, in quotes.
    pub(super) fn in_schema(&self, name: &str) -> String {
        format!("{}.{}", quoted(&self.catalog.schema), quoted(name))
    }

    /// The columns whose values are copied, in quotes, each with what they are made from. One that is computed no more keeps
    /// the values that it had.
    pub(super) fn copied_columns(&self, after: &Table<'_>) -> Vec<(String, String)> {
        let is_old = |name: &str| self.before.column(name).is_some();
        let copied =
            after.columns.iter().filter(|column| !column.is_generated() && is_old(&column.name.text));
        copied.map(|column| (quoted(&column.name.text), self.source(&column.name.text))).collect()
    }
}
