//! Several statements as one text: one round trip, and still known which of them failed.

use std::ops::Range;

use super::connection::{BatchError, Connection};
use crate::dialect::DatabaseMessage;
use crate::script::{Dialect, Statement};

/// What stands between two statements.
const SEPARATOR: &str = ";\n";

/// Statements that are sent together.
#[derive(Default)]
pub(super) struct Batch {
    sql: String,
    pieces: Vec<Piece>,
}

struct Piece {
    /// Where its text starts.
    start: usize,
    /// The statement of the script it is, with its index; none for one of our own.
    statement: Option<(usize, Range<usize>)>,
    /// Whether it has to change exactly one row.
    changes_one: bool,
}

/// How a batch went wrong.
pub(super) enum Failure {
    /// A statement of the script: its index, and the place in the script that the database named.
    Statement { index: usize, span: Range<usize>, message: DatabaseMessage, source: sqlx::Error },
    /// One of our own statements.
    Own(sqlx::Error),
    /// A statement that should have changed one row changed another number.
    Moved,
}

impl Batch {
    /// Adds one of our own statements.
    pub(super) fn own(&mut self, sql: &str) {
        self.push(sql, None, false);
    }

    /// Adds one of our own statements that has to change exactly one row.
    pub(super) fn own_one(&mut self, sql: &str) {
        self.push(sql, None, true);
    }

    /// Adds a statement of a script.
    pub(super) fn statement(&mut self, index: usize, statement: &Statement, text: &str) {
        self.push(text, Some((index, statement.start..statement.end)), false);
    }

    fn push(&mut self, sql: &str, statement: Option<(usize, Range<usize>)>, changes_one: bool) {
        if !self.sql.is_empty() {
            self.sql.push_str(SEPARATOR);
        }
        self.pieces.push(Piece { start: self.sql.len(), statement, changes_one });
        self.sql.push_str(sql);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Sends all of it, in as few messages as is sensible.
    pub(super) async fn run(self, connection: &mut Connection) -> Result<(), Failure> {
        let longest = match connection.dialect() {
            // Copies all that is left of a message for each statement that it reads.
            Dialect::Sqlite => 8 * 1024,
            Dialect::Postgresql | Dialect::Mysql => 256 * 1024,
        };
        let mut rest = self.pieces.as_slice();
        while let Some(first) = rest.first() {
            let end = |count: usize| rest.get(count).map_or(self.sql.len(), |next| next.start);
            let count = (1..rest.len()).find(|count| end(count + 1) - first.start > longest);
            let count = count.unwrap_or(rest.len());
            let sql = &self.sql[first.start..end(count)];
            let sql = if count < rest.len() { sql.strip_suffix(SEPARATOR).unwrap_or(sql) } else { sql };
            let pieces = &rest[..count];
            match connection.execute(sql.to_owned()).await {
                Ok(changed) => {
                    let mut changed = pieces.iter().zip(changed);
                    if changed.any(|(piece, rows)| piece.changes_one && rows != 1) {
                        return Err(Failure::Moved);
                    }
                }
                Err(error) => return Err(blame(pieces, sql, error)),
            }
            rest = &rest[count..];
        }
        Ok(())
    }
}

/// Finds the statement of a message that failed.
fn blame(pieces: &[Piece], sql: &str, BatchError { finished, error }: BatchError) -> Failure {
    let message = DatabaseMessage::of(&error);
    let begin = pieces.first().map_or(0, |piece| piece.start);
    // PostgreSQL reads the whole text before it runs anything of it: then only the position tells.
    let byte = message
        .position
        .and_then(|position| sql.char_indices().nth(position.saturating_sub(1)).map(|(byte, _)| byte));
    let piece = match byte {
        Some(byte) => pieces.iter().rev().find(|piece| piece.start - begin <= byte),
        None => pieces.get(finished),
    };
    match piece.and_then(|piece| piece.statement.clone().map(|statement| (piece.start, statement))) {
        Some((start, (index, span))) => {
            let named = byte.map(|byte| (span.start + (byte - (start - begin)), word(&sql[byte..])));
            let span = named
                .filter(|(place, _)| span.contains(place))
                .map_or(span, |(place, word)| place..place + word);
            Failure::Statement { index, span, message, source: error }
        }
        None => Failure::Own(error),
    }
}

/// The length of the word, or else of the character, with which `sql` begins.
fn word(sql: &str) -> usize {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let end = sql.find(|letter| !is_word(letter)).unwrap_or(sql.len());
    if end > 0 { end } else { sql.chars().next().map_or(0, char::len_utf8) }
}
