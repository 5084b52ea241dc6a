//! Scratch databases on MySQL and MariaDB: the statements that create one like another database, find leftovers and drop
//! them.
//!
//! Nothing keeps a session of MySQL from dropping a database that others use, and a user may not see their sessions. So the
//! session that owns a scratch database holds a lock of its name (`GET_LOCK`), which ends with the session.

use crate::dialect::scratch::{PATTERN, PREFIX};
use crate::sql::Dialect;
use crate::sql::quote::identifier;
use crate::sql::quote::literal;

/// Locks of `GET_LOCK` are known to one node of a cluster only: what another node has created is a leftover after an hour.
const FOREIGN_AFTER: u32 = 3600;

/// A number for the server process.
const NODE: &str = "CRC32(CONCAT(@@hostname, ':', @@port))";

/// The owner of a new scratch database, and below it the names of those whose session is gone.
pub(crate) fn start() -> String {
    let part = |place: u32| format!("SUBSTRING_INDEX(SUBSTRING_INDEX(n.name, '_', {place}), '_', -1)");
    format!(
        "SELECT CAST(CONCAT(UNIX_TIMESTAMP(), '_', {NODE}, '_', CONNECTION_ID()) AS CHAR) \
         UNION ALL SELECT n.name FROM (SELECT CAST(schema_name AS CHAR(64)) AS name FROM information_schema.schemata) n \
         WHERE n.name REGEXP '{PATTERN}' AND IS_FREE_LOCK(n.name) = 1 \
         AND ({} = {NODE} OR {} + {FOREIGN_AFTER} < UNIX_TIMESTAMP())",
        part(4),
        part(3)
    )
}

/// Character set and collation of a database, as options of `CREATE DATABASE`.
pub(crate) fn like(database: &str) -> String {
    format!(
        "SELECT CAST(CONCAT(' CHARACTER SET ', default_character_set_name, ' COLLATE ', default_collation_name) AS CHAR) \
         FROM information_schema.schemata WHERE schema_name = {}",
        text(database)
    )
}

/// Takes the lock of a name, and says whether that worked.
pub(crate) fn lock(name: &str, seconds: u32) -> String {
    format!("SELECT CAST(GET_LOCK({}, {seconds}) AS CHAR)", text(name))
}

/// The lock of a scratch database that has the name of another one: lock names end after 64 characters.
pub(crate) fn lock_of(name: &str) -> String {
    let own: String = name.chars().take(40).collect();
    format!("{PREFIX}:{own}")
}

/// Whether a database exists, and whether it is marked as a scratch database.
pub(crate) fn exists(name: &str) -> String {
    format!(
        "SELECT CAST(EXISTS (SELECT 1 FROM information_schema.views v WHERE v.table_schema = s.schema_name \
         AND v.table_name = '{PREFIX}') AS CHAR) FROM information_schema.schemata s WHERE s.schema_name = {}",
        text(name)
    )
}

/// Marks a database as a scratch database.
pub(crate) fn mark(name: &str) -> String {
    format!("CREATE VIEW {}.{PREFIX} AS SELECT 1 AS scratch", quoted(name))
}

pub(crate) fn create(name: &str, options: &str) -> String {
    format!("CREATE DATABASE {}{options}", quoted(name))
}

pub(crate) fn drop(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {}", quoted(name))
}

pub(crate) fn alter(name: &str, options: &str) -> String {
    format!("ALTER DATABASE {}{options}", quoted(name))
}

/// Names and statements that create the sequences of a database, an expression. MySQL has none.
pub(crate) fn sequences(database: &str) -> String {
    format!(
        "SELECT CAST(table_name AS CHAR), CAST(CONCAT('CREATE SEQUENCE IF NOT EXISTS `', REPLACE(table_name, '`', '``'), '`') AS CHAR) \
         FROM information_schema.tables WHERE table_schema = {database} AND table_type = 'SEQUENCE'"
    )
}

/// The sessions that use a database: `DROP DATABASE` would wait for their statements.
pub(crate) fn sessions(name: &str) -> String {
    format!(
        "SELECT CAST(id AS CHAR) FROM information_schema.processlist WHERE db = {} AND id <> CONNECTION_ID()",
        text(name)
    )
}

/// The session that owns a lock, if it still exists.
pub(crate) fn owner(lock: &str) -> String {
    format!("SELECT CAST(IS_USED_LOCK({}) AS CHAR)", text(lock))
}

pub(crate) fn kill(session: &str) -> String {
    format!("KILL {session}")
}

/// Limits how long a statement of this connection waits for a lock.
pub(crate) const PATIENCE: &str = "SET SESSION lock_wait_timeout = 10";

/// The mode of a session in which models and `schema.sql` are read: the server's. Nothing is inserted, so that the order in
/// which tables reference each other does not matter.
pub(crate) const MODE: &str = "SET SESSION sql_mode = REPLACE(@@GLOBAL.sql_mode, 'NO_BACKSLASH_ESCAPES', ''), \
     foreign_key_checks = 0";

fn text(text: &str) -> String {
    literal(Dialect::Mysql, text)
}

fn quoted(name: &str) -> String {
    identifier(Dialect::Mysql, name)
}
