//! What PostgreSQL's catalog is asked: seven queries, whatever the number of tables.
//!
//! Nothing that an extension brought along is listed. Columns that older versions lack are read through `to_jsonb`.

use crate::dialect::reflect::{Namespace, names};
use crate::sql::Dialect;
use crate::sql::quote::literal;

/// The queries, in the order in which [`schema`](super::schema) takes their answers.
pub(crate) fn queries(namespaces: &[Namespace]) -> [String; 7] {
    let names = names(namespaces, |name| literal(Dialect::Postgresql, name));
    [TABLES, COLUMNS, CONSTRAINTS, INDEXES, ENUMS, FOREIGN, USES]
        .map(|query| query.replace("{namespaces}", &names).replace("{own}", OWN))
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
const OWN: &str = "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid \
                   AND e.deptype = 'e')";

/// oid, namespace, name, comment, what else is to be said of the table.
const TABLES: &str = "\
SELECT c.oid::text, n.nspname::text, c.relname::text, d.description, concat_ws(', ',
    CASE WHEN c.relkind = 'p' THEN 'PARTITION BY ' || pg_get_partkeydef(c.oid) END,
    CASE WHEN c.relpersistence = 'u' THEN 'UNLOGGED' END,
    CASE WHEN c.relrowsecurity THEN 'ROW LEVEL SECURITY' END,
    CASE WHEN EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) THEN 'INHERITS' END,
    'WITH (' || array_to_string(c.reloptions, ', ') || ')')
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE n.nspname IN ({namespaces}) AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND {own}
ORDER BY 2, 3";

/// Table, name, type, namespace and name of its enum, whether it is an array of it, NOT NULL, expression, identity,
/// generated, collation, comment; schema, name and type of the sequence that its default calls and that it owns.
const COLUMNS: &str = "\
SELECT a.attrelid::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
    en.nspname::text, e.typname::text, (e.oid <> t.oid)::text,
    a.attnotnull::text, pg_get_expr(ad.adbin, ad.adrelid, true), a.attidentity::text, a.attgenerated::text,
    co.collname::text, d.description, s.sequence_schema, s.sequence, s.sequence_type
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
/// column, ON DELETE, ON UPDATE, deferrable, deferred, expression, NULLS NOT DISTINCT, the whole definition where it has
/// more than that.
const CONSTRAINTS: &str = "\
SELECT k.oid::text, k.conrelid::text, k.conname::text, k.contype::text, a.attname::text,
    fn.nspname::text, f.relname::text, fa.attname::text,
    k.confdeltype::text, k.confupdtype::text, k.condeferrable::text, k.condeferred::text,
    CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid, true) END,
    to_jsonb(i) ->> 'indnullsnotdistinct',
    CASE WHEN (k.contype = 'f' AND (k.confmatchtype <> 's' OR to_jsonb(k) ->> 'confdelsetcols' IS NOT NULL))
            OR to_jsonb(k) ->> 'conperiod' = 'true' OR to_jsonb(k) ->> 'conenforced' = 'false'
            OR NOT k.convalidated OR (k.contype = 'c' AND k.connoinherit)
            OR (k.contype IN ('p', 'u') AND (i.indnatts > i.indnkeyatts OR (k.contype = 'p' AND k.condeferrable)))
        THEN pg_get_constraintdef(k.oid) END
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
/// method, condition, valid, column, expression, whether it is only included, options, operator class, collation, the
/// whole definition where it has more than that.
const INDEXES: &str = "\
SELECT i.indexrelid::text, i.indrelid::text, x.relname::text, i.indisunique::text,
    to_jsonb(i) ->> 'indnullsnotdistinct', m.amname::text, pg_get_expr(i.indpred, i.indrelid, true),
    i.indisvalid::text, a.attname::text,
    CASE WHEN i.indkey[p - 1] = 0 THEN pg_get_indexdef(i.indexrelid, p, true) END,
    (p > i.indnkeyatts)::text, i.indoption[p - 1]::text,
    CASE WHEN NOT o.opcdefault THEN
        CASE WHEN pg_opclass_is_visible(o.oid) THEN '' ELSE quote_ident(os.nspname) || '.' END
        || quote_ident(o.opcname) END,
    co.collname::text,
    CASE WHEN x.reloptions IS NOT NULL OR x.reltablespace <> 0 OR xa.attoptions IS NOT NULL
        THEN pg_get_indexdef(i.indexrelid) END
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
CROSS JOIN LATERAL generate_series(1, i.indnatts::int) AS p
LEFT JOIN pg_attribute xa ON xa.attrelid = i.indexrelid AND xa.attnum = p
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

