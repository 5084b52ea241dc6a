//! Strings, quoted identifiers and dollar strings.

use std::collections::HashMap;

use super::{Dialect, Lexer, TokenKind, is_identifier};

/// Keywords that a name can follow, and that are no value themselves.
const BEFORE_NAMES: [&[u8]; 44] = [
    b"ADD",
    b"ALTER",
    b"AND",
    b"AS",
    b"BETWEEN",
    b"BY",
    b"CASE",
    b"COLUMN",
    b"CONSTRAINT",
    b"DISTINCT",
    b"DROP",
    b"ELSE",
    b"EXCEPT",
    b"EXISTS",
    b"FROM",
    b"HAVING",
    b"IN",
    b"INDEX",
    b"INTERSECT",
    b"INTO",
    b"IS",
    b"JOIN",
    b"KEY",
    b"LIKE",
    b"NOT",
    b"OF",
    b"ON",
    b"OR",
    b"REFERENCES",
    b"REINDEX",
    b"RENAME",
    b"RETURNING",
    b"SELECT",
    b"SET",
    b"TABLE",
    b"THEN",
    b"TO",
    b"TRIGGER",
    b"UNION",
    b"UPDATE",
    b"USING",
    b"VIEW",
    b"WHEN",
    b"WHERE",
];

