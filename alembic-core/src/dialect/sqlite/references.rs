//! The statements about rows that reference rows of other tables, in SQLite.

use crate::sql::Dialect;
use crate::sql::quote::{identifier, literal};

/// All rows that reference a missing row: table, rowid, referenced table.
pub(crate) const ALL_ORPHANS: &str =
    "SELECT \"table\", CAST(rowid AS TEXT), parent FROM pragma_foreign_key_check";

/// The columns that reference `table`, while foreign keys are enforced: table, column.
pub(crate) fn referencing_columns(table: &str) -> String {
    let table = literal(Dialect::Sqlite, table);
    format!(
        "SELECT m.name, f.\"from\" FROM pragma_foreign_keys k, sqlite_master m, pragma_foreign_key_list(m.name) f \
         WHERE k.foreign_keys AND m.type = 'table' AND m.sql LIKE '%references%' \
         AND lower(f.\"table\") = lower({table}) AND lower(m.name) <> lower({table})"
    )
}

/// One row if a column has values.
pub(crate) fn has_values(table: &str, column: &str) -> String {
    let quoted = |name: &str| identifier(Dialect::Sqlite, name);
    format!("SELECT 'x' FROM {} WHERE {} IS NOT NULL LIMIT 1", quoted(table), quoted(column))
}

/// The rows that reference a missing row of `table`: table, rowid, referenced table.
pub(crate) fn orphans(table: &str) -> String {
    let table = literal(Dialect::Sqlite, table);
    format!(
        "SELECT DISTINCT v.\"table\", CAST(v.rowid AS TEXT), v.parent FROM sqlite_master m, \
         pragma_foreign_key_list(m.name) f, pragma_foreign_key_check(m.name) v \
         WHERE m.type = 'table' AND m.sql LIKE '%references%' AND lower(f.\"table\") = lower({table}) \
         AND lower(v.parent) = lower({table})"
    )
}

/// The same, in order.
pub(crate) fn sorted_orphans(table: &str) -> String {
    format!("{} ORDER BY 1, v.rowid", orphans(table))
}

/// One row if the connection has a temporary table or view of this name, which hides the one of the file.
pub(crate) fn hidden_by(table: &str) -> String {
    let table = literal(Dialect::Sqlite, table);
    format!("SELECT name FROM sqlite_temp_master WHERE lower(name) = lower({table})")
}

/// One row if the main database has sequences.
pub(crate) const HAS_SEQUENCES: &str = "SELECT name FROM main.sqlite_master WHERE name = 'sqlite_sequence'";

/// Gives the sequence of a table to another one, unless that is further.
pub(crate) fn give_sequence(from: &str, to: &str) -> Vec<String> {
    let [from, to] = [from, to].map(|table| literal(Dialect::Sqlite, table));
    let old = format!("SELECT seq FROM main.sqlite_sequence WHERE name = {from} COLLATE NOCASE");
    vec![
        format!(
            "INSERT INTO main.sqlite_sequence (name, seq) SELECT {to}, seq FROM ({old}) \
             WHERE NOT EXISTS (SELECT * FROM main.sqlite_sequence WHERE name = {to})"
        ),
        format!("UPDATE main.sqlite_sequence SET seq = max(seq, coalesce(({old}), 0)) WHERE name = {to}"),
    ]
}

/// Saves the rows that reference missing rows of these tables.
pub(crate) fn save_orphans(tables: &[String]) -> String {
    format!("CREATE TEMPORARY TABLE alembic_orphans AS {}", orphans_of_all(tables))
}

/// The condition that no other rows reference missing rows of these tables than those that were saved.
pub(crate) fn no_new_orphans(tables: &[String]) -> String {
    let orphans = orphans_of_all(tables);
    format!("NOT EXISTS (SELECT * FROM ({orphans}) EXCEPT SELECT * FROM temp.alembic_orphans)")
}

/// Forgets the saved rows.
pub(crate) const FORGET_ORPHANS: &str = "DROP TABLE temp.alembic_orphans";

fn orphans_of_all(tables: &[String]) -> String {
    let queries: Vec<String> = tables.iter().map(|table| orphans(table)).collect();
    queries.join(" UNION ")
}

/// The tables that reference one of these, which do not exist: table, referenced table.
pub(crate) fn without_table(dropped: &[String]) -> String {
    let names: Vec<String> = dropped.iter().map(|table| literal(Dialect::Sqlite, table)).collect();
    format!(
        "SELECT m.name, f.\"table\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f \
         WHERE m.type = 'table' AND m.sql LIKE '%references%' AND f.\"table\" COLLATE NOCASE IN ({}) \
         AND NOT EXISTS (SELECT * FROM sqlite_master p WHERE p.type = 'table' AND lower(p.name) = lower(f.\"table\"))",
        names.join(", ")
    )
}

/// Whether foreign keys are enforced.
pub(crate) const ENFORCED: &str = "SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys";

/// Enforces foreign keys, or stops that. It has no effect within a transaction.
pub(crate) fn enforce(is_on: bool) -> &'static str {
    if is_on { "PRAGMA foreign_keys = ON" } else { "PRAGMA foreign_keys = OFF" }
}
