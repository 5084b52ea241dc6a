//! The SQL of the two tables that a migrated database holds: `alembic_version` and `alembic_history`.
//!
//! All of it is text without parameters, so that the same statements can run on a connection and be written to a file.
//! A third one, `alembic_lease`, exists only where the server's own locks exclude nothing: see `lease.rs`.

mod guard;
pub(super) mod history;
mod runs;
pub(super) mod unfit_schema;
pub(super) mod version;

use crate::config::VersionTable;
use crate::dialect::UnfitSchema;
use crate::sql::Dialect;
use crate::sql::quote::{self, identifier, literal};

/// The statements on our tables, in one dialect.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    dialect: Dialect,
    table: VersionTable,
}

impl Tables {
    /// # Errors
    /// They cannot be in the configured schema.
    pub(crate) fn new(dialect: Dialect, table: &VersionTable) -> Result<Tables, UnfitSchema> {
        if let Some(schema) = &table.schema {
            UnfitSchema::check(dialect, schema)?;
        }
        Ok(Tables { dialect, table: table.clone() })
    }

    /// Names the tables by their schema on PostgreSQL, or their database on MySQL: so they are found whatever search path
    /// or database a script sets.
    ///
    /// # Errors
    /// They cannot be in this schema.
    pub(crate) fn set_schema(&mut self, schema: String) -> Result<(), UnfitSchema> {
        UnfitSchema::check(self.dialect, &schema)?;
        self.table.schema = Some(schema.into());
        Ok(())
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The schema of the tables, or on MySQL their database, where it is known.
    pub(crate) fn own_schema(&self) -> Option<&str> {
        self.table.schema.as_deref()
    }

    /// The version table, as statements name it.
    pub(crate) fn version(&self) -> String {
        self.qualified(&self.table.name)
    }

    fn history(&self) -> String {
        self.qualified(&self.table.history())
    }

    fn name(&self, name: &str) -> String {
        quote::name(self.dialect, name)
    }

    fn qualified(&self, name: &str) -> String {
        let name = self.name(name);
        match &self.table.schema {
            Some(schema) => format!("{}.{name}", identifier(self.dialect, schema)),
            None => name,
        }
    }

    /// The name from which the key of the migration lock is derived.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(crate) fn lock_key(&self) -> &str {
        &self.table.name
    }

    /// The table of the lease, as statements name it.
    pub(crate) fn lease(&self) -> String {
        self.qualified(&self.table.lease())
    }

    /// The name of the version table, if the search path decides in which schema it is.
    #[cfg(feature = "postgres")]
    pub(crate) fn searched_version(&self) -> Option<&str> {
        self.table.schema.is_none().then_some(self.table.name.as_ref())
    }

    /// Statements that change nothing, and that only the server can execute that is written to.
    pub(crate) fn touch(&self) -> Vec<String> {
        let (version, history) = (self.version(), self.history());
        vec![
            format!("UPDATE {version} SET version_num = '' WHERE 1 = 0"),
            format!("UPDATE {history} SET error = NULL WHERE 1 = 0"),
        ]
    }

    /// Statements that change nothing and need all the rights that a run needs on our tables, and a query for the server
    /// that the history was last written on. Empty if there is nothing to ask.
    pub(crate) fn probes(&self, has_versions: bool, has_history: bool) -> String {
        let (version, history) = (self.version(), self.history());
        let mut probes = Vec::new();
        if has_versions {
            probes.push(format!("UPDATE {version} SET version_num = '' WHERE 1 = 0"));
            probes.push(format!("DELETE FROM {version} WHERE 1 = 0"));
            probes.push(format!("INSERT INTO {version} SELECT * FROM {version} WHERE 1 = 0"));
        }
        if has_history {
            probes.push(format!("UPDATE {history} SET error = NULL WHERE 1 = 0"));
            probes.push(format!("DELETE FROM {history} WHERE 1 = 0"));
            probes.push(format!("INSERT INTO {history} SELECT * FROM {history} WHERE 1 = 0"));
            probes.push(format!("SELECT server FROM {history} ORDER BY id DESC LIMIT 1"));
        }
        // SQLite asks for the right to write with the transaction.
        if self.dialect == Dialect::Sqlite { String::new() } else { probes.join("; ") }
    }

    /// One row for each row of the version table (its id, and the lineage in the history or NULL) and one for each
    /// unfinished revision (NULL and its id): all that a run at the target has to know, in one query.
    pub(crate) fn state(&self) -> String {
        let version = self.version_text("v.version_num");
        let version_key = match self.dialect {
            // The two columns may have different collations, which MySQL refuses to compare.
            Dialect::Mysql => "CONVERT(v.version_num USING utf8mb4) COLLATE utf8mb4_bin",
            _ => "v.version_num",
        };
        let null = match self.dialect {
            Dialect::Postgresql => "NULL::text",
            _ => "NULL",
        };
        let (versions, history) = (self.version(), self.history());
        format!(
            "SELECT {version}, (SELECT CASE WHEN h.operation IN ('upgrade', 'move', 'stamp') THEN h.lineage END \
             FROM {history} h WHERE h.revision = {version_key} AND h.finished_at IS NOT NULL \
             ORDER BY h.id DESC LIMIT 1) FROM {versions} v \
             UNION ALL SELECT {null}, h.revision FROM {history} h WHERE h.finished_at IS NULL"
        )
    }

    fn version_text(&self, column: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => format!("CAST({column} AS TEXT)"),
            Dialect::Postgresql => format!("{column}::text"),
            Dialect::Mysql => format!("CONVERT({column} USING utf8mb4) COLLATE utf8mb4_bin"),
        }
    }

    /// The schema of the version table, or the one in which it would be created, and the search path. On MySQL a schema is
    /// a database, and there is no path.
    pub(crate) fn schema(&self) -> Option<String> {
        if self.dialect == Dialect::Mysql && self.table.schema.is_none() {
            return Some("SELECT CAST(DATABASE() AS CHAR), NULL".to_owned());
        }
        let schema = match &self.table.schema {
            Some(schema) => self.literal(schema),
            None => format!(
                "coalesce((SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.oid = to_regclass({})), current_schema())::text",
                self.literal(&self.version())
            ),
        };
        (self.dialect == Dialect::Postgresql)
            .then(|| format!("SELECT {schema}, current_setting('search_path')"))
    }

    /// A number or a time as text: all rows are read as text.
    pub(super) fn text(&self, expression: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => format!("CAST({expression} AS TEXT)"),
            Dialect::Postgresql => format!("{expression}::text"),
            Dialect::Mysql => format!("CAST({expression} AS CHAR)"),
        }
    }

    /// Server time: a wrong clock beside the server must not matter.
    fn now(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
            Dialect::Postgresql => "clock_timestamp()",
            Dialect::Mysql => "UTC_TIMESTAMP(6)",
        }
    }

    pub(crate) fn literal(&self, text: &str) -> String {
        literal(self.dialect, text)
    }

    fn optional(&self, text: Option<&str>) -> String {
        text.map_or_else(|| "NULL".to_owned(), |text| self.literal(text))
    }
}
