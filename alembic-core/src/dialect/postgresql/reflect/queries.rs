//! What PostgreSQL's catalog is asked: seven queries, whatever the number of tables.
//!
//! Nothing that an extension brought along is listed. Columns that older versions lack are read through `to_jsonb`.

use super::object_queries::{CALLED, OWNED, objects};
use super::use_queries::{USERS, USES};
use crate::dialect::reflect::{Namespace, names};
use crate::sql::Dialect;
use crate::sql::quote::literal;

/// The queries, in the order in which [`schema`](super::schema) takes their answers.
pub(crate) fn queries(namespaces: &[Namespace]) -> [String; 7] {
    let names = names(namespaces, |name| literal(Dialect::Postgresql, name));
    let [tables, columns, constraints, indexes, enums] =
        [TABLES, COLUMNS, CONSTRAINTS, INDEXES, ENUMS].map(str::to_owned);
    let uses = USES.replace("{users}", USERS);
    [tables, columns, constraints, indexes, enums, objects(), uses].map(|query| {
        let query =
            query.replace("{owned}", OWNED).replace("{called}", CALLED).replace("{own_type}", OWN_TYPE);
        query.replace("{namespaces}", &names).replace("{own}", OWN)
    })
}

/// The casts from and to these types: both types, and whether a column is converted without `USING`.
pub(crate) fn casts(types: &[String]) -> String {
    let types: Vec<String> = types.iter().map(|name| literal(Dialect::Postgresql, name)).collect();
    CASTS.replace("{types}", &types.join(", "))
}

/// A domain has the casts of its base type besides.
const CASTS: &str = "\
SELECT a.old, a.new, a.automatic::text FROM (
    SELECT format_type(castsource, NULL) AS old, format_type(casttarget, NULL) AS new, castcontext <> 'e' AS automatic
    FROM pg_cast
    UNION ALL SELECT format_type(oid, NULL), format_type(typbasetype, NULL), true FROM pg_type WHERE typtype = 'd'
    UNION ALL SELECT format_type(typbasetype, NULL), format_type(oid, NULL), true FROM pg_type WHERE typtype = 'd'
) a
WHERE a.old IN ({types}) OR a.new IN ({types})
ORDER BY 1, 2";

/// Leaves out what belongs to an extension.
const OWN: &str = "c.oid NOT IN (SELECT e.objid FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.deptype = 'e')";

/// The same for a type.
const OWN_TYPE: &str = "t.oid NOT IN (SELECT e.objid FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.deptype = 'e')";

/// oid, namespace, name, comment, how it is partitioned.
const TABLES: &str = "\
SELECT c.oid::text, n.nspname::text, c.relname::text, d.description,
    CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE n.nspname IN ({namespaces}) AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND {own}
ORDER BY 2, 3";

/// Table, name, type, namespace and name of its enum, whether it is an array of it, NOT NULL, expression, identity,
/// generated, collation, comment; schema, name and type of the sequence that its default calls and that it owns; what of the
/// sequence of an identity column is not what it usually is.
const COLUMNS: &str = "\
SELECT a.attrelid::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
    en.nspname::text, e.typname::text, (e.oid <> t.oid)::text,
    a.attnotnull::text, pg_get_expr(ad.adbin, ad.adrelid, true), a.attidentity::text, a.attgenerated::text,
    co.collname::text, d.description, s.sequence_schema, s.sequence, s.sequence_type,
    CASE WHEN a.attidentity <> '' THEN (SELECT nullif(concat_ws(' ',
            CASE WHEN q.seqincrement <> 1 THEN 'INCREMENT BY ' || q.seqincrement END,
            CASE WHEN q.seqmin <> CASE WHEN q.seqincrement > 0 THEN 1 ELSE -r.most - 1 END THEN 'MINVALUE ' || q.seqmin END,
            CASE WHEN q.seqmax <> CASE WHEN q.seqincrement > 0 THEN r.most ELSE -1 END THEN 'MAXVALUE ' || q.seqmax END,
            CASE WHEN q.seqstart <> CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END
                THEN 'START WITH ' || q.seqstart END,
            CASE WHEN q.seqcache <> 1 THEN 'CACHE ' || q.seqcache END, CASE WHEN q.seqcycle THEN 'CYCLE' END), '')
        FROM pg_depend o
        JOIN pg_sequence q ON q.seqrelid = o.objid
        CROSS JOIN LATERAL (SELECT CASE q.seqtypid WHEN 'smallint'::regtype THEN 32767 WHEN 'integer'::regtype THEN 2147483647
            ELSE 9223372036854775807 END) r (most)
        WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass AND o.deptype = 'i'
            AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum) END
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type e ON e.typtype = 'e' AND e.oid IN (t.oid, CASE WHEN t.typcategory = 'A' THEN t.typelem END)
LEFT JOIN pg_namespace en ON en.oid = e.typnamespace
LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = a.attnum
LEFT JOIN (
    SELECT o.refobjid, o.refobjsubid, u.objid, qn.nspname::text AS sequence_schema, q.relname::text AS sequence,
        format_type(qs.seqtypid, NULL) AS sequence_type
    FROM pg_depend o
    JOIN pg_class q ON q.oid = o.objid AND q.relkind = 'S'
    JOIN pg_namespace qn ON qn.oid = q.relnamespace
    JOIN pg_sequence qs ON qs.seqrelid = q.oid
    JOIN pg_depend u ON u.classid = 'pg_attrdef'::regclass AND u.refclassid = 'pg_class'::regclass
        AND u.refobjid = q.oid
    WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass AND o.deptype = 'a'
) s ON s.refobjid = a.attrelid AND s.refobjsubid = a.attnum AND s.objid = ad.oid
WHERE n.nspname IN ({namespaces}) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped AND {own}
ORDER BY a.attrelid, a.attnum";

