//! What PostgreSQL says of everything that is no table.
//!
//! Each `SELECT` has the columns oid, kind, namespace, name, namespace and name of its table, definition, statement that takes
//! it away, whether it is there before tables. Nothing that an extension brought along is listed. Names are written as the
//! search path of the connection has them.

use super::option_queries::{
    COLUMN_OPTIONS, COLUMNS_OF_PARTITIONS, COLUMNS_OF_VIEWS, CONSTRAINTS, CONSTRAINTS_OF_PARTITIONS, INDEXES,
    STORAGE_OPTIONS, TABLE_OPTIONS,
};

/// All objects. What no `SELECT` before the last one has is named by that: every entry of a catalog that belongs to a
/// namespace is claimed.
pub(super) fn objects() -> String {
    let all = [
        VIEWS,
        FOREIGN_TABLES,
        PARTITIONS,
        SEQUENCES,
        SEQUENCE_OWNERS,
        SEQUENCES_OF_SERIAL,
        COMPOSITE_TYPES,
        DOMAINS,
        RANGE_TYPES,
        ROUTINES,
        AGGREGATES,
        COLLATIONS,
        EXTENSIONS,
        TABLE_OPTIONS,
        STORAGE_OPTIONS,
        COLUMN_OPTIONS,
        COLUMNS_OF_VIEWS,
        COLUMNS_OF_PARTITIONS,
        CONSTRAINTS_OF_PARTITIONS,
        CONSTRAINTS,
        TRIGGERS,
        TRIGGER_STATES,
        RULES,
        POLICIES,
        STATISTICS,
        INDEXES,
        COMMENTS,
        PRIVILEGES,
        OTHERS,
    ];
    all.join("\nUNION ALL\n") + "\nORDER BY 2, 3, 4, 5, 6"
}

const VIEWS: &str = "\
SELECT c.oid::text, k.kind, n.nspname::text, c.relname::text, NULL, NULL,
    'CREATE ' || upper(k.kind) || ' ' || c.oid::regclass::text
        || coalesce(' WITH (' || array_to_string(c.reloptions, ', ') || ')', '') || E' AS\\n'
        || rtrim(pg_get_viewdef(c.oid, true), ';'),
    'DROP ' || upper(k.kind) || ' ' || c.oid::regclass::text, false::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END AS kind) k
WHERE n.nspname IN ({namespaces}) AND {own} AND c.relkind IN ('v', 'm')";

const FOREIGN_TABLES: &str = "\
SELECT c.oid::text, 'foreign table', n.nspname::text, c.relname::text, NULL, NULL, NULL, NULL, false::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND {own} AND c.relkind = 'f'";

const PARTITIONS: &str = "\
SELECT c.oid::text, 'partition', n.nspname::text, c.relname::text, pn.nspname::text, p.relname::text,
    format('CREATE TABLE %s PARTITION OF %s %s', c.oid::regclass, p.oid::regclass, pg_get_expr(c.relpartbound, c.oid))
        || CASE WHEN c.relkind = 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(c.oid) ELSE '' END,
    'DROP TABLE ' || c.oid::regclass::text, false::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_inherits h ON h.inhrelid = c.oid
JOIN pg_class p ON p.oid = h.inhparent
JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE n.nspname IN ({namespaces}) AND {own} AND c.relispartition AND c.relkind IN ('r', 'p')";

/// Those that no column owns in the way of `serial` and of identity columns.
const SEQUENCES: &str = "\
SELECT c.oid::text, 'sequence', n.nspname::text, c.relname::text, NULL, NULL,
    format('CREATE SEQUENCE %s AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s', c.oid::regclass,
        format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
        CASE WHEN s.seqcycle THEN ' CYCLE' ELSE ' NO CYCLE' END),
    'DROP SEQUENCE ' || c.oid::regclass::text, true::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_sequence s ON s.seqrelid = c.oid
WHERE n.nspname IN ({namespaces}) AND {own} AND c.relkind = 'S' AND NOT {owned}";

/// The column that a sequence goes with, where it is none of `serial`.
const SEQUENCE_OWNERS: &str = "\
SELECT c.oid::text, 'sequence option', n.nspname::text, c.relname::text, tn.nspname::text, t.relname::text,
    format('ALTER SEQUENCE %s OWNED BY %s.%I', c.oid::regclass, t.oid::regclass, a.attname),
    format('ALTER SEQUENCE %s OWNED BY NONE', c.oid::regclass), false::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.refclassid = 'pg_class'::regclass
    AND o.deptype = 'a' AND o.refobjsubid > 0
