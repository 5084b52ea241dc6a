//! Queries of a database's catalog for the evidence that a statement was executed.

use crate::sql::facts::{Indexes, Object, ObjectKind, Trace};
use crate::sql::quote::{identifier, literal};
use crate::sql::{Dialect, Name};

/// One query for each object that a trace names. Each returns a row for every detail that matters, and no row if the object
/// is missing; NULL if the catalog does not show it. None if the catalog has no answer.
pub(crate) fn queries(trace: &Trace, dialect: Dialect) -> Option<Vec<String>> {
    match (dialect, trace) {
        (Dialect::Mysql, Trace::Definitions(objects)) => objects.iter().map(mysql::definition).collect(),
        (Dialect::Mysql, Trace::Identities(tables)) => {
            Some(tables.iter().map(|table| mysql::identity(&table.name)).collect())
        }
        (Dialect::Postgresql, Trace::Definitions(objects)) => {
            objects.iter().map(postgresql::definition).collect()
        }
        (Dialect::Postgresql, Trace::NewIndex(table)) => Some(vec![postgresql::indexes_of(table)]),
        (Dialect::Postgresql, Trace::Reindex(indexes)) => Some(vec![match indexes {
            Indexes::Of(table) => postgresql::indexes_of(table),
            Indexes::Beside(index) => postgresql::indexes_beside(index),
            Indexes::Invalid => postgresql::indexes("NOT i.indisvalid"),
        }]),
        (Dialect::Postgresql, Trace::Removal(object)) => {
            postgresql::definition(object).map(|query| vec![query])
        }
        (Dialect::Postgresql, Trace::Detachment { partition, .. }) => {
            Some(vec![postgresql::partition(partition)])
        }
        (_, Trace::Harmless | Trace::Nothing) => Some(Vec::new()),
        _ => None,
    }
}

fn quoted(name: &Name, dialect: Dialect) -> String {
    let own = identifier(dialect, &name.name);
    match &name.schema {
        Some(schema) => format!("{}.{own}", identifier(dialect, schema)),
        None => own,
    }
}

mod mysql {
    use super::*;

    fn text(text: &str) -> String {
        literal(Dialect::Mysql, text)
    }

    fn schema(name: &Name) -> String {
        name.schema.as_deref().map_or_else(|| "DATABASE()".to_owned(), text)
    }

    pub(super) fn definition(object: &Object) -> Option<String> {
        let name = &object.name;
        match object.kind {
            ObjectKind::Table | ObjectKind::View | ObjectKind::Sequence => {
                Some(format!("SHOW CREATE TABLE {}", quoted(name, Dialect::Mysql)))
            }
            ObjectKind::Routine | ObjectKind::Package => Some(routine(name)),
            ObjectKind::Trigger => Some(trigger(name)),
            ObjectKind::Event => Some(event(name)),
            ObjectKind::Database => Some(database(&name.name)),
            _ => None,
        }
    }

    /// The identity of a table: InnoDB gives it another number after `TRUNCATE`, and a renamed table keeps its number.
    pub(super) fn identity(name: &Name) -> String {
        format!(
            "SELECT (SELECT CAST(i.table_id AS CHAR) FROM information_schema.innodb_sys_tables i \
             WHERE i.name = CONCAT(t.table_schema, '/', t.table_name)) \
             FROM information_schema.tables t WHERE t.table_schema = {} AND t.table_name = {}",
            schema(name),
            text(&name.name)
        )
    }

    /// A procedure, function or package.
    fn routine(name: &Name) -> String {
        format!(
            "SELECT CAST(CONCAT_WS(' ', routine_type, created, last_altered, MD5(routine_definition)) AS CHAR) \
             FROM information_schema.routines WHERE routine_schema = {} AND routine_name = {} ORDER BY 1",
            schema(name),
            text(&name.name)
        )
    }

    fn trigger(name: &Name) -> String {
        format!(
            "SELECT CAST(CONCAT_WS(' ', event_object_table, event_manipulation, action_timing, created, \
             MD5(action_statement)) AS CHAR) FROM information_schema.triggers \
             WHERE trigger_schema = {} AND trigger_name = {}",
            schema(name),
            text(&name.name)
        )
    }

    fn event(name: &Name) -> String {
        format!(
            "SELECT CAST(CONCAT_WS(' ', status, created, last_altered, MD5(event_definition)) AS CHAR) \
             FROM information_schema.events WHERE event_schema = {} AND event_name = {}",
            schema(name),
            text(&name.name)
        )
    }

