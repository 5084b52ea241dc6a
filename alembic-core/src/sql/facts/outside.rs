//! Effects of a statement beyond the database that it runs in.

use super::code::Code;
use super::definition::Definition;
use super::mention::Words;
use super::object::ObjectKind;
use super::{Text, ddl};
use crate::sql::{Dialect, TokenKind, lex};

/// Something beyond the database that a statement reads or changes, as far as its words show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Outside {
    /// Another database, by name: it is created, changed, dropped, attached or used.
    Database,
    /// Roles and users of the server.
    Role,
    Tablespace,
    /// Settings and processes of the server.
    Server,
    /// Another server: foreign servers, publications and subscriptions.
    Network,
    /// A file on the server.
    File,
    /// A program on the server.
    Program,
    /// Code that the server loads from a library.
    Library,
}

/// The outside of a statement that begins with `words`, or of one in its code; the first that applies.
pub(super) fn outside(text: &Text<'_>, words: &[&str], definition: &Definition) -> Option<Outside> {
    direct(text, words, definition)
        .or_else(|| if has_code(text, words, definition) { code(text) } else { None })
}

/// The outside of a statement but for its code.
fn direct(text: &Text<'_>, words: &[&str], definition: &Definition) -> Option<Outside> {
    let has = |words: &[&str]| text.has(words);
    let (first, second) = match words {
        [first, second, ..] => (*first, *second),
        [first] => (*first, ""),
        [] => return None,
    };
    match (text.dialect, first) {
        (_, "CREATE" | "ALTER" | "DROP" | "RENAME") => defined(text, second, definition),
        (Dialect::Sqlite, "ATTACH" | "DETACH") => Some(Outside::Database),
        (Dialect::Sqlite, "VACUUM") => has(&["INTO"]).then_some(Outside::File),
        (Dialect::Sqlite, _) => None,
        (Dialect::Postgresql, "COPY") if has(&["PROGRAM"]) => Some(Outside::Program),
        (Dialect::Postgresql, "COPY") => (!has(&["STDIN"]) && !has(&["STDOUT"])).then_some(Outside::File),
        (Dialect::Postgresql, "LOAD") => Some(Outside::Library),
        (Dialect::Postgresql, "IMPORT") => Some(Outside::Network),
        (Dialect::Postgresql, "REASSIGN" | "CHECKPOINT") => Some(Outside::Server),
        (Dialect::Postgresql, "GRANT" | "REVOKE") => granted(text),
        (Dialect::Postgresql, "COMMENT" | "SECURITY") => {
            let on = |object: &str| has(&["ON", object]);
            let kinds = [
                ("DATABASE", Outside::Database),
                ("ROLE", Outside::Role),
                ("TABLESPACE", Outside::Tablespace),
            ];
            kinds.into_iter().find(|(object, _)| on(object)).map(|(_, outside)| outside)
        }
        (Dialect::Mysql, "USE") => Some(Outside::Database),
        (Dialect::Mysql, "LOAD") => matches!(second, "DATA" | "XML").then_some(Outside::File),
        (Dialect::Mysql, "INSTALL" | "UNINSTALL") => Some(Outside::Library),
        (Dialect::Mysql, "SET") => sets_server(text).then_some(Outside::Server),
        (Dialect::Mysql, "START") => (second != "TRANSACTION").then_some(Outside::Server),
        (
            Dialect::Mysql,
            "FLUSH" | "KILL" | "PURGE" | "CHANGE" | "SHUTDOWN" | "RESTART" | "STOP" | "CLONE" | "BACKUP"
            | "BINLOG" | "RESET",
        ) => Some(Outside::Server),
        (Dialect::Mysql, "GRANT" | "REVOKE") => Some(Outside::Role),
        (Dialect::Mysql, _)
            if text.anywhere.has(Words::FILE) && (has(&["OUTFILE"]) || has(&["DUMPFILE"])) =>
        {
            Some(Outside::File)
        }
        _ => None,
    }
}

