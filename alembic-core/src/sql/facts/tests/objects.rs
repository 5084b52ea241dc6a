//! Objects and tables of statements.

use super::{ALL, MYSQL, POSTGRESQL, SQLITE, name};
use crate::sql::Dialect;
use crate::sql::facts::{Access, Facts, Use};

/// The objects that a statement changes, and the tables that it uses.
fn shown(statement: &str, dialect: Dialect) -> String {
    let facts = Facts::of(statement, dialect);
    let changes = facts.changes.iter().map(|change| format!("{} {}", change.action, change.object));
    let uses = facts.uses.iter().map(|used| format!("uses {}", used.table.name));
    changes.chain(uses).collect::<Vec<_>>().join("; ")
}

#[track_caller]
fn check(dialects: &[Dialect], statement: &str, expected: &str) {
    for dialect in dialects {
        assert_eq!(shown(statement, *dialect), expected, "{dialect}: {statement}");
    }
}

#[test]
fn tables() {
    check(ALL, "CREATE TABLE t (id INT)", "creates table `t`; uses t");
    check(
        ALL,
        "/* why */ create table if not exists s.t (id INT, a INT REFERENCES u)",
        "creates table `s.t`; uses t; uses u",
    );
    check(POSTGRESQL, "CREATE UNLOGGED TABLE t AS SELECT * FROM u", "creates table `t`; uses t; uses u");
    check(SQLITE, "CREATE VIRTUAL TABLE t USING fts5(a)", "creates table `t`; uses t; uses fts5");
    check(POSTGRESQL, "DROP TABLE IF EXISTS a, s.b CASCADE", "drops table `a`; drops table `s.b`; uses a");
    check(ALL, "ALTER TABLE t RENAME TO u", "renames table `t`; creates table `u`; uses t");
    check(MYSQL, "ALTER TABLE t RENAME u", "renames table `t`; creates table `u`; uses t");
    check(
        MYSQL,
        "RENAME TABLE a TO b, c TO d",
        "renames table `a`; creates table `b`; renames table `c`; creates table `d`; uses a",
    );
    check(POSTGRESQL, "ALTER TABLE t SET SCHEMA app", "renames table `t`; creates table `app.t`; uses t");
    check(
        POSTGRESQL,
        "ALTER TABLE IF EXISTS ONLY app.t SET SCHEMA \"Public\"",
        "renames table `app.t`; creates table `Public.t`; uses t",
    );
    check(
        POSTGRESQL,
        "ALTER TABLE app.t RENAME TO u",
        "renames table `app.t`; creates table `app.u`; uses t",
    );
    check(MYSQL, "ALTER TABLE app.t RENAME TO u", "renames table `app.t`; creates table `u`; uses t");
    check(MYSQL, "RENAME TABLE t TO app.t", "renames table `t`; creates table `app.t`; uses t");
    check(POSTGRESQL, "ALTER TABLE t SET (fillfactor = 70)", "uses t");
    check(
        ALL,
        "INSERT INTO t (a) SELECT a FROM u x, v JOIN w ON w.a = v.a WHERE a IN (SELECT a FROM y), b",
        "uses t; uses u; uses v; uses w; uses y",
    );
    check(ALL, "UPDATE t SET a = 1, b = 2 WHERE c = 3", "uses t");
    check(POSTGRESQL, "DELETE FROM ONLY t USING u WHERE u.a = t.a", "uses t; uses u");
    check(POSTGRESQL, "TRUNCATE a, b", "uses a; uses b");
}

#[test]
fn columns() {
    check(ALL, "ALTER TABLE t ADD COLUMN c INT DEFAULT (1)", "creates column `c` of table `t`; uses t");
    check(ALL, "ALTER TABLE t ADD c INT", "creates column `c` of table `t`; uses t");
    check(
        POSTGRESQL,
        "ALTER TABLE IF EXISTS ONLY s.t ADD COLUMN IF NOT EXISTS c NUMERIC(1, 2), DROP d, ALTER e TYPE INT",
        "creates column `c` of table `s.t`; drops column `d` of table `s.t`; changes column `e` of table `s.t`; uses t",
    );
    check(POSTGRESQL, "ALTER TABLE t ADD key INT", "creates column `key` of table `t`; uses t");
    check(
        SQLITE,
        "ALTER TABLE t RENAME a TO b",
        "renames column `a` of table `t`; creates column `b` of table `t`; uses t",
    );
    check(
        ALL,
        "ALTER TABLE t RENAME COLUMN a TO b",
        "renames column `a` of table `t`; creates column `b` of table `t`; uses t",
    );
    check(MYSQL, "ALTER TABLE t MODIFY c INT, CHANGE d e INT, ADD (f INT, g DECIMAL(1, 2))", {
        "changes column `c` of table `t`; changes column `d` of table `t`; creates column `e` of table `t`; \
         creates column `f` of table `t`; creates column `g` of table `t`; uses t"
    });
    check(
        MYSQL,
        "ALTER TABLE `t` ADD `index` INT, ADD INDEX i (c)",
        "creates column `index` of table `t`; creates index `i` of table `t`; uses t",
    );
    check(ALL, "ALTER TABLE t", "uses t");
}

