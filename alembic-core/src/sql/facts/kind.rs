//! The purpose of a statement, by its first words.

use super::rows::{Access, Use};
use crate::sql::Dialect;

/// The purpose of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// It defines objects. It may read rows while it does: `CREATE TABLE … AS SELECT`.
    Definition,
    /// It writes rows.
    Rows,
    /// It reads, and calls functions.
    Query,
    /// It executes code that is not a statement by itself: blocks, procedures, prepared statements.
    Program,
    /// It changes the session that runs it.
    Session,
    /// It grants and revokes privileges.
    Privileges,
    /// It checks, cleans or rewrites what exists.
    Maintenance,
    /// It controls the server.
    Server,
    /// It begins or ends transactions, or locks tables.
    Transaction,
    /// A statement of an unknown kind.
    Other,
}

const KINDS: [(Kind, &[&str]); 9] = [
    (Kind::Definition, &["CREATE", "ALTER", "DROP", "RENAME", "COMMENT", "SECURITY", "IMPORT", "REFRESH"]),
    (Kind::Rows, &["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "TRUNCATE", "COPY", "LOAD"]),
    (
        Kind::Query,
        &[
            "SELECT", "VALUES", "TABLE", "WITH", "EXPLAIN", "DESC", "DESCRIBE", "SHOW", "HELP", "FETCH",
            "HANDLER",
        ],
    ),
    (
        Kind::Program,
        &[
            "DO", "CALL", "EXECUTE", "BEGIN", "IF", "CASE", "LOOP", "REPEAT", "WHILE", "FOR", "SIGNAL",
            "RESIGNAL", "GET",
        ],
    ),
    (
        Kind::Session,
        &[
            "SET",
            "RESET",
            "USE",
            "PREPARE",
            "DEALLOCATE",
            "DISCARD",
            "DECLARE",
            "CLOSE",
            "MOVE",
            "LISTEN",
            "UNLISTEN",
            "NOTIFY",
            "PRAGMA",
            "ATTACH",
            "DETACH",
        ],
    ),
    (Kind::Privileges, &["GRANT", "REVOKE", "REASSIGN"]),
    (
        Kind::Maintenance,
        &[
            "VACUUM", "ANALYZE", "ANALYSE", "REINDEX", "CLUSTER", "OPTIMIZE", "CHECK", "CHECKSUM", "REPAIR",
            "CACHE",
        ],
    ),
    (
        Kind::Server,
        &[
            "CHECKPOINT",
            "FLUSH",
            "KILL",
            "PURGE",
            "CHANGE",
            "INSTALL",
            "UNINSTALL",
            "SHUTDOWN",
            "RESTART",
            "START",
            "STOP",
            "CLONE",
            "BACKUP",
            "BINLOG",
        ],
    ),
    (
        Kind::Transaction,
        &["COMMIT", "ROLLBACK", "ABORT", "END", "SAVEPOINT", "RELEASE", "LOCK", "UNLOCK", "XA"],
    ),
];

/// The kind of a statement that begins with these words and uses these tables.
pub(super) fn kind(dialect: Dialect, words: &[&str], uses: &[Use]) -> Kind {
    let kind = match (dialect, words) {
        (Dialect::Mysql, ["DROP", "PREPARE", ..]) => Kind::Session,
        (Dialect::Postgresql, ["LOAD", ..]) => Kind::Server,
        (Dialect::Mysql, ["LOAD", "INDEX", ..]) => Kind::Maintenance,
        // Calls functions.
        (Dialect::Mysql, ["DO", ..]) => Kind::Query,
        // MariaDB runs the statement that follows.
        (Dialect::Mysql, ["ANALYZE", second, ..])
            if !matches!(*second, "TABLE" | "LOCAL" | "NO_WRITE_TO_BINLOG") =>
        {
            Kind::Query
        }
        (Dialect::Postgresql | Dialect::Sqlite, ["BEGIN", ..]) => Kind::Transaction,
        (Dialect::Mysql, ["BEGIN", ..]) if words.get(1) != Some(&"NOT") => Kind::Transaction,
        (Dialect::Mysql, ["RESET", ..]) => Kind::Server,
        (_, [first, ..]) => {
            KINDS.iter().find(|(_, words)| words.contains(first)).map_or(Kind::Other, |(kind, _)| *kind)
        }
        (_, []) => Kind::Other,
    };
    let writes = uses.iter().any(|used| !matches!(used.access, Access::Reads | Access::Names));
    if kind == Kind::Query && writes { Kind::Rows } else { kind }
}
