//! Foreign keys, and the keys that they refer to.

use super::catalog::Catalog;
use super::error::AlterError;
use crate::dialect::sqlite::definition::{Column, Index, Order, Part, Rule, Table, same};

/// The collation by which a column is compared.
pub(super) fn collation(column: &Column) -> &str {
    column.collation().map_or("BINARY", |(_, name)| name)
}

/// A column of a key, as its index compares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyPart {
    pub(super) column: String,
    pub(super) collation: String,
    descending: bool,
}

/// The columns of a primary key or a `UNIQUE`; `None` for all other rules.
pub(super) fn key_parts(table: &Table<'_>, rule: &Rule) -> Option<Vec<KeyPart>> {
    let (columns, parts, descending) = match rule {
        Rule::PrimaryKey { columns, parts, descending, .. } => (columns, parts, *descending),
        Rule::Unique { columns, parts } => (columns, parts, false),
        _ => return None,
    };
    if parts.is_empty() {
        return columns.iter().map(|column| KeyPart::new(table, column, None, descending)).collect();
    }
    parts.iter().map(|part| KeyPart::of(table, part)).collect()
}

/// The columns that a unique index makes a key of the table, as it is unique over all rows.
fn index_parts(table: &Table<'_>, index: &Index<'_>) -> Option<Vec<KeyPart>> {
    let is_key = index.unique && index.condition.is_none();
    if is_key { index.parts.iter().map(|part| KeyPart::of(table, part)).collect() } else { None }
}

impl KeyPart {
    fn of(table: &Table<'_>, part: &Part) -> Option<KeyPart> {
        let descending = part.order == Some(Order::Descending);
        KeyPart::new(table, part.column.as_deref()?, part.collation.as_deref(), descending)
    }

    /// Nothing if the table has no such column.
    fn new(table: &Table<'_>, name: &str, explicit: Option<&str>, descending: bool) -> Option<KeyPart> {
        let column = table.column(name)?;
        let collation = explicit.unwrap_or_else(|| collation(column)).to_ascii_uppercase();
        Some(KeyPart { column: name.to_ascii_lowercase(), collation, descending })
    }

    /// Whether it compares values as the column itself does: a foreign key that names its columns needs that.
    fn is_plain(&self, table: &Table<'_>) -> bool {
        table.column(&self.column).is_some_and(|column| same(collation(column), &self.collation))
    }
}

/// A foreign key.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ForeignKey {
    /// The table that has it.
    pub(super) child: String,
    pub(super) columns: Vec<String>,
    pub(super) parent: String,
    /// The columns that it refers to; empty: the primary key.
    pub(super) parent_columns: Vec<String>,
}

/// The foreign keys of a table, in the order of its text.
pub(super) fn foreign_keys(table: &Table<'_>, name: &str) -> Vec<ForeignKey> {
    let key = |rule: &Rule| match rule {
        Rule::Foreign { columns, parent, parent_columns, .. } => Some(ForeignKey {
            child: name.to_owned(),
            columns: columns.clone(),
            parent: parent.clone(),
            parent_columns: parent_columns.clone(),
        }),
        _ => None,
    };
    table.all_constraints().filter_map(|(_, constraint)| key(&constraint.rule)).collect()
}

/// The foreign keys of other tables that refer to the table `name`.
pub(super) fn inbound(catalog: &Catalog, name: &str) -> Vec<ForeignKey> {
    let others = catalog.objects.iter().filter(|object| object.kind == "table" && !same(&object.name, name));
    let keys = others.filter_map(|object| {
        let sql = object.sql.as_deref().filter(|sql| sql.to_ascii_lowercase().contains("references"))?;
        let child = Table::parse(sql).ok()?;
        Some(foreign_keys(&child, &object.name))
    });
    keys.flatten().filter(|key| same(&key.parent, name)).collect()
}

impl ForeignKey {
    /// The columns that it refers to in `parent`, by name.
    pub(super) fn referred<'a>(&'a self, parent: &'a Table<'_>) -> &'a [String] {
        if self.parent_columns.is_empty() { parent.primary_key_columns() } else { &self.parent_columns }
    }

    /// Whether `parent` has a key of exactly the columns that this refers to, by the rules of `sqlite3FkLocateIndex`.
    /// Indexes in `without` do not count.
    pub(super) fn finds_key(
        &self,
        catalog: &Catalog,
        parent: &Table<'_>,
        without: &[&str],
    ) -> Result<bool, AlterError> {
        let wanted = self.referred(parent);
        if wanted.is_empty() || wanted.len() != self.columns.len() {
            return Ok(false);
        }
        // The primary key is meant, whatever it compares by.
        if self.parent_columns.is_empty() {
            return Ok(true);
        }
        if let ([only], Some(rowid)) = (wanted, parent.rowid_column())
            && same(only, &rowid.name.text)
        {
            return Ok(true);
        }
        let is_it = |key: &[KeyPart]| {
            key.len() == wanted.len()
                && key.iter().all(|part| part.is_plain(parent))
                && wanted.iter().all(|wanted| key.iter().any(|part| same(&part.column, wanted)))
        };
        let mut keys = parent.all_constraints().filter_map(|(_, own)| key_parts(parent, &own.rule));
        if keys.any(|key| is_it(&key)) {
            return Ok(true);
        }
        let indexes = catalog.indexes(&self.parent)?;
        let mut indexes = indexes.iter().filter(|(name, _)| !without.contains(name));
        Ok(indexes.any(|(_, index)| index_parts(parent, index).is_some_and(|key| is_it(&key))))
    }

    /// Refuses a new foreign key to what is no key.
    pub(super) fn check(&self, catalog: &Catalog, child: &Table<'_>) -> Result<(), AlterError> {
        let other;
        let parent = if same(&self.parent, &self.child) {
            child
        } else {
            other = catalog.table(&self.parent)?.1;
            &other
        };
        if self.finds_key(catalog, parent, &[])? {
            return Ok(());
        }
        let (table, columns) = (self.parent.clone(), self.referred(parent).join(", "));
        Err(AlterError::NoKey { table, columns, child: self.child.clone() })
    }
}
