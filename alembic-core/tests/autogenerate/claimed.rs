//! Nothing of a database is left out in silence: each object is in the schema, and each attribute of it comes out again.

use std::collections::BTreeSet;
use std::process::Command;

use alembic_core::autogenerate::{Filter, inspect, schema_sql};
use alembic_core::sql::Dialect;
use alembic_testing::Kind;

use crate::arena::Arena;
use crate::cases::Cases;

mod mariadb;
mod sqlite;

/// The names of everything in a namespace and of everything that belongs to a table in one, by PostgreSQL's own words. What a
/// partition has from its table is not counted.
const NAMES: &str = "\
WITH RECURSIVE own AS (
    SELECT d.classid, d.objid FROM pg_depend d JOIN pg_namespace n ON d.refclassid = 'pg_namespace'::regclass AND n.oid = d.refobjid
    WHERE n.nspname = 'public'
    UNION
    SELECT d.classid, d.objid FROM pg_depend d JOIN own o ON d.refclassid = o.classid AND d.refobjid = o.objid
    WHERE d.deptype IN ('a', 'i')
)
SELECT DISTINCT i.type, coalesce(i.name, split_part(i.identity, ' on ', 1))
FROM own CROSS JOIN LATERAL pg_identify_object(own.classid, own.objid, 0) i
WHERE i.type NOT IN ('default value', 'toast table', 'rule') AND i.type NOT LIKE '% of access method' AND coalesce(i.name, i.identity) NOT LIKE '%multirange%'
    AND NOT EXISTS (SELECT FROM pg_depend r WHERE r.classid = 'pg_proc'::regclass AND r.objid = own.objid AND r.deptype = 'i') AND coalesce(i.name, '') !~ '^_|^pg_toast|_not_null$'
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = own.classid AND e.objid = own.objid AND e.deptype = 'e')
    AND NOT EXISTS (SELECT FROM pg_trigger t WHERE own.classid = 'pg_trigger'::regclass AND t.oid = own.objid AND t.tgisinternal)
    AND NOT EXISTS (SELECT FROM pg_class c JOIN pg_depend e ON e.classid = 'pg_type'::regclass AND e.objid = c.reltype AND e.deptype = 'e'
        WHERE own.classid = 'pg_class'::regclass AND c.oid = own.objid)
    AND NOT EXISTS (SELECT FROM pg_inherits h JOIN pg_class x ON x.oid = h.inhrelid
        WHERE own.classid = 'pg_class'::regclass AND x.oid = own.objid AND x.relkind IN ('i', 'I'))
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE own.classid = 'pg_constraint'::regclass AND k.oid = own.objid AND k.conparentid <> 0)
ORDER BY 1, 2";

/// Each desired database of the cases, and one with what is only named.
fn databases() -> Vec<(String, String)> {
    let cases = Cases::read("objects_postgresql.txt").cases;
    let mut all: Vec<(String, String)> =
        cases.iter().map(|case| (case.name.clone(), case.part("after").to_owned())).collect();
    let named = "CREATE FUNCTION f(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE AGGREGATE total (int) (SFUNC = f, STYPE = int);
CREATE OPERATOR ### (FUNCTION = f, LEFTARG = int, RIGHTARG = int);
CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
CREATE TYPE shell;
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
CREATE FOREIGN TABLE far (a int) SERVER s;
CREATE OPERATOR FAMILY fam USING btree;
CREATE VIEW v AS SELECT 1 AS a;
COMMENT ON VIEW v IS 'it''s a view';
COMMENT ON COLUMN v.a IS 'a column';
COMMENT ON FUNCTION f(int, int) IS 'adds';";
    all.push(("what is only named".to_owned(), named.to_owned()));
    all
}

/// Every object that the catalog of PostgreSQL has is read or named.
#[tokio::test]
async fn every_object_of_postgresql_is_claimed() {
    let mut arena = Arena::new(Kind::Postgresql).await;
    for (name, sql) in databases() {
        arena.clear().await;
        arena.run(&sql).await;
        let schema = inspect(arena.pool(), &Filter::default()).await.expect("the schema");
        let told = serde_json::to_string(&schema).expect("JSON");
        for row in arena.rows(NAMES).await {
            let [Some(kind), Some(own)] = row.as_slice() else { panic!("{row:?}") };
            // A sequence of `serial` or of an identity column is told by the column, and the key of a type by the type.
            let own = own.split('(').next().unwrap_or_default().rsplit('.').next().unwrap_or_default();
            let is_told =
                told.contains(own.trim_matches('"')) || (kind == "sequence" && own.ends_with("_seq"));
            assert!(is_told, "{name}: the {kind} {own} is in none of\n{told}");
        }
        arena.run("DROP SERVER IF EXISTS s CASCADE; DROP FOREIGN DATA WRAPPER IF EXISTS w").await;
    }
}

/// What `pg_dump` says of a database it says of one that is made from its schema.
#[tokio::test]
async fn every_attribute_of_postgresql_is_claimed() {
    let (mut arena, mut copy) = (Arena::new(Kind::Postgresql).await, Arena::new(Kind::Postgresql).await);
    // What is printed otherwise each time is compared in that case itself, after it has been made once more.
    let is_stable = |(name, _): &(String, String)| name != "texts that PostgreSQL prints otherwise each time";
    for (name, sql) in databases().into_iter().filter(is_stable) {
        arena.clear().await;
        copy.clear().await;
        arena.run(&sql).await;
        let schema = inspect(arena.pool(), &Filter::default()).await.expect("the schema");
        if schema.objects.iter().any(|object| object.statements().is_none()) {
            continue;
        }
        let made = schema_sql(&schema, Dialect::Postgresql).expect("the SQL");
        copy.run(&made).await;
        let [expected, found] = [&arena, &copy].map(|arena| dump(&arena.database.url));
        let more: Vec<&String> = found.symmetric_difference(&expected).collect();
        assert!(more.is_empty(), "{name}: {more:#?}\n{made}");
    }
}

/// The statements of a dump, without their order.
fn dump(url: &str) -> BTreeSet<String> {
    let mut pg_dump = Command::new("pg_dump");
    pg_dump.args(["--schema-only", "--no-owner", "--no-privileges", "--dbname", url]);
    let output = pg_dump.output().expect("pg_dump");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.lines().filter(|line| !line.starts_with("--") && !line.starts_with('\\'));
    let text = lines.collect::<Vec<_>>().join("\n");
    text.split(";\n").map(|statement| statement.trim().to_owned()).collect()
}
