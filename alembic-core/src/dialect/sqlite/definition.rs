//! The `CREATE TABLE` and `CREATE INDEX` texts that SQLite stores, as the ranges of their parts.
//!
//! SQLite itself parses these texts when it opens a file, so they are the whole truth of a table. This is the only parser
//! of them: `alter` edits the ranges that it finds, `reflect` maps them to a schema. It accepts all that SQLite accepts
//! (`parse.y`), and is lenient where SQLite has already decided. It never looks at other objects.

mod column;
mod constraint;
mod index;
mod key;
mod table;
#[cfg(test)]
mod tests;

#[cfg(all(feature = "sources", feature = "driver"))]
pub(crate) use column::affinity;
pub(crate) use column::{Affinity, Column, type_name};
pub(crate) use constraint::{Constraint, Rule, TABLE_CONSTRAINT, table_constraint};
#[cfg(all(feature = "sources", feature = "sqlite"))]
pub(crate) use constraint::{Deferral, Effect};
pub(crate) use index::Index;
pub(crate) use key::{Order, Part};
pub(crate) use table::Table;

use crate::sql::{Reader, TokenKind, unquote};

/// Whether SQLite takes two names for the same one.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Whether the rest of `reader` names a column.
pub(crate) fn mentions(mut reader: Reader<'_>, column: &str) -> bool {
    let mut after_collate = false;
    loop {
        let text = reader.text(0);
        let Some(token) = reader.next() else { return false };
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier);
        let is_it = is_name && unquote(text).is_some_and(|name| same(&name, column));
        if is_it && !after_collate && !reader.is(0, "(") {
            return true;
        }
        after_collate = token.kind == TokenKind::Word && text.eq_ignore_ascii_case("COLLATE");
    }
}
