//! The statements on the version table, `alembic_version`, which is Alembic's own.

use super::Tables;
use crate::sql::Dialect;

/// The width of Alembic's own `version_num` column.
pub(crate) const ALEMBIC_WIDTH: usize = 32;

impl Tables {
    /// Creates the table as Alembic does; its column is wider only if an id needs that.
    pub(crate) fn create_version(&self, longest_id: usize) -> String {
        let width = longest_id.max(ALEMBIC_WIDTH);
        // Its rows and those of the history are one transaction, whatever engine is the default of the server.
        let engine = if self.dialect == Dialect::Mysql { " ENGINE = InnoDB" } else { "" };
        format!(
            "CREATE TABLE IF NOT EXISTS {} (version_num VARCHAR({width}) NOT NULL, \
             CONSTRAINT {} PRIMARY KEY (version_num)){engine}",
            self.version(),
            self.name(&format!("{}_pkc", self.table.name)),
        )
    }

    /// The rows of the version table alone: for a database that only Alembic has migrated.
    pub(crate) fn versions(&self) -> String {
        format!("SELECT {} FROM {} v", self.version_text("v.version_num"), self.version())
    }

    /// The width of an existing `version_num` column, if the database enforces it.
    pub(crate) fn version_width(&self) -> Option<String> {
        let schema = match self.dialect {
            Dialect::Sqlite => return None,
            Dialect::Postgresql => "c.table_schema = ANY (current_schemas(false))",
            Dialect::Mysql => "c.table_schema = database()",
        };
        let schema = match &self.table.schema {
            Some(schema) => format!("c.table_schema = {}", self.literal(schema)),
            None => schema.to_owned(),
        };
        let table = self.literal(&self.table.name);
        let width = self.text("c.character_maximum_length");
        Some(format!(
            "SELECT {width} FROM information_schema.columns c WHERE c.table_name = {table} \
             AND c.column_name = 'version_num' AND {schema}"
        ))
    }

    pub(crate) fn insert_version(&self, id: &str) -> String {
        format!("INSERT INTO {} (version_num) VALUES ({})", self.version(), self.literal(id))
    }

    pub(crate) fn update_version(&self, from: &str, to: &str) -> String {
        let (from, to) = (&self.literal(from), self.literal(to));
        format!("UPDATE {} SET version_num = {to} WHERE version_num = {from}", self.version())
    }

    pub(crate) fn delete_version(&self, id: &str) -> String {
        format!("DELETE FROM {} WHERE version_num = {}", self.version(), self.literal(id))
    }

    /// Deletes all rows.
    pub(crate) fn purge(&self) -> String {
        format!("DELETE FROM {}", self.version())
    }
}
