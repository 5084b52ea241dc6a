//! A `CREATE INDEX` as an index of a schema.

use super::tidy;
use crate::dialect::sqlite::definition::{self, Order, Part};
use crate::schema::{Direction, Index, IndexPart};

/// Reads the text that SQLite stores for an index; or returns the position that it cannot be read from.
pub(super) fn read_index(sql: &str) -> Result<Index, usize> {
    let written = definition::Index::parse(sql)?;
    Ok(Index {
        definition: None,
        is_invalid: false,
        name: written.name.text.clone(),
        parts: written.parts.iter().map(|own| part(&written, own)).collect(),
        unique: written.unique,
        nulls_not_distinct: false,
        method: None,
        include: Vec::new(),
        condition: written.condition.as_ref().map(|condition| tidy(&written.within(condition))),
        renamed_from: None,
    })
}

/// A column or expression with its collation and order. Whether a single name is a column's is decided later.
fn part(written: &definition::Index<'_>, part: &Part) -> IndexPart {
    let expression = || tidy(&written.within(&part.expression));
    IndexPart {
        key: part.column.clone().unwrap_or_else(expression),
        is_expression: part.column.is_none(),
        direction: match part.order {
            Some(Order::Descending) => Direction::Descending,
            Some(Order::Ascending) | None => Direction::Ascending,
        },
        nulls: None,
        collation: part.collation.clone(),
        operator_class: None,
        prefix: None,
    }
}
