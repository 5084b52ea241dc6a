//! Changes that a statement leaves in the session that runs it.

use super::Text;
use super::definition::Definition;
use super::mention::{Words, mentions};
use super::object::{Action, ObjectKind};
use crate::sql::{Dialect, Reader, TokenKind, lex, tokens};

/// The effect of a statement on its session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Session {
    /// Whether the next revision could notice the statement in its session, as far as the words show. False for all
    /// ordinary statements.
    pub(crate) is_changed: bool,
    /// Things that it may leave behind, as a set.
    leftovers: u8,
    /// Settings that the statement names: pragmas of SQLite; settings of PostgreSQL with a `.` in their names, which the
    /// server creates as they are set and does not list; of MySQL what a `SET` gives a value, variables with their `@`.
    pub(crate) settings: Vec<String>,
    /// PostgreSQL: whether it may give the fixed settings of a run the values that the server has.
    pub(crate) resets: bool,
    /// Whether it changes how the server reads the text of later statements: `SET NAMES`, `sql_mode`,
    /// `standard_conforming_strings`.
    pub(crate) reads_differently: bool,
    /// MySQL: whether it chooses another database.
    pub(crate) moves: bool,
    /// Whether a new session is like the old one after the statement has run there.
    pub(crate) is_repeatable: bool,
    /// Names of temporary tables and of variables with computed values: they are lost with the session.
    pub(crate) lost: Vec<String>,
}

/// Something that statements leave in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leftover {
    /// Another user.
    User = 1,
    /// Another role.
    Role = 1 << 1,
    /// Temporary tables and other objects.
    Temporary = 1 << 2,
    /// Prepared statements.
    Prepared = 1 << 3,
    /// Cursors.
    Cursor = 1 << 4,
    /// Another search path.
    SearchPath = 1 << 5,
    /// Constraints that are checked at the end of the transaction.
    Deferred = 1 << 6,
}

impl Session {
    /// The effect of several statements.
    pub(crate) fn of_all<'s>(statements: impl Iterator<Item = &'s Session>) -> Session {
        let mut all = Session { is_repeatable: true, ..Session::default() };
        for session in statements {
            all.is_changed |= session.is_changed;
            all.leftovers |= session.leftovers;
            all.settings.extend(session.settings.iter().cloned());
            all.resets |= session.resets;
            all.reads_differently |= session.reads_differently;
            all.moves |= session.moves;
            all.is_repeatable &= session.is_repeatable;
            all.lost.extend(session.lost.iter().cloned());
        }
        all
    }

    /// Whether the statement may leave such a thing behind. The words may be part of a body, string or comment.
    pub(crate) fn may_leave(&self, leftover: Leftover) -> bool {
        self.leftovers & leftover as u8 != 0
    }
}

pub(super) fn session(text: &Text<'_>, words: &[&str], definition: &Definition) -> Session {
    let Text { sql: statement, dialect, anywhere, .. } = *text;
    let is_temporary = words.iter().any(|word| matches!(*word, "TEMP" | "TEMPORARY"));
    let variables = if dialect == Dialect::Mysql { variables(statement) } else { Vec::new() };
    let has_variables = !variables.is_empty();
    let mut session = Session {
        is_changed: match dialect {
            Dialect::Sqlite => match words {
                ["PRAGMA" | "ATTACH" | "DETACH", ..] => true,
                ["CREATE", ..] => {
                    is_temporary || anywhere.has(Words::TEMPORARY) && mentions(statement, dialect, "temp")
                }
                _ => false,
            },
            Dialect::Postgresql => is_changed_on_postgresql(statement, words, anywhere, is_temporary),
            Dialect::Mysql => is_changed_on_mysql(statement, words, anywhere, is_temporary, has_variables),
        },
        leftovers: leftovers(words, anywhere),
        settings: settings(text, words),
        resets: resets(text, words),
        reads_differently: reads_differently(dialect, words, anywhere),
        moves: dialect == Dialect::Mysql && words.first() == Some(&"USE"),
        is_repeatable: is_repeatable(text, words),
        lost: Vec::new(),
    };
    if is_temporary && words.first() == Some(&"CREATE") {
        let kinds = [ObjectKind::Table, ObjectKind::View, ObjectKind::Sequence];
        let created = definition.changes.iter().filter(|change| change.action == Action::Creates);
        let kept = created.filter(|change| kinds.contains(&change.object.kind));
        session.lost.extend(kept.map(|change| change.object.name.name.clone()));
    } else if !session.is_repeatable {
        session.lost = given(statement, words, variables);
    }
    session
}

