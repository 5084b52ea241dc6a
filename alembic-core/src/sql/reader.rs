//! A statement or definition, read word by word: the one reader of tokens that everything above the lexer uses.
//!
//! It never fails: a method that does not find its words takes nothing. Ranges and positions are bytes of the whole text,
//! also for a reader of one part of it.

use std::ops::Range;

use super::Dialect;
use super::cursor::Cursor;
use super::lexer::{Lexer, Token, TokenKind};
use super::unquote::unquote;

/// A name as a statement has it, without its quotes.
#[cfg(feature = "driver")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// Schema or, on MySQL, database; none where the session's own is meant.
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

/// One identifier without its quotes, and its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identifier {
    pub(crate) text: String,
    pub(crate) range: Range<usize>,
}

/// Reads significant tokens from the first one on. Hints are skipped.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    sql: &'a str,
    dialect: Dialect,
    tokens: Vec<Token>,
    /// The index of the next token.
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads the statement at the beginning of `sql` up to its `;`. The content of executable comments counts.
    pub(crate) fn executed(sql: &'a str, dialect: Dialect) -> Reader<'a> {
        let mut cursor = Cursor::new(sql, dialect);
        let pieces = std::iter::from_fn(|| cursor.next().filter(|piece| piece.token().text(sql) != ";"));
        let is_read = |token: &Token| token.kind.is_significant() && token.kind != TokenKind::Hint;
        Reader::of(sql, dialect, pieces.map(|piece| piece.token()).filter(is_read).collect())
    }

    /// Reads all of `sql`, with the statements of bodies. The content of executable comments counts.
    #[cfg(all(feature = "driver", feature = "sources"))]
    pub(crate) fn with_bodies(sql: &'a str, dialect: Dialect) -> Reader<'a> {
        let mut cursor = Cursor::new(sql, dialect);
        let pieces = std::iter::from_fn(|| cursor.next());
        let is_read = |token: &Token| token.kind.is_significant() && token.kind != TokenKind::Hint;
        Reader::of(sql, dialect, pieces.map(|piece| piece.token()).filter(is_read).collect())
    }

    /// Reads a definition that SQLite stores, by SQLite's own rules: nothing in it can be another dialect's.
    pub(crate) fn stored(sql: &'a str) -> Reader<'a> {
        let significant = Lexer::stored(sql).filter(|token| token.kind.is_significant());
        Reader::of(sql, Dialect::Sqlite, significant.collect())
    }

    fn of(sql: &'a str, dialect: Dialect, tokens: Vec<Token>) -> Reader<'a> {
        Reader { sql, dialect, tokens, at: 0 }
    }

    /// The next token but `ahead`.
    pub(crate) fn token(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    /// The text of the next token but `ahead`, with its quotes; nothing at the end.
    pub(crate) fn text(&self, ahead: usize) -> &'a str {
        self.token(ahead).map_or("", |token| token.text(self.sql))
    }

    /// Whether the next token but `ahead` is this keyword or mark.
    pub(crate) fn is(&self, ahead: usize, word: &str) -> bool {
        self.token(ahead).is_some_and(|token| {
            matches!(token.kind, TokenKind::Word | TokenKind::Operator)
                && token.text(self.sql).eq_ignore_ascii_case(word)
        })
    }

    /// Whether the next token is one of these keywords or marks.
    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(0, word))
    }

    /// The next token in upper case and without quotes; nothing at the end.
    pub(crate) fn upper(&self) -> String {
        unquote(self.text(0)).unwrap_or_else(|| self.text(0).to_owned()).to_ascii_uppercase()
    }

    /// Takes these words or marks, if they all follow.
    pub(crate) fn take(&mut self, words: &[&str]) -> bool {
        let all = words.iter().enumerate().all(|(ahead, word)| self.is(ahead, word));
        if all {
            self.at += words.len();
        }
        all
    }

    /// Whether these words follow each other somewhere in the rest.
    pub(crate) fn has(&self, words: &[&str]) -> bool {
        (0..self.tokens.len().saturating_sub(self.at))
            .any(|start| words.iter().enumerate().all(|(ahead, word)| self.is(start + ahead, word)))
    }

    /// Takes one of these words, if one follows.
    pub(crate) fn take_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.take(&[word]))
    }

    /// Takes the next token, of any kind.
    pub(crate) fn next(&mut self) -> Option<Token> {
        let token = self.token(0)?;
        self.at += 1;
        Some(token)
    }

    /// Takes one part of a name, in the letter case that the dialect gives it.
    pub(crate) fn identifier(&mut self) -> Option<Identifier> {
        let token = self.token(0).filter(|token| self.can_be_name(*token))?;
        let text = unquote(token.text(self.sql))?;
        let folds = token.kind == TokenKind::Word && self.dialect == Dialect::Postgresql;
        self.at += 1;
        Some(Identifier {
            text: if folds { text.to_lowercase() } else { text },
            range: token.start..token.end,
        })
    }

    fn can_be_name(&self, token: Token) -> bool {
        let begins_with = |quote| token.text(self.sql).starts_with(quote);
        match token.kind {
            TokenKind::Word | TokenKind::QuotedIdentifier => true,
            // SQLite reads `'…'` as a name where only a name can be; MySQL `"…"` in the mode ANSI_QUOTES.
            TokenKind::String => match self.dialect {
                Dialect::Sqlite => begins_with('\''),
                Dialect::Mysql => begins_with('"'),
                Dialect::Postgresql => false,
            },
            _ => false,
        }
    }
}

