//! Several statements in one message: one round trip, and the failed statement is still known.

use std::ops::Range;
use std::sync::atomic::AtomicUsize;

use super::boundary::{boundary, is_armed};
use super::connection::{BatchError, Connection};
use crate::dialect::DatabaseMessage;
use crate::migrate::error::MigrateError;
use crate::sql::{Dialect, Statement};

/// The separator of two statements.
const BETWEEN: &str = ";\n";

/// Statements that are sent together.
#[derive(Default)]
pub(crate) struct Batch {
    sql: String,
    pieces: Vec<Piece>,
}

struct Piece {
    /// The byte at which its text starts.
    start: usize,
    kind: Kind,
}

/// The kind of a piece.
#[derive(Clone)]
enum Kind {
    /// The statement of the script with this index, and its place there.
    Statement(usize, Range<usize>),
    /// A statement of our own.
    Own,
    /// A statement of our own that must change exactly one row.
    OwnOne,
    /// A statement that fails if the migration lock was lost.
    Fence,
    /// A statement that fails if a deferred constraint is violated.
    Constraints,
}

/// The failure of a batch.
pub(crate) enum Failure {
    /// A statement of the script: its index, and the place in the script that the database named.
    Statement { index: usize, span: Range<usize>, message: DatabaseMessage, source: sqlx::Error },
    /// One of our own statements.
    Own(sqlx::Error),
    /// A statement that must change one row changed another number.
    Moved,
    /// A deferred constraint is violated.
    Unsatisfied(sqlx::Error),
    /// The migration lock was lost.
    LockLost(Option<sqlx::Error>),
    /// The run stopped waiting for the batch, because it was asked twice to stop.
    Interrupted,
}

impl Failure {
    /// The error for a failure that is not about a statement of a script.
    pub(crate) fn during(doing: &'static str) -> impl FnOnce(Failure) -> MigrateError {
        move |failure| match failure {
            Failure::Own(error) | Failure::Statement { source: error, .. } | Failure::Unsatisfied(error) => {
                MigrateError::database(doing)(error)
            }
            Failure::Moved => MigrateError::Moved,
            Failure::LockLost(source) => MigrateError::LockLost { source },
            Failure::Interrupted => MigrateError::interrupted(),
        }
    }
}

impl Batch {
    /// Adds one of our own statements.
    pub(crate) fn own(&mut self, sql: &str) {
        self.push(sql, Kind::Own);
    }

    /// Adds one of our own statements that must change exactly one row.
    pub(crate) fn own_one(&mut self, sql: &str) {
        self.push(sql, Kind::OwnOne);
    }

    /// Adds a statement of a script.
    pub(crate) fn statement(&mut self, index: usize, statement: &Statement, text: &str) {
        self.push(text, Kind::Statement(index, statement.start..statement.end));
    }

    /// A batch that begins with a comment, so that the server's list of statements shows whose it is.
    pub(crate) fn marked(mark: Option<&str>) -> Batch {
        Batch { sql: mark.map(|mark| format!("{mark} ")).unwrap_or_default(), pieces: Vec::new() }
    }

    /// Adds a statement that fails if the migration lock was lost.
    pub(crate) fn fence(&mut self, sql: &str) {
        self.push(sql, Kind::Fence);
    }

    /// Adds a statement that fails if a deferred constraint is violated.
    pub(crate) fn constraints(&mut self, sql: &str) {
        self.push(sql, Kind::Constraints);
    }

    fn push(&mut self, sql: &str, kind: Kind) {
        if !self.pieces.is_empty() {
            self.sql.push_str(BETWEEN);
        }
        self.pieces.push(Piece { start: self.sql.len(), kind });
        self.sql.push_str(sql);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The number of statements.
    pub(crate) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// The length of the text, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.sql.len()
    }

    /// Sends the statements, in few messages. Adds to `finished` as they finish.
    pub(crate) async fn run(
        self,
        connection: &mut Connection,
        finished: &AtomicUsize,
    ) -> Result<(), Failure> {
        if is_armed() {
            return self.run_in_pieces(connection, finished).await;
        }
        let longest = match connection.dialect() {
            // SQLite's driver copies the rest of the message for each statement.
            Dialect::Sqlite => 16 * 1024,
            Dialect::Postgresql | Dialect::Mysql => 256 * 1024,
        };
        if connection.dialect() == Dialect::Sqlite && self.may_want_values() {
            return self.run_checked(connection, finished).await;
        }
        for message in self.split(longest) {
            message.send(connection, finished).await?;
        }
        Ok(())
    }