JOIN pg_class t ON t.oid = o.refobjid
JOIN pg_namespace tn ON tn.oid = t.relnamespace
JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
WHERE n.nspname IN ({namespaces}) AND {own} AND c.relkind = 'S' AND NOT {owned}";

/// What of the sequence of a `serial` column is not as that word makes it.
const SEQUENCES_OF_SERIAL: &str = "\
SELECT c.oid::text, 'sequence option', n.nspname::text, a.attname || ' ' || o.name, tn.nspname::text, t.relname::text,
    'ALTER SEQUENCE ' || o.does, 'ALTER SEQUENCE ' || o.undoes, false::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_sequence s ON s.seqrelid = c.oid
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    AND a.atttypid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
JOIN pg_class t ON t.oid = d.refobjid
JOIN pg_namespace tn ON tn.oid = t.relnamespace
CROSS JOIN LATERAL (SELECT t.relname || '_' || a.attname || '_seq', CASE WHEN pg_table_is_visible(c.oid) THEN ''
    ELSE quote_ident(n.nspname) || '.' END) u (usual, prefix)
CROSS JOIN LATERAL (
    SELECT 'NAME', format('%s%I RENAME TO %I', u.prefix, u.usual, c.relname), format('%s%I RENAME TO %I', u.prefix, c.relname, u.usual)
    WHERE c.relname <> u.usual
    UNION ALL SELECT 'NUMBERS', format('%s%I INCREMENT BY %s MINVALUE %s START WITH %s CACHE %s%s', u.prefix, c.relname,
            s.seqincrement, s.seqmin, s.seqstart, s.seqcache, CASE WHEN s.seqcycle THEN ' CYCLE' ELSE ' NO CYCLE' END),
        format('%s%I INCREMENT BY 1 MINVALUE 1 START WITH 1 CACHE 1 NO CYCLE', u.prefix, c.relname)
    WHERE (s.seqincrement, s.seqmin, s.seqstart, s.seqcache, s.seqcycle) <> (1, 1, 1, 1, false)
) o (name, does, undoes)
WHERE n.nspname IN ({namespaces}) AND tn.nspname IN ({namespaces}) AND length(u.usual) < 64 AND {own} AND c.relkind = 'S'
    AND {called}";

/// Whether the sequence `c` is one of an identity column or of `serial`.
pub(super) const OWNED: &str = "\
EXISTS (SELECT FROM pg_depend o
    LEFT JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
    WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.refclassid = 'pg_class'::regclass
        AND (o.deptype = 'i' OR (o.deptype = 'a'
            AND a.atttypid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) AND {called})))";

/// Whether the default of the column `a` calls the sequence `c`.
pub(super) const CALLED: &str = "\
EXISTS (SELECT FROM pg_attrdef u JOIN pg_depend v ON v.classid = 'pg_attrdef'::regclass AND v.objid = u.oid
    AND v.refclassid = 'pg_class'::regclass AND v.refobjid = c.oid WHERE u.adrelid = a.attrelid AND u.adnum = a.attnum)";

const COMPOSITE_TYPES: &str = "\
SELECT c.oid::text, 'composite type', n.nspname::text, c.relname::text, NULL, NULL,
    format('CREATE TYPE %s AS (%s)', t.oid::regtype, (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
            || coalesce((SELECT format(' COLLATE %I', co.collname) FROM pg_collation co JOIN pg_type b ON b.oid = a.atttypid
                WHERE co.oid = a.attcollation AND a.attcollation <> b.typcollation), ''), ', ' ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)),
    'DROP TYPE ' || t.oid::regtype::text, true::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = c.reltype
WHERE n.nspname IN ({namespaces}) AND {own_type} AND c.relkind = 'c'";

