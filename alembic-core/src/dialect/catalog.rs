//! What a database's catalog says about an object: enough to see whether a statement that was about it was carried out.

use super::quote::{identifier, literal};
use crate::sql::{Dialect, Name};

/// Something that a statement makes, changes or takes away, and how to ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    /// What a person calls it.
    pub(crate) shown: String,
    /// One row for each thing that matters; none where there is no such object. NULL: the catalog does not say.
    pub(crate) query: String,
}

impl Name {
    fn quoted(&self, dialect: Dialect) -> String {
        let name = identifier(dialect, &self.name);
        match &self.schema {
            Some(schema) => format!("{}.{name}", identifier(dialect, schema)),
            None => name,
        }
    }

    fn shown(&self) -> String {
        match &self.schema {
            Some(schema) => format!("`{schema}.{}`", self.name),
            None => format!("`{}`", self.name),
        }
    }
}

/// Objects of MySQL and MariaDB.
pub(crate) mod mysql {
    use super::*;

    fn text(text: &str) -> String {
        literal(Dialect::Mysql, text)
    }

    fn schema(name: &Name) -> String {
        name.schema.as_deref().map_or_else(|| "DATABASE()".to_owned(), text)
    }

    /// Asks which of these tables of the session's database can roll back changes of their rows, and have no triggers.
    pub(crate) fn transactional(tables: &[&str]) -> String {
        let names = tables.iter().map(|table| text(table)).collect::<Vec<_>>().join(", ");
        format!(
            "SELECT CAST(t.table_name AS CHAR) FROM information_schema.tables t \
             JOIN information_schema.engines e ON e.engine = t.engine \
             WHERE t.table_schema = DATABASE() AND t.table_name IN ({names}) AND t.table_type = 'BASE TABLE' \
             AND e.transactions = 'YES' AND NOT EXISTS (SELECT 1 FROM information_schema.triggers \
             WHERE event_object_schema = DATABASE() AND event_object_table IN ({names}))"
        )
    }

    /// A table, view or sequence, with all that its definition says.
    pub(crate) fn table(name: &Name) -> Object {
        Object {
            shown: format!("table {}", name.shown()),
            query: format!("SHOW CREATE TABLE {}", name.quoted(Dialect::Mysql)),
        }
    }

    /// Which table it is, whatever it looks like: InnoDB's number for it is another one after `TRUNCATE`, and a renamed
    /// table keeps it.
    pub(crate) fn identity(name: &Name) -> Object {
        Object {
            shown: format!("table {}", name.shown()),
            query: format!(
                "SELECT (SELECT CAST(i.table_id AS CHAR) FROM information_schema.innodb_sys_tables i \
                 WHERE i.name = CONCAT(t.table_schema, '/', t.table_name)) \
                 FROM information_schema.tables t WHERE t.table_schema = {} AND t.table_name = {}",
                schema(name),
                text(&name.name)
            ),
        }
    }

    /// A procedure, function or package.
    pub(crate) fn routine(name: &Name) -> Object {
        Object {
            shown: format!("routine {}", name.shown()),
            query: format!(
                "SELECT CAST(CONCAT_WS(' ', routine_type, created, last_altered, MD5(routine_definition)) AS CHAR) \
                 FROM information_schema.routines WHERE routine_schema = {} AND routine_name = {} ORDER BY 1",
                schema(name),
                text(&name.name)
            ),
        }
    }

    pub(crate) fn trigger(name: &Name) -> Object {
        Object {
            shown: format!("trigger {}", name.shown()),
            query: format!(
                "SELECT CAST(CONCAT_WS(' ', event_object_table, event_manipulation, action_timing, created, \
                 MD5(action_statement)) AS CHAR) FROM information_schema.triggers \
                 WHERE trigger_schema = {} AND trigger_name = {}",
                schema(name),
                text(&name.name)
            ),
        }
    }

    pub(crate) fn event(name: &Name) -> Object {
        Object {
            shown: format!("event {}", name.shown()),
            query: format!(
                "SELECT CAST(CONCAT_WS(' ', status, created, last_altered, MD5(event_definition)) AS CHAR) \
                 FROM information_schema.events WHERE event_schema = {} AND event_name = {}",
                schema(name),
                text(&name.name)
            ),
        }
    }

    pub(crate) fn database(name: &str) -> Object {
        Object {
            shown: format!("database `{name}`"),
            query: format!(
                "SELECT CAST(CONCAT_WS(' ', default_character_set_name, default_collation_name) AS CHAR) \
                 FROM information_schema.schemata WHERE schema_name = {}",
                text(name)
            ),
        }
    }
}

/// Objects of PostgreSQL.
pub(crate) mod postgresql {
    use super::*;

    fn text(text: &str) -> String {
        literal(Dialect::Postgresql, text)
    }

    fn class(name: &Name) -> String {
        format!("to_regclass({})", text(&name.quoted(Dialect::Postgresql)))
    }

    /// Rows such as `public.users_name 16412 valid`.
    fn indexes(shown: String, condition: &str) -> Object {
        Object {
            shown,
            query: format!(
                "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' ' || c.oid \
                 || CASE WHEN i.indisvalid THEN ' valid' ELSE ' invalid' END \
                 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {condition} ORDER BY 1"
            ),
        }
    }

    /// The indexes of a table.
    pub(crate) fn indexes_of(table: &Name) -> Object {
        indexes(format!("the indexes of {}", table.shown()), &format!("i.indrelid = {}", class(table)))
    }

    /// The indexes of the table that an index belongs to.
    pub(crate) fn siblings_of(index: &Name) -> Object {
        let table =
            format!("(SELECT s.indrelid FROM pg_catalog.pg_index s WHERE s.indexrelid = {})", class(index));
        indexes(format!("the indexes beside {}", index.shown()), &format!("i.indrelid = {table}"))
    }

    /// All indexes that are not valid.
    pub(crate) fn invalid_indexes() -> Object {
        indexes("the invalid indexes".to_owned(), "NOT i.indisvalid")
    }

    pub(crate) fn index(name: &Name) -> Object {
        indexes(format!("index {}", name.shown()), &format!("c.oid = {}", class(name)))
    }

    /// Whether a table is a partition of another: a row `attached`, or `pending` where detaching it was begun.
    pub(crate) fn partition(name: &Name) -> Object {
        Object {
            shown: format!("partition {}", name.shown()),
            query: format!(
                "SELECT CASE WHEN inhdetachpending THEN 'pending' ELSE 'attached' END \
                 FROM pg_catalog.pg_inherits WHERE inhrelid = {}",
                class(name)
            ),
        }
    }

    /// The values of an enum.
    pub(crate) fn labels(name: &Name) -> Object {
        let kind = format!("to_regtype({})", text(&name.quoted(Dialect::Postgresql)));
        Object {
            shown: format!("type {}", name.shown()),
            query: format!(
                "SELECT enumlabel::text FROM pg_catalog.pg_enum WHERE enumtypid = {kind} ORDER BY enumsortorder"
            ),
        }
    }

    fn named(kind: &str, table: &str, column: &str, name: &str) -> Object {
        Object {
            shown: format!("{kind} `{name}`"),
            query: format!("SELECT oid::text FROM pg_catalog.{table} WHERE {column} = {}", text(name)),
        }
    }

    pub(crate) fn database(name: &str) -> Object {
        named("database", "pg_database", "datname", name)
    }

    pub(crate) fn tablespace(name: &str) -> Object {
        named("tablespace", "pg_tablespace", "spcname", name)
    }

    pub(crate) fn subscription(name: &str) -> Object {
        named("subscription", "pg_subscription", "subname", name)
    }
}
