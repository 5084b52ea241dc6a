//! What a PostgreSQL server is, and whether it can be written to.

use crate::dialect::{ReadOnly, ServerFacts};

/// The query for what a server is: version, whether it is a standby, whether transactions may only read, the identity of
/// its cluster.
pub(crate) const FACTS: &str = "SELECT version(), pg_is_in_recovery()::text, current_setting('transaction_read_only'), \
     CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE') \
     THEN (SELECT system_identifier::text FROM pg_control_system()) END";

/// The same for what only speaks PostgreSQL's protocol.
pub(crate) const VERSION: &str = "SELECT version()";

/// Reads the answer to one of the two.
pub(crate) fn facts(row: &[Option<String>]) -> ServerFacts {
    let cell = |index: usize| row.get(index).cloned().flatten();
    let version = cell(0).unwrap_or_default();
    ServerFacts {
        // Their advisory locks are none (CockroachDB), or were none until recently (YugabyteDB).
        needs_lease: version.contains("CockroachDB") || version.contains("-YB-"),
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