/// The end of the quoted text that `bytes[open]` opens: after the first `quote` that is not doubled and,
/// with `backslash`, not escaped.
pub(super) fn end_of_quoted(bytes: &[u8], open: usize, quote: u8, backslash: bool) -> Option<usize> {
    let mut at = open + 1;
    loop {
        let rest = bytes.get(at..)?;
        let found = if backslash {
            rest.iter().position(|&byte| byte == quote || byte == b'\\')?
        } else {
            rest.iter().position(|&byte| byte == quote)?
        };
        at += found;
        if rest.get(found) == Some(&quote) && rest.get(found + 1) != Some(&quote) {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The index of `needle` in `haystack`.
pub(super) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    loop {
        from += haystack.get(from..)?.iter().position(|&byte| byte == first)?;
        if haystack.get(from..)?.starts_with(needle) {
            return Some(from);
        }
        from += 1;
    }
}

impl<'a> Lexer<'a> {
    /// Quoted text from its opening quote on.
    pub(super) fn quoted(
        &self,
        kind: TokenKind,
        open: usize,
        quote: u8,
        backslash: bool,
    ) -> (TokenKind, usize) {
        match end_of_quoted(self.bytes, open, quote, backslash) {
            Some(end) => (kind, end),
            None => (TokenKind::Unterminated, self.bytes.len()),
        }
    }

    /// A string without a prefix.
    ///
    /// MySQL has backslash escapes in it. PostgreSQL has not, but a string that follows `E'…'` continues
    /// it and is read like it. (PostgreSQL wants a line end between the two; without one it is a syntax
    /// error, so that this need not look for it.)
    pub(super) fn string(&mut self, start: usize) -> (TokenKind, usize) {
        let backslash = match self.dialect {
            Dialect::Sqlite => false,
            Dialect::Mysql => true,
            Dialect::Postgresql => {
                self.escape_string &= self.previous.kind == TokenKind::String;
                self.escape_string
            }
        };
        self.quoted(TokenKind::String, start, b'\'', backslash)
    }

    /// The string whose one-letter prefix stands at `start`, if `byte` is such a prefix.
    ///
    /// - PostgreSQL: `E'…'` with backslash escapes, `B'…'`, `X'…'`, `N'…'` ("String Constants" and what
    ///   follows).
    /// - SQLite: the blob `x'…'` ("Literal Values").
    /// - SQLite and MySQL have no `E'…'`, see [`TokenKind::Foreign`].
    /// - MySQL: `N'…'` with backslash escapes, `b'…'`, `x'…'` ("String Literals", "Hexadecimal Literals",
    ///   "Bit-Value Literals"). An introducer (`_utf8mb4'…'`) is a word of its own: white space may follow
    ///   it.
    pub(super) fn prefixed_string(&mut self, start: usize, byte: u8) -> Option<(TokenKind, usize)> {
        let (kind, backslash) = match (self.dialect, byte.to_ascii_lowercase()) {
            (Dialect::Postgresql, b'e') | (Dialect::Mysql, b'n') => (TokenKind::String, true),
            (Dialect::Sqlite | Dialect::Mysql, b'e') if !self.stored => (TokenKind::Foreign, true),
            (Dialect::Postgresql, b'b' | b'x' | b'n')
            | (Dialect::Sqlite, b'x')
            | (Dialect::Mysql, b'b' | b'x') => (TokenKind::String, false),
            _ => return None,
        };
        self.escape_string = backslash;
        Some(self.quoted(kind, start + 1, b'\'', backslash))
    }

    /// SQLite's `[…]`: ends at the first `]`, which cannot be escaped. Directly behind a name or a bracket, or where it
    /// holds nothing or what names rarely have, its `[` is that of PostgreSQL's array, if one can be there.
    pub(super) fn bracketed(&self, start: usize) -> (TokenKind, usize) {
        let rest = self.bytes.get(start + 1..).unwrap_or_default();
        let Some(length) = find(rest, b"]") else {
            return (TokenKind::Unterminated, self.bytes.len());
        };
        if self.stored {
            return (TokenKind::QuotedIdentifier, start + length + 2);
        }
        let name = rest.get(..length).unwrap_or_default();
        let touches = start > 0 && self.previous.end == start;
        let previous = self.byte(start.saturating_sub(1)).unwrap_or_default();
        let is_subscript = touches && (is_identifier(previous) || matches!(previous, b')' | b']' | b'"'));
        if is_subscript
            || name.trim_ascii().is_empty()
            || (name.iter().any(|byte| b"'\",:()[+*/".contains(byte)) && !self.is_before_name())
        {
            return (TokenKind::Foreign, start + 1);
        }
        (TokenKind::QuotedIdentifier, start + length + 2)
    }

    /// Whether PostgreSQL can have no `[` at the lexer's position: not the one of an array's element, and none behind a
    /// value.
    fn is_before_name(&self) -> bool {
        let previous = self.bytes.get(self.previous.start..self.previous.end).unwrap_or_default();
        self.open_arrays == 0
            && match self.previous.kind {
                TokenKind::Operator => !matches!(previous, b")" | b"]" | b":" | b";"),
                TokenKind::Word => BEFORE_NAMES.iter().any(|word| previous.eq_ignore_ascii_case(word)),
                _ => false,
            }
    }

    /// The dollar string at `start` in a dialect that has none there. One that does not end is something else.
    pub(super) fn foreign_dollar_string(&self, start: usize) -> Option<(TokenKind, usize)> {
        let delimiter = self.dollar_delimiter(start).filter(|_| !self.stored)?;
        let last = *self.dollar_tags().get(delimiter)?;
        let ends = last >= start + delimiter.len();
        ends.then(|| self.dollar_string(start)).flatten().map(|(_, end)| (TokenKind::Foreign, end))
    }

    fn dollar_tags(&self) -> &HashMap<&'a [u8], usize> {
        self.dollar_tags.get_or_init(|| {
            let mut last = HashMap::new();
            let mut opened = None;
            for (place, &byte) in self.bytes.iter().enumerate() {
                if byte == b'$' {
                    if let Some(start) = opened.replace(place) {
                        last.insert(&self.bytes[start..=place], start);
                    }
                } else if !is_identifier(byte) {
                    opened = None;
                }
            }
            last
        })
    }

    /// `$$`, or `$tag$` with an identifier that holds no `$` as its tag.
    fn dollar_delimiter(&self, start: usize) -> Option<&'a [u8]> {
        let rest = self.bytes.get(start..)?;
        let tag = rest.get(1..)?.iter().position(|&byte| byte == b'$' || !is_identifier(byte))?;
        let delimiter = rest.get(..tag + 2)?;
        let is_one = delimiter.last() == Some(&b'$') && !delimiter.get(1).is_some_and(u8::is_ascii_digit);
        is_one.then_some(delimiter)
    }

    /// The dollar string at `start`, if the `$` there opens one ("Dollar-Quoted String Constants"): `$$`, or
    /// `$tag$` with an identifier that holds no `$` as its tag.
    pub(super) fn dollar_string(&self, start: usize) -> Option<(TokenKind, usize)> {
        let delimiter = self.dollar_delimiter(start)?;
        let rest = self.bytes.get(start..)?;
        Some(match find(rest.get(delimiter.len()..)?, delimiter) {
            Some(length) => (TokenKind::DollarString, start + length + 2 * delimiter.len()),
            None => (TokenKind::Unterminated, self.bytes.len()),
        })
    }
}
