//! What PostgreSQL says of which objects need which.

/// The objects that need others: oid, kind, namespace and name of the one, namespace, name and column of the other.
pub(super) const USES: &str = "\
SELECT DISTINCT o.oid::text, o.kind, o.namespace, o.name, n.nspname::text, c.relname::text, a.attname::text
FROM pg_depend d
JOIN pg_class c ON c.oid = d.refobjid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
JOIN ({users}) o ON o.class = d.classid AND o.object = d.objid AND o.oid <> c.oid
WHERE d.refclassid = 'pg_class'::regclass AND n.nspname IN ({namespaces}) AND c.relkind IN ('r', 'p', 'v', 'm')
UNION
SELECT DISTINCT o.oid::text, o.kind, o.namespace, o.name, n.nspname::text,
    f.proname || '(' || oidvectortypes(f.proargtypes) || ')', NULL
FROM pg_depend d
JOIN pg_proc f ON f.oid = d.refobjid
JOIN pg_namespace n ON n.oid = f.pronamespace
JOIN ({users}) o ON o.class = d.classid AND o.object = d.objid AND o.oid <> f.oid
WHERE d.refclassid = 'pg_proc'::regclass AND n.nspname IN ({namespaces})
UNION
SELECT DISTINCT o.oid::text, o.kind, o.namespace, o.name, n.nspname::text, t.typname::text, NULL
FROM pg_depend d
JOIN pg_type u ON u.oid = d.refobjid
JOIN pg_type t ON t.oid = CASE WHEN u.typcategory = 'A' AND u.typelem <> 0 THEN u.typelem ELSE u.oid END
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN ({users}) o ON o.class = d.classid AND o.object = d.objid
WHERE d.refclassid = 'pg_type'::regclass AND n.nspname IN ({namespaces}) AND (o.namespace, o.name) <> (n.nspname, t.typname)
ORDER BY 2, 3, 4, 5, 6, 7";

pub(super) const USERS: &str = "
    SELECT 'pg_rewrite'::regclass AS class, r.oid AS object,
        CASE WHEN r.rulename = '_RETURN' THEN v.oid ELSE r.oid END AS oid, vn.nspname::text AS namespace,
        CASE WHEN r.rulename = '_RETURN' THEN v.relname::text ELSE r.rulename::text END AS name,
        CASE WHEN r.rulename <> '_RETURN' THEN 'rule' WHEN v.relkind = 'm' THEN 'materialized view'
            ELSE 'view' END AS kind
    FROM pg_rewrite r JOIN pg_class v ON v.oid = r.ev_class JOIN pg_namespace vn ON vn.oid = v.relnamespace
    WHERE r.oid >= 16384
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
        f.proname || '(' || oidvectortypes(f.proargtypes) || ')',
        CASE f.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END
    FROM pg_proc f JOIN pg_namespace pn ON pn.oid = f.pronamespace WHERE pn.nspname IN ({namespaces})
";
