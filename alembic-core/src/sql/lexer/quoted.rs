//! Strings, quoted identifiers and dollar strings.

use super::{Dialect, Lexer, TokenKind, is_identifier};

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

impl Lexer<'_> {
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
    /// holds nothing or what no name has, its `[` is that of PostgreSQL's array.
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
            || name.iter().any(|byte| b"'\",:()[+*/".contains(byte))
        {
            return (TokenKind::Foreign, start + 1);
        }
        (TokenKind::QuotedIdentifier, start + length + 2)
    }

    /// The dollar string at `start` in a dialect that has none there. One that does not end is something else.
    pub(super) fn foreign_dollar_string(&self, start: usize) -> Option<(TokenKind, usize)> {
        let (kind, end) = self.dollar_string(start).filter(|_| !self.stored)?;
        (kind == TokenKind::DollarString).then_some((TokenKind::Foreign, end))
    }

    /// The dollar string at `start`, if the `$` there opens one ("Dollar-Quoted String Constants"): `$$`, or
    /// `$tag$` with an identifier that holds no `$` as its tag.
    pub(super) fn dollar_string(&self, start: usize) -> Option<(TokenKind, usize)> {
        let rest = self.bytes.get(start..)?;
        let tag = rest.get(1..)?.iter().position(|&byte| byte == b'$' || !is_identifier(byte))?;
        let delimiter = rest.get(..tag + 2)?;
        if delimiter.last() != Some(&b'$') || delimiter.get(1).is_some_and(u8::is_ascii_digit) {
            return None;
        }
        Some(match find(rest.get(delimiter.len()..)?, delimiter) {
            Some(length) => (TokenKind::DollarString, start + length + 2 * delimiter.len()),
            None => (TokenKind::Unterminated, self.bytes.len()),
        })
    }
}