/// One row for each column of a key, one for each CHECK: oid, table, name, kind, column, referenced namespace, table and
/// column, ON DELETE, ON UPDATE, deferrable, deferred, expression, NULLS NOT DISTINCT, the whole definition.
const CONSTRAINTS: &str = "\
SELECT k.oid::text, k.conrelid::text, k.conname::text, k.contype::text, a.attname::text,
    fn.nspname::text, f.relname::text, fa.attname::text,
    k.confdeltype::text, k.confupdtype::text, k.condeferrable::text, k.condeferred::text,
    CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid, true) END,
    CASE WHEN k.contype = 'u' THEN to_jsonb(i) ->> 'indnullsnotdistinct' END,
    pg_get_constraintdef(k.oid, true)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class f ON f.oid = k.confrelid
LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u')
LEFT JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u (own, referenced, position) ON k.contype <> 'c'
LEFT JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.own
LEFT JOIN pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = u.referenced
WHERE n.nspname IN ({namespaces}) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND k.contype IN ('p', 'u', 'f', 'c') AND k.conparentid = 0 AND {own}
ORDER BY k.conrelid, k.conname, k.oid, u.position";

/// One row for each column of an index that belongs to no constraint: oid, table, name, unique, NULLS NOT DISTINCT,
/// method, condition, valid, column, expression, whether it is only included, options, operator class, collation; in the first
/// row of each, the whole definition.
const INDEXES: &str = "\
SELECT i.indexrelid::text, i.indrelid::text, x.relname::text, i.indisunique::text,
    CASE WHEN i.indisunique THEN to_jsonb(i) ->> 'indnullsnotdistinct' END, m.amname::text, pg_get_expr(i.indpred, i.indrelid, true),
    i.indisvalid::text, a.attname::text,
    CASE WHEN i.indkey[p - 1] = 0 THEN pg_get_indexdef(i.indexrelid, p, true) END,
    (p > i.indnkeyatts)::text, i.indoption[p - 1]::text,
    CASE WHEN NOT o.opcdefault THEN
        CASE WHEN pg_opclass_is_visible(o.oid) THEN '' ELSE quote_ident(os.nspname) || '.' END
        || quote_ident(o.opcname) END,
    co.collname::text,
    CASE WHEN p = 1 THEN pg_get_indexdef(i.indexrelid, 0, true) END
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
CROSS JOIN LATERAL generate_series(1, i.indnatts::int) AS p
LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[p - 1] AND a.attnum <> 0
LEFT JOIN pg_opclass o ON p <= i.indnkeyatts AND o.oid = i.indclass[p - 1]
LEFT JOIN pg_namespace os ON os.oid = o.opcnamespace
LEFT JOIN pg_collation co ON p <= i.indnkeyatts AND co.oid = i.indcollation[p - 1] AND co.collname <> 'default'
    AND co.oid IS DISTINCT FROM a.attcollation
WHERE n.nspname IN ({namespaces}) AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND {own}
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY i.indrelid, x.relname, p";

/// Namespace, name, value.
const ENUMS: &str = "\
SELECT n.nspname::text, t.typname::text, v.enumlabel::text
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_enum v ON v.enumtypid = t.oid
WHERE n.nspname IN ({namespaces}) AND t.typtype = 'e' AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
ORDER BY 1, 2, v.enumsortorder";
