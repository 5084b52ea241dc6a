//! The values of rows that are inserted, and which rows a condition means, as far as constants show it.

use super::past::Past;
use super::write::Insert;

/// The value of a column in a row that is inserted.
pub(super) enum Value<'i> {
    Words(&'i [String]),
    /// It is the default.
    Omitted,
    Unknown,
}

/// The value of a column in each row; one unknown value where a query makes the rows.
pub(super) fn values<'i>(insert: &'i Insert, column: &str, past: &Past) -> Vec<Value<'i>> {
    if insert.omits(column) {
        return vec![Value::Omitted];
    }
    let known = || past.table(&insert.table).map(|table| &table.columns);
    let columns = insert.columns.as_ref().or_else(known);
    let place = columns.and_then(|columns| columns.iter().position(|own| own == column));
    let (Some(rows), Some(place)) = (&insert.rows, place) else { return vec![Value::Unknown] };
    let value = |row: &'i Vec<Vec<String>>| match row.get(place) {
        Some(words) if *words != ["default"] => Value::Words(words),
        _ => Value::Omitted,
    };
    rows.iter().map(value).collect()
}

/// Whether words are a string, a number or a constant.
pub(super) fn is_literal(words: &[String]) -> bool {
    let is_one = |word: &String| {
        word.starts_with('\'')
            || word.starts_with(|first: char| first.is_ascii_digit())
            || ["null", "true", "false"].contains(&word.as_str())
    };
    match words {
        [word] => is_one(word),
        [sign, word] => (sign == "-" || sign == "+") && is_one(word),
        _ => false,
    }
}

/// Whether rows that are inserted may fulfil a condition; an empty one is that of all rows.
pub(super) fn may_match(insert: &Insert, filter: &[String], past: &Past) -> bool {
    let (column, wanted) = match filter {
        [column, equals, value @ ..] if equals == "=" && is_literal(value) => (column, Some(value)),
        [column, is, null] if is == "is" && null == "null" => (column, None),
        _ => return true,
    };
    values(insert, column, past).into_iter().any(|value| match (value, wanted) {
        (Value::Unknown, _) => true,
        (Value::Omitted, wanted) => wanted.is_none(),
        (Value::Words(words), Some(wanted)) => words == wanted || !is_literal(words),
        (Value::Words(words), None) => words.iter().any(|word| word == "null") || !is_literal(words),
    })
}

/// Whether two conditions choose different rows for certain: the same column equal to different constants.
pub(super) fn are_apart(left: &[String], right: &[String]) -> bool {
    match (left, right) {
        ([column, equals, value @ ..], [other, also, another @ ..]) => {
            column == other
                && equals == "="
                && also == "="
                && is_literal(value)
                && is_literal(another)
                && value != another
        }
        _ => false,
    }
}
