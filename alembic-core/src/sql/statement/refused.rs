//! Statements that no section may hold.

use crate::sql::Dialect;
use crate::sql::lexer::TokenKind;
use crate::sql::cursor::{Cursor, Piece};

/// The words that the statements looked at here begin with.
const FIRST_WORDS: [&str; 10] =
    ["BEGIN", "COMMIT", "END", "ABORT", "XA", "START", "PREPARE", "ROLLBACK", "SET", "PRAGMA"];

/// The pragmas that reach beyond the statement, or beyond the transaction.
const PRAGMAS: [&str; 3] = ["FOREIGN_KEYS", "LEGACY_ALTER_TABLE", "WRITABLE_SCHEMA"];

/// A statement, read word by word from its beginning.
struct Reader<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Reader<'a> {
    /// The next token in upper case and without quotes, after hints; empty at the end.
    fn peek(&mut self) -> String {
        while self.cursor.peek(0).is_some_and(|piece| piece.kind == TokenKind::Hint) {
            self.cursor.next();
        }
        self.cursor.peek(0).map(|piece| self.upper(piece)).unwrap_or_default()
    }

    fn next(&mut self) -> String {
        let text = self.peek();
        self.cursor.next();
        text
    }

    /// Takes the next token if it is `word`.
    fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == word;
        if found {
            self.cursor.next();
        }
        found
    }

    fn upper(&self, piece: Piece) -> String {
        let text = self.cursor.text(piece).to_ascii_uppercase();
        match piece.kind {
            TokenKind::QuotedIdentifier | TokenKind::String => {
                text.trim_matches(['"', '`', '[', ']', '\'']).to_owned()
            }
            _ => text,
        }
    }
}

/// The first words of the statement at the beginning of `sql`, if it is transaction control: a statement that
/// begins, ends or configures the transaction that the executor holds.
///
/// Savepoints are the script's own affair. So are pragmas that are only read.
pub(super) fn transaction_control(sql: &str, dialect: Dialect) -> Option<String> {
    let mut reader = Reader { cursor: Cursor::new(sql, dialect) };
    while reader.cursor.peek(0).is_some_and(|piece| piece.kind == TokenKind::Hint) {
        reader.cursor.next();
    }
    let first = reader.cursor.peek(0).filter(|piece| piece.kind == TokenKind::Word)?;
    let first = reader.cursor.text(first);
    if !FIRST_WORDS.iter().any(|word| first.eq_ignore_ascii_case(word)) {
        return None;
    }
    let first = reader.next();
    match first.as_str() {
        "BEGIN" => {
            let anonymous = dialect == Dialect::Mysql && reader.take("NOT") && reader.take("ATOMIC");
            (!anonymous).then_some(first)
        }
        "COMMIT" | "END" | "ABORT" | "XA" => Some(first),
        "START" => reader.take("TRANSACTION").then(|| "START TRANSACTION".to_owned()),
        "PREPARE" => {
            let control = reader.take("TRANSACTION")
                && reader.cursor.peek(0).is_some_and(|piece| piece.kind == TokenKind::String);
            control.then(|| "PREPARE TRANSACTION".to_owned())
        }
        "ROLLBACK" => {
            let _ = reader.take("WORK") || reader.take("TRANSACTION");
            (!reader.take("TO")).then_some(first)
        }
        "SET" => refused_setting(&mut reader),
        "PRAGMA" => refused_pragma(&mut reader),
        _ => None,
    }
}

