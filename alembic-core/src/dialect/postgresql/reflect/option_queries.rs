//! What PostgreSQL says of the options and parts of tables, of their columns and of views that no field of ours holds: each
//! `SELECT` as in [`object_queries`](super::object_queries).

pub(super) const TABLE_OPTIONS: &str = "\
SELECT c.oid::text, 'table option', n.nspname::text, o.name, n.nspname::text, c.relname::text,
    'ALTER TABLE ' || c.oid::regclass::text || ' ' || o.does, 'ALTER TABLE ' || c.oid::regclass::text || ' ' || o.undoes, false::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT 'ROW LEVEL SECURITY', 'ENABLE ROW LEVEL SECURITY', 'DISABLE ROW LEVEL SECURITY' WHERE c.relrowsecurity
    UNION ALL SELECT 'FORCE ROW LEVEL SECURITY', 'FORCE ROW LEVEL SECURITY', 'NO FORCE ROW LEVEL SECURITY'
    WHERE c.relforcerowsecurity
    UNION ALL SELECT 'UNLOGGED', 'SET UNLOGGED', 'SET LOGGED' WHERE c.relpersistence = 'u'
    UNION ALL SELECT 'REPLICA IDENTITY', 'REPLICA IDENTITY ' || CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING'
        ELSE 'USING INDEX ' || (SELECT quote_ident(x.relname) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
            WHERE i.indrelid = c.oid AND i.indisreplident) END, 'REPLICA IDENTITY DEFAULT' WHERE c.relreplident <> 'd'
    UNION ALL SELECT 'CLUSTER', 'CLUSTER ON ' || quote_ident(x.relname), 'SET WITHOUT CLUSTER' FROM pg_index i
        JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisclustered
    UNION ALL SELECT 'INHERITS ' || h.inhparent::regclass::text, 'INHERIT ' || h.inhparent::regclass::text,
        'NO INHERIT ' || h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = c.oid AND NOT c.relispartition
    UNION ALL SELECT 'OF', 'OF ' || format_type(c.reloftype, NULL), 'NOT OF' WHERE c.reloftype <> 0
    UNION ALL SELECT 'ACCESS METHOD', 'SET ACCESS METHOD ' || quote_ident(m.amname), NULL FROM pg_am m
        WHERE m.oid = c.relam AND m.amname <> 'heap'
    UNION ALL SELECT 'TABLESPACE', 'SET TABLESPACE ' || quote_ident(s.spcname), 'SET TABLESPACE pg_default' FROM pg_tablespace s
        WHERE s.oid = c.reltablespace
    UNION ALL SELECT 'WITH', 'SET (' || string_agg(r, ', ' ORDER BY i) || ')',
        'RESET (' || string_agg(split_part(r, '=', 1), ', ' ORDER BY i) || ')'
        FROM unnest(c.reloptions) WITH ORDINALITY w (r, i) HAVING count(*) > 0
) AS o (name, does, undoes)
WHERE n.nspname IN ({namespaces}) AND c.relkind IN ('r', 'p') AND {own}
    AND (c.relrowsecurity OR c.relforcerowsecurity OR c.relpersistence = 'u' OR c.relreplident <> 'd' OR c.reloftype <> 0
        OR c.reltablespace <> 0 OR c.reloptions IS NOT NULL OR c.oid IN (SELECT i.indrelid FROM pg_index i WHERE i.indisclustered)
        OR c.oid IN (SELECT h.inhrelid FROM pg_inherits h) OR c.relam NOT IN (SELECT m.oid FROM pg_am m WHERE m.amname = 'heap'))";

