//! What `sqlite_schema` says, as plain data.

use std::ops::Range;

use super::error::AlterError;
use super::reader::{Reader, mentions, same};
use super::table::Table;

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

/// An index that has a text of its own.
pub(super) struct Index<'a> {
    pub(super) name: &'a str,
    sql: &'a str,
    /// What it is over, and its condition.
    body: Range<usize>,
    /// Its columns, if it is over nothing else.
    columns: Option<Vec<String>>,
    /// Whether it is unique over all rows.
    is_unique: bool,
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
        } else if Reader::new(sql).is_word(1, "VIRTUAL") {
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

    pub(super) fn indexes<'a>(&'a self, table: &'a str) -> impl Iterator<Item = Index<'a>> {
        let own =
            self.objects.iter().filter(move |object| object.kind == "index" && same(&object.table, table));
        own.filter_map(|object| Index::parse(&object.name, object.sql.as_deref()?))
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

impl<'a> Index<'a> {
    fn parse(name: &'a str, sql: &'a str) -> Option<Index<'a>> {
        let mut reader = Reader::new(sql);
        reader.take(&["CREATE"]);
        let unique = reader.take(&["UNIQUE"]);
        if !reader.take(&["INDEX"]) {
            return None;
        }
        reader.name()?;
        reader.take(&["ON"]);
        reader.name()?;
        let body = reader.start()..sql.len();
        let group = reader.group()?;
        let columns = columns(reader.inside(&group));
        Some(Index { name, sql, body, columns, is_unique: unique && reader.is_done() })
    }

    /// Whether the index needs the column.
    pub(super) fn mentions(&self, column: &str) -> bool {
        // SQLite reads 'a' as a name here.
        mentions(self.sql, &self.body, column) || self.columns.iter().flatten().any(|own| same(own, column))
    }

    /// The columns that are a key of the table by this index.
    pub(super) fn key(&self) -> Option<&[String]> {
        self.columns.as_deref().filter(|_| self.is_unique)
    }
}

/// The columns that an index is over, if it is over nothing else.
fn columns(mut group: Reader<'_>) -> Option<Vec<String>> {
    let mut columns = Vec::new();
    loop {
        columns.push(group.name()?.text);
        let _ = group.take(&["ASC"]) || group.take(&["DESC"]);
        if !group.take_mark(",") {
            return group.is_done().then_some(columns);
        }
    }
}