const DOMAINS: &str = "\
SELECT t.oid::text, 'domain', n.nspname::text, t.typname::text, NULL, NULL,
    format('CREATE DOMAIN %s AS %s', t.oid::regtype, concat_ws(' ', format_type(t.typbasetype, t.typtypmod),
        (SELECT format('COLLATE %I', c.collname) FROM pg_collation c JOIN pg_type b ON b.oid = t.typbasetype
            WHERE c.oid = t.typcollation AND t.typcollation <> b.typcollation),
        'DEFAULT ' || t.typdefault, CASE WHEN t.typnotnull THEN 'NOT NULL' END,
        (SELECT string_agg(format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid, true)), ' ' ORDER BY k.conname)
            FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'))),
    'DROP DOMAIN ' || t.oid::regtype::text, true::text
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname IN ({namespaces}) AND t.typtype = 'd' AND {own_type}";

const RANGE_TYPES: &str = "\
SELECT t.oid::text, 'range type', n.nspname::text, t.typname::text, NULL, NULL,
    format('CREATE TYPE %s AS RANGE (SUBTYPE = %s%s%s%s)', t.oid::regtype, format_type(r.rngsubtype, NULL),
        (SELECT CASE WHEN o.opcdefault THEN '' ELSE format(', SUBTYPE_OPCLASS = %I', o.opcname) END
            FROM pg_opclass o WHERE o.oid = r.rngsubopc),
        (SELECT format(', COLLATION = %I', c.collname) FROM pg_collation c JOIN pg_type b ON b.oid = r.rngsubtype
            WHERE c.oid = r.rngcollation AND c.oid <> b.typcollation),
        CASE WHEN r.rngsubdiff <> 0 THEN ', SUBTYPE_DIFF = ' || r.rngsubdiff::text END),
    'DROP TYPE ' || t.oid::regtype::text, true::text
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_range r ON r.rngtypid = t.oid
WHERE n.nspname IN ({namespaces}) AND t.typtype = 'r' AND {own_type}";

/// Routines are named with the types of their arguments, which tell them apart. One is there before tables if a default, a constraint or an index uses it. The name of the schema is left out of the
/// definition where the search path finds the routine without it.
const ROUTINES: &str = "\
SELECT f.oid::text, k.kind, n.nspname::text, f.proname || '(' || oidvectortypes(f.proargtypes) || ')', NULL, NULL,
    CASE WHEN pg_function_is_visible(f.oid)
        THEN regexp_replace(d.definition, '^(CREATE OR REPLACE (FUNCTION|PROCEDURE)) ([^(\"]+|\"([^\"]|\"\")+\")\\.', '\\1 ')
        ELSE d.definition END,
    'DROP ' || upper(k.kind) || ' ' || f.oid::regprocedure::text,
    EXISTS (SELECT FROM pg_depend u WHERE u.refclassid = 'pg_proc'::regclass AND u.refobjid = f.oid
        AND u.classid IN ('pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_class'::regclass))::text
FROM pg_proc f
JOIN pg_namespace n ON n.oid = f.pronamespace
CROSS JOIN LATERAL (SELECT CASE f.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind) k
CROSS JOIN LATERAL (SELECT rtrim(pg_get_functiondef(f.oid), E'\\n') AS definition) d
WHERE n.nspname IN ({namespaces}) AND f.prokind <> 'a' AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = 'pg_proc'::regclass AND e.objid = f.oid AND e.deptype IN ('e', 'i'))";

/// As `CREATE AGGREGATE` has them: the server has no function that prints one.
const AGGREGATES: &str = "\
SELECT f.oid::text, 'aggregate', n.nspname::text, f.proname || '(' || oidvectortypes(f.proargtypes) || ')', NULL, NULL,
    format('CREATE AGGREGATE %s(%s) (%s)', f.oid::regproc, coalesce(nullif(pg_get_function_arguments(f.oid), ''), '*'),
        concat_ws(', ', 'SFUNC = ' || g.aggtransfn, 'STYPE = ' || format_type(g.aggtranstype, NULL),
            'SSPACE = ' || nullif(g.aggtransspace, 0), 'FINALFUNC = ' || nullif(g.aggfinalfn::text, '-'),
            CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
            CASE WHEN g.aggfinalmodify <> u.usual THEN 'FINALFUNC_MODIFY = ' || CASE g.aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
            'COMBINEFUNC = ' || nullif(g.aggcombinefn::text, '-'), 'SERIALFUNC = ' || nullif(g.aggserialfn::text, '-'),
            'DESERIALFUNC = ' || nullif(g.aggdeserialfn::text, '-'), 'INITCOND = ' || quote_literal(g.agginitval),
            'MSFUNC = ' || nullif(g.aggmtransfn::text, '-'), 'MINVFUNC = ' || nullif(g.aggminvtransfn::text, '-'),
            CASE WHEN g.aggmtranstype <> 0 THEN 'MSTYPE = ' || format_type(g.aggmtranstype, NULL) END,
            'MSSPACE = ' || nullif(g.aggmtransspace, 0), 'MFINALFUNC = ' || nullif(g.aggmfinalfn::text, '-'),
            CASE WHEN g.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
            CASE WHEN g.aggmfinalmodify <> u.usual THEN 'MFINALFUNC_MODIFY = ' || CASE g.aggmfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
            'MINITCOND = ' || quote_literal(g.aggminitval),
            (SELECT format('SORTOP = OPERATOR(%I.%s)', on_.nspname, o.oprname) FROM pg_operator o
                JOIN pg_namespace on_ ON on_.oid = o.oprnamespace WHERE o.oid = g.aggsortop),
            CASE f.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END,
            CASE WHEN g.aggkind = 'h' THEN 'HYPOTHETICAL' END)),
    'DROP AGGREGATE ' || f.oid::regproc || '(' || coalesce(nullif(pg_get_function_identity_arguments(f.oid), ''), '*') || ')',
    false::text
