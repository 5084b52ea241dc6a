//! The engines of tables of MySQL and MariaDB.

/// The tables of the database whose engines cannot roll back: table, engine.
pub(crate) const WITHOUT_ROLLBACK: &str = "SELECT CAST(t.table_name AS CHAR), CAST(t.engine AS CHAR) FROM information_schema.tables t \
     JOIN information_schema.engines e ON e.engine = t.engine \
     WHERE t.table_schema = DATABASE() AND COALESCE(e.transactions, 'NO') <> 'YES'";