/// The outside of a definition.
fn defined(text: &Text<'_>, second: &str, definition: &Definition) -> Option<Outside> {
    // Most statements contain no such word.
    let has = |word: Words, words: &[&str]| text.anywhere.has(word) && text.has(words);
    match (definition.kind, second) {
        (Some(ObjectKind::Database), _) => Some(Outside::Database),
        (Some(ObjectKind::Role), _) | (_, "USER" | "ROLE" | "GROUP") => Some(Outside::Role),
        (Some(ObjectKind::Tablespace), _) | (_, "TABLESPACE" | "UNDO" | "LOGFILE") => {
            Some(Outside::Tablespace)
        }
        (Some(ObjectKind::Subscription | ObjectKind::Publication), _) | (_, "SERVER" | "FOREIGN") => {
            Some(Outside::Network)
        }
        (_, "SYSTEM" | "INSTANCE" | "RESOURCE") => Some(Outside::Server),
        (Some(ObjectKind::Routine), _) if text.anywhere.has(Words::LIBRARY) && is_of_library(text) => {
            Some(Outside::Library)
        }
        (_, "LANGUAGE" | "TRUSTED" | "PROCEDURAL") => Some(Outside::Library),
        // The module decides what it opens.
        (Some(ObjectKind::Table), "VIRTUAL") => (!is_inside(text)).then_some(Outside::Library),
        (Some(ObjectKind::Table), _)
            if text.dialect == Dialect::Mysql && has(Words::FILE, &["DIRECTORY"]) =>
        {
            Some(Outside::File)
        }
        (Some(ObjectKind::Table), _) if text.dialect == Dialect::Mysql && is_elsewhere(text) => {
            Some(Outside::Network)
        }
        (Some(ObjectKind::Table), _)
            if text.dialect != Dialect::Sqlite && has(Words::TABLESPACE, &["TABLESPACE"]) =>
        {
            Some(Outside::Tablespace)
        }
        // `DROP OWNED BY`
        (_, "OWNED") => Some(Outside::Server),
        _ => None,
    }
}

/// SQLite: modules of virtual tables that keep their rows in the database.
const INSIDE: [&str; 7] = ["fts3", "fts4", "fts5", "fts5vocab", "rtree", "rtree_i32", "geopoly"];

/// SQLite: whether a virtual table has such a module.
fn is_inside(text: &Text<'_>) -> bool {
    let mut reader = text.reader.clone();
    let module = if reader.pass_to("USING") { reader.identifier() } else { None };
    module.is_some_and(|module| INSIDE.iter().any(|inside| module.text.eq_ignore_ascii_case(inside)))
}

/// MySQL: whether the rows of a table are kept by another server or in files that the statement names.
fn is_elsewhere(text: &Text<'_>) -> bool {
    const ENGINES: [&str; 6] = ["FEDERATED", "FEDERATEDX", "CONNECT", "SPIDER", "S3", "OQGRAPH"];
    let mut reader = text.reader.clone();
    while reader.pass_to("ENGINE") {
        reader.take(&["="]);
        if ENGINES.contains(&reader.upper().as_str()) {
            return true;
        }
    }
    false
}

/// Whether a routine is the code of a library, or of a language that may do whatever the server may.
fn is_of_library(text: &Text<'_>) -> bool {
    if text.has(&["SONAME"]) {
        return true;
    }
    if text.dialect != Dialect::Postgresql {
        return false;
    }
    let mut reader = text.reader.clone();
    while reader.pass_to("LANGUAGE") {
        let language = reader.upper();
        if matches!(language.as_str(), "C" | "INTERNAL")
            || language.starts_with("PL") && language.ends_with('U')
        {
            return true;
        }
    }
    false
}

/// PostgreSQL: the outside of privileges: roles as members of roles, and privileges on things of the server.
fn granted(text: &Text<'_>) -> Option<Outside> {
    let has = |object: &str| text.has(&["ON", object]);
    if has("DATABASE") {
        Some(Outside::Database)
    } else if has("TABLESPACE") {
        Some(Outside::Tablespace)
    } else if has("PARAMETER") {
        Some(Outside::Server)
    } else if has("FOREIGN") {
        Some(Outside::Network)
    } else {
        (!text.has(&["ON"])).then_some(Outside::Role)
    }
}