#[cfg(feature = "driver")]
impl<'a> Reader<'a> {
    /// Reads `sql`. An executable comment is one token.
    pub(crate) fn new(sql: &'a str, dialect: Dialect) -> Reader<'a> {
        Reader::of(
            sql,
            dialect,
            super::tokens(sql, dialect).filter(|token| token.kind != TokenKind::Hint).collect(),
        )
    }

    /// Whether the next token but `ahead` can be a name.
    pub(crate) fn is_name(&self, ahead: usize) -> bool {
        self.token(ahead).is_some_and(|token| self.can_be_name(token))
    }

    /// Reads only the tokens in `range`.
    pub(crate) fn within(&self, range: &Range<usize>) -> Reader<'a> {
        let first = self.tokens.partition_point(|token| token.start < range.start);
        let end = self.tokens.partition_point(|token| token.end <= range.end).max(first);
        let tokens = self.tokens.get(first..end).unwrap_or_default().to_vec();
        Reader { sql: self.sql.get(..range.end).unwrap_or(self.sql), tokens, at: 0, ..*self }
    }

    /// Reads the content of these parentheses.
    pub(crate) fn inside(&self, group: &Range<usize>) -> Reader<'a> {
        self.within(&(group.start + 1..group.end.saturating_sub(1)))
    }

    /// The text of `range`.
    pub(crate) fn slice(&self, range: &Range<usize>) -> &'a str {
        self.sql.get(range.clone()).unwrap_or_default()
    }

    /// The tokens that are not taken yet.
    pub(crate) fn rest(&self) -> &[Token] {
        self.tokens.get(self.at..).unwrap_or_default()
    }

    /// The next word in upper case, if it is one. Stays before it.
    pub(crate) fn peek(&self) -> String {
        match self.token(0) {
            Some(token) if token.kind == TokenKind::Word => token.text(self.sql).to_ascii_uppercase(),
            _ => String::new(),
        }
    }

    /// Passes one token. False at the end.
    pub(crate) fn pass(&mut self) -> bool {
        self.next().is_some()
    }

    /// Goes to the next of these words, and takes it. False, and at the end, where it does not follow.
    pub(crate) fn pass_to(&mut self, word: &str) -> bool {
        while self.token(0).is_some() {
            if self.take(&[word]) {
                return true;
            }
            self.at += 1;
        }
        false
    }

    /// Whether all tokens are taken.
    pub(crate) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Where the next token begins in the text; the end of the text after the last.
    pub(crate) fn position(&self) -> usize {
        self.token(0).map_or(self.sql.len(), |token| token.start)
    }

    /// Where the token before ends.
    pub(crate) fn end(&self) -> usize {
        self.at.checked_sub(1).and_then(|before| self.tokens.get(before)).map_or(0, |token| token.end)
    }

    /// Takes a pair of parentheses with its content, and returns its range.
    pub(crate) fn group(&mut self) -> Option<Range<usize>> {
        let start = self.position();
        let before = self.at;
        let mut depth = 0_usize;
        while let Some(token) = self.token(0) {
            match token.text(self.sql) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                break;
            }
            self.at += 1;
        }
        if self.at == before || self.is_done() {
            self.at = before;
            return None;
        }
        self.next().map(|close| start..close.end)
    }

    /// Takes a name, with or without a schema before it.
    pub(crate) fn name(&mut self) -> Option<Name> {
        let first = self.identifier()?.text;
        if self.take(&["."]) {
            return Some(Name { schema: Some(first), name: self.identifier()?.text });
        }
        Some(Name { schema: None, name: first })
    }

    /// Takes a string, with its quotes.
    pub(crate) fn string(&mut self) -> Option<String> {
        let token = self.token(0).filter(|token| token.kind == TokenKind::String)?;
        self.at += 1;
        Some(token.text(self.sql).to_owned())
    }
}

