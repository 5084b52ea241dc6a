//! What the catalog of MySQL and MariaDB is asked: six queries, whatever the number of tables, and in one message
//! more what each table and sequence is.
//!
//! `information_schema` has no indexes over its views, so that the views are joined here and not there.

use super::Flavor;
use crate::dialect::Rows;
use crate::dialect::reflect::{Namespace, names};
use crate::dialect::scratch::PREFIX;
use crate::sql::Dialect;
use crate::sql::quote::{identifier, literal};

/// The queries, in the order in which [`schema`](super::schema) takes their answers.
pub(crate) fn queries(namespaces: &[Namespace], flavor: Flavor) -> [String; 6] {
    let names = names(namespaces, |name| literal(Dialect::Mysql, name));
    let (indexes, checks) = match flavor {
        Flavor::Mariadb => (INDEXES.replace("{expression}", "NULL"), CHECKS),
        Flavor::Mysql => (INDEXES.replace("{expression}", "s.expression"), CHECKS_OF_MYSQL),
    };
    // MySQL's catalog does not say the algorithm of a view.
    let algorithm = if flavor == Flavor::Mariadb { "ALGORITHM = ', v.algorithm, ' " } else { "" };
    let objects = OBJECTS
        .replace("{algorithm}", algorithm)
        // The mark of a scratch database.
        .replace("{mark}", PREFIX)
        .replace("{view}", &object_name("v.table_schema", "v.table_name"))
        .replace("{sequence}", &object_name("q.table_schema", "q.table_name"))
        .replace("{trigger}", &object_name("t.trigger_schema", "t.trigger_name"))
        .replace("{collation}", "(SELECT n.default_collation_name FROM information_schema.schemata n WHERE n.schema_name = r.routine_schema)")
        .replace("{routine}", &object_name("r.routine_schema", "r.routine_name"));
    [TABLES, COLUMNS, &indexes, KEYS, checks, &objects].map(|query| query.replace("{namespaces}", &names))
}

/// The queries for the definitions of the tables, then of the views and sequences, that the answers to [`queries`] list.
pub(crate) fn definitions(answers: &[Rows; 6]) -> Vec<String> {
    let [tables, .., objects] = answers;
    let show = |kind: &str, row: &[Option<String>]| {
        let name = |place: usize| identifier(Dialect::Mysql, row[place].as_deref().unwrap_or_default());
        format!("SHOW CREATE {kind} {}.{}", name(0), name(1))
    };
    let tables = tables.iter().map(|row| show("TABLE", row));
    let printed = objects.iter().filter_map(|row| match row[0].as_deref() {
        Some("sequence") => Some(show("SEQUENCE", &row[1..])),
        // Of a view whose text is hidden the server shows nothing.
        Some("view") if row[4].is_some() => Some(show("VIEW", &row[1..])),
        _ => None,
    });
    tables.chain(printed).collect()
}

/// Namespace, name, comment; collation of the namespace and of the table.
const TABLES: &str = "\
SELECT CAST(t.table_schema AS CHAR), CAST(t.table_name AS CHAR), CAST(NULLIF(t.table_comment, '') AS CHAR),
    CAST(s.default_collation_name AS CHAR), CAST(t.table_collation AS CHAR)
FROM information_schema.tables t
JOIN information_schema.schemata s ON s.schema_name = t.table_schema
WHERE t.table_schema IN ({namespaces}) AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
ORDER BY 1, 2";

/// Namespace, table, name, type, NULL allowed, default, extra, generation expression, collation, comment.
const COLUMNS: &str = "\
SELECT CAST(c.table_schema AS CHAR), CAST(c.table_name AS CHAR), CAST(c.column_name AS CHAR),
    CAST(c.column_type AS CHAR), CAST(c.is_nullable AS CHAR), CAST(c.column_default AS CHAR), CAST(c.extra AS CHAR),
    CAST(NULLIF(c.generation_expression, '') AS CHAR), CAST(c.collation_name AS CHAR),
    CAST(NULLIF(c.column_comment, '') AS CHAR)
FROM information_schema.columns c
WHERE c.table_schema IN ({namespaces})
ORDER BY c.table_schema, c.table_name, c.ordinal_position";

/// One row for each column of an index: namespace, table, name, whether equal keys are allowed, method, column,
/// expression, order, prefix.
const INDEXES: &str = "\
SELECT CAST(s.table_schema AS CHAR), CAST(s.table_name AS CHAR), CAST(s.index_name AS CHAR),
    CAST(s.non_unique AS CHAR), CAST(s.index_type AS CHAR), CAST(s.column_name AS CHAR),
    CAST({expression} AS CHAR), CAST(s.collation AS CHAR), CAST(s.sub_part AS CHAR)
FROM information_schema.statistics s
WHERE s.table_schema IN ({namespaces})
ORDER BY s.table_schema, s.table_name, s.index_name, s.seq_in_index";

/// One row for each column of a foreign key: namespace, table, name, column, referenced namespace, table and column.
const KEYS: &str = "\
SELECT CAST(k.table_schema AS CHAR), CAST(k.table_name AS CHAR), CAST(k.constraint_name AS CHAR),
    CAST(k.column_name AS CHAR), CAST(k.referenced_table_schema AS CHAR), CAST(k.referenced_table_name AS CHAR),
    CAST(k.referenced_column_name AS CHAR)
FROM information_schema.key_column_usage k
WHERE k.table_schema IN ({namespaces}) AND k.referenced_table_name IS NOT NULL
ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position";

/// Namespace, table, name, expression. What is part of a column is printed with that.
const CHECKS: &str = "\
SELECT CAST(c.constraint_schema AS CHAR), CAST(c.table_name AS CHAR), CAST(c.constraint_name AS CHAR),
    CAST(c.check_clause AS CHAR)