fn is_changed_on_postgresql(statement: &str, words: &[&str], anywhere: Words, is_temporary: bool) -> bool {
    match words {
        ["SET" | "RESET" | "PREPARE" | "CALL" | "DISCARD" | "DECLARE" | "LOAD" | "EXECUTE", ..] => true,
        ["CREATE", ..] if is_temporary => true,
        // The body of a routine does not run now.
        ["CREATE", "FUNCTION" | "PROCEDURE" | "OR", ..] => false,
        // `UPDATE … SET` in a body looks the same. Then one question is asked in vain.
        ["DO", ..] => {
            [Words::SET, Words::SET_CONFIG, Words::TEMPORARY].iter().any(|word| anywhere.has(*word))
        }
        _ => {
            let names: [(Words, &[&str]); 3] = [
                (Words::SET_CONFIG, &["set_config"]),
                (Words::PG_TEMP, &["pg_temp"]),
                (Words::TEMPORARY, &["TEMP", "TEMPORARY"]),
            ];
            let is_mentioned = |name: &&str| mentions(statement, Dialect::Postgresql, name);
            names.iter().any(|(word, names)| anywhere.has(*word) && names.iter().any(is_mentioned))
        }
    }
}

fn is_changed_on_mysql(
    statement: &str,
    words: &[&str],
    anywhere: Words,
    is_temporary: bool,
    has_variables: bool,
) -> bool {
    match words {
        ["SET" | "RESET" | "PREPARE" | "CALL" | "USE" | "HANDLER" | "BEGIN" | "EXECUTE" | "DECLARE", ..] => {
            true
        }
        // MariaDB's compound statements outside of routines.
        ["IF" | "CASE" | "LOOP" | "REPEAT" | "WHILE" | "FOR", ..] => true,
        ["CREATE", ..] if is_temporary => true,
        // The bodies of routines and triggers do not run now.
        ["CREATE" | "ALTER", ..] => false,
        _ => {
            has_variables || anywhere.has(Words::GET_LOCK) && mentions(statement, Dialect::Mysql, "GET_LOCK")
        }
    }
}

fn leftovers(words: &[&str], anywhere: Words) -> u8 {
    let pairs = [
        (Words::USER, Leftover::User),
        (Words::ROLE, Leftover::Role),
        (Words::TEMPORARY, Leftover::Temporary),
        (Words::PG_TEMP, Leftover::Temporary),
        (Words::PREPARE, Leftover::Prepared),
        (Words::DECLARE, Leftover::Cursor),
        (Words::SEARCH_PATH, Leftover::SearchPath),
        (Words::DEFERRED, Leftover::Deferred),
    ];
    let found = pairs.iter().filter(|(word, _)| anywhere.has(*word));
    let mut set = found.fold(0, |set, (_, leftover)| set | *leftover as u8);
    // PostgreSQL: another way to set the search path.
    if matches!(words, ["SET", "SCHEMA", ..] | ["SET", "LOCAL" | "SESSION", "SCHEMA", ..]) {
        set |= Leftover::SearchPath as u8;
    }
    set
}