/// Its oid, kind, namespace, name, table's namespace, table's name, definition.
const FOREIGN: &str = "\
SELECT c.oid::text, CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
        WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite type' ELSE 'partition' END,
    n.nspname::text, c.relname::text, pn.nspname::text, p.relname::text,
    CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid, true)
        WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_inherits h ON c.relispartition AND h.inhrelid = c.oid
LEFT JOIN pg_class p ON p.oid = h.inhparent
LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE n.nspname IN ({namespaces}) AND {own}
    AND (c.relkind IN ('v', 'm', 'f', 'S', 'c') OR (c.relispartition AND c.relkind IN ('r', 'p')))
    AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend o
        LEFT JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
        WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.refclassid = 'pg_class'::regclass
            AND (o.deptype = 'i' OR (o.deptype = 'a'
                AND a.atttypid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)))))
UNION ALL
SELECT f.oid::text, CASE f.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
    n.nspname::text, f.proname || '(' || pg_get_function_identity_arguments(f.oid) || ')', NULL, NULL, f.prosrc
FROM pg_proc f
JOIN pg_namespace n ON n.oid = f.pronamespace
WHERE n.nspname IN ({namespaces}) AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = 'pg_proc'::regclass AND e.objid = f.oid AND e.deptype = 'e')
UNION ALL
SELECT t.oid::text, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'range type' END, n.nspname::text, t.typname::text, NULL, NULL,
    CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname IN ({namespaces}) AND t.typtype IN ('d', 'r') AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
UNION ALL
SELECT k.oid::text, CASE k.contype WHEN 'x' THEN 'exclusion constraint' WHEN 'n' THEN 'not-null constraint'
        ELSE 'constraint trigger' END, n.nspname::text,
    k.conname::text, n.nspname::text, c.relname::text, pg_get_constraintdef(k.oid)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND NOT c.relispartition AND {own}
    AND (k.contype IN ('x', 't')
        OR (k.contype = 'n' AND (NOT k.convalidated OR k.connoinherit OR k.conname !~ '_not_null[0-9]*$')))
UNION ALL
SELECT t.oid::text, 'trigger', n.nspname::text, t.tgname::text, n.nspname::text, c.relname::text, pg_get_triggerdef(t.oid, true)
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND NOT t.tgisinternal AND t.tgconstraint = 0 AND NOT c.relispartition AND {own}
UNION ALL
SELECT r.oid::text, 'rule', n.nspname::text, r.rulename::text, n.nspname::text, c.relname::text, pg_get_ruledef(r.oid, true)
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND r.rulename <> '_RETURN' AND {own}
UNION ALL
SELECT p.oid::text, 'policy', n.nspname::text, p.polname::text, n.nspname::text, c.relname::text,
    concat_ws(' ', pg_get_expr(p.polqual, p.polrelid, true), pg_get_expr(p.polwithcheck, p.polrelid, true))
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND {own}
UNION ALL
SELECT s.oid::text, 'statistics', n.nspname::text, s.stxname::text, n.nspname::text, c.relname::text,
    pg_get_statisticsobjdef(s.oid)
