//! What a definition needs, found by the names in it.

use std::collections::HashSet;

use crate::schema::{Schema, Use};
use crate::sql::expression::identifier;
use crate::sql::{Dialect, TokenKind, lex};

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
