//! Scratch databases on PostgreSQL: the statements that create one like another database, find leftovers and drop them.

use crate::dialect::scratch::PATTERN;
use crate::sql::Dialect;
use crate::sql::quote::identifier;
use crate::sql::quote::literal;

/// The owner of a new scratch database, and below it the names of those whose session is gone and that may be dropped.
pub(crate) fn start() -> String {
    format!(
        "SELECT floor(extract(epoch FROM clock_timestamp()))::bigint::text || '_0_' || pg_backend_pid()::text \
         UNION ALL (SELECT datname::text FROM pg_database d WHERE datname::text ~ '{PATTERN}' \
         AND pg_has_role(d.datdba, 'USAGE') AND NOT EXISTS (SELECT FROM pg_stat_activity a \
         WHERE a.pid::text = split_part(d.datname::text, '_', 5)) ORDER BY 1)"
    )
}

/// The options of `CREATE DATABASE` that give a new database the encoding and order of the current one: with its locale,
/// and without it, for servers that lack the locale.
pub(crate) const LIKE: &str = "SELECT format(' TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L', \
     pg_encoding_to_char(d.encoding), d.datcollate, d.datctype) || CASE to_jsonb(d) ->> 'datlocprovider' \
     WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale')) \
     || coalesce(format(' ICU_RULES %L', to_jsonb(d) ->> 'daticurules'), '') \
     WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d) ->> 'datlocale') \
     WHEN 'c' THEN ' LOCALE_PROVIDER libc' ELSE '' END, \
     format(' TEMPLATE template0 ENCODING %L', pg_encoding_to_char(d.encoding)) \
     FROM pg_database d WHERE d.datname = current_database()";

/// Settings of the database and of the role in it, name and value, those that win last; then the search path. Those that
/// only limit what a session does, or change whose it is, are left out.
pub(crate) const SETTINGS: &str = "SELECT split_part(c, '=', 1), substr(c, strpos(c, '=') + 1) FROM ( \
     SELECT c, s.setdatabase = 0 AS of_role, s.setrole = 0 AS of_all FROM pg_db_role_setting s, unnest(s.setconfig) c \
     WHERE (s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) \
     AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = current_user))) \
     OR (s.setdatabase = 0 AND s.setrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)) \
     ORDER BY of_all DESC, of_role DESC) s WHERE split_part(c, '=', 1) NOT IN ('role', 'session_authorization', \
     'default_transaction_read_only', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', \
     'default_tablespace', 'temp_tablespaces') \
     UNION ALL SELECT 'search_path', current_setting('search_path')";

/// Extensions in an order in which they can be created: name, schema, version.
pub(crate) const EXTENSIONS: &str = "SELECT x.extname::text, n.nspname::text, x.extversion FROM pg_extension x \
     JOIN pg_namespace n ON n.oid = x.extnamespace WHERE x.extname <> 'plpgsql' ORDER BY x.oid";

pub(crate) fn create(name: &str, options: &str) -> String {
    format!("CREATE DATABASE {}{options}", quoted(name))
}

/// Drops a database with the sessions in it.
pub(crate) fn drop(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(name))
}

/// The same where the server does not know `FORCE` (before version 13).
pub(crate) fn drop_without_force(name: &str) -> [String; 2] {
    [
        format!(
            "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = {}",
            literal(Dialect::Postgresql, name)
        ),
        format!("DROP DATABASE IF EXISTS {}", quoted(name)),
    ]
}

/// Ends the session that may still be creating a database. Returns a row while it exists.
pub(crate) fn end_session(session: &str, database: &str) -> String {
    let text = |text: &str| literal(Dialect::Postgresql, text);
    format!(
        "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE pid::text = {} AND strpos(query, {}) > 0 \
         AND pid <> pg_backend_pid()",
        text(session),
        text(database)
    )
}

/// Gives the current session a setting, and then all later sessions of the database.
pub(crate) fn set(database: &str, name: &str, value: &str) -> [String; 2] {
    let text = |text: &str| literal(Dialect::Postgresql, text);
    [
        format!("SELECT set_config({}, {}, false)", text(name), text(value)),
        format!("ALTER DATABASE {} SET {} FROM CURRENT", quoted(database), setting(name)),
    ]
}

/// The statements before those of an extension: its schema exists.
pub(crate) fn create_schema_of_extension(schema: &str) -> Option<String> {
    (schema != CATALOG).then(|| create_schema(schema))
}

/// The name of a setting: two identifiers where it has a point.
fn setting(name: &str) -> String {
    name.split('.').map(quoted).collect::<Vec<_>>().join(".")
}

pub(crate) fn create_schema(name: &str) -> String {
    format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(name))
}

/// The schema of extensions that are part of the catalog. Nothing else may be created in it, not even by name.
const CATALOG: &str = "pg_catalog";

