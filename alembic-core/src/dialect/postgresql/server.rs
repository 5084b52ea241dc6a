//! What a PostgreSQL server is, and whether it can be written to.

use crate::dialect::{Engine, ReadOnly, ServerFacts};

/// The query for what a server is: version, whether it is a standby, whether transactions may only read, the identity of
/// its cluster.
pub(crate) const FACTS: &str = "SELECT version(), pg_is_in_recovery()::text, current_setting('transaction_read_only'), \
     CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE') \
     THEN (SELECT system_identifier::text FROM pg_control_system()) END";

/// The same for what only speaks PostgreSQL's protocol: its version, and a table that Aurora DSQL has ("System tables and
/// commands in Aurora DSQL").
pub(crate) const OTHER: &str = "SELECT version(), NULL, NULL, NULL, to_regclass('sys.jobs')::text";

/// The same for what does not even know that function.
pub(crate) const VERSION: &str = "SELECT version()";

/// Reads the answer to one of them.
pub(crate) fn facts(row: &[Option<String>]) -> ServerFacts {
    let cell = |index: usize| row.get(index).cloned().flatten();
    let version = cell(0).unwrap_or_default();
    ServerFacts {
        engine: match &version {
            version if version.contains("CockroachDB") => Engine::CockroachDb,
            version if version.contains("-YB-") => Engine::YugabyteDb,
            _ if cell(4).is_some() => Engine::AuroraDsql,
            _ => Engine::Itself,
        },
        read_only: match (cell(1).as_deref(), cell(2).as_deref()) {
            (Some("true"), _) => Some(ReadOnly::Replica),
            (_, Some("on")) => Some(ReadOnly::Transactions),
            _ => None,
        },
        no_backslash_escapes: false,
        identity: cell(3),
    }
}

/// Version tables that the search path does not find, of roles that the user is one of: their schemas in one text.
pub(crate) fn elsewhere(table: &str) -> String {
    format!(
        "SELECT string_agg(quote_ident(n.nspname), ', ' ORDER BY n.nspname), current_schema()::text, \
         current_setting('search_path') \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relname = '{table}' AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'MEMBER') \
         AND NOT pg_catalog.pg_table_is_visible(c.oid) AND n.oid <> pg_my_temp_schema() \
         AND NOT pg_is_other_temp_schema(n.oid)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What servers have answered: the first two of their documentation, the last of a server that the tests run on.
    #[test]
    fn engines_are_known_by_what_only_they_answer() {
        let check = |row: &[Option<&str>], engine: Engine| {
            let row: Vec<Option<String>> = row.iter().map(|cell| cell.map(str::to_owned)).collect();
            assert_eq!(facts(&row).engine, engine, "{row:?}");
        };
        let cockroach = "CockroachDB CCL v25.2.1 (x86_64-pc-linux-gnu, built 2025/06/02 14:39:26, go1.23.7)";
        check(&[Some(cockroach)], Engine::CockroachDb);
        let yugabyte = "PostgreSQL 15.2-YB-2025.1.0.0-b0 on x86_64-pc-linux-gnu, compiled by clang version 17.0.6, 64-bit";
        check(&[Some(yugabyte), Some("false"), Some("off"), Some("7211")], Engine::YugabyteDb);
        check(&[Some("PostgreSQL 16"), None, None, None, Some("sys.jobs")], Engine::AuroraDsql);
        check(&[Some("PostgreSQL 16"), None, None, None, None], Engine::Itself);
        let itself =
            "PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu, compiled by gcc, 64-bit";
        check(&[Some(itself), Some("false"), Some("off"), Some("7211")], Engine::Itself);
    }
}
