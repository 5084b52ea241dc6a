//! Statements that no section may hold.

use crate::sql::cursor::Cursor;
use crate::sql::{Dialect, Reader, TokenKind};

/// The words that the statements looked at here begin with.
const FIRST_WORDS: [&str; 10] =
    ["BEGIN", "COMMIT", "END", "ABORT", "XA", "START", "PREPARE", "ROLLBACK", "SET", "PRAGMA"];

/// The pragmas that reach beyond the statement, or beyond the transaction.
const PRAGMAS: [&str; 3] = ["FOREIGN_KEYS", "LEGACY_ALTER_TABLE", "WRITABLE_SCHEMA"];

/// The first words of the statement at the beginning of `sql`, if it is transaction control: a statement that
/// begins, ends or configures the transaction that the executor holds.
///
/// Savepoints are the script's own affair. So are pragmas that are only read.
pub(super) fn transaction_control(sql: &str, dialect: Dialect) -> Option<String> {
    let first = Cursor::new(sql, dialect).first_word()?;
    let first = FIRST_WORDS.into_iter().find(|word| first.eq_ignore_ascii_case(word))?;
    let mut reader = Reader::executed(sql, dialect);
    reader.next();
    match first {
        "BEGIN" => {
            let anonymous = dialect == Dialect::Mysql && reader.take(&["NOT", "ATOMIC"]);
            (!anonymous).then(|| first.to_owned())
        }
        "COMMIT" | "END" | "ABORT" | "XA" => Some(first.to_owned()),
        "START" => reader.take(&["TRANSACTION"]).then(|| "START TRANSACTION".to_owned()),
        "PREPARE" => {
            let control = reader.take(&["TRANSACTION"])
                && reader.token(0).is_some_and(|token| token.kind == TokenKind::String);
            control.then(|| "PREPARE TRANSACTION".to_owned())
        }
        "ROLLBACK" => {
            reader.take_any(&["WORK", "TRANSACTION"]);
            (!reader.take(&["TO"])).then(|| first.to_owned())
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
    let first = Cursor::new(sql, dialect).first_word()?;
    let first = ["LOCK", "UNLOCK", "FLUSH"].into_iter().find(|word| first.eq_ignore_ascii_case(word))?;
    let mut reader = Reader::executed(sql, dialect);
    reader.next();
    if first == "FLUSH" {
        reader.take_any(&["NO_WRITE_TO_BINLOG", "LOCAL"]);
        let is_flush = reader.take_any(&["TABLES", "TABLE"]);
        let words: Vec<String> = std::iter::from_fn(|| next(&mut reader)).collect();
        let locks = words.windows(3).any(|words| words == ["WITH", "READ", "LOCK"])
            || words.windows(2).any(|words| words == ["FOR", "EXPORT"]);
        return (is_flush && locks).then(|| "FLUSH TABLES".to_owned());
    }
    // MariaDB and MySQL know the singular too. `LOCK INSTANCE FOR BACKUP` locks no table.
    let object = next(&mut reader)?;
    matches!(object.as_str(), "TABLE" | "TABLES").then(|| format!("{first} {object}"))
}

/// The first words of the statement at the beginning of `sql`, if it is PostgreSQL's and makes the session another
/// user's. Where statements commit one by one the history is written in between, as that user.
pub(crate) fn role_change(sql: &str, dialect: Dialect) -> Option<String> {
    let first = Cursor::new(sql, dialect).first_word()?;
    if dialect != Dialect::Postgresql || !first.eq_ignore_ascii_case("SET") {
        return None;
    }
    let mut reader = Reader::executed(sql, dialect);
    reader.next();
    let is_session = reader.take(&["SESSION"]);
    let _ = !is_session && reader.take(&["LOCAL"]);
    let resets = |reader: &mut Reader<'_>| {
        reader.take_any(&["=", "TO"]);
        matches!(reader.upper().as_str(), "NONE" | "DEFAULT")
    };
    match next(&mut reader)?.as_str() {
        "ROLE" => (!resets(&mut reader)).then(|| "SET ROLE".to_owned()),
        "AUTHORIZATION" if is_session => {
            (!resets(&mut reader)).then(|| "SET SESSION AUTHORIZATION".to_owned())
        }
        "SESSION_AUTHORIZATION" => (!resets(&mut reader)).then(|| "SET session_authorization".to_owned()),
        // `SET LOCAL SESSION AUTHORIZATION`
        "SESSION" if reader.take(&["AUTHORIZATION"]) => {
            (!resets(&mut reader)).then(|| "SET SESSION AUTHORIZATION".to_owned())
        }
        _ => None,
    }
}

/// `SET [SESSION] TRANSACTION …`, `SET SESSION CHARACTERISTICS AS TRANSACTION …`, `SET … autocommit = …`
/// anywhere in a list.
fn refused_setting(reader: &mut Reader<'_>) -> Option<String> {
    let scope = ["SESSION", "LOCAL"].into_iter().find(|scope| reader.take(&[scope]));
    let object = reader.upper();
    if object == "TRANSACTION" || (scope.is_some() && object == "CHARACTERISTICS") {
        let scope = scope.map(|scope| format!("{scope} ")).unwrap_or_default();
        return Some(format!("SET {scope}{object}"));
    }
    let mut depth = 0usize;
    let mut at_target = true;
    while let Some(word) = next(reader) {
        if at_target && matches!(word.as_str(), "SESSION" | "LOCAL") {
            continue;
        }
        if at_target && matches!(word.as_str(), "@@SESSION" | "@@LOCAL") && reader.take(&["."]) {
            continue;
        }
        if at_target && matches!(word.as_str(), "AUTOCOMMIT" | "@@AUTOCOMMIT") {
            return Some("SET autocommit".to_owned());
        }
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        at_target = word == "," && depth == 0;
    }
    None
}

/// `PRAGMA [schema.]foreign_keys = …`, with `=` or parentheses.
fn refused_pragma(reader: &mut Reader<'_>) -> Option<String> {
    let mut name = next(reader)?;
    if reader.take(&["."]) {
        name = next(reader)?;
    }
    let sets = reader.is_any(&["=", "("]);
    (sets && PRAGMAS.contains(&name.as_str())).then(|| format!("PRAGMA {}", name.to_ascii_lowercase()))
}

/// Takes the next token, and returns it in upper case and without quotes.
fn next(reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.upper();
    reader.next().map(|_| text)
}
