//! A column of a `CREATE TABLE`, and its type.

use std::ops::Range;

use super::constraint::{Constraint, Rule, column_constraints};
use crate::sql::{AFTER_SQLITE_TYPE, Identifier, Reader};

/// A column with the constraints that are written at it.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: Identifier,
    /// From its name to the last token of its last constraint.
    pub(crate) range: Range<usize>,
    /// The words of its type, with its numbers in parentheses.
    pub(crate) of_type: Option<Range<usize>>,
    /// The text that SQLite declares the type from: also the `GENERATED ALWAYS` that follows its words.
    declared: Range<usize>,
    pub(crate) constraints: Vec<Constraint>,
}

/// How SQLite converts the values of a column (sqlite.org/datatype3.html, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

impl Column {
    /// Reads the definition of a column.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Column> {
        let name = reader.identifier()?;
        let start = reader.position();
        let of_type = type_name(reader)?;
        let has_numbers = of_type.as_ref().is_some_and(|range| reader.slice(range).ends_with(')'));
        let end = of_type.as_ref().map_or(start, |range| range.end);
        let end = match reader.token(1) {
            Some(always) if !has_numbers && is_generated(reader) => always.end,
            _ => end,
        };
        let constraints = column_constraints(reader, &name.text)?;
        let range = name.range.start..reader.end();
        Some(Column { range, name, of_type, declared: start..end, constraints })
    }

    /// The type as `PRAGMA table_info` shows it, but for the letter case of SQLite's own types: the text of its words with
    /// all between them, without the `GENERATED ALWAYS` that SQLite takes for a part of it.
    pub(crate) fn declared_type(&self, sql: &str) -> String {
        dequoted(without_generated(sql.get(self.declared.clone()).unwrap_or_default()))
    }

    pub(crate) fn constraint(&self, wanted: impl Fn(&Rule) -> bool) -> Option<&Constraint> {
        self.constraints.iter().find(|constraint| wanted(&constraint.rule))
    }

    /// Its default. Of several, SQLite takes the last one.
    pub(crate) fn default_value(&self) -> Option<&Range<usize>> {
        self.constraints.iter().rev().find_map(|constraint| match &constraint.rule {
            Rule::Default { value } => Some(value),
            _ => None,
        })
    }

    /// Its explicit collation. Of several, SQLite takes the last one.
    pub(crate) fn collation(&self) -> Option<(&Constraint, &str)> {
        self.constraints.iter().rev().find_map(|constraint| match &constraint.rule {
            Rule::Collate { name } => Some((constraint, name.as_str())),
            _ => None,
        })
    }

    pub(crate) fn is_generated(&self) -> bool {
        self.constraint(|rule| matches!(rule, Rule::Generated { .. })).is_some()
    }
}

/// Whether `GENERATED ALWAYS AS` follows. Without `AS`, the words are a part of the type.
fn is_generated(reader: &Reader<'_>) -> bool {
    reader.is(0, "GENERATED") && reader.is(1, "ALWAYS") && reader.is(2, "AS")
}

/// The type that follows; the inner `None` where there is none.
#[expect(clippy::option_option, reason = "no type, and one that cannot be read, are two things")]
pub(crate) fn type_name(reader: &mut Reader<'_>) -> Option<Option<Range<usize>>> {
    let start = reader.position();
    let mut end = None;
    while !reader.is_any(&AFTER_SQLITE_TYPE) && !is_generated(reader) && reader.identifier().is_some() {
        end = Some(reader.end());
    }
    if end.is_some() && reader.is(0, "(") {
        end = Some(reader.group()?.end);
    }
    Some(end.map(|end| start..end))
}

/// A type without `GENERATED ALWAYS` at its end, by the rule of `sqlite3AddColumn`, which looks at letters alone.
fn without_generated(text: &str) -> &str {
    let without = |text: &'_ str, word: &str| {
        let start = text.len().checked_sub(word.len())?;
        let is_it = text.as_bytes()[start..].eq_ignore_ascii_case(word.as_bytes());
        is_it.then(|| text[..start].trim_end_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']).len())
    };
    let Some(length) = without(text, "always").filter(|_| text.len() >= 16) else { return text };
    let text = &text[..length];
    without(text, "generated").map_or(text, |length| &text[..length])
}

/// A type without its quotes, as `sqlite3DequoteToken` and then `sqlite3Dequote` remove them. Both are meant for one word
/// alone: of `"a" b` the first word is left, of `[a] b` all but the first and the last character.
fn dequoted(text: &str) -> String {
    const QUOTES: [char; 4] = ['"', '\'', '`', '['];
    if !text.starts_with(QUOTES) {
        return text.to_owned();
    }
    let inner = text.as_bytes().get(1..text.len() - 1).unwrap_or_default();
    if text.len() > 2 && !inner.iter().any(|byte| QUOTES.contains(&char::from(*byte))) {
        return String::from_utf8_lossy(inner).into_owned();
    }
    Reader::stored(text).identifier().map_or_else(|| text.to_owned(), |name| name.text)
}

/// The affinity of a type.
pub(crate) fn affinity(of_type: &str, strict: bool) -> Affinity {
    let of_type = of_type.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| of_type.contains(word));
    if has(&["INT"]) {
        Affinity::Integer
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        Affinity::Text
    } else if of_type.is_empty() || has(&["BLOB"]) || (strict && of_type == "ANY") {
        Affinity::Blob
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}
