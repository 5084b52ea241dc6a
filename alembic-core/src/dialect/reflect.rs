//! Reflection: from the answers of a catalog to a [`Schema`](crate::schema::Schema).
//!
//! Each database has a fixed list of queries and a function that reads their answers; neither grows with the number of
//! tables, and neither talks to a database itself. Every column of every query is text.

use std::collections::HashSet;

use crate::operation::expression::identifier;
use crate::schema::{ObjectName, Schema, Use};
use crate::script::{Dialect, TokenKind, lex};

/// The answer of a query.
pub(crate) type Rows = Vec<Vec<Option<String>>>;

/// A schema of PostgreSQL or a database of MySQL that is read, and the name under which its tables are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Namespace {
    /// Its name in the database.
    pub(crate) name: String,
    /// What tables and types are said to be in: none for the default one.
    pub(crate) shown: Option<String>,
}

/// The name of something in a namespace, as it is shown.
pub(crate) fn shown(namespaces: &[Namespace], namespace: &str, name: String) -> ObjectName {
    let schema = match namespaces.iter().find(|known| known.name == namespace) {
        Some(known) => known.shown.clone(),
        None => Some(namespace.to_owned()),
    };
    ObjectName { schema, name }
}

/// The columns of a row; none for what the row does not have.
pub(crate) fn columns<const N: usize>(row: Vec<Option<String>>) -> [Option<String>; N] {
    let mut row = row.into_iter();
    std::array::from_fn(|_| row.next().flatten())
}

/// Whether a column of a catalog says yes, in any of the words that the databases have for it.
pub(crate) fn is_true(value: Option<&String>) -> bool {
    value.is_some_and(|value| matches!(value.as_str(), "t" | "true" | "1" | "YES"))
}

/// The namespaces as a list of literals for `IN`.
pub(crate) fn names(namespaces: &[Namespace], literal: impl Fn(&str) -> String) -> String {
    let names: Vec<String> = namespaces.iter().map(|namespace| literal(&namespace.name)).collect();
    names.join(", ")
}

/// The tables and columns whose names stand in a definition: what it may need of them.
pub(crate) fn uses(schema: &Schema, definition: &str, dialect: Dialect) -> Vec<Use> {
    let names: HashSet<String> = lex(definition, dialect)
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier))
        .map(|token| identifier(token.text(definition)).to_lowercase())
        .collect();
    let mut uses = Vec::new();
    for table in schema.tables.iter().filter(|table| names.contains(&table.name.name.to_lowercase())) {
        uses.push(Use { table: table.name.clone(), column: None });
        for column in table.columns.iter().filter(|column| names.contains(&column.name.to_lowercase())) {
            uses.push(Use { table: table.name.clone(), column: Some(column.name.clone()) });
        }
    }
    uses
}
