//! What `sqlite_schema` says, as plain data.

use super::error::AlterError;
use crate::dialect::sqlite::definition::{Index, Table, same};
use crate::sql::{Dialect, keywords};

/// A row of `sqlite_schema`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    /// `table`, `index`, `view` or `trigger`.
    pub(crate) kind: String,
    pub(crate) name: String,
    /// The table or view that it belongs to.
    pub(crate) table: String,
    pub(crate) sql: Option<String>,
}

/// The schema of one of the databases of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Catalog {
    /// `main`, `temp`, or the name of an attached database.
    pub(crate) schema: String,
    pub(crate) objects: Vec<Object>,
}

impl Catalog {
    /// Whether a table or view of this name is there.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.relation(name).is_some()
    }

    /// Whether a view or a trigger may name this column: whether its text has the word in it anywhere.
    pub(crate) fn may_be_named(&self, column: &str) -> bool {
        let (column, is_quoted) = (column.to_ascii_lowercase(), column.contains(['"', '`', '\'', '[', ']']));
        let texts = self.objects.iter().filter(|object| matches!(object.kind.as_str(), "view" | "trigger"));
        let mut texts = texts.filter_map(|object| object.sql.as_deref());
        texts.any(|text| is_quoted || text.to_ascii_lowercase().contains(&column))
    }

    fn relation(&self, name: &str) -> Option<&Object> {
        let is =
            |object: &&Object| matches!(object.kind.as_str(), "table" | "view") && same(&object.name, name);
        self.objects.iter().find(is)
    }

    /// The table of this name.
    pub(super) fn table(&self, name: &str) -> Result<(&str, Table<'_>), AlterError> {
        let object = self.relation(name).ok_or_else(|| AlterError::NoTable { name: name.to_owned() })?;
        let sql = object.sql.as_deref().unwrap_or_default();
        let kind = if object.kind == "view" {
            Some("view")
        } else if keywords(sql, Dialect::Sqlite, 2) == ["CREATE", "VIRTUAL"] {
            Some("virtual table")
        } else if object.name.get(..7).is_some_and(|start| same(start, "sqlite_")) {
            Some("table of SQLite's own")
        } else {
            None
        };
        if let Some(kind) = kind {
            return Err(AlterError::NotATable { name: object.name.clone(), kind });
        }
        Ok((&object.name, readable(&object.name, sql)?))
    }

    /// The indexes of a table that have a text, each with its name.
    pub(super) fn indexes<'a>(&'a self, table: &'a str) -> impl Iterator<Item = (&'a str, Index<'a>)> {
        let own =
            self.objects.iter().filter(move |object| object.kind == "index" && same(&object.table, table));
        own.filter_map(|object| Some((object.name.as_str(), Index::parse(object.sql.as_deref()?).ok()?)))
    }

    /// A name that stands nowhere in the schema.
    pub(super) fn unused_name(&self, wanted: &str) -> String {
        let is_used = |name: &str| {
            let name = name.to_ascii_lowercase();
            self.objects.iter().any(|object| {
                object.name.to_ascii_lowercase().contains(&name)
                    || object.sql.as_ref().is_some_and(|sql| sql.to_ascii_lowercase().contains(&name))
            })
        };
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !is_used(name)).unwrap_or_default()
    }
}

/// The text of a table that the schema or an edit holds.
pub(super) fn readable<'a>(name: &str, sql: &'a str) -> Result<Table<'a>, AlterError> {
    Table::parse(sql).map_err(|at| AlterError::Unreadable {
        table: name.to_owned(),
        near: sql.get(at..).unwrap_or_default().chars().take(20).collect(),
    })
}
