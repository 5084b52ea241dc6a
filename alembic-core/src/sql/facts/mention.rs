//! Words and names anywhere in a statement.

use super::opened;
use crate::sql::{Dialect, TokenKind, lex, unquote};

/// Whether a statement contains this name or variable, in any letter case. On MySQL `"…"` may be a name.
pub(crate) fn mentions(statement: &str, dialect: Dialect, name: &str) -> bool {
    mention_count(statement, dialect, name) > 0
}

/// How often it does.
pub(crate) fn mention_count(statement: &str, dialect: Dialect, name: &str) -> usize {
    let text = opened(statement, dialect);
    let is_quoted = |text: &str| unquote(text).is_some_and(|text| equal(&text, name));
    let tokens = lex(&text, dialect).filter(|token| {
        let text = token.text(&text);
        match token.kind {
            TokenKind::Word | TokenKind::Parameter => equal(text, name),
            TokenKind::QuotedIdentifier => is_quoted(text),
            TokenKind::String if dialect == Dialect::Mysql && text.starts_with('"') => is_quoted(text),
            _ => false,
        }
    });
    tokens.count()
}

fn equal(left: &str, right: &str) -> bool {
    left.chars().flat_map(char::to_lowercase).eq(right.chars().flat_map(char::to_lowercase))
}

/// The text in upper case; nothing if it is too long for a keyword.
pub(super) fn upper<'b>(text: &str, buffer: &'b mut [u8; 28]) -> &'b [u8] {
    match buffer.get_mut(..text.len()) {
        Some(upper) => {
            upper.copy_from_slice(text.as_bytes());
            upper.make_ascii_uppercase();
            upper
        }
        None => b"",
    }
}

/// Words that occur anywhere in a text, also in its bodies, strings and comments: a set of those that matter here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words(u32);

impl Words {
    /// `TEMP`, `TEMPORARY`
    pub(super) const TEMPORARY: Words = Words(1);
    pub(super) const PG_TEMP: Words = Words(1 << 1);
    pub(super) const SET: Words = Words(1 << 2);
    pub(super) const SET_CONFIG: Words = Words(1 << 3);
    /// Words that change the user of a session, or may reset it.
    pub(super) const USER: Words = Words(1 << 4);
    pub(super) const ROLE: Words = Words(1 << 5);
    pub(super) const PREPARE: Words = Words(1 << 6);
    pub(super) const DECLARE: Words = Words(1 << 7);
    pub(super) const GET_LOCK: Words = Words(1 << 8);
    pub(super) const SEARCH_PATH: Words = Words(1 << 9);
    /// Words that begin with `DEFERR`.
    pub(super) const DEFERRED: Words = Words(1 << 10);
    /// Settings that change how a server reads text.
    pub(super) const READING: Words = Words(1 << 11);
    pub(super) const CONCURRENTLY: Words = Words(1 << 12);
    pub(super) const TABLESPACE: Words = Words(1 << 13);
    pub(super) const EXCHANGE: Words = Words(1 << 14);
    /// `OUTFILE`, `DUMPFILE`, `DIRECTORY`
    pub(super) const FILE: Words = Words(1 << 15);
    /// `SONAME`, `LANGUAGE`
    pub(super) const LIBRARY: Words = Words(1 << 16);

    /// Looks for them.
    pub(super) fn of(text: &str) -> Words {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let mut words = Words::default();
        for run in text.split(|letter| !is_part(letter)).filter(|run| run.len() > 2) {
            words.0 |= Words::word(run).0;
        }
        words
    }

    fn word(run: &str) -> Words {
        let mut buffer = [0; 28];
        match upper(run, &mut buffer) {
            b"TEMP" | b"TEMPORARY" => Words::TEMPORARY,
            b"PG_TEMP" => Words::PG_TEMP,
            b"SET" => Words::SET,
            b"SET_CONFIG" => Words::SET_CONFIG,
            b"AUTHORIZATION" | b"SESSION_AUTHORIZATION" | b"DISCARD" | b"CALL" => Words::USER,
            b"ROLE" => Words::ROLE,
            b"PREPARE" => Words::PREPARE,
            b"DECLARE" => Words::DECLARE,
            b"GET_LOCK" => Words::GET_LOCK,
            b"SEARCH_PATH" => Words::SEARCH_PATH,
            b"SQL_MODE"
            | b"NAMES"
            | b"CHARSET"
            | b"CHARACTER"
            | b"CHARACTER_SET_CLIENT"
            | b"CLIENT_ENCODING"
            | b"STANDARD_CONFORMING_STRINGS"
            | b"BACKSLASH_QUOTE" => Words::READING,
            b"CONCURRENTLY" => Words::CONCURRENTLY,
            b"TABLESPACE" => Words::TABLESPACE,
            b"EXCHANGE" => Words::EXCHANGE,
            b"OUTFILE" | b"DUMPFILE" | b"DIRECTORY" => Words::FILE,
            b"SONAME" | b"LANGUAGE" => Words::LIBRARY,
            word if word.starts_with(b"DEFERR") => Words::DEFERRED,
            _ => Words::default(),
        }
    }

    pub(super) fn has(self, word: Words) -> bool {
        self.0 & word.0 != 0
    }
}
