//! The statements that read and reset a SQLite connection.

use crate::sql::Dialect;
use crate::sql::facts::{Action, Facts, ObjectKind};
use crate::sql::quote::identifier;

/// Pragmas that change the effect of later statements, with their values in a new connection. Those that only change the
/// speed may stay.
const PRAGMAS: [(&str, &str); 11] = [
    ("count_changes", "0"),
    (DEFER, "0"),
    ("empty_result_callbacks", "0"),
    ("full_column_names", "0"),
    ("ignore_check_constraints", "0"),
    ("query_only", "0"),
    ("read_uncommitted", "0"),
    ("recursive_triggers", "0"),
    ("reverse_unordered_selects", "0"),
    ("short_column_names", "1"),
    ("trusted_schema", "1"),
];

/// A pragma that can be set and not read.
const CASE: &str = "case_sensitive_like";

/// The pragma that has foreign keys checked when the transaction commits, which ends it. If it is ended before that, SQLite
/// forgets what it has put off (`PragTyp_FLAG` in `pragma.c`: it clears the counter).
pub(crate) const DEFER: &str = "defer_foreign_keys";

/// A row if a row is without the row that it refers to.
pub(crate) const VIOLATED: &str = "SELECT 1 FROM pragma_foreign_key_check LIMIT 1";

/// Kinds and names of the temporary objects, in an order in which they can be dropped.
pub(crate) const TEMPORARY_OBJECTS: &str = "SELECT type, name FROM sqlite_temp_master WHERE sql IS NOT NULL \
     AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type = 'table', type = 'view'";

/// Names of the attached databases.
pub(crate) const ATTACHED: &str = "SELECT name FROM pragma_database_list WHERE name NOT IN ('main', 'temp')";

/// The pragmas that change the effect of statements: name, value.
pub(crate) fn pragmas() -> String {
    let value = |(pragma, _): &(&str, &str)| {
        format!("SELECT '{pragma}', (SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma})")
    };
    let case = format!("SELECT '{CASE}', CAST('a' NOT LIKE 'A' AS TEXT)");
    let queries: Vec<String> = PRAGMAS.iter().map(value).chain([case]).collect();
    queries.join(" UNION ALL ")
}

pub(crate) fn set_pragma(name: &str, value: &str) -> String {
    format!("PRAGMA {name} = {value}")
}

/// Takes back what a statement of a script leaves in a new session of `sqlite3`.
pub(crate) fn take_back(facts: &Facts) -> Vec<String> {
    let is_named =
        |name: &&(&str, &str)| facts.session.settings.iter().any(|own| own.eq_ignore_ascii_case(name.0));
    let named = PRAGMAS.iter().chain([&(CASE, "0")]).filter(|(name, _)| *name != DEFER).filter(is_named);
    let mut sql: Vec<String> = named.map(|(name, value)| set_pragma(name, value)).collect();
    if facts.session.is_changed {
        sql.extend(facts.changes.iter().filter(|change| change.action == Action::Creates).filter_map(
            |change| {
                let kind = match change.object.kind {
                    ObjectKind::Table => "TABLE",
                    ObjectKind::View => "VIEW",
                    ObjectKind::Trigger => "TRIGGER",
                    _ => return None,
                };
                Some(drop_temporary(kind, &change.object.name.name))
            },
        ));
    }
    sql
}

pub(crate) fn drop_temporary(kind: &str, name: &str) -> String {
    format!("DROP {kind} IF EXISTS temp.{}", identifier(Dialect::Sqlite, name))
}

pub(crate) fn detach(name: &str) -> String {
    format!("DETACH {}", identifier(Dialect::Sqlite, name))
}