    fn database(name: &str) -> String {
        format!(
            "SELECT CAST(CONCAT_WS(' ', default_character_set_name, default_collation_name) AS CHAR) \
             FROM information_schema.schemata WHERE schema_name = {}",
            text(name)
        )
    }
}

mod postgresql {
    use super::*;

    fn text(text: &str) -> String {
        literal(Dialect::Postgresql, text)
    }

    fn class(name: &Name) -> String {
        format!("to_regclass({})", text(&quoted(name, Dialect::Postgresql)))
    }

    pub(super) fn definition(object: &Object) -> Option<String> {
        let name = &object.name;
        match object.kind {
            ObjectKind::Index => Some(indexes(&format!("c.oid = {}", class(name)))),
            ObjectKind::Type => Some(labels(name)),
            ObjectKind::Table | ObjectKind::View | ObjectKind::Sequence => Some(relation(name)),
            ObjectKind::Routine => Some(routine(name)),
            ObjectKind::Schema => Some(named("pg_namespace", "nspname", &name.name)),
            ObjectKind::Extension => Some(named("pg_extension", "extname", &name.name)),
            ObjectKind::Database => Some(named("pg_database", "datname", &name.name)),
            ObjectKind::Tablespace => Some(named("pg_tablespace", "spcname", &name.name)),
            ObjectKind::Subscription => Some(named("pg_subscription", "subname", &name.name)),
            _ => None,
        }
    }

    /// Rows such as `public.users_name 16412 valid`.
    pub(super) fn indexes(condition: &str) -> String {
        format!(
            "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' ' || c.oid \
             || CASE WHEN i.indisvalid THEN ' valid' ELSE ' invalid' END \
             FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {condition} ORDER BY 1"
        )
    }

    /// The indexes of a table.
    pub(super) fn indexes_of(table: &Name) -> String {
        indexes(&format!("i.indrelid = {}", class(table)))
    }

    /// The indexes of the table that has this index.
    pub(super) fn indexes_beside(index: &Name) -> String {
        let index = class(index);
        let table = format!("(SELECT s.indrelid FROM pg_catalog.pg_index s WHERE s.indexrelid = {index})");
        indexes(&format!("i.indrelid = {table}"))
    }

    /// A row `attached` for a partition, or `pending` if its detachment has begun.
    pub(super) fn partition(name: &Name) -> String {
        format!(
            "SELECT CASE WHEN inhdetachpending THEN 'pending' ELSE 'attached' END \
             FROM pg_catalog.pg_inherits WHERE inhrelid = {}",
            class(name)
        )
    }

    /// A table with its columns, constraints, indexes and triggers; a view with its query.
    fn relation(name: &Name) -> String {
        let list = |what: &str, from: &str, order: &str| {
            format!(
                " || ' ' || coalesce((SELECT string_agg({what}, ', ' ORDER BY {order}) FROM pg_catalog.{from}), '')"
            )
        };
        let columns = list(
            "a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull::text || ' ' \
             || coalesce(pg_get_expr(d.adbin, d.adrelid), '')",
            "pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped",
            "a.attnum",
        );
        let constraints = list(
            "k.conname || ' ' || pg_get_constraintdef(k.oid) || ' ' || k.convalidated::text",
            "pg_constraint k WHERE k.conrelid = c.oid",
            "k.conname",
        );
        let indexes =
            list("pg_get_indexdef(i.indexrelid)", "pg_index i WHERE i.indrelid = c.oid", "i.indexrelid");
        let triggers =
            list("g.tgname || ' ' || g.tgfoid::text", "pg_trigger g WHERE g.tgrelid = c.oid", "g.tgname");
        format!(
            "SELECT c.relkind::text || ' ' || c.oid::text{columns}{constraints}{indexes}{triggers} || ' ' \
             || CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) ELSE '' END \
             FROM pg_catalog.pg_class c WHERE c.oid = {}",
            class(name)
        )
    }

    /// The functions and procedures of a name.
    fn routine(name: &Name) -> String {
        let schema = match &name.schema {
            Some(schema) => format!("n.nspname = {}", text(schema)),
            None => "n.nspname = ANY (current_schemas(false))".to_owned(),
        };
        format!(
            "SELECT p.oid::text || ' ' || md5(p.prosrc) FROM pg_catalog.pg_proc p \
             JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.proname = {} AND {schema} ORDER BY 1",
            text(&name.name)
        )
    }

