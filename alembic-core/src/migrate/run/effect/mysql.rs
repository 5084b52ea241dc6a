//! MySQL and MariaDB, where most statements commit what is open before they run and themselves after it: all but those
//! that only change rows (MySQL manual, "Statements That Cause an Implicit Commit"; MariaDB documentation, "SQL
//! statements That Cause an Implicit Commit").

use super::{Effect, Trace};
use crate::dialect::catalog::Object;
use crate::dialect::catalog::mysql::{database, event, identity, routine, table, trigger};
use crate::sql::{Dialect, Name, Reader, keywords};

/// What a statement begins with that only reads or changes rows, or something of its session.
const DATA: [&str; 22] = [
    "DEALLOCATE",
    "DELETE",
    "DESC",
    "DESCRIBE",
    "DO",
    "EXPLAIN",
    "GET",
    "HANDLER",
    "HELP",
    "INSERT",
    "PREPARE",
    "REPLACE",
    "RESIGNAL",
    "SELECT",
    "SET",
    "SHOW",
    "SIGNAL",
    "TABLE",
    "UPDATE",
    "USE",
    "VALUES",
    "WITH",
];

/// What changes nothing that a second time would change again.
const HARMLESS: [&str; 14] = [
    "CACHE", "CHECK", "CHECKSUM", "FLUSH", "GRANT", "KILL", "LOCK", "OPTIMIZE", "PURGE", "REPAIR", "RESET",
    "REVOKE", "UNLOCK", "CHANGE",
];

pub(super) fn effect(statement: &str) -> Effect {
    let words = keywords(statement, Dialect::Mysql, 3);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["SET", "STATEMENT", ..] => return inner(statement).map_or(Effect::Alone(Trace::Nothing), effect),
        [first, ..] if DATA.contains(first) => return Effect::Together,
        ["LOAD", "DATA" | "XML", ..] => return Effect::Together,
        ["CREATE" | "DROP", "TEMPORARY", "TABLE"] => return Effect::Together,
        ["CREATE", "OR", "REPLACE"] if is_temporary(statement) => return Effect::Together,
        ["DROP", "PREPARE", ..] => return Effect::Together,
        // MariaDB's ANALYZE runs the statement that follows.
        ["ANALYZE", "TABLE", ..] | ["ANALYZE", "LOCAL" | "NO_WRITE_TO_BINLOG", "TABLE"] => {
            return Effect::Alone(Trace::Harmless);
        }
        ["ANALYZE", ..] => return Effect::Together,
        _ => {}
    }
    let mut reader = Reader::new(statement, Dialect::Mysql);
    // What stands in them counts on some servers, and not on others.
    let trace = if reader.has_executable_comments() { None } else { trace(&mut reader) };
    Effect::Alone(trace.unwrap_or(Trace::Nothing))
}

/// MariaDB: the statement in `SET STATEMENT … FOR statement`.
fn inner(statement: &str) -> Option<&str> {
    let mut reader = Reader::new(statement, Dialect::Mysql);
    let found = reader.take(&["SET", "STATEMENT"]) && reader.pass_to("FOR");
    found.then(|| statement.get(reader.position()..)).flatten()
}

fn is_temporary(statement: &str) -> bool {
    let mut reader = Reader::new(statement, Dialect::Mysql);
    reader.take(&["CREATE", "OR", "REPLACE", "TEMPORARY"])
}

/// Whether a statement may have several results, or none that is its own: procedures, and what is made of statements.
pub(crate) fn has_several_results(statement: &str) -> bool {
    if let Some(inner) = inner(statement) {
        return has_several_results(inner);
    }
    let words = keywords(statement, Dialect::Mysql, 1);
    let known = ["ALTER", "ANALYZE", "CREATE", "DROP", "RENAME", "TRUNCATE", "LOAD"];
    !words.iter().any(|word| {
        let word = word.as_str();
        DATA.contains(&word) || HARMLESS.contains(&word) || known.contains(&word)
    })
}

/// The rows that a statement changes.
pub(crate) struct RowsChanged {
    pub(crate) table: Name,
    /// Whether their number is that of the text.
    pub(crate) is_bounded: bool,
}