FROM pg_aggregate g
JOIN pg_proc f ON f.oid = g.aggfnoid
JOIN pg_namespace n ON n.oid = f.pronamespace
CROSS JOIN LATERAL (SELECT CASE g.aggkind WHEN 'n' THEN 'r' ELSE 'w' END::\"char\") u (usual)
WHERE n.nspname IN ({namespaces}) AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = 'pg_proc'::regclass AND e.objid = f.oid AND e.deptype IN ('e', 'i'))";

const COLLATIONS: &str = "\
SELECT o.oid::text, 'collation', n.nspname::text, o.collname::text, NULL, NULL,
    format('CREATE COLLATION %s (%s)', o.oid::regcollation, concat_ws(', ',
        CASE o.collprovider WHEN 'i' THEN 'PROVIDER = icu' WHEN 'b' THEN 'PROVIDER = builtin' ELSE 'PROVIDER = libc' END,
        CASE WHEN to_jsonb(o) ->> 'colllocale' IS NOT NULL OR to_jsonb(o) ->> 'colliculocale' IS NOT NULL
            THEN format('LOCALE = %L', coalesce(to_jsonb(o) ->> 'colllocale', to_jsonb(o) ->> 'colliculocale'))
            WHEN o.collprovider = 'i' THEN format('LOCALE = %L', o.collcollate)
            ELSE format('LC_COLLATE = %L, LC_CTYPE = %L', o.collcollate, o.collctype) END,
        CASE WHEN to_jsonb(o) ->> 'collisdeterministic' = 'false' THEN 'DETERMINISTIC = false' END,
        'RULES = ' || quote_literal(to_jsonb(o) ->> 'collicurules'))),
    'DROP COLLATION ' || o.oid::regcollation::text, true::text
FROM pg_collation o
JOIN pg_namespace n ON n.oid = o.collnamespace
WHERE n.nspname IN ({namespaces}) AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = 'pg_collation'::regclass AND e.objid = o.oid AND e.deptype = 'e')";

/// Wherever they are: what is in them is used by name.
const EXTENSIONS: &str = "\
SELECT x.oid::text, 'extension', n.nspname::text, x.extname::text, NULL, NULL,
    format('CREATE EXTENSION IF NOT EXISTS %I%s', x.extname,
        CASE WHEN n.nspname = current_schema() THEN '' ELSE format(' SCHEMA %I', n.nspname) END),
    format('DROP EXTENSION %I', x.extname), true::text
FROM pg_extension x
JOIN pg_namespace n ON n.oid = x.extnamespace
WHERE n.nspname <> 'pg_catalog'";

/// On tables elsewhere too, if they call a function that is here.
const TRIGGERS: &str = "\
SELECT t.oid::text, 'trigger', n.nspname::text, t.tgname::text, n.nspname::text, c.relname::text,
    pg_get_triggerdef(t.oid, true), format('DROP TRIGGER %I ON %s', t.tgname, c.oid::regclass), false::text
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc f ON f.oid = t.tgfoid
WHERE (n.nspname IN ({namespaces}) OR f.pronamespace IN (SELECT o.oid FROM pg_namespace o WHERE o.nspname IN ({namespaces}))) AND NOT t.tgisinternal AND t.tgparentid = 0 AND {own}";