/// Words that follow each other in the code of a block or routine, and what they reach.
const CODE: [(&[&str], &[&str], Outside); 8] = [
    (&["CREATE", "ALTER", "DROP", "RENAME"], &["ROLE", "USER", "GROUP"], Outside::Role),
    (&["CREATE", "ALTER", "DROP"], &["DATABASE"], Outside::Database),
    (&["CREATE", "ALTER", "DROP"], &["TABLESPACE"], Outside::Tablespace),
    (&["CREATE", "ALTER"], &["EVENT", "SERVER"], Outside::Server),
    (&["ALTER"], &["SYSTEM", "INSTANCE"], Outside::Server),
    (&["SET"], &["GLOBAL", "PERSIST", "PERSIST_ONLY"], Outside::Server),
    (&["REASSIGN"], &["OWNED"], Outside::Server),
    (&["INTO"], &["OUTFILE", "DUMPFILE"], Outside::File),
];

/// Whether a statement has code: a block, the body of a routine or trigger, a string that it executes.
fn has_code(text: &Text<'_>, words: &[&str], definition: &Definition) -> bool {
    const STORED: [ObjectKind; 4] =
        [ObjectKind::Routine, ObjectKind::Trigger, ObjectKind::Package, ObjectKind::Event];
    match (text.dialect, words.first().copied().unwrap_or_default()) {
        (Dialect::Sqlite, _) => false,
        (Dialect::Postgresql, first) => {
            first == "DO" || first == "CREATE" && definition.kind == Some(ObjectKind::Routine)
        }
        (Dialect::Mysql, "CREATE" | "ALTER") => definition.kind.is_some_and(|kind| STORED.contains(&kind)),
        (Dialect::Mysql, first) => CODE_OF_MYSQL.contains(&first),
    }
}

/// MySQL: the first words of blocks, and of statements that execute a string.
const CODE_OF_MYSQL: [&str; 9] =
    ["BEGIN", "IF", "CASE", "LOOP", "REPEAT", "WHILE", "FOR", "PREPARE", "EXECUTE"];

/// The outside of code, as far as its words show: of its statements by the rules for any statement, and of words that
/// follow each other in its strings.
fn code(text: &Text<'_>) -> Option<Outside> {
    let of_statement = |statement: &str| {
        let text = Text::new(statement, text.dialect);
        let words: Vec<&str> = text.words.iter().map(String::as_str).collect();
        direct(&text, &words, &ddl::read(&text, &words))
    };
    if let Some(found) = Code::of(text.sql, text.dialect).statements().into_iter().find_map(of_statement) {
        return Some(found);
    }
    let mut words = Vec::new();
    add_words(text.sql, text.dialect, 0, &mut words);
    let is_any = |word: &str, others: &[&str]| others.iter().any(|other| word.eq_ignore_ascii_case(other));
    words.windows(2).find_map(|pair| {
        let found = CODE.iter().find(|(first, second, _)| is_any(pair[0], first) && is_any(pair[1], second));
        found.map(|(_, _, outside)| *outside)
    })
}

/// Adds the words of a text, also those in its strings, and none of its comments.
fn add_words<'t>(text: &'t str, dialect: Dialect, depth: usize, words: &mut Vec<&'t str>) {
    /// Bodies in bodies in bodies: below that all words count, also those of comments.
    const DEEPEST: usize = 8;
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    for token in lex(text, dialect).filter(|token| token.kind.is_significant()) {
        let part = token.text(text);
        let tag = part.get(1..).and_then(|rest| rest.find('$')).map_or(0, |end| end + 2);
        match part.get(tag..part.len().saturating_sub(tag)) {
            Some(body) if token.kind == TokenKind::DollarString && depth < DEEPEST => {
                add_words(body, dialect, depth + 1, words);
            }
            _ => words.extend(part.split(|letter| !is_part(letter)).filter(|word| !word.is_empty())),
        }
    }
}

/// MySQL: whether a `SET` changes settings or users of the server. It may read its settings.
fn sets_server(text: &Text<'_>) -> bool {
    const SERVER: [&str; 4] = ["GLOBAL", "PERSIST", "PERSIST_ONLY", "PASSWORD"];
    let mut reader = text.reader.clone();
    reader.pass();
    let mut depth = 0_usize;
    let mut at_target = true;
    while !reader.is_done() {
        let word = reader.upper();
        let scope = word.trim_start_matches('@');
        if at_target && (SERVER.contains(&scope) || word == "DEFAULT" && reader.is(1, "ROLE")) {
            return true;
        }
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        at_target = word == "," && depth == 0;
        reader.pass();
    }
    false
}
