//! The columns and expressions of keys and indexes.

use std::ops::Range;

/// How many parentheses and collations around a column are looked through. Below that it is an expression like any other.
const DEEPEST: usize = 100;

use crate::sql::{Reader, Token, TokenKind};

/// A column or an expression in the parentheses of a key or an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The name that it consists of. In an index it may be no column's: then SQLite takes it for a literal.
    pub(crate) column: Option<String>,
    /// Its text without parentheses around the whole of it, collation and order.
    pub(crate) expression: Range<usize>,
    /// The explicit collation.
    pub(crate) collation: Option<String>,
    /// The explicit order.
    pub(crate) order: Option<Order>,
}

/// The order of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

impl Part {
    /// Whether it has a collation or an order other than the usual one.
    #[cfg(feature = "sources")]
    pub(crate) fn is_special(&self) -> bool {
        self.collation.is_some() || self.order == Some(Order::Descending)
    }
}

/// Reads the content of the parentheses, of a primary key if `is_primary`, and the `AUTOINCREMENT` that may be its last word.
pub(super) fn parts(mut reader: Reader<'_>, is_primary: bool) -> Option<(Vec<Part>, Option<Range<usize>>)> {
    let mut parts = Vec::new();
    let mut autoincrement = None;
    loop {
        let start = reader.position();
        while !reader.is_done() && !reader.is_any(&[",", "AUTOINCREMENT"]) {
            if reader.is(0, "(") {
                reader.group()?;
            } else {
                reader.next();
            }
        }
        if reader.end() <= start {
            return None;
        }
        parts.push(part(&reader.within(&(start..reader.end())), is_primary));
        let word = reader.position();
        if reader.take(&["AUTOINCREMENT"]) {
            autoincrement = Some(word..reader.end());
        }
        if !reader.take(&[","]) {
            return reader.is_done().then_some((parts, autoincrement));
        }
    }
}

/// The names of the columns; `None` if one of the parts is an expression.
pub(super) fn column_names(parts: &[Part]) -> Option<Vec<String>> {
    parts.iter().map(|part| part.column.clone()).collect()
}

fn part(reader: &Reader<'_>, is_primary: bool) -> Part {
    let mut tokens = reader.rest();
    let mut order = None;
    if let [before @ .., last] = tokens
        && !before.is_empty()
    {
        let is_descending = is_word(reader, *last, "DESC");
        if is_descending || is_word(reader, *last, "ASC") {
            order = Some(if is_descending { Order::Descending } else { Order::Ascending });
            tokens = before;
        }
    }
    let mut collation = None;
    let mut collations = 0;
    for _ in 0..DEEPEST {
        if is_group(reader, tokens) {
            tokens = &tokens[1..tokens.len() - 1];
        } else if let Some((before, name)) = collated(reader, tokens, 0) {
            // The outermost one counts.
            let name = reader.within(&(name.start..name.end)).identifier().map(|name| name.text);
            collation = collation.or(name);
            collations += 1;
            tokens = before;
        } else {
            break;
        }
    }
    let expression = match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => reader.position()..reader.position(),
    };
    let column = match tokens {
        // SQLite takes a string for a name below one COLLATE, but not below two (`sqlite3StringToId`).
        [only] if only.kind == TokenKind::String && collations > 1 && !is_primary => None,
        [_] => reader.within(&expression).identifier().map(|name| name.text),
        _ => None,
    };
    Part { column, expression, collation, order }
}

fn is_word(reader: &Reader<'_>, token: Token, word: &str) -> bool {
    token.kind == TokenKind::Word && reader.slice(&(token.start..token.end)).eq_ignore_ascii_case(word)
}

/// Whether parentheses enclose all tokens.
fn is_group(reader: &Reader<'_>, tokens: &[Token]) -> bool {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return false };
    let group = reader.within(&(first.start..last.end)).group();
    tokens.len() > 2 && group.is_some_and(|group| group.end == last.end)
}

/// The tokens before the `COLLATE name` at the end, and the name. `None` where it is about the last operand alone, as in
/// `a || b COLLATE NOCASE`.
fn collated<'t>(reader: &Reader<'_>, tokens: &'t [Token], depth: usize) -> Option<(&'t [Token], Token)> {
    let [before @ .., word, name] = tokens else { return None };
    let is_one = match before {
        [] => false,
        [_] => true,
        [first, .., last] if is_word(reader, *first, "CASE") => is_word(reader, *last, "END"),
        [name, arguments @ ..] => {
            let is_call = matches!(name.kind, TokenKind::Word | TokenKind::QuotedIdentifier)
                && is_group(reader, arguments);
            is_call
                || is_group(reader, before)
                || (depth < DEEPEST && collated(reader, before, depth + 1).is_some())
        }
    };
    (is_one && is_word(reader, *word, "COLLATE")).then_some((before, *name))
}