/// What `ENABLE` and `DISABLE TRIGGER` have left; a foreign key that is not checked for that has no statement of its own.
const TRIGGER_STATES: &str = "\
SELECT t.oid::text, 'trigger option', n.nspname::text, t.tgname::text, n.nspname::text, c.relname::text,
    format('ALTER TABLE %s %s TRIGGER %I', c.oid::regclass, CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
        ELSE 'ENABLE ALWAYS' END, t.tgname),
    format('ALTER TABLE %s ENABLE TRIGGER %I', c.oid::regclass, t.tgname), false::text
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND NOT t.tgisinternal AND t.tgparentid = 0
    AND t.tgenabled <> 'O' AND c.relkind IN ('r', 'p') AND {own}
UNION ALL
SELECT k.oid::text, 'constraint option', n.nspname::text, k.conname || ' DISABLED', n.nspname::text, c.relname::text,
    NULL, NULL, false::text
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND k.contype = 'f' AND {own}
    AND k.oid IN (SELECT t.tgconstraint FROM pg_trigger t WHERE t.tgisinternal AND t.tgenabled <> 'O')";

const RULES: &str = "\
SELECT r.oid::text, 'rule', n.nspname::text, r.rulename::text, n.nspname::text, c.relname::text,
    rtrim(pg_get_ruledef(r.oid, true), ';'), format('DROP RULE %I ON %s', r.rulename, c.oid::regclass), false::text
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND r.rulename <> '_RETURN' AND {own}";

const POLICIES: &str = "\
SELECT p.oid::text, 'policy', n.nspname::text, p.polname::text, n.nspname::text, c.relname::text,
    concat_ws(' ', format('CREATE POLICY %I ON %s', p.polname, c.oid::regclass),
        CASE WHEN NOT p.polpermissive THEN 'AS RESTRICTIVE' END,
        'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        'TO ' || (SELECT string_agg(CASE WHEN role = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ' ORDER BY role)
            FROM unnest(p.polroles) role),
        'USING (' || pg_get_expr(p.polqual, p.polrelid, true) || ')',
        'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid, true) || ')'),
    format('DROP POLICY %I ON %s', p.polname, c.oid::regclass), false::text
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND {own}";

const STATISTICS: &str = "\
SELECT s.oid::text, 'statistics', sn.nspname::text, s.stxname::text, n.nspname::text, c.relname::text,
    pg_get_statisticsobjdef(s.oid), format('DROP STATISTICS %I.%I', sn.nspname, s.stxname), false::text
FROM pg_statistic_ext s
JOIN pg_namespace sn ON sn.oid = s.stxnamespace
JOIN pg_class c ON c.oid = s.stxrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE sn.nspname IN ({namespaces}) AND {own}";

/// Comments on anything but tables that are no partitions and their columns, each with what it is about as its table. Objects of the system, which have
/// numbers below 16384 (`FirstNormalObjectId`), have thousands.
const COMMENTS: &str = "\
SELECT d.objoid::text, 'comment', n.nspname::text, i.type || ' ' || i.identity,
    n.nspname::text, coalesce(c.relname::text, f.proname || '(' || oidvectortypes(f.proargtypes) || ')', i.name),
    format('COMMENT ON %s %s IS %L', k.kind, i.identity, d.description), format('COMMENT ON %s %s IS NULL', k.kind, i.identity),
    false::text
FROM pg_description d
CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
CROSS JOIN LATERAL (SELECT CASE WHEN i.type LIKE '% column' THEN 'COLUMN' WHEN i.type = 'table constraint' THEN 'CONSTRAINT'
    WHEN i.type = 'statistics object' THEN 'STATISTICS' WHEN i.type = 'composite type' THEN 'TYPE' ELSE upper(i.type) END AS kind) k
LEFT JOIN pg_constraint o ON d.classoid = 'pg_constraint'::regclass AND o.oid = d.objoid
LEFT JOIN pg_trigger t ON d.classoid = 'pg_trigger'::regclass AND t.oid = d.objoid
LEFT JOIN pg_policy p ON d.classoid = 'pg_policy'::regclass AND p.oid = d.objoid
LEFT JOIN pg_rewrite r ON d.classoid = 'pg_rewrite'::regclass AND r.oid = d.objoid
LEFT JOIN pg_index x ON d.classoid = 'pg_class'::regclass AND x.indexrelid = d.objoid
LEFT JOIN pg_class c ON c.oid = coalesce(o.conrelid, t.tgrelid, p.polrelid, r.ev_class, x.indrelid,
    CASE WHEN d.classoid = 'pg_class'::regclass THEN d.objoid END)