    /// SQLite: whether a statement of a script has a character that begins a placeholder, outside of what certainly is a
    /// string. Deliberately not the lexer: this is the second look at what it has read.
    fn may_want_values(&self) -> bool {
        let ends = self.ends();
        let mut texts = self.pieces.iter().zip(ends).map(|(piece, end)| (piece, &self.sql[piece.start..end]));
        texts.any(|(piece, text)| matches!(piece.kind, Kind::Statement(..)) && may_want_values(text))
    }

    /// SQLite: sends each statement by itself, and none that wants a value: it would get NULL without a word.
    async fn run_checked(self, connection: &mut Connection, finished: &AtomicUsize) -> Result<(), Failure> {
        let ends = self.ends();
        for (piece, end) in self.pieces.iter().zip(ends) {
            let sql = &self.sql[piece.start..end];
            if let Kind::Statement(index, span) = &piece.kind
                && may_want_values(sql)
                && connection.parameters(sql).await.is_ok_and(|count| count > 0)
            {
                let message = "the statement has a placeholder, and a script has no value for it".to_owned();
                let source = sqlx::Error::Protocol(message.clone());
                let message = DatabaseMessage { message, ..DatabaseMessage::default() };
                return Err(Failure::Statement { index: *index, span: span.clone(), message, source });
            }
            let piece = Piece { start: 0, kind: piece.kind.clone() };
            Batch { sql: sql.to_owned(), pieces: vec![piece] }.send(connection, finished).await?;
        }
        Ok(())
    }

    /// The byte at which the text of each piece ends.
    fn ends(&self) -> Vec<usize> {
        let ends = self.pieces.iter().skip(1).map(|piece| piece.start - BETWEEN.len());
        ends.chain([self.sql.len()]).collect()
    }

    /// The same as several batches. None is longer than `longest` bytes, unless one statement is.
    fn split(self, longest: usize) -> Vec<Batch> {
        if self.sql.len() <= longest {
            return vec![self];
        }
        let mut batches: Vec<Batch> = Vec::new();
        let ends = self.ends();
        let mut begin = 0;
        for (piece, end) in self.pieces.into_iter().zip(ends) {
            let sql = &self.sql[piece.start..end];
            match batches.last_mut().filter(|_| end - begin <= longest) {
                Some(batch) => batch.push(sql, piece.kind),
                None => {
                    // The text before the first piece is a mark.
                    begin = if batches.is_empty() { 0 } else { piece.start };
                    let mut batch =
                        Batch { sql: self.sql[begin..piece.start].to_owned(), pieces: Vec::new() };
                    batch.push(sql, piece.kind);
                    batches.push(batch);
                }
            }
        }
        batches
    }

    async fn send(mut self, connection: &mut Connection, finished: &AtomicUsize) -> Result<(), Failure> {
        let sql = std::mem::take(&mut self.sql);
        // Kept to find the place of an error; the text itself goes to the driver.
        let places = if self.pieces.iter().any(|piece| matches!(piece.kind, Kind::Statement(..))) {
            sql.clone()
        } else {
            String::new()
        };
        match connection.execute_counting(sql, finished).await {
            Ok(changed) => {
                let mut pieces = self.pieces.iter().zip(&changed);
                let moved = pieces.any(|(piece, rows)| matches!(piece.kind, Kind::OwnOne) && *rows != 1);
                if moved { Err(Failure::Moved) } else { Ok(()) }
            }
            Err(error) => Err(self.blame(&places, error)),
        }
    }

    /// Sends each statement by itself, so that a test can kill the process between any two.
    async fn run_in_pieces(self, connection: &mut Connection, finished: &AtomicUsize) -> Result<(), Failure> {
        for (piece, end) in self.pieces.iter().zip(self.ends()) {
            let sql = &self.sql[piece.start..end];
            let piece = Piece { start: 0, kind: piece.kind.clone() };
            Batch { sql: sql.to_owned(), pieces: vec![piece] }.send(connection, finished).await?;
        }
        boundary("the end of a message");
        Ok(())
    }

    /// Finds the statement that failed.
    fn blame(self, sql: &str, BatchError { finished, error }: BatchError) -> Failure {
        let message = DatabaseMessage::of(&error);
        // PostgreSQL parses the whole text before it executes any of it: then only the position is known.
        let byte = message
            .position
            .and_then(|position| sql.char_indices().nth(position.saturating_sub(1)).map(|(byte, _)| byte));
        let piece = match byte {
            Some(byte) => self.pieces.iter().rev().find(|piece| piece.start <= byte),
            None => self.pieces.get(finished),
        };
        let Some(Piece { start, kind }) = piece else {
            return Failure::Own(error);
        };
        let following = self.pieces.iter().find(|other| other.start > *start);
        let following =
            following.and_then(|other| sql.get(other.start - BETWEEN.len()..)).unwrap_or_default();
        let message = DatabaseMessage { message: without(&message.message, following), ..message };
        match kind.clone() {
            Kind::Statement(index, span) => {
                let named = byte.map(|byte| (span.start + (byte - start), word(&sql[byte..])));
                let span = named
                    .filter(|(place, _)| span.contains(place))
                    .map_or(span, |(place, word)| place..place + word);
                Failure::Statement { index, span, message, source: error }
            }
            Kind::Fence if matches!(error, sqlx::Error::Database(_)) => Failure::LockLost(Some(error)),
            Kind::Constraints if matches!(error, sqlx::Error::Database(_)) => Failure::Unsatisfied(error),
            Kind::Own | Kind::OwnOne | Kind::Fence | Kind::Constraints => Failure::Own(error),
        }
    }
}

