//! Statements that sections must not contain, read from their first words.
//!
//! A part of the [facts](super::facts) about a statement that every build needs, also a proc macro without drivers, and
//! for every statement: hence a module of its own, which reads no further than the first word of an ordinary statement.

use super::cursor::Cursor;
use super::{Dialect, Reader, TokenKind};

/// The reason to forbid a statement, with the words that name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Forbidden {
    /// It begins, ends or configures the transaction that the executor holds, or sets a pragma that reaches beyond it.
    /// Savepoints and pragmas that are only read are allowed.
    TransactionControl(String),
    /// MySQL: it locks tables for the session, or unlocks them. In between the session can access only the locked tables,
    /// and the history is not among them.
    TableLock(String),
    /// SQLite: it does nothing, or fails, within a transaction. It is forbidden only there.
    Outside(String),
    /// PostgreSQL: it sends something to the client.
    ToClient(&'static str),
    /// PostgreSQL: it changes the role or user of the session. It is forbidden only if statements commit one by one: then
    /// the history is written in between, as that user.
    RoleChange(String),
}

/// Pragmas that reach beyond the statement, or beyond the transaction.
const PRAGMAS: [&str; 3] = ["FOREIGN_KEYS", "LEGACY_ALTER_TABLE", "WRITABLE_SCHEMA"];

/// Pragmas that do nothing within a transaction, or fail there.
const OUTSIDE: [&str; 3] = ["JOURNAL_MODE", "SYNCHRONOUS", "TEMP_STORE"];

impl Forbidden {
    /// The reason to forbid the statement at the beginning of `sql`.
    pub(crate) fn of(sql: &str, dialect: Dialect) -> Option<Forbidden> {
        const FIRST_WORDS: [&str; 16] = [
            "COPY", "LISTEN", "DETACH", "BEGIN", "COMMIT", "END", "ABORT", "XA", "START", "PREPARE",
            "ROLLBACK", "SET", "PRAGMA", "LOCK", "UNLOCK", "FLUSH",
        ];
        let first = Cursor::new(sql, dialect).first_word()?;
        let first = FIRST_WORDS.into_iter().find(|word| first.eq_ignore_ascii_case(word))?;
        let mut reader = Reader::executed(sql, dialect);
        reader.next();
        match first {
            "LOCK" | "UNLOCK" | "FLUSH" if dialect == Dialect::Mysql => {
                table_lock(first, &mut reader).map(Forbidden::TableLock)
            }
            "LISTEN" => (dialect == Dialect::Postgresql).then_some(Forbidden::ToClient("LISTEN")),
            "COPY" => to_client(&reader, dialect).then_some(Forbidden::ToClient("COPY … TO STDOUT")),
            "DETACH" => (dialect == Dialect::Sqlite).then(|| Forbidden::Outside(first.to_owned())),
            "PRAGMA" => pragma(&mut reader),
            "SET" => forbidden_setting(&mut reader.clone())
                .map(Forbidden::TransactionControl)
                .or_else(|| role_change(&mut reader, dialect).map(Forbidden::RoleChange)),
            _ => transaction_control(first, &mut reader, dialect).map(Forbidden::TransactionControl),
        }
    }
}

fn transaction_control(first: &str, reader: &mut Reader<'_>, dialect: Dialect) -> Option<String> {
    match first {
        "BEGIN" => {
            let is_block = dialect == Dialect::Mysql && reader.take(&["NOT", "ATOMIC"]);
            (!is_block).then(|| first.to_owned())
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
        _ => None,
    }
}

fn table_lock(first: &str, reader: &mut Reader<'_>) -> Option<String> {
    if first == "FLUSH" {
        reader.take_any(&["NO_WRITE_TO_BINLOG", "LOCAL"]);
        let is_flush = reader.take_any(&["TABLES", "TABLE"]);
        let words: Vec<String> = std::iter::from_fn(|| next(reader)).collect();
        let locks = words.windows(3).any(|words| words == ["WITH", "READ", "LOCK"])
            || words.windows(2).any(|words| words == ["FOR", "EXPORT"]);
        return (is_flush && locks).then(|| "FLUSH TABLES".to_owned());
    }
    // MariaDB and MySQL know the singular too. `LOCK INSTANCE FOR BACKUP` locks no table.
    let object = next(reader)?;
    matches!(object.as_str(), "TABLE" | "TABLES").then(|| format!("{first} {object}"))
}

fn role_change(reader: &mut Reader<'_>, dialect: Dialect) -> Option<String> {
    if dialect != Dialect::Postgresql {
        return None;
    }
    let is_session = reader.take(&["SESSION"]);
    let _ = !is_session && reader.take(&["LOCAL"]);
    let words = match next(reader)?.as_str() {
        "ROLE" => "SET ROLE",
        "AUTHORIZATION" if is_session => "SET SESSION AUTHORIZATION",
        "SESSION_AUTHORIZATION" => "SET session_authorization",
        // `SET LOCAL SESSION AUTHORIZATION`
        "SESSION" if reader.take(&["AUTHORIZATION"]) => "SET SESSION AUTHORIZATION",
        _ => return None,
    };
    reader.take_any(&["=", "TO"]);
    let resets = matches!(reader.upper().as_str(), "NONE" | "DEFAULT");
    (!resets).then(|| words.to_owned())
}

/// `SET [SESSION] TRANSACTION …`, `SET SESSION CHARACTERISTICS AS TRANSACTION …`, `SET … autocommit = …` anywhere in a
/// list.
fn forbidden_setting(reader: &mut Reader<'_>) -> Option<String> {
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

/// Whether a `COPY` writes to the client.
fn to_client(reader: &Reader<'_>, dialect: Dialect) -> bool {
    dialect == Dialect::Postgresql && reader.has(&["TO", "STDOUT"])
}

/// `PRAGMA [schema.]foreign_keys = …`, with `=` or parentheses.
fn pragma(reader: &mut Reader<'_>) -> Option<Forbidden> {
    let mut name = next(reader)?;
    if reader.take(&["."]) {
        name = next(reader)?;
    }
    let statement = || format!("PRAGMA {}", name.to_ascii_lowercase());
    let sets = reader.take_any(&["=", "("]);
    let is_on = || matches!(reader.upper().as_str(), "ON" | "TRUE" | "YES" | "1");
    if sets && PRAGMAS.contains(&name.as_str()) && !(name == "FOREIGN_KEYS" && is_on()) {
        return Some(Forbidden::TransactionControl(statement()));
    }
    let is_outside = sets && OUTSIDE.contains(&name.as_str()) || name == "WAL_CHECKPOINT";
    is_outside.then(|| Forbidden::Outside(statement()))
}

/// Takes the next token, and returns it in upper case and without quotes.
fn next(reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.upper();
    reader.next().map(|_| text)
}
