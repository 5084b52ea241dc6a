//! Foreign keys, and the keys that they refer to.

use super::catalog::Catalog;
use super::error::AlterError;
use crate::dialect::sqlite::definition::{Rule, Table, same};

/// A foreign key.
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

    /// Whether `parent` has a key of exactly the columns that this refers to. Indexes in `without` do not count.
    pub(super) fn finds_key(&self, catalog: &Catalog, parent: &Table<'_>, without: &[&str]) -> bool {
        let wanted = self.referred(parent);
        let is_it = |columns: &[String]| {
            columns.len() == wanted.len()
                && wanted.iter().all(|wanted| columns.iter().any(|column| same(column, wanted)))
        };
        let is_key = |rule: &Rule| match rule {
            Rule::PrimaryKey { columns, .. } | Rule::Unique { columns, .. } => is_it(columns),
            _ => false,
        };
        let is_index = |name: &str, key: Option<Vec<String>>| {
            !without.contains(&name) && key.is_some_and(|key| is_it(&key))
        };
        !wanted.is_empty()
            && wanted.len() == self.columns.len()
            && (parent.all_constraints().any(|(_, constraint)| is_key(&constraint.rule))
                || catalog.indexes(&self.parent).any(|(name, index)| is_index(name, index.key())))
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
        if self.finds_key(catalog, parent, &[]) {
            return Ok(());
        }
        let (table, columns) = (self.parent.clone(), self.referred(parent).join(", "));
        Err(AlterError::NoKey { table, columns, child: self.child.clone() })
    }
}
