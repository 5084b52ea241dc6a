//! How a statement behaves in a transaction, and whether it returns several results.

use super::Text;
use super::mention::{Words, mentions};
use crate::sql::Dialect;

/// How a statement behaves in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Transaction {
    /// It can be rolled back, and shares a transaction with other statements.
    Shared,
    /// MySQL: it commits the open transaction before it runs, and itself afterwards.
    Commits,
    /// It refuses to run in a transaction, or belongs to none: it is about files or the connection.
    Outside,
}

/// MySQL and MariaDB: first words of statements that only read or change rows, or something of their session. Most other
/// statements commit (MySQL manual, "Statements That Cause an Implicit Commit"; MariaDB documentation, "SQL statements
/// That Cause an Implicit Commit").
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

/// MySQL and MariaDB: first words of statements that can run twice without harm.
pub(super) const HARMLESS: [&str; 14] = [
    "CACHE", "CHECK", "CHECKSUM", "FLUSH", "GRANT", "KILL", "LOCK", "OPTIMIZE", "PURGE", "REPAIR", "RESET",
    "REVOKE", "UNLOCK", "CHANGE",
];

pub(super) fn transaction(text: &Text<'_>, words: &[&str]) -> Transaction {
    match text.dialect {
        Dialect::Mysql if sets_binary_log(text, words) => Transaction::Commits,
        Dialect::Mysql => mysql(words),
        Dialect::Postgresql => postgresql(text, words),
        // Everything else is rolled back there.
        Dialect::Sqlite => match words {
            ["VACUUM" | "PRAGMA" | "ATTACH" | "DETACH", ..] => Transaction::Outside,
            _ => Transaction::Shared,
        },
    }
}

/// MySQL: whether it sets what cannot be set within a transaction: how statements reach the binary log.
pub(super) fn sets_binary_log(text: &Text<'_>, words: &[&str]) -> bool {
    const SETTINGS: [&str; 7] = [
        "sql_log_bin",
        "binlog_format",
        "binlog_row_image",
        "binlog_direct_non_transactional_updates",
        "gtid_next",
        "gtid_domain_id",
        "gtid_seq_no",
    ];
    words.first() == Some(&"SET")
        && text.sql.contains('_')
        && SETTINGS.iter().any(|name| {
            mentions(text.sql, Dialect::Mysql, name)
                || mentions(text.sql, Dialect::Mysql, &format!("@@{name}"))
        })
}

fn mysql(words: &[&str]) -> Transaction {
    match words {
        [first, ..] if DATA.contains(first) => Transaction::Shared,
        ["LOAD", "DATA" | "XML", ..] => Transaction::Shared,
        ["CREATE" | "DROP", "TEMPORARY", "TABLE", ..] => Transaction::Shared,
        ["CREATE", "OR", "REPLACE", "TEMPORARY", ..] => Transaction::Shared,
        ["DROP", "PREPARE", ..] => Transaction::Shared,
        ["ANALYZE", "TABLE", ..] | ["ANALYZE", "LOCAL" | "NO_WRITE_TO_BINLOG", "TABLE", ..] => {
            Transaction::Commits
        }
        // MariaDB runs the statement that follows.
        ["ANALYZE", ..] => Transaction::Shared,
        _ => Transaction::Commits,
    }
}

/// PostgreSQL rolls back almost everything. The rest refuses to run in a transaction (`PreventInTransactionBlock` in its
/// sources).
fn postgresql(text: &Text<'_>, words: &[&str]) -> Transaction {
    let has = |words: &[&str]| text.has(words);
    let is_outside = match words {
        ["CREATE", "INDEX", "CONCURRENTLY", ..] | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", ..] => true,
        ["DROP", "INDEX", "CONCURRENTLY", ..] => true,
        ["CREATE" | "DROP", "DATABASE" | "TABLESPACE" | "SUBSCRIPTION", ..] => true,
        ["ALTER", "SYSTEM", ..] => true,
        ["ALTER", "DATABASE", ..] => has(&["TABLESPACE"]),
        ["ALTER", "TABLE", ..] => {
            text.anywhere.has(Words::CONCURRENTLY) && has(&["DETACH", "PARTITION"]) && has(&["CONCURRENTLY"])
        }
        ["REINDEX" | "VACUUM" | "CHECKPOINT" | "DISCARD", ..] => true,
        // Of one table it can be rolled back.
        ["CLUSTER"] => !text.reader.is_name(1),
        _ => false,
    };
    if is_outside { Transaction::Outside } else { Transaction::Shared }
}

/// MySQL: whether a statement may return several results, or none for itself: procedures, and statements made of
/// statements.
pub(super) fn has_several_results(dialect: Dialect, words: &[&str]) -> bool {
    const KNOWN: [&str; 7] = ["ALTER", "ANALYZE", "CREATE", "DROP", "RENAME", "TRUNCATE", "LOAD"];
    let is_known = |word: &&str| DATA.contains(word) || HARMLESS.contains(word) || KNOWN.contains(word);
    dialect == Dialect::Mysql && !words.first().is_some_and(is_known)
}