fn settings(text: &Text<'_>, words: &[&str]) -> Vec<String> {
    match (text.dialect, words) {
        (Dialect::Sqlite, ["PRAGMA", ..]) => {
            let mut reader = text.reader.clone();
            reader.pass();
            reader.name().into_iter().map(|pragma| pragma.name).collect()
        }
        (Dialect::Postgresql, ["SET", ..]) => {
            let mut reader = text.reader.clone();
            reader.pass();
            reader.take_any(&["SESSION", "LOCAL"]);
            let name = reader.name();
            name.and_then(|name| Some(format!("{}.{}", name.schema?, name.name))).into_iter().collect()
        }
        (Dialect::Mysql, ["SET", ..]) => assigned(text),
        (Dialect::Postgresql, _) if text.anywhere.has(Words::SET_CONFIG) => {
            // The names are strings, in a query or in the body of a block.
            let calls = text.sql.split("set_config").skip(1);
            let names = calls.filter_map(|call| call.split('\'').nth(1));
            let is_own = |name: &&str| name.contains('.') && !name.contains(char::is_whitespace);
            names.filter(is_own).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// MySQL: the variables to which a `SET` gives a value, but those of the server. `GLOBAL` is meant for those behind it,
/// too, until `SESSION` (manual, "SET Syntax for Variable Assignment").
fn assigned(text: &Text<'_>) -> Vec<String> {
    const SCOPES: [&str; 5] = ["SESSION", "LOCAL", "GLOBAL", "PERSIST", "PERSIST_ONLY"];
    let mut reader = text.reader.clone();
    reader.pass();
    let mut names = Vec::new();
    let mut is_own = true;
    while !reader.is_done() {
        if let Some(scope) = SCOPES.iter().position(|scope| reader.is(0, scope)) {
            is_own = scope < 2;
            reader.pass();
        }
        let name = reader.text(0).to_owned();
        // `@@SESSION.name`
        let scope = name.strip_prefix("@@").unwrap_or_default();
        let of_scope = SCOPES.iter().position(|known| scope.eq_ignore_ascii_case(known));
        reader.pass();
        let is_assigned = |reader: &Reader<'_>| ["=", ":="].contains(&reader.text(0));
        if let Some(scope) = of_scope.filter(|_| reader.take(&["."])) {
            let name = reader.text(0).to_owned();
            reader.pass();
            names.extend((scope < 2 && is_assigned(&reader)).then_some(name));
        } else if is_assigned(&reader) && (is_own || name.starts_with('@')) {
            names.push(name.strip_prefix("@@").map_or(name.clone(), str::to_owned));
        }
        while !reader.is_done() && !reader.take(&[","]) {
            if reader.group().is_none() {
                reader.pass();
            }
        }
    }
    names
}

fn resets(text: &Text<'_>, words: &[&str]) -> bool {
    text.dialect == Dialect::Postgresql
        && match words {
            ["RESET", ..] | ["DISCARD", "ALL", ..] => true,
            // `SET … TO DEFAULT`, `SET TIME ZONE LOCAL`
            ["SET", ..] => text.has(&["DEFAULT"]) || text.has(&["ZONE", "LOCAL"]),
            _ => false,
        }
}

fn reads_differently(dialect: Dialect, words: &[&str], anywhere: Words) -> bool {
    let sets = match (dialect, words) {
        (Dialect::Sqlite, _) => false,
        (_, ["SET" | "RESET", ..]) => true,
        (Dialect::Postgresql, _) => anywhere.has(Words::SET_CONFIG),
        (Dialect::Mysql, _) => false,
    };
    sets && anywhere.has(Words::READING)
}

/// Whether the statement, run in a new session, restores its effect there. Settings from queries are lost.
fn is_repeatable(text: &Text<'_>, words: &[&str]) -> bool {
    match (text.dialect, words) {
        (_, ["SET", ..]) => !text.has(&["SELECT"]),
        (Dialect::Postgresql, ["SELECT", ..]) if text.anywhere.has(Words::SET_CONFIG) => only_sets(text),
        (Dialect::Mysql, ["PREPARE" | "USE", ..]) => true,
        (Dialect::Sqlite, ["PRAGMA" | "ATTACH" | "DETACH", ..]) => true,
        _ => false,
    }
}

/// PostgreSQL: whether a `SELECT` is nothing but calls of `set_config`.
fn only_sets(text: &Text<'_>) -> bool {
    let mut reader = text.reader.clone();
    reader.pass();
    loop {
        let is_call = reader.name().is_some_and(|name| name.name.eq_ignore_ascii_case("set_config"));
        if !is_call || reader.group().is_none() {
            return false;
        }
        if reader.take(&["AS"]) {
            reader.name();
        }
        if !reader.take(&[","]) {
            return reader.is_done();
        }
    }
}

/// MySQL: those of the variables in a statement that it may give a value: in `SELECT … INTO @a, @b`, by `@a := …`, and in
/// everything that may hold statements.
fn given(statement: &str, words: &[&str], variables: Vec<String>) -> Vec<String> {
    let only_reads = ["INSERT", "REPLACE", "UPDATE", "DELETE", "SELECT", "WITH", "VALUES", "TABLE", "DO"];
    if variables.is_empty() || !words.first().is_some_and(|first| only_reads.contains(first)) {
        return variables;
    }
    let tokens: Vec<&str> = tokens(statement, Dialect::Mysql).map(|token| token.text(statement)).collect();
    let mut is_target = false;
    let mut given = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let is_variable = token.starts_with('@') && !token.starts_with("@@");
        if is_variable && (is_target || tokens.get(index + 1) == Some(&":=")) {
            given.push((*token).to_owned());
        }
        is_target = token.eq_ignore_ascii_case("INTO") || is_target && (is_variable || *token == ",");
    }
    given
}

/// MySQL: the variables of the session (`@name`, not `@@name`) that a statement names.
fn variables(statement: &str) -> Vec<String> {
    if !statement.contains('@') {
        return Vec::new();
    }
    let parameters = lex(statement, Dialect::Mysql).filter(|token| token.kind == TokenKind::Parameter);
    let texts = parameters.map(|token| token.text(statement));
    texts.filter(|text| text.starts_with('@') && !text.starts_with("@@")).map(str::to_owned).collect()
}