    /// The values of an enum.
    fn labels(name: &Name) -> String {
        let kind = format!("to_regtype({})", text(&quoted(name, Dialect::Postgresql)));
        format!(
            "SELECT t.oid::text || coalesce((SELECT string_agg(' ' || e.enumlabel, ',' ORDER BY e.enumsortorder) \
             FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid), '') FROM pg_catalog.pg_type t WHERE t.oid = {kind}"
        )
    }

    fn named(table: &str, column: &str, name: &str) -> String {
        format!("SELECT oid::text FROM pg_catalog.{table} WHERE {column} = {}", text(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::facts::Facts;

    /// The objects in the queries about a statement, by the ends of the queries.
    #[track_caller]
    fn check(dialect: Dialect, statement: &str, expected: Option<&[&str]>) {
        let queries = queries(&Facts::of(statement, dialect).trace, dialect);
        let Some(expected) = expected else {
            return assert_eq!(queries, None, "{statement}");
        };
        let queries = queries.unwrap_or_else(|| panic!("no queries for {statement}"));
        assert_eq!(queries.len(), expected.len(), "{statement}");
        for (query, end) in queries.iter().zip(expected) {
            assert!(query.ends_with(end), "{statement}: {query}");
        }
    }

    #[test]
    fn each_object_of_a_trace_has_a_query() {
        let my = |statement: &str, expected: &[&str]| check(Dialect::Mysql, statement, Some(expected));
        my("DROP TABLE a, d.b", &["SHOW CREATE TABLE `a`", "SHOW CREATE TABLE `d`.`b`"]);
        my("CREATE VIEW v AS SELECT 1", &["SHOW CREATE TABLE `v`"]);
        my("TRUNCATE t", &["t.table_schema = DATABASE() AND t.table_name = 't'"]);
        my("DROP PROCEDURE d.p", &["routine_schema = 'd' AND routine_name = 'p' ORDER BY 1"]);
        my("DROP TRIGGER g", &["trigger_schema = DATABASE() AND trigger_name = 'g'"]);
        my("DROP EVENT e", &["event_schema = DATABASE() AND event_name = 'e'"]);
        my("CREATE DATABASE d", &["schema_name = 'd'"]);
        my("FLUSH TABLES", &[]);
        my("CALL p()", &[]);
        let pg = |statement: &str, expected: &[&str]| check(Dialect::Postgresql, statement, Some(expected));
        pg("CREATE INDEX CONCURRENTLY ON T (x)", &["i.indrelid = to_regclass('\"t\"') ORDER BY 1"]);
        pg("DROP INDEX CONCURRENTLY s.i", &["c.oid = to_regclass('\"s\".\"i\"') ORDER BY 1"]);
        pg("REINDEX TABLE t", &["i.indrelid = to_regclass('\"t\"') ORDER BY 1"]);
        pg("REINDEX INDEX i", &["s.indexrelid = to_regclass('\"i\"')) ORDER BY 1"]);
        pg("REINDEX DATABASE", &["NOT i.indisvalid ORDER BY 1"]);
        pg("CREATE DATABASE d", &["pg_database WHERE datname = 'd'"]);
        pg("DROP TABLESPACE s", &["pg_tablespace WHERE spcname = 's'"]);
        pg("ALTER TABLE t DETACH PARTITION p CONCURRENTLY", &["inhrelid = to_regclass('\"p\"')"]);
        pg("ALTER TYPE e ADD VALUE 'x'", &["t.oid = to_regtype('\"e\"')"]);
        pg("CREATE TYPE s.e AS ENUM ('x')", &["t.oid = to_regtype('\"s\".\"e\"')"]);
        pg("ALTER TABLE t ADD COLUMN n INTEGER", &["c.oid = to_regclass('\"t\"')"]);
        pg("CREATE INDEX i ON s.t (n)", &["c.oid = to_regclass('\"s\".\"t\"')"]);
        pg("DROP VIEW v", &["c.oid = to_regclass('\"v\"')"]);
        pg("CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f()", &["c.oid = to_regclass('\"t\"')"]);
        pg("CREATE SCHEMA s", &["pg_namespace WHERE nspname = 's'"]);
        pg("COMMENT ON TABLE t IS 'x'", &[]);
        check(Dialect::Sqlite, "VACUUM", Some(&[]));
    }
}