/// The first words of the statement at the beginning of `sql`, if it is one of MySQL's that lock tables for the session,
/// or free them: between the two the session can reach nothing but what was locked, which the history is not.
pub(super) fn table_lock(sql: &str, dialect: Dialect) -> Option<String> {
    if dialect != Dialect::Mysql {
        return None;
    }
    let mut reader = Reader { cursor: Cursor::new(sql, dialect) };
    let first = reader.peek();
    if !reader.cursor.peek(0).is_some_and(|piece| piece.kind == TokenKind::Word) {
        return None;
    }
    match first.as_str() {
        "LOCK" | "UNLOCK" => {
            reader.cursor.next();
            // MariaDB and MySQL know the singular too. `LOCK INSTANCE FOR BACKUP` locks no table.
            let object = reader.next();
            matches!(object.as_str(), "TABLE" | "TABLES").then(|| format!("{first} {object}"))
        }
        "FLUSH" => {
            reader.cursor.next();
            let _ = reader.take("NO_WRITE_TO_BINLOG") || reader.take("LOCAL");
            let is_flush = reader.take("TABLES") || reader.take("TABLE");
            let words =
                std::iter::from_fn(|| Some(reader.next()).filter(|word| !word.is_empty() && word != ";"));
            let words: Vec<String> = words.collect();
            let locks = words.windows(3).any(|words| words == ["WITH", "READ", "LOCK"])
                || words.windows(2).any(|words| words == ["FOR", "EXPORT"]);
            (is_flush && locks).then(|| "FLUSH TABLES".to_owned())
        }
        _ => None,
    }
}

/// The first words of the statement at the beginning of `sql`, if it is PostgreSQL's and makes the session another
/// user's. Where statements commit one by one the history is written in between, as that user.
pub(crate) fn role_change(sql: &str, dialect: Dialect) -> Option<String> {
    let mut reader = Reader { cursor: Cursor::new(sql, dialect) };
    if dialect != Dialect::Postgresql || !reader.take("SET") {
        return None;
    }
    let is_session = reader.take("SESSION");
    let _ = !is_session && reader.take("LOCAL");
    let resets = |reader: &mut Reader<'_>| {
        let _ = reader.take("=") || reader.take("TO");
        matches!(reader.peek().as_str(), "NONE" | "DEFAULT")
    };
    match reader.next().as_str() {
        "ROLE" => (!resets(&mut reader)).then(|| "SET ROLE".to_owned()),
        "AUTHORIZATION" if is_session => {
            (!resets(&mut reader)).then(|| "SET SESSION AUTHORIZATION".to_owned())
        }
        "SESSION_AUTHORIZATION" => (!resets(&mut reader)).then(|| "SET session_authorization".to_owned()),
        // `SET LOCAL SESSION AUTHORIZATION`
        "SESSION" if reader.take("AUTHORIZATION") => {
            (!resets(&mut reader)).then(|| "SET SESSION AUTHORIZATION".to_owned())
        }
        _ => None,
    }
}

/// `SET [SESSION] TRANSACTION …`, `SET SESSION CHARACTERISTICS AS TRANSACTION …`, `SET … autocommit = …`
/// anywhere in a list.
fn refused_setting(reader: &mut Reader<'_>) -> Option<String> {
    let scope = ["SESSION", "LOCAL"].into_iter().find(|scope| reader.take(scope));
    if reader.peek() == "TRANSACTION" || (scope.is_some() && reader.peek() == "CHARACTERISTICS") {
        let scope = scope.map(|scope| format!("{scope} ")).unwrap_or_default();
        return Some(format!("SET {scope}{}", reader.next()));
    }
    let mut depth = 0usize;
    let mut at_target = true;
    while reader.cursor.peek(0).is_some() {
        let word = reader.next();
        if at_target && matches!(word.as_str(), "SESSION" | "LOCAL") {
            continue;
        }
        if at_target && matches!(word.as_str(), "@@SESSION" | "@@LOCAL") && reader.take(".") {
            continue;
        }
        if at_target && matches!(word.as_str(), "AUTOCOMMIT" | "@@AUTOCOMMIT") {
            return Some("SET autocommit".to_owned());
        }
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            ";" => break,
            _ => {}
        }
        at_target = word == "," && depth == 0;
    }
    None
}

/// `PRAGMA [schema.]foreign_keys = …`, with `=` or parentheses.
fn refused_pragma(reader: &mut Reader<'_>) -> Option<String> {
    let mut name = reader.next();
    if reader.take(".") {
        name = reader.next();
    }
    let sets = matches!(reader.peek().as_str(), "=" | "(");
    (sets && PRAGMAS.contains(&name.as_str())).then(|| format!("PRAGMA {}", name.to_ascii_lowercase()))
}