FROM pg_statistic_ext s
JOIN pg_class c ON c.oid = s.stxrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND {own}
UNION ALL
SELECT o.oid::text, 'collation', n.nspname::text, o.collname::text, NULL, NULL,
    concat_ws(', ', CASE o.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
        coalesce(to_jsonb(o) ->> 'colllocale', to_jsonb(o) ->> 'colliculocale', to_jsonb(o) ->> 'collcollate'),
        CASE WHEN to_jsonb(o) ->> 'collisdeterministic' = 'false' THEN 'not deterministic' END)
FROM pg_collation o
JOIN pg_namespace n ON n.oid = o.collnamespace
WHERE n.nspname IN ({namespaces}) AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = 'pg_collation'::regclass AND e.objid = o.oid AND e.deptype = 'e')
UNION ALL
SELECT x.oid::text, 'extension', n.nspname::text, x.extname::text, NULL, NULL, NULL
FROM pg_extension x
JOIN pg_namespace n ON n.oid = x.extnamespace
WHERE n.nspname <> 'pg_catalog'
ORDER BY 2, 3, 4, 5, 6";

/// The oid of something foreign (as the query before has it), its kind, namespace and name; namespace, name and column of
/// what it uses.
const USES: &str = "\
SELECT DISTINCT o.oid::text, o.kind, o.namespace, o.name, n.nspname::text, c.relname::text, a.attname::text
FROM pg_depend d
JOIN pg_class c ON c.oid = d.refobjid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
JOIN (
    SELECT 'pg_rewrite'::regclass AS class, r.oid AS object,
        CASE WHEN r.rulename = '_RETURN' THEN v.oid ELSE r.oid END AS oid, vn.nspname::text AS namespace,
        CASE WHEN r.rulename = '_RETURN' THEN v.relname::text ELSE r.rulename::text END AS name,
        CASE WHEN r.rulename <> '_RETURN' THEN 'rule' WHEN v.relkind = 'm' THEN 'materialized view'
            ELSE 'view' END AS kind
    FROM pg_rewrite r JOIN pg_class v ON v.oid = r.ev_class JOIN pg_namespace vn ON vn.oid = v.relnamespace
    UNION ALL
    SELECT 'pg_trigger'::regclass, t.oid, t.oid, tn.nspname::text, t.tgname::text, 'trigger'
    FROM pg_trigger t JOIN pg_class tc ON tc.oid = t.tgrelid JOIN pg_namespace tn ON tn.oid = tc.relnamespace
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'pg_policy'::regclass, p.oid, p.oid, pn.nspname::text, p.polname::text, 'policy'
    FROM pg_policy p JOIN pg_class pc ON pc.oid = p.polrelid JOIN pg_namespace pn ON pn.oid = pc.relnamespace
    UNION ALL
    SELECT 'pg_constraint'::regclass, k.oid, k.oid, kn.nspname::text, k.conname::text, 'exclusion constraint'
    FROM pg_constraint k JOIN pg_namespace kn ON kn.oid = k.connamespace WHERE k.contype = 'x'
    UNION ALL
    SELECT 'pg_statistic_ext'::regclass, s.oid, s.oid, sn.nspname::text, s.stxname::text, 'statistics'
    FROM pg_statistic_ext s JOIN pg_namespace sn ON sn.oid = s.stxnamespace
    UNION ALL
    SELECT 'pg_proc'::regclass, f.oid, f.oid, pn.nspname::text,
        f.proname || '(' || pg_get_function_identity_arguments(f.oid) || ')',
        CASE f.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END
    FROM pg_proc f JOIN pg_namespace pn ON pn.oid = f.pronamespace WHERE pn.nspname IN ({namespaces})
) o ON o.class = d.classid AND o.object = d.objid AND o.oid <> c.oid
WHERE d.refclassid = 'pg_class'::regclass AND n.nspname IN ({namespaces}) AND c.relkind IN ('r', 'p')
ORDER BY 2, 3, 4, 5, 6, 7";