/// The rows of one table that a statement inserts, updates or deletes, if it does nothing else.
pub(crate) fn changed_table(statement: &str) -> Option<RowsChanged> {
    let mut reader = Reader::new(statement, Dialect::Mysql);
    if reader.has_executable_comments() {
        return None;
    }
    let modifiers = ["LOW_PRIORITY", "HIGH_PRIORITY", "QUICK", "IGNORE"];
    let kind = reader.peek();
    reader.pass();
    while reader.take_any(&modifiers) {}
    let (table, is_complete) = match kind.as_str() {
        "INSERT" | "REPLACE" => {
            reader.take(&["INTO"]);
            (reader.name()?, true)
        }
        "UPDATE" => (reader.name()?, reader.take(&["SET"])),
        "DELETE" => {
            let is_from = reader.take(&["FROM"]);
            let table = reader.name()?;
            (table, is_from && ["", "WHERE", "ORDER", "LIMIT"].contains(&reader.peek().as_str()))
        }
        _ => return None,
    };
    let queries = ["SELECT", "TABLE", "WITH"];
    let is_bounded = kind == "INSERT" || kind == "REPLACE";
    let is_bounded = is_bounded && !queries.iter().any(|word| reader.has(&[word]));
    is_complete.then_some(RowsChanged { table, is_bounded })
}

fn trace(reader: &mut Reader<'_>) -> Option<Trace> {
    if reader.take(&["CREATE"]) {
        return create(reader);
    }
    if reader.take(&["ALTER"]) {
        return alter(reader);
    }
    if reader.take(&["DROP"]) {
        return drop(reader);
    }
    if reader.take(&["RENAME"]) {
        return rename(reader);
    }
    if reader.take(&["TRUNCATE"]) {
        reader.take(&["TABLE"]);
        // Rows that were written since must not go: only another table under the name tells.
        return Some(changes([identity(&reader.name()?)]));
    }
    if HARMLESS.contains(&reader.peek().as_str()) || reader.take(&["LOAD", "INDEX"]) {
        return Some(Trace::Harmless);
    }
    None
}

fn changes(objects: impl IntoIterator<Item = Object>) -> Trace {
    Trace::Change(objects.into_iter().collect())
}

fn create(reader: &mut Reader<'_>) -> Option<Trace> {
    let replaces = reader.take(&["OR", "REPLACE"]);
    // `ALGORITHM = …`, `DEFINER = …`, `SQL SECURITY …`, `UNIQUE`, `AGGREGATE`, …
    loop {
        let kind = reader.peek();
        if !reader.pass() {
            return None;
        }
        let if_not_exists = |reader: &mut Reader<'_>| reader.take(&["IF", "NOT", "EXISTS"]);
        return match kind.as_str() {
            // `SQL SECURITY`, and what a definer is called.
            "TABLE" | "VIEW" | "SEQUENCE" => {
                if_not_exists(reader);
                Some(changes([table(&reader.name()?)]))
            }
            "INDEX" => {
                // Its own name may hold anything, but the table comes after ON.
                if_not_exists(reader);
                reader.name()?;
                reader.pass_to("ON").then(|| reader.name())?.map(|name| changes([table(&name)]))
            }
            "TRIGGER" => {
                if_not_exists(reader);
                Some(changes([trigger(&reader.name()?)]))
            }
            "PROCEDURE" | "FUNCTION" | "PACKAGE" => {
                // A function of a library is in no catalog that everybody may read.
                if reader.has(&["SONAME"]) {
                    return None;
                }
                reader.take(&["BODY"]);
                if_not_exists(reader);
                Some(changes([routine(&reader.name()?)]))
            }
            "EVENT" => {
                if_not_exists(reader);
                Some(changes([event(&reader.name()?)]))
            }
            "DATABASE" | "SCHEMA" => {
                if_not_exists(reader);
                Some(changes([database(&reader.name()?.name)]))
            }
            "USER" | "ROLE" => (replaces || if_not_exists(reader)).then_some(Trace::Harmless),
            "SERVER" | "LOGFILE" | "TABLESPACE" | "UNDO" | "RESOURCE" | "SPATIAL_REFERENCE" => None,
            _ => continue,
        };
    }
}