/// Where an index is; and the storage of one that belongs to a constraint, whose definition does not say it.
pub(super) const STORAGE_OPTIONS: &str = "\
SELECT x.oid::text, 'index option', n.nspname::text, x.relname || ' ' || o.name, n.nspname::text, c.relname::text,
    format('ALTER INDEX %s %s', x.oid::regclass, o.does), format('ALTER INDEX %s %s', x.oid::regclass, o.undoes), false::text
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class x ON x.oid = i.indexrelid
CROSS JOIN LATERAL (
    SELECT split_part(r, '=', 1), 'SET (' || r || ')', 'RESET (' || split_part(r, '=', 1) || ')' FROM unnest(x.reloptions) r
    WHERE EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x'))
    UNION ALL SELECT 'TABLESPACE', 'SET TABLESPACE ' || quote_ident(s.spcname), 'SET TABLESPACE pg_default' FROM pg_tablespace s
    WHERE s.oid = x.reltablespace
) AS o (name, does, undoes)
WHERE n.nspname IN ({namespaces}) AND c.relkind IN ('r', 'p', 'm') AND {own}
    AND (x.reloptions IS NOT NULL OR x.reltablespace <> 0)";

/// `OFFSET 0` keeps the planner from looking at the columns table by table.
pub(super) const COLUMN_OPTIONS: &str = "\
SELECT c.oid::text, 'column option', n.nspname::text, a.attname || ' ' || o.name, n.nspname::text, c.relname::text,
    format('ALTER TABLE %s ALTER COLUMN %I %s', c.oid::regclass, a.attname, o.does),
    format('ALTER TABLE %s ALTER COLUMN %I %s', c.oid::regclass, a.attname, o.undoes), false::text
FROM (SELECT a.*, t.typstorage FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attnum > 0 AND NOT a.attisdropped AND (a.attstorage <> t.typstorage OR a.attcompression <> '' OR a.attstattarget >= 0
        OR a.attoptions IS NOT NULL) OFFSET 0) a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT 'STORAGE', 'SET STORAGE ' || s.own, 'SET STORAGE ' || s.usual
    FROM (SELECT CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END,
        CASE a.typstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END) s (own, usual)
    WHERE s.own <> s.usual AND NOT c.relispartition
    UNION ALL SELECT 'COMPRESSION', 'SET COMPRESSION ' || CASE m WHEN 'p' THEN 'pglz' ELSE 'lz4' END, 'SET COMPRESSION DEFAULT'
    FROM (SELECT a.attcompression) w (m) WHERE m IN ('p', 'l') AND NOT c.relispartition
    UNION ALL SELECT 'STATISTICS', 'SET STATISTICS ' || a.attstattarget, 'SET STATISTICS -1' WHERE a.attstattarget >= 0
    UNION ALL SELECT split_part(r, '=', 1), 'SET (' || r || ')', 'RESET (' || split_part(r, '=', 1) || ')'
    FROM unnest(a.attoptions) r
) AS o (name, does, undoes)
WHERE n.nspname IN ({namespaces}) AND c.relkind IN ('r', 'p') AND {own}";

/// What a view gives to a column of the tables behind it.
pub(super) const COLUMNS_OF_VIEWS: &str = "\
SELECT c.oid::text, 'column option', n.nspname::text, a.attname || ' DEFAULT', n.nspname::text, c.relname::text,
    format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', c.oid::regclass, a.attname, pg_get_expr(d.adbin, d.adrelid)),
    format('ALTER VIEW %s ALTER COLUMN %I DROP DEFAULT', c.oid::regclass, a.attname), false::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attrdef d ON d.adrelid = c.oid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
WHERE n.nspname IN ({namespaces}) AND c.relkind = 'v' AND {own}";

/// What the columns of a partition have that those of its table have not.
pub(super) const COLUMNS_OF_PARTITIONS: &str = "\
SELECT c.oid::text, 'column option', n.nspname::text, a.attname || ' ' || o.name, n.nspname::text, c.relname::text,
    format('ALTER TABLE %s ALTER COLUMN %I %s', c.oid::regclass, a.attname, o.does),
    format('ALTER TABLE %s ALTER COLUMN %I %s', c.oid::regclass, a.attname, o.undoes), false::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_inherits h ON h.inhrelid = c.oid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_attribute p ON p.attrelid = h.inhparent AND p.attname = a.attname
LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum AND a.attgenerated = ''
LEFT JOIN pg_attrdef pd ON pd.adrelid = p.attrelid AND pd.adnum = p.attnum AND p.attgenerated = ''
CROSS JOIN LATERAL (SELECT 'SET DEFAULT ' || pg_get_expr(ad.adbin, ad.adrelid), 'SET DEFAULT ' || pg_get_expr(pd.adbin, pd.adrelid))
    e (own, usual)
CROSS JOIN LATERAL (
    SELECT 'DEFAULT', coalesce(e.own, 'DROP DEFAULT'), coalesce(e.usual, 'DROP DEFAULT') WHERE e.own IS DISTINCT FROM e.usual
    UNION ALL SELECT 'NOT NULL', 'SET NOT NULL', 'DROP NOT NULL' WHERE a.attnotnull AND NOT p.attnotnull
    UNION ALL SELECT 'STORAGE', 'SET STORAGE ' || s.own, 'SET STORAGE ' || s.usual
    FROM (SELECT CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END,
        CASE p.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END) s (own, usual)
    WHERE s.own <> s.usual
) AS o (name, does, undoes)
WHERE n.nspname IN ({namespaces}) AND c.relispartition AND c.relkind IN ('r', 'p') AND {own}";

/// The constraints of a partition that its table has not.
pub(super) const CONSTRAINTS_OF_PARTITIONS: &str = "\
SELECT k.oid::text, 'constraint', n.nspname::text, k.conname::text, n.nspname::text, c.relname::text,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.oid::regclass, k.conname, pg_get_constraintdef(k.oid, true)),
    format('ALTER TABLE %s DROP CONSTRAINT %I', c.oid::regclass, k.conname), false::text
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND c.relispartition AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0
    AND k.coninhcount = 0 AND {own}";

/// Exclusion constraints; and since version 18 constraints for NOT NULL with a name or an option of their own.
pub(super) const CONSTRAINTS: &str = "\
SELECT k.oid::text, CASE k.contype WHEN 'x' THEN 'exclusion constraint' ELSE 'not-null constraint' END, n.nspname::text,
    k.conname::text, n.nspname::text, c.relname::text,
    CASE WHEN k.contype = 'x' THEN format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname,
            pg_get_constraintdef(k.oid, true))
        WHEN k.convalidated AND NOT k.connoinherit THEN format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', k.conrelid::regclass,
            c.relname || '_' || a.attname || '_not_null', k.conname)
        ELSE pg_get_constraintdef(k.oid, true) END,
    CASE WHEN k.contype = 'x' THEN format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname)
        WHEN k.convalidated AND NOT k.connoinherit THEN format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', k.conrelid::regclass,
            k.conname, c.relname || '_' || a.attname || '_not_null') END, false::text
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON k.contype = 'n' AND a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
WHERE n.nspname IN ({namespaces}) AND NOT c.relispartition AND {own}
    AND (k.contype = 'x' OR (k.contype = 'n' AND (NOT k.convalidated OR k.connoinherit OR k.conname !~ '_not_null[0-9]*$')))";

/// Indexes of materialized views, and those of partitions that their tables have not.
pub(super) const INDEXES: &str = "\
SELECT x.oid::text, 'index', n.nspname::text, x.relname::text, n.nspname::text, c.relname::text,
    replace(pg_get_indexdef(x.oid, 0, true), ' ON ONLY ', ' ON '), 'DROP INDEX ' || x.oid::regclass::text, false::text
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ({namespaces}) AND {own} AND (c.relkind = 'm' OR (c.relispartition
    AND x.oid NOT IN (SELECT h.inhrelid FROM pg_inherits h)
    AND x.oid NOT IN (SELECT k.conindid FROM pg_constraint k WHERE k.contype IN ('p', 'u', 'x'))))";
