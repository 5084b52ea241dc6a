//! The statements about indexes of PostgreSQL.

/// Drops an index that was built concurrently. `name` is quoted where that is needed.
pub(crate) fn drop_concurrently(name: &str) -> String {
    format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")
}