/// Creates an extension: of this version, or else of the one that the server offers.
pub(crate) fn create_extension(name: &str, schema: &str, version: &str) -> [String; 2] {
    let place = if schema == CATALOG { String::new() } else { format!(" SCHEMA {}", quoted(schema)) };
    let create = format!("CREATE EXTENSION IF NOT EXISTS {}{place}", quoted(name));
    [format!("{create} VERSION {}", quoted(version)), create]
}

fn quoted(name: &str) -> String {
    identifier(Dialect::Postgresql, name)
}

/// Definitions of objects that tables may use and that no extension brought along: name and statement. Under the search
/// path of the connection, as everything else that the catalog prints.
const OBJECTS: &str = "\
SELECT n.nspname::text, format('CREATE SCHEMA IF NOT EXISTS %I', n.nspname)
FROM pg_namespace n JOIN pg_namespace t ON t.oid = n.oid
WHERE {own}
UNION ALL
SELECT t.typname::text, format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,
        (SELECT string_agg(quote_literal(v.enumlabel), ', ' ORDER BY v.enumsortorder) FROM pg_enum v WHERE v.enumtypid = t.oid))
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND {own}
UNION ALL
SELECT o.collname::text, format('CREATE COLLATION %I.%I (%s)', n.nspname, o.collname, concat_ws(', ',
        CASE o.collprovider WHEN 'i' THEN 'PROVIDER = icu' WHEN 'b' THEN 'PROVIDER = builtin' ELSE 'PROVIDER = libc' END,
        CASE WHEN to_jsonb(o) ->> 'colllocale' IS NOT NULL OR to_jsonb(o) ->> 'colliculocale' IS NOT NULL
            THEN format('LOCALE = %L', coalesce(to_jsonb(o) ->> 'colllocale', to_jsonb(o) ->> 'colliculocale'))
            WHEN o.collprovider = 'i' THEN format('LOCALE = %L', o.collcollate)
            ELSE format('LC_COLLATE = %L, LC_CTYPE = %L', o.collcollate, o.collctype) END,
        CASE WHEN to_jsonb(o) ->> 'collisdeterministic' = 'false' THEN 'DETERMINISTIC = false' END))
FROM pg_collation t JOIN LATERAL (SELECT t.*) o ON true JOIN pg_namespace n ON n.oid = t.collnamespace
WHERE {own}
UNION ALL
SELECT t.relname::text, format('CREATE SEQUENCE %I.%I', n.nspname, t.relname)
FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE t.relkind = 'S' AND {own} AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_class'::regclass
    AND i.objid = t.oid AND i.deptype = 'i')
UNION ALL
SELECT t.typname::text, format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname, concat_ws(' ',
        format_type(t.typbasetype, t.typtypmod),
        (SELECT format('COLLATE %I.%I', cn.nspname, c.collname) FROM pg_collation c JOIN pg_namespace cn ON cn.oid = c.collnamespace
            JOIN pg_type b ON b.oid = t.typbasetype WHERE c.oid = t.typcollation AND t.typcollation <> b.typcollation),
        'DEFAULT ' || t.typdefault, CASE WHEN t.typnotnull THEN 'NOT NULL' END,
        (SELECT string_agg(format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), ' ' ORDER BY k.conname)
            FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')))
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND {own}
UNION ALL
SELECT t.typname::text, format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname,
        (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
WHERE {own}
UNION ALL
SELECT t.typname::text, format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s)', n.nspname, t.typname,
        (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid))
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'r' AND {own}
UNION ALL
SELECT t.proname::text, pg_get_functiondef(t.oid)
FROM pg_proc t JOIN pg_namespace n ON n.oid = t.pronamespace JOIN pg_language l ON l.oid = t.prolang
WHERE t.prokind IN ('f', 'p') AND l.lanname NOT IN ('c', 'internal') AND {own}";

/// What [`OBJECTS`] leaves out: objects of the system and of extensions.
const OWN: &str = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' \
     AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = t.oid AND e.deptype = 'e')";

/// The query for the definitions of objects.
pub(crate) fn objects() -> String {
    OBJECTS.replace("{own}", OWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        assert_eq!(setting("app.Own"), "\"app\".\"Own\"");
        assert_eq!(drop("a\"b"), "DROP DATABASE IF EXISTS \"a\"\"b\" WITH (FORCE)");
        let [first, _] = create_extension("uuid-ossp", "public", "1.1");
        assert_eq!(first, "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" SCHEMA \"public\" VERSION \"1.1\"");
        let [_, any] = create_extension("adminpack", "pg_catalog", "2.1");
        assert_eq!(any, "CREATE EXTENSION IF NOT EXISTS \"adminpack\"");
        assert_eq!(create_schema_of_extension("pg_catalog"), None);
    }
}
