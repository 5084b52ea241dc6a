//! `-- alembic: delimiter TEXT`.

use super::StatementError;
use super::splitter::Splitter;
use crate::sql::cursor::Piece;
use crate::sql::lexer::{Lexer, Token, TokenKind};
use crate::sql::{Dialect, delimiter_directive};

/// Whether only blanks stand before byte `start` in its line.
fn begins_line(sql: &str, start: usize) -> bool {
    let before = sql.get(..start).unwrap_or_default().trim_end_matches([' ', '\t']);
    before.trim_end_matches('\u{feff}').is_empty() || before.ends_with(['\n', '\r'])
}

/// Why `delimiter` cannot end statements, if so.
pub(super) fn unusable(delimiter: &str, dialect: Dialect) -> Option<&'static str> {
    if delimiter.is_empty() {
        Some("its text is missing")
    } else if delimiter.contains(char::is_whitespace) {
        Some("it holds white space")
    } else if delimiter.contains(['\'', '"', '`', '\\']) {
        Some("it holds a quote or a backslash")
    } else if ["--", "/*", "*/"].into_iter().any(|comment| delimiter.contains(comment))
        || (dialect == Dialect::Mysql && delimiter.contains('#'))
    {
        Some("it looks like a comment")
    } else if may_touch_a_comment(delimiter) {
        Some("with a neighbour it looks like a comment")
    } else if delimiter.contains('$') && dialect == Dialect::Postgresql {
        Some("`$` begins strings on PostgreSQL")
    } else if delimiter.contains('[') && dialect == Dialect::Sqlite {
        Some("`[` begins names on SQLite")
    } else {
        None
    }
}

/// Whether a character beside the delimiter could make it the beginning or the end of a comment. `//`, which many clients
/// use, only does before a `*`.
fn may_touch_a_comment(delimiter: &str) -> bool {
    let touches = |character: Option<char>| matches!(character, Some('-' | '/' | '*'));
    let is_usual = delimiter.len() > 1 && delimiter.bytes().all(|byte| byte == b'/');
    !is_usual && (touches(delimiter.chars().next()) || touches(delimiter.chars().next_back()))
}

impl Splitter<'_> {
    /// What `-- alembic: delimiter …` changes. The cursor stands behind it.
    pub(super) fn directive(&mut self, directive: Piece) {
        let start = directive.start;
        let delimiter = delimiter_directive(self.cursor.text(directive)).unwrap_or_default();
        let bad = if begins_line(self.sql, start) {
            unusable(delimiter, self.dialect)
        } else {
            Some("it does not stand on a line of its own")
        };
        if let Some(reason) = bad {
            self.errors.push(StatementError::BadDelimiter { reason, start });
        } else if delimiter != ";" {
            self.delimiter = Some((delimiter, directive.end));
        }
    }

    /// Whether a delimiter was refused: then nothing is said of what it should have ended.
    pub(super) fn has_bad_delimiter(&self) -> bool {
        self.errors.iter().any(|error| matches!(error, StatementError::BadDelimiter { .. }))
    }

    /// Reads the statements from byte `from` on that `delimiter` ends, up to the next directive.
    pub(super) fn delimited(&mut self, delimiter: &str, from: usize) {
        let is_word = delimiter.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let mut lexer = Lexer::starting_at(self.sql, self.dialect, from);
        loop {
            let start = lexer.position();
            let here = self.sql.get(start..).unwrap_or_default();
            if !is_word && here.starts_with(delimiter) {
                self.finish();
                lexer = Lexer::starting_at(self.sql, self.dialect, start + delimiter.len());
                continue;
            }
            let Some(token) = lexer.next() else { break };
            let text = token.text(self.sql);
            let piece = Piece { kind: token.kind, start, end: token.end, outer: token, embedded: false };
            match token.kind {
                TokenKind::Whitespace => continue,
                TokenKind::Comment => {
                    if delimiter_directive(text).is_none() {
                        continue;
                    }
                    // A delimiter that could not be used did not end it.
                    if self.range.is_some() && !self.has_bad_delimiter() {
                        let reason = "the statement before it has not ended";
                        self.errors.push(StatementError::BadDelimiter { reason, start });
                        self.finish();
                    }
                    self.cursor.seek(start);
                    return;
                }
                _ => {}
            }
            if self.range.is_none() && self.client_command(piece) {
                self.cursor.seek(start);
                self.skip_client_command(piece);
                return;
            }
            if is_word && token.kind == TokenKind::Word && text == delimiter {
                self.finish();
                continue;
            }
            let inner = if is_word { None } else { delimiter_within(token.kind, text, here, delimiter) };
            let end = inner.map_or(token.end, |length| start + length);
            let piece = Piece { end, outer: Token { end, ..token }, ..piece };
            // A `;` before the delimiter is none of the statement: the clients leave it out too.
            if self.cursor.text(piece) != ";" {
                self.extend(piece, true);
            }
            if inner.is_some() {
                lexer = Lexer::starting_at(self.sql, self.dialect, end);
            }
        }
        self.finish();
        self.cursor.seek(self.sql.len());
    }
}

/// Where `delimiter` begins in the token at the beginning of `rest`, behind its first character.
fn delimiter_within(kind: TokenKind, text: &str, rest: &str, delimiter: &str) -> Option<usize> {
    let divisible =
        matches!(kind, TokenKind::Word | TokenKind::Number | TokenKind::Parameter | TokenKind::Operator);
    if !divisible {
        return None;
    }
    let mut inside = text.char_indices().skip(1).map(|(at, _)| at);
    inside.find(|&at| rest.get(at..).is_some_and(|rest| rest.starts_with(delimiter)))
}