fn alter(reader: &mut Reader<'_>) -> Option<Trace> {
    reader.take_any(&["ONLINE", "OFFLINE"]);
    reader.take(&["IGNORE"]);
    let kind = reader.peek();
    match kind.as_str() {
        "TABLE" => {
            reader.pass();
            reader.take(&["IF", "EXISTS"]);
            let name = reader.name()?;
            // They exchange files, and leave the definitions alone.
            if reader.has(&["EXCHANGE", "PARTITION"])
                || (reader.has(&["TABLESPACE"]) && (reader.has(&["IMPORT"]) || reader.has(&["DISCARD"])))
            {
                return None;
            }
            let mut objects = vec![table(&name)];
            objects.extend(new_name(reader).map(|name| table(&name)));
            Some(Trace::Change(objects))
        }
        "USER" | "ROLE" => Some(Trace::Harmless),
        "DATABASE" | "SCHEMA" => {
            reader.pass();
            // Without a name the session's own database is meant; it is set to the same values again.
            Some(Trace::Harmless)
        }
        "SEQUENCE" => {
            reader.pass();
            reader.take(&["IF", "EXISTS"]);
            Some(changes([table(&reader.name()?)]))
        }
        _ if reader.has(&["VIEW"]) && reader.pass_to("VIEW") => Some(changes([table(&reader.name()?)])),
        "PROCEDURE" | "FUNCTION" => Some(Trace::Harmless),
        _ if reader.pass_to("EVENT") => {
            let name = reader.name()?;
            let mut objects = vec![event(&name)];
            if reader.pass_to("RENAME") && reader.take(&["TO"]) {
                objects.push(event(&reader.name()?));
            }
            Some(Trace::Change(objects))
        }
        _ => None,
    }
}

/// The name after `RENAME [TO | AS | =]` in an `ALTER TABLE`.
fn new_name(reader: &mut Reader<'_>) -> Option<Name> {
    while reader.pass_to("RENAME") {
        if !reader.take_any(&["COLUMN", "INDEX", "KEY", "CONSTRAINT"]) {
            reader.take_any(&["TO", "AS", "="]);
            return reader.name();
        }
    }
    None
}

fn drop(reader: &mut Reader<'_>) -> Option<Trace> {
    let kind = reader.peek();
    reader.pass();
    let if_exists = reader.take(&["IF", "EXISTS"]);
    match kind.as_str() {
        "TABLE" | "TABLES" | "VIEW" | "SEQUENCE" => {
            Some(Trace::Change(reader.names()?.iter().map(table).collect()))
        }
        "INDEX" => {
            reader.name()?;
            reader.pass_to("ON").then(|| reader.name())?.map(|name| changes([table(&name)]))
        }
        "TRIGGER" => Some(changes([trigger(&reader.name()?)])),
        "PROCEDURE" | "FUNCTION" => Some(changes([routine(&reader.name()?)])),
        "PACKAGE" => {
            reader.take(&["BODY"]);
            reader.take(&["IF", "EXISTS"]);
            Some(changes([routine(&reader.name()?)]))
        }
        "EVENT" => Some(changes([event(&reader.name()?)])),
        "DATABASE" | "SCHEMA" => Some(changes([database(&reader.name()?.name)])),
        "USER" | "ROLE" if if_exists => Some(Trace::Harmless),
        _ => None,
    }
}

/// `RENAME TABLE a TO b, …`. Where names are exchanged, the definitions may be alike: then only the tables' numbers tell.
fn rename(reader: &mut Reader<'_>) -> Option<Trace> {
    if !reader.take_any(&["TABLE", "TABLES"]) {
        return None;
    }
    let mut names: Vec<Name> = Vec::new();
    let mut exchanges = false;
    loop {
        reader.take(&["IF", "EXISTS"]);
        let from = reader.name()?;
        reader.pass_to("TO").then_some(())?;
        let to = reader.name()?;
        for name in [from, to] {
            if names.contains(&name) {
                exchanges = true;
            } else {
                names.push(name);
            }
        }
        if !reader.take(&[","]) {
            break;
        }
    }
    Some(Trace::Change(names.iter().map(if exchanges { identity } else { table }).collect()))
}
