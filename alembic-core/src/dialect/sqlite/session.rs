//! The statements that read and reset a SQLite connection.

use crate::sql::Dialect;
use crate::sql::quote::identifier;

/// Pragmas that change the effect of later statements. Those that only change the speed may stay.
const PRAGMAS: [&str; 11] = [
    "count_changes",
    "defer_foreign_keys",
    "empty_result_callbacks",
    "full_column_names",
    "ignore_check_constraints",
    "query_only",
    "read_uncommitted",
    "recursive_triggers",
    "reverse_unordered_selects",
    "short_column_names",
    "trusted_schema",
];

/// A pragma that can be set and not read.
const CASE: &str = "case_sensitive_like";

/// Kinds and names of the temporary objects, in an order in which they can be dropped.
pub(crate) const TEMPORARY_OBJECTS: &str = "SELECT type, name FROM sqlite_temp_master WHERE sql IS NOT NULL \
     ORDER BY type = 'table', type = 'view'";

/// Names of the attached databases.
pub(crate) const ATTACHED: &str = "SELECT name FROM pragma_database_list WHERE name NOT IN ('main', 'temp')";

/// The pragmas that change the effect of statements: name, value.
pub(crate) fn pragmas() -> String {
    let value =
        |pragma: &&str| format!("SELECT '{pragma}', (SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma})");
    let case = format!("SELECT '{CASE}', CAST('a' NOT LIKE 'A' AS TEXT)");
    let queries: Vec<String> = PRAGMAS.iter().map(value).chain([case]).collect();
    queries.join(" UNION ALL ")
}

pub(crate) fn set_pragma(name: &str, value: &str) -> String {
    format!("PRAGMA {name} = {value}")
}

pub(crate) fn drop_temporary(kind: &str, name: &str) -> String {
    format!("DROP {kind} IF EXISTS temp.{}", identifier(Dialect::Sqlite, name))
}

pub(crate) fn detach(name: &str) -> String {
    format!("DETACH {}", identifier(Dialect::Sqlite, name))
}