#[test]
fn parts_of_tables() {
    check(ALL, "ALTER TABLE t ADD CONSTRAINT n CHECK (a > 0)", "creates constraint `n` of table `t`; uses t");
    check(ALL, "ALTER TABLE t ADD CHECK (a > 0)", "uses t");
    check(
        POSTGRESQL,
        "ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT (a), ADD EXCLUDE USING gist (a WITH &&)",
        "uses t; uses gist",
    );
    check(ALL, "ALTER TABLE t ADD PRIMARY KEY (a)", "creates primary key `PRIMARY` of table `t`; uses t");
    check(
        POSTGRESQL,
        "ALTER TABLE t DROP CONSTRAINT IF EXISTS n",
        "drops constraint `n` of table `t`; uses t",
    );
    check(
        MYSQL,
        "ALTER TABLE t DROP FOREIGN KEY n, DROP KEY i",
        "drops constraint `n` of table `t`; drops index `i` of table `t`; uses t",
    );
    check(
        POSTGRESQL,
        "ALTER TABLE t RENAME CONSTRAINT a TO b",
        "renames constraint `a` of table `t`; creates constraint `b` of table `t`; uses t",
    );
}

#[test]
fn other_objects() {
    check(
        POSTGRESQL,
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY t (a)",
        "creates index `i`; uses t",
    );
    check(MYSQL, "CREATE INDEX i ON t (a)", "creates index `i` of table `t`; uses t");
    check(POSTGRESQL, "CREATE INDEX ON t (a)", "uses t");
    check(ALL, "CREATE VIEW v AS SELECT 1 FROM t", "creates view `v`; uses t");
    check(POSTGRESQL, "CREATE MATERIALIZED VIEW v AS SELECT 1", "creates view `v`");
    check(
        MYSQL,
        "CREATE OR REPLACE ALGORITHM = MERGE DEFINER = 'a'@'b' SQL SECURITY INVOKER VIEW v AS SELECT 1",
        "creates view `v`",
    );
    check(
        SQLITE,
        "CREATE TRIGGER g AFTER UPDATE OF a ON t BEGIN DELETE FROM u; END",
        "creates trigger `g`; uses u; uses t",
    );
    check(
        POSTGRESQL,
        "CREATE OR REPLACE FUNCTION f(a INT) RETURNS INT AS $$ SELECT 1 $$ LANGUAGE sql",
        "creates function `f`",
    );
    check(POSTGRESQL, "CREATE TYPE mood AS ENUM ('a')", "creates type `mood`");
    check(
        POSTGRESQL,
        "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'b'",
        "creates enum value `'b'` of type `mood`",
    );
    check(POSTGRESQL, "ALTER TYPE mood RENAME TO temper", "renames type `mood`; creates type `temper`");
    check(
        POSTGRESQL,
        "ALTER TYPE app.mood RENAME TO temper",
        "renames type `app.mood`; creates type `app.temper`",
    );
    check(POSTGRESQL, "ALTER TYPE mood SET SCHEMA app", "renames type `mood`; creates type `app.mood`");
    check(POSTGRESQL, "ALTER VIEW v SET (security_barrier)", "changes view `v`");
    check(POSTGRESQL, "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO r", "");
    check(POSTGRESQL, "CREATE POLICY p ON t USING (true)", "creates policy `p` of table `t`; uses t");
    check(POSTGRESQL, "DROP FUNCTION f(INT, TEXT), g", "drops function `f`; drops function `g`");
    check(MYSQL, "DROP INDEX i ON t", "drops index `i` of table `t`");
    check(ALL, "DROP VIEW IF EXISTS v", "drops view `v`");
    check(POSTGRESQL, "CREATE EXTENSION IF NOT EXISTS hstore", "creates extension `hstore`");
    check(POSTGRESQL, "CREATE EXTENSION hstore", "creates extension `hstore`");
    check(POSTGRESQL, "CREATE CAST (a AS b) WITH FUNCTION f", "");
    check(ALL, "SELECT 1", "");
    check(ALL, "GRANT SELECT ON t TO u", "");
}

