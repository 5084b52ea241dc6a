//! Effects of a statement beyond the database that it runs in.

use super::Text;
use super::definition::Definition;
use super::mention::Words;
use super::object::ObjectKind;
use crate::sql::Dialect;

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

/// The outside of a statement that begins with `words`; the first that applies.
pub(super) fn outside(text: &Text<'_>, words: &[&str], definition: &Definition) -> Option<Outside> {
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
        (Dialect::Mysql, "USE") => Some(Outside::Database),
        (Dialect::Mysql, "LOAD") => matches!(second, "DATA" | "XML").then_some(Outside::File),
        (Dialect::Mysql, "INSTALL" | "UNINSTALL") => Some(Outside::Library),
        (Dialect::Mysql, "SET") => {
            let words = ["GLOBAL", "PERSIST", "PERSIST_ONLY", "PASSWORD"];
            let is_global = text.sql.contains("@@") || words.iter().any(|word| has(&[word]));
            is_global.then_some(Outside::Server)
        }
        (
            Dialect::Mysql,
            "FLUSH" | "KILL" | "PURGE" | "CHANGE" | "SHUTDOWN" | "RESTART" | "START" | "STOP" | "CLONE"
            | "BACKUP" | "BINLOG" | "RESET",
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
        (Some(ObjectKind::Routine), _)
            if has(Words::LIBRARY, &["SONAME"]) || has(Words::LIBRARY, &["LANGUAGE", "C"]) =>
        {
            Some(Outside::Library)
        }
        (_, "LANGUAGE" | "TRUSTED" | "PROCEDURAL") => Some(Outside::Library),
        // The module decides what it opens.
        (Some(ObjectKind::Table), "VIRTUAL") => Some(Outside::Library),
        (Some(ObjectKind::Table), _)
            if text.dialect == Dialect::Mysql && has(Words::FILE, &["DIRECTORY"]) =>
        {
            Some(Outside::File)
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
