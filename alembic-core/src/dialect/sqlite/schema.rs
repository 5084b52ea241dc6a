//! The statements that read and edit the schema of SQLite.

use crate::sql::Dialect;
use crate::sql::quote::{identifier, literal};

/// Names of the databases of a connection, in the order in which SQLite looks for a table.
pub(crate) const DATABASES: &str = "SELECT name FROM pragma_database_list ORDER BY name <> 'temp', seq";

/// Whether the schema is writable, and the files of the databases: a single row.
pub(crate) const WRITABLE: &str = "SELECT (SELECT CAST(writable_schema AS TEXT) FROM pragma_writable_schema), \
     (SELECT group_concat(file, '') FROM pragma_database_list)";

const PRAGMA: &str = "PRAGMA writable_schema";

/// The objects of a database: kind, name, table, text. Of a single table those that belong to it, those that may reference
/// it, and those with names of ours or of SQLite.
pub(crate) fn objects(database: &str, table: Option<&str>) -> String {
    let part = table.map_or_else(String::new, |table| {
        format!(
            "WHERE tbl_name = {} COLLATE NOCASE OR type IN ('view', 'trigger') OR (type = 'table' AND \
             (sql LIKE '%references%' OR sql LIKE 'create virtual %' OR name LIKE 'alembic\\_%' ESCAPE '\\' OR name LIKE 'sqlite\\_%' ESCAPE '\\'))",
            literal(Dialect::Sqlite, table)
        )
    });
    format!("SELECT type, name, tbl_name, sql FROM {}.sqlite_master {part} ORDER BY rowid", quoted(database))
}

/// Edits the schema, and then runs `then`, which changes the schema again: so that a rollback has it read again.
pub(crate) fn edit(edits: &[String], was_writable: bool, then: &str) -> String {
    format!("{PRAGMA} = ON;\n{};\n{};\n{then}", edits.join(";\n"), restore_writable(was_writable))
}

/// Restores the pragma that makes the schema writable.
pub(crate) fn restore_writable(was_writable: bool) -> String {
    format!("{PRAGMA} = RESET{}", if was_writable { format!(";\n{PRAGMA} = ON") } else { String::new() })
}

/// Succeeds if a virtual table can be read.
pub(crate) fn read_virtual(database: &str, table: &str) -> String {
    format!("SELECT * FROM {}.{} LIMIT 1", quoted(database), quoted(table))
}

/// Succeeds if a view can be read.
pub(crate) fn explain_view(database: &str, view: &str) -> String {
    format!("EXPLAIN SELECT * FROM {}.{}", quoted(database), quoted(view))
}

/// Begins what is undone by `UNDO_RENAMES`.
pub(crate) const TRY_RENAMES: &str = "SAVEPOINT alembic_alter";

pub(crate) fn rename_column(database: &str, table: &str, column: &str, name: &str) -> String {
    format!(
        "ALTER TABLE {}.{} RENAME COLUMN {} TO {}",
        quoted(database),
        quoted(table),
        quoted(column),
        quoted(name)
    )
}

pub(crate) const UNDO_RENAMES: &str = "ROLLBACK TO alembic_alter;\nRELEASE alembic_alter";

fn quoted(name: &str) -> String {
    identifier(Dialect::Sqlite, name)
}