/// Whether a character that begins a placeholder of SQLite is in a text, but in plain strings.
fn may_want_values(sql: &str) -> bool {
    // The parts outside of strings: `''` only ends one and begins another.
    let is_plain = !sql.contains(['"', '`', '[']) && !sql.contains("--") && !sql.contains("/*");
    let begins = |text: &str| text.contains(['?', ':', '@', '$']);
    if is_plain { sql.split('\'').step_by(2).any(begins) } else { begins(sql) }
}

/// MySQL: a message that quotes the text behind a mistake, without what follows the statement: that is not the author's.
fn without(message: &str, following: &str) -> String {
    const END: &str = "' at line ";
    let Some((near, place)) = message.rsplit_once(END).filter(|_| !following.is_empty()) else {
        return message.to_owned();
    };
    let mut starts =
        near.match_indices(BETWEEN).map(|(at, _)| at).chain(near.ends_with(';').then(|| near.len() - 1));
    // Long texts are cut.
    let quoted = |at: usize| near[at..].strip_suffix("...").unwrap_or(&near[at..]);
    match starts.find(|at| following.starts_with(quoted(*at))) {
        Some(at) => format!("{}{END}{place}", &near[..at]),
        None => message.to_owned(),
    }
}

/// The length of the word, or else of the character, with which `sql` begins.
fn word(sql: &str) -> usize {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let end = sql.find(|letter| !is_word(letter)).unwrap_or(sql.len());
    if end > 0 { end } else { sql.chars().next().map_or(0, char::len_utf8) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last line of defence behind the lexer: no statement is executed for whose values SQLite would take NULL.
    #[cfg(feature = "sqlite")]
    #[tokio::test]
    async fn no_statement_wants_values() {
        use crate::migrate::server::connect::Missing;
        use crate::migrate::server::database::Database;
        let mut connection =
            Database::from("sqlite::memory:").connect(Missing::Create).await.expect("a database in memory");
        let texts = [
            ("CREATE TABLE t (a)", true),
            ("INSERT INTO t VALUES ('12:00 ''?'' @ $')", true),
            ("INSERT INTO t VALUES (?)", false),
            ("INSERT INTO t VALUES (:name)", false),
            ("INSERT INTO t VALUES (@name)", false),
            ("INSERT INTO t VALUES ($name)", false),
            ("INSERT INTO t VALUES (?1) -- '?", false),
            ("CREATE INDEX \"a?b\" ON t (a) /* : */", true),
        ];
        for (text, fits) in texts {
            let mut batch = Batch::default();
            batch.own("SELECT 1");
            batch.statement(3, &Statement { start: 10, end: 10 + text.len() }, text);
            batch.own("SELECT 2");
            match batch.run(&mut connection, &AtomicUsize::new(0)).await {
                Ok(()) => assert!(fits, "{text}"),
                Err(Failure::Statement { index: 3, .. }) => assert!(!fits, "{text}"),
                Err(_) => panic!("{text}"),
            }
        }
        let rows = connection.rows("SELECT a FROM t".to_owned()).await.expect("rows");
        assert_eq!(rows, [[Some("12:00 '?' @ $".to_owned())]]);
    }

    #[test]
    fn messages_quote_no_statements_of_our_own() {
        let own = ";\nUPDATE `app`.alembic_history SET statements_done = 2, statement = NULL";
        let check = |near: &str, expected: &str| {
            let message =
                |near: &str| format!("You have an error in your SQL syntax near '{near}' at line 1");
            assert_eq!(without(&message(near), own), message(expected));
        };
        check(";\nUPDATE `app`.alembic_history SET st", "");
        check("\\G;\nUPDATE `app`.alembic_history SET statements_done = 2, stat", "\\G");
        check(";\nUPDATE `app`.alembic_history SET statements_done = 2, statement...", "");
        check("END;", "END");
        check("END;\nSELECT 1", "END;\nSELECT 1");
        check("nope", "nope");
    }
}
