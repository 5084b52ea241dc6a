//! The significant tokens of a text, one after the other, and names with and without their quotes.

use std::ops::Range;

use crate::sql::{Dialect, Token, TokenKind, lex};

/// A name as it is meant, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

/// Reads a text, or a part of it. Ranges are always those of the whole text.
pub(super) struct Reader<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(sql: &'a str) -> Reader<'a> {
        Reader { sql, tokens: significant(sql).collect(), at: 0 }
    }

    /// Reads only what stands in `range`, which begins and ends between two tokens.
    pub(super) fn within(sql: &'a str, range: &Range<usize>) -> Reader<'a> {
        let moved =
            |token: Token| Token { start: token.start + range.start, end: token.end + range.start, ..token };
        let part = sql.get(range.clone()).unwrap_or_default();
        Reader { sql, tokens: significant(part).map(moved).collect(), at: 0 }
    }

    /// Reads what stands in these parentheses.
    pub(super) fn inside(&self, group: &Range<usize>) -> Reader<'a> {
        Reader::within(self.sql, &(group.start + 1..group.end - 1))
    }

    pub(super) fn peek(&self, distance: usize) -> Option<Token> {
        self.tokens.get(self.at + distance).copied()
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.peek(0);
        self.at += usize::from(token.is_some());
        token
    }

    pub(super) fn text(&self, range: &Range<usize>) -> &'a str {
        self.sql.get(range.clone()).unwrap_or_default()
    }

    /// Where the next token begins, or the text ends.
    pub(super) fn start(&self) -> usize {
        self.peek(0).map_or(self.sql.len(), |token| token.start)
    }

    /// Where the token before ends.
    pub(super) fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|before| self.tokens.get(before)).map_or(0, |token| token.end)
    }

    pub(super) fn is_done(&self) -> bool {
        self.at == self.tokens.len()
    }

    /// Whether the next token but `distance` is this keyword.
    pub(super) fn is_word(&self, distance: usize, word: &str) -> bool {
        let is = |token: Token| token.text(self.sql).eq_ignore_ascii_case(word);
        self.peek(distance).is_some_and(|token| token.kind == TokenKind::Word && is(token))
    }

    pub(super) fn is_any_word(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(0, word))
    }

    /// Whether the next token but `distance` can be a name.
    pub(super) fn is_name(&self, distance: usize) -> bool {
        self.peek(distance).is_some_and(|token| is_name(token, self.sql))
    }

    pub(super) fn is_mark(&self, mark: &str) -> bool {
        self.peek(0).is_some_and(|token| token.kind == TokenKind::Operator && token.text(self.sql) == mark)
    }

    /// Takes these keywords, if all of them come next.
    pub(super) fn take(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(distance, word)| self.is_word(distance, word));
        if found {
            self.at += words.len();
        }
        found
    }

    pub(super) fn take_mark(&mut self, mark: &str) -> bool {
        let found = self.is_mark(mark);
        self.at += usize::from(found);
        found
    }

    /// Takes a name. SQLite reads `'…'` as one where only a name can stand.
    pub(super) fn name(&mut self) -> Option<Name> {
        let token = self.peek(0).filter(|token| is_name(*token, self.sql))?;
        self.at += 1;
        Some(Name { text: unquoted(token.text(self.sql)), range: token.start..token.end })
    }

    /// Takes the empty brackets of a type such as `TEXT[]`; whether they came next.
    pub(super) fn brackets(&mut self) -> bool {
        let is =
            |distance, text| self.peek(distance).is_some_and(|token: Token| token.text(self.sql) == text);
        let found = is(0, "[") && is(1, "]");
        self.at += if found { 2 } else { 0 };
        found
    }

    /// Takes what stands in parentheses, with them.
    pub(super) fn group(&mut self) -> Option<Range<usize>> {
        if !self.is_mark("(") {
            return None;
        }
        let start = self.start();
        let mut depth = 0usize;
        while let Some(token) = self.next() {
            match token.text(self.sql) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(start..token.end);
            }
        }
        None
    }
}

fn significant(sql: &str) -> impl Iterator<Item = Token> {
    lex(sql, Dialect::Sqlite)
        .filter(|token| !matches!(token.kind, TokenKind::Whitespace | TokenKind::Comment))
}

fn is_name(token: Token, sql: &str) -> bool {
    match token.kind {
        TokenKind::Word | TokenKind::QuotedIdentifier => true,
        TokenKind::String => token.text(sql).starts_with('\''),
        _ => false,
    }
}

/// A name without its quotes.
pub(super) fn unquoted(name: &str) -> String {
    let inner = || name.get(1..name.len() - 1).unwrap_or_default();
    match name.chars().next() {
        Some(quote @ ('"' | '`' | '\'')) => inner().replace(&quote.to_string().repeat(2), &quote.to_string()),
        Some('[') => inner().to_owned(),
        _ => name.to_owned(),
    }
}

/// A name in quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as a string literal.
pub(super) fn literal(text: &str) -> String {
    crate::dialect::quote::literal(Dialect::Sqlite, text)
}

/// Whether two names are the same to SQLite.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Whether `column` is named in `range` of `sql`.
pub(super) fn mentions(sql: &str, range: &Range<usize>, column: &str) -> bool {
    let mut reader = Reader::within(sql, range);
    let mut after_collate = false;
    while let Some(token) = reader.next() {
        let text = token.text(sql);
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier);
        if is_name && !after_collate && same(&unquoted(text), column) && !reader.is_mark("(") {
            return true;
        }
        after_collate = token.kind == TokenKind::Word && text.eq_ignore_ascii_case("COLLATE");
    }
    false
}