FROM information_schema.check_constraints c
WHERE c.constraint_schema IN ({namespaces}) AND c.level = 'Table'
ORDER BY 1, 2, 3";

const CHECKS_OF_MYSQL: &str = "\
SELECT CAST(c.constraint_schema AS CHAR), CAST(t.table_name AS CHAR), CAST(c.constraint_name AS CHAR),
    CAST(c.check_clause AS CHAR)
FROM information_schema.check_constraints c
JOIN information_schema.table_constraints t
    ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
    AND t.constraint_type = 'CHECK'
WHERE c.constraint_schema IN ({namespaces})
ORDER BY 1, 2, 3";

/// Kind, namespace, name, table's name, definition, the statement that takes it away. Events are only named, because a scratch
/// database never runs one, and so are packages and routines in the language of Oracle, which needs another mode of the session.
const OBJECTS: &str = "\
SELECT 'view', CAST(v.table_schema AS CHAR), CAST(v.table_name AS CHAR), NULL,
    CAST(IF(v.view_definition = '', NULL, CONCAT('CREATE {algorithm}SQL SECURITY ', v.security_type, ' VIEW ', {view})) AS CHAR),
    CAST(CONCAT('DROP VIEW ', {view}) AS CHAR)
FROM information_schema.views v
WHERE v.table_schema IN ({namespaces}) AND v.table_name <> '{mark}'
UNION ALL
SELECT 'trigger', CAST(t.trigger_schema AS CHAR), CAST(t.trigger_name AS CHAR), CAST(t.event_object_table AS CHAR),
    CAST(CONCAT('CREATE TRIGGER ', {trigger}, ' ', t.action_timing, ' ', t.event_manipulation, ' ON ',
        '`', REPLACE(t.event_object_table, '`', '``'), '` FOR EACH ROW ',
        IF(t.action_order = 1, '', CONCAT('FOLLOWS `', REPLACE((SELECT b.trigger_name FROM information_schema.triggers b
            WHERE b.trigger_schema = t.trigger_schema AND b.event_object_table = t.event_object_table AND b.action_timing = t.action_timing
                AND b.event_manipulation = t.event_manipulation AND b.action_order = t.action_order - 1), '`', '``'), '` ')),
        t.action_statement) AS CHAR),
    CAST(CONCAT('DROP TRIGGER ', {trigger}) AS CHAR)
FROM information_schema.triggers t
WHERE t.trigger_schema IN ({namespaces})
UNION ALL
SELECT LOWER(CAST(r.routine_type AS CHAR)), CAST(r.routine_schema AS CHAR), CAST(r.routine_name AS CHAR), NULL,
    CAST(CONCAT('CREATE ', IF(r.routine_definition REGEXP 'FETCH[[:space:]]+GROUP[[:space:]]+NEXT', 'AGGREGATE ', ''), r.routine_type, ' ', {routine}, '(', COALESCE((SELECT GROUP_CONCAT(
            IF(r.routine_type = 'PROCEDURE', CONCAT(p.parameter_mode, ' '), ''), '`', REPLACE(p.parameter_name, '`', '``'), '` ',
            p.dtd_identifier, IF(p.collation_name <> {collation}, CONCAT(' CHARACTER SET ', p.character_set_name, ' COLLATE ', p.collation_name), '')
            ORDER BY p.ordinal_position SEPARATOR ', ')
        FROM information_schema.parameters p WHERE p.specific_schema = r.routine_schema AND p.specific_name = r.specific_name
            AND p.routine_type = r.routine_type AND p.ordinal_position > 0), ''), ')',
        IF(r.routine_type = 'FUNCTION', CONCAT(' RETURNS ', r.dtd_identifier, IF(r.collation_name <> {collation},
            CONCAT(' CHARACTER SET ', r.character_set_name, ' COLLATE ', r.collation_name), '')), ''),
        IF(r.is_deterministic = 'YES', ' DETERMINISTIC', ''), IF(r.sql_data_access = 'CONTAINS SQL', '', CONCAT(' ', r.sql_data_access)),
        IF(r.security_type = 'DEFINER', '', CONCAT(' SQL SECURITY ', r.security_type)),
        IF(r.routine_comment = '', '', CONCAT(' COMMENT ', QUOTE(r.routine_comment))), '\n', r.routine_definition) AS CHAR),
    IF(r.routine_type NOT LIKE 'PACKAGE%' AND NOT FIND_IN_SET('ORACLE', r.sql_mode),
        CAST(CONCAT('DROP ', r.routine_type, ' ', {routine}) AS CHAR), NULL)
FROM information_schema.routines r
WHERE r.routine_schema IN ({namespaces})
UNION ALL
SELECT 'event', CAST(e.event_schema AS CHAR), CAST(e.event_name AS CHAR), NULL, CAST(e.event_definition AS CHAR), NULL
FROM information_schema.events e
WHERE e.event_schema IN ({namespaces})
UNION ALL
SELECT 'sequence', CAST(q.table_schema AS CHAR), CAST(q.table_name AS CHAR), NULL, CAST(CONCAT('CREATE SEQUENCE ', {sequence}) AS CHAR),
    CAST(CONCAT('DROP SEQUENCE ', {sequence}) AS CHAR)
FROM information_schema.tables q
WHERE q.table_schema IN ({namespaces}) AND q.table_type = 'SEQUENCE'";

/// The name of an object as a statement has it: with its namespace where that is not the current database.
fn object_name(namespace: &str, name: &str) -> String {
    format!(
        "CONCAT(IF({namespace} = DATABASE(), '', CONCAT('`', REPLACE({namespace}, '`', '``'), '`.')), \
         '`', REPLACE({name}, '`', '``'), '`')"
    )
}