#[cfg(all(test, feature = "driver"))]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_each_dialect_quotes_them() {
        let check = |sql: &str, expected: [Option<&str>; 3]| {
            let found = Dialect::ALL.map(|dialect| {
                let name = Reader::new(sql, dialect).name()?;
                Some(name.schema.map_or(name.name.clone(), |schema| format!("{schema}|{}", name.name)))
            });
            assert_eq!(found, expected.map(|name| name.map(str::to_owned)), "{sql}");
        };
        check("Ab", [Some("Ab"), Some("ab"), Some("Ab")]);
        check("a . \"B \"\"c\"", [Some("a|B \"c"), Some("a|B \"c"), Some("a|B \"c")]);
        check("`a``b`", [Some("a`b"), None, Some("a`b")]);
        check("[a b]", [Some("a b"), None, None]);
        check("'a''b'", [Some("a'b"), None, None]);
        check("U&\"a\"", [Some("U"), None, Some("U")]);
        check("x'61'", [None, None, None]);
        check("1", [None, None, None]);
        check("", [None, None, None]);
    }

    #[test]
    fn parentheses_are_taken_whole() {
        let sql = "f (a, ')', (b)) c";
        let mut reader = Reader::new(sql, Dialect::Sqlite);
        assert_eq!(reader.group(), None);
        assert!(reader.pass());
        let group = reader.group().expect("parentheses");
        assert_eq!(reader.slice(&group), "(a, ')', (b))");
        assert_eq!((reader.end(), reader.text(0)), (group.end, "c"));
        let mut inside = reader.inside(&group);
        assert_eq!(inside.position(), 3);
        while inside.pass() {}
        assert_eq!(inside.position(), group.end - 1);
        let mut open = Reader::new("(a", Dialect::Sqlite);
        assert_eq!((open.group(), open.position()), (None, 0));
    }

    #[test]
    fn comments_are_entered_only_where_a_server_executes_them() {
        let sql = "/*! SET */ /*+ hint */ a; b";
        assert!(!Reader::new(sql, Dialect::Mysql).is(0, "SET"));
        let mut reader = Reader::executed(sql, Dialect::Mysql);
        assert!(reader.take(&["SET", "a"]) && reader.is_done());
    }

    #[test]
    fn stored_texts_hold_nothing_of_other_dialects() {
        let mut reader = Reader::stored("[Price ($)] [it's] e'c' [] \u{feff}x $$");
        let names = std::iter::from_fn(|| reader.identifier()).map(|name| name.text).collect::<Vec<_>>();
        assert_eq!(names, ["Price ($)", "it's", "e", "c", "", "x"]);
        assert!(Reader::stored("[a").identifier().is_none());
    }
}