LEFT JOIN pg_proc f ON d.classoid = 'pg_proc'::regclass AND f.oid = d.objoid
JOIN pg_namespace n ON n.nspname = coalesce(i.schema, (SELECT s.nspname FROM pg_namespace s WHERE s.oid = c.relnamespace))
WHERE d.objoid >= 16384 AND n.nspname IN ({namespaces}) AND i.type <> 'domain constraint' AND (i.type NOT IN ('table', 'table column') OR c.relispartition)
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype IN ('e', 'i'))";

/// What has to be said to give an object its privileges and its owner again.
const PRIVILEGES: &str = "\
SELECT o.oid::text, 'privilege', n.nspname::text, o.shown, NULL, NULL, p.statement, NULL, false::text
FROM (
    SELECT c.oid, c.relnamespace AS namespace, CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS word,
        'TABLE' AS granted, c.oid::regclass::text AS shown, c.relacl AS acl, c.relowner AS owner
    FROM pg_class c WHERE c.relkind IN ('v', 'm')
    UNION ALL SELECT f.oid, f.pronamespace, CASE f.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END,
        CASE f.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, f.oid::regprocedure::text, f.proacl, f.proowner
    FROM pg_proc f
) o
JOIN pg_namespace n ON n.oid = o.namespace
CROSS JOIN LATERAL (
    SELECT format('GRANT %s ON %s %s TO %s%s', string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type), o.granted, o.shown,
        CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
        CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM aclexplode(o.acl) a WHERE a.grantee <> o.owner AND NOT (a.grantee = 0 AND o.granted <> 'TABLE')
    GROUP BY a.grantee, a.is_grantable
    UNION ALL SELECT format('REVOKE ALL ON %s %s FROM PUBLIC', o.granted, o.shown) WHERE o.granted <> 'TABLE'
        AND o.acl IS NOT NULL AND NOT EXISTS (SELECT FROM aclexplode(o.acl) a WHERE a.grantee = 0)
    UNION ALL SELECT format('ALTER %s %s OWNER TO %I', o.word, o.shown, pg_get_userbyid(o.owner))
    WHERE o.owner <> current_user::regrole
) p (statement)
WHERE n.nspname IN ({namespaces}) AND (o.acl IS NOT NULL OR o.owner <> current_user::regrole)";

/// Whatever else belongs to a namespace: operators, text search configurations, default privileges, and what newer versions
/// will have. It is only named.
const OTHERS: &str = "\
SELECT d.objid::text, i.type, n.nspname::text, coalesce(i.name, i.identity), NULL, NULL, NULL, NULL, false::text
FROM pg_depend d
JOIN pg_namespace n ON n.oid = d.refobjid
CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) i
WHERE d.refclassid = 'pg_namespace'::regclass AND d.deptype = 'n' AND n.nspname IN ({namespaces})
    AND d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_collation'::regclass,
        'pg_extension'::regclass, 'pg_statistic_ext'::regclass)
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e')
UNION ALL
SELECT t.oid::text, 'base type', n.nspname::text, t.typname::text, NULL, NULL, NULL, NULL, false::text
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname IN ({namespaces}) AND t.typtype NOT IN ('c', 'd', 'e', 'r', 'm') AND t.typelem = 0 AND {own_type}
UNION ALL
SELECT c.oid::text, 'relation of kind ' || c.relkind::text, n.nspname::text, c.relname::text, NULL, NULL, NULL, NULL, false::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND c.relkind NOT IN ('r', 'p', 'v', 'm', 'f', 'S', 'c', 'i', 'I', 't') AND {own}
UNION ALL
SELECT k.oid::text, 'constraint of kind ' || k.contype::text, n.nspname::text, k.conname::text, n.nspname::text, c.relname::text,
    pg_get_constraintdef(k.oid, true), NULL, false::text
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND k.contype NOT IN ('c', 'f', 'n', 'p', 'u', 'x', 't') AND {own}";