/// The tables of a statement with their uses.
fn used(statement: &str, dialect: Dialect) -> String {
    let facts = Facts::of(statement, dialect);
    let shown = |used: &Use| {
        let how = match used.access {
            Access::Names => "names",
            Access::Reads => "reads",
            Access::Inserts => "inserts into",
            Access::Updates => "updates",
            Access::Deletes => "deletes from",
            Access::Empties => "empties",
        };
        format!("{how} {}", used.table.name)
    };
    facts.uses.iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[test]
fn uses_of_tables() {
    let check = |dialects: &[Dialect], statement: &str, expected: &str| {
        for dialect in dialects {
            assert_eq!(used(statement, *dialect), expected, "{dialect}: {statement}");
        }
    };
    check(ALL, "INSERT INTO t SELECT a FROM u JOIN v ON u.a = v.a", "inserts into t, reads u, reads v");
    check(ALL, "UPDATE t SET a = (SELECT max(a) FROM u)", "updates t, reads u");
    check(ALL, "DELETE FROM t", "empties t");
    check(MYSQL, "CREATE TABLE t (a TIMESTAMP ON UPDATE current_timestamp)", "names t");
    check(ALL, "CREATE TABLE t (a INT REFERENCES u (a) ON UPDATE CASCADE)", "names t, names u");
    check(ALL, "DELETE FROM t WHERE a IN (SELECT a FROM u)", "deletes from t, reads u");
    check(POSTGRESQL, "DELETE FROM t USING u WHERE t.a = u.a", "deletes from t, reads u");
    check(
        POSTGRESQL,
        "WITH x AS (SELECT a FROM u) DELETE FROM t WHERE a IN (SELECT a FROM x)",
        "reads u, deletes from t, reads x",
    );
    check(POSTGRESQL, "TRUNCATE TABLE a, b", "empties a, empties b");
    check(ALL, "CREATE TABLE t (a INT REFERENCES u ON DELETE CASCADE)", "names t, names u");
    check(ALL, "CREATE TABLE t AS SELECT * FROM u", "names t, reads u");
    check(MYSQL, "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1, b = 2", "inserts into t");
    check(MYSQL, "SELECT a INTO OUTFILE 'x' FROM t", "reads t");
    check(MYSQL, "LOAD DATA INFILE 'x' INTO TABLE t", "inserts into t");
    check(MYSQL, "/*!50000 INSERT INTO t SELECT * FROM u */", "inserts into t, reads u");
    check(SQLITE, "REPLACE INTO [c d] SELECT * FROM 'b'", "inserts into c d, reads b");
    check(SQLITE, "VACUUM INTO 'x'", "");
    check(POSTGRESQL, "COPY t (a, b) FROM '/x'", "inserts into t");
    check(POSTGRESQL, "COPY (SELECT * FROM t) TO STDOUT", "reads t");
}

#[test]
fn changes_that_depend_on_what_exists() {
    let check = |statement: &str, expected: &[bool]| {
        let changes = Facts::of(statement, Dialect::Postgresql).changes;
        let conditional: Vec<bool> = changes.iter().map(|change| change.is_conditional).collect();
        assert_eq!(conditional, expected, "{statement}");
    };
    check("CREATE EXTENSION hstore", &[false]);
    check("CREATE EXTENSION IF NOT EXISTS hstore", &[true]);
    check("DROP TABLE IF EXISTS a, b", &[true, true]);
    check("ALTER TABLE IF EXISTS t ADD a INT, ADD COLUMN IF NOT EXISTS b INT", &[false, true]);
}

#[test]
fn objects_that_resemble_others() {
    check(POSTGRESQL, "CREATE USER MAPPING FOR u SERVER s", "");
    check(POSTGRESQL, "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()", "creates event `e`");
    check(POSTGRESQL, "ALTER SERVER s OPTIONS (SET user 'b')", "");
    check(POSTGRESQL, "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "creates subscription `s`");
    check(MYSQL, "CREATE AGGREGATE FUNCTION f() RETURNS INT RETURN 1", "creates function `f`");
    check(MYSQL, "ALTER DATABASE CHARACTER SET utf8mb4", "");
    check(MYSQL, "/*!50000 DROP DATABASE IF EXISTS d */", "drops database `d`");
    check(SQLITE, "DROP TABLE IF EXISTS main.[x y]", "drops table `main.x y`; uses x y");
}

#[test]
fn mysql_statements_that_change_rows_of_one_table() {
    for (statement, expected) in [
        ("INSERT INTO t VALUES (1)", Some(("t", true))),
        ("insert ignore `t` (a) values ('select')", Some(("t", true))),
        ("REPLACE LOW_PRIORITY INTO s.t SET a = 1", Some(("s.t", true))),
        ("INSERT INTO t SELECT * FROM u", Some(("t", false))),
        ("INSERT INTO t VALUES ((SELECT max(a) FROM u))", Some(("t", false))),
        ("UPDATE t SET a = 1", Some(("t", false))),
        ("UPDATE t AS x SET a = 1", None),
        ("UPDATE t JOIN u SET t.a = u.a", None),
        ("DELETE FROM t", Some(("t", false))),
        ("DELETE QUICK FROM t WHERE a = 1", Some(("t", false))),
        ("DELETE t FROM t JOIN u", None),
        ("DELETE FROM t USING t, u", None),
        ("INSERT /*! DELAYED */ INTO t VALUES (1)", None),
        ("SELECT 1", None),
    ] {
        let found = Facts::of(statement, Dialect::Mysql).changed_rows;
        let found = found.map(|rows| (rows.table, rows.is_bounded));
        assert_eq!(found, expected.map(|(table, bounded)| (name(table), bounded)), "{statement}");
    }
}
