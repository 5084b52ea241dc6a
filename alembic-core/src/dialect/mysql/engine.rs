//! The engines of tables of MySQL and MariaDB.

use crate::sql::Dialect;
use crate::sql::quote::literal;

/// The tables of the database whose engines cannot roll back: table, engine.
pub(crate) const WITHOUT_ROLLBACK: &str = "SELECT CAST(t.table_name AS CHAR), CAST(t.engine AS CHAR) FROM information_schema.tables t \
     JOIN information_schema.engines e ON e.engine = t.engine \
     WHERE t.table_schema = DATABASE() AND COALESCE(e.transactions, 'NO') <> 'YES'";

/// Asks which of these tables of the session's database can roll back changes of their rows, and have no triggers.
pub(crate) fn transactional(tables: &[&str]) -> String {
    let names = tables.iter().map(|table| literal(Dialect::Mysql, table)).collect::<Vec<_>>().join(", ");
    format!(
        "SELECT CAST(t.table_name AS CHAR) FROM information_schema.tables t \
         JOIN information_schema.engines e ON e.engine = t.engine \
         WHERE t.table_schema = DATABASE() AND t.table_name IN ({names}) AND t.table_type = 'BASE TABLE' \
         AND e.transactions = 'YES' AND NOT EXISTS (SELECT 1 FROM information_schema.triggers \
         WHERE event_object_schema = DATABASE() AND event_object_table IN ({names}))"
    )
}
