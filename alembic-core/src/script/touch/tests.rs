use super::*;

/// What a statement changes, a line each, and the tables that it uses.
fn shown(statement: &str, dialect: Dialect) -> String {
    let touch = Touch::of(statement, dialect);
    let changes = touch.changes.iter().map(|(object, verb)| format!("{verb} {object}"));
    let uses = touch.uses.iter().map(|name| format!("uses {}", name.name));
    changes.chain(uses).collect::<Vec<_>>().join("; ")
}

#[track_caller]
fn check(dialects: &[Dialect], statement: &str, expected: &str) {
    for dialect in dialects {
        assert_eq!(shown(statement, *dialect), expected, "{dialect}: {statement}");
    }
}

const ALL: &[Dialect] = &Dialect::ALL;
const SQLITE: &[Dialect] = &[Dialect::Sqlite];
const POSTGRESQL: &[Dialect] = &[Dialect::Postgresql];
const MYSQL: &[Dialect] = &[Dialect::Mysql];

#[test]
fn tables() {
    check(ALL, "CREATE TABLE t (id INT)", "makes table `t`; uses t");
    check(
        ALL,
        "/* why */ create table if not exists s.t (id INT, a INT REFERENCES u)",
        "makes table `s.t`; uses t; uses u",
    );
    check(POSTGRESQL, "CREATE UNLOGGED TABLE t AS SELECT * FROM u", "makes table `t`; uses t; uses u");
    check(SQLITE, "CREATE VIRTUAL TABLE t USING fts5(a)", "makes table `t`; uses t; uses fts5");
    check(POSTGRESQL, "DROP TABLE IF EXISTS a, s.b CASCADE", "drops table `a`; drops table `s.b`; uses a");
    check(ALL, "ALTER TABLE t RENAME TO u", "renames table `t`; makes table `u`; uses t");
    check(MYSQL, "ALTER TABLE t RENAME u", "renames table `t`; makes table `u`; uses t");
    check(
        MYSQL,
        "RENAME TABLE a TO b, c TO d",
        "renames table `a`; makes table `b`; renames table `c`; makes table `d`; uses a",
    );
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
    check(ALL, "ALTER TABLE t ADD COLUMN c INT DEFAULT (1)", "makes column `c` of table `t`; uses t");
    check(ALL, "ALTER TABLE t ADD c INT", "makes column `c` of table `t`; uses t");
    check(
        POSTGRESQL,
        "ALTER TABLE IF EXISTS ONLY s.t ADD COLUMN IF NOT EXISTS c NUMERIC(1, 2), DROP d, ALTER e TYPE INT",
        "makes column `c` of table `s.t`; drops column `d` of table `s.t`; changes column `e` of table `s.t`; uses t",
    );
    check(POSTGRESQL, "ALTER TABLE t ADD key INT", "makes column `key` of table `t`; uses t");
    check(
        SQLITE,
        "ALTER TABLE t RENAME a TO b",
        "renames column `a` of table `t`; makes column `b` of table `t`; uses t",
    );
    check(
        ALL,
        "ALTER TABLE t RENAME COLUMN a TO b",
        "renames column `a` of table `t`; makes column `b` of table `t`; uses t",
    );
    check(MYSQL, "ALTER TABLE t MODIFY c INT, CHANGE d e INT, ADD (f INT, g DECIMAL(1, 2))", {
        "changes column `c` of table `t`; changes column `d` of table `t`; makes column `e` of table `t`; \
         makes column `f` of table `t`; makes column `g` of table `t`; uses t"
    });
    check(
        MYSQL,
        "ALTER TABLE `t` ADD `index` INT, ADD INDEX i (c)",
        "makes column `index` of table `t`; makes index `i` of table `t`; uses t",
    );
    check(ALL, "ALTER TABLE t", "uses t");
}

#[test]
fn parts_of_tables() {
    check(ALL, "ALTER TABLE t ADD CONSTRAINT n CHECK (a > 0)", "makes constraint `n` of table `t`; uses t");
    check(ALL, "ALTER TABLE t ADD CHECK (a > 0)", "uses t");
    check(
        POSTGRESQL,
        "ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT (a), ADD EXCLUDE USING gist (a WITH &&)",
        "uses t; uses gist",
    );
    check(ALL, "ALTER TABLE t ADD PRIMARY KEY (a)", "makes primary key `PRIMARY` of table `t`; uses t");
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
        "renames constraint `a` of table `t`; makes constraint `b` of table `t`; uses t",
    );
}

#[test]
fn other_objects() {
    check(
        POSTGRESQL,
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY t (a)",
        "makes index `i`; uses t",
    );
    check(MYSQL, "CREATE INDEX i ON t (a)", "makes index `i` of table `t`; uses t");
    check(POSTGRESQL, "CREATE INDEX ON t (a)", "uses t");
    check(ALL, "CREATE VIEW v AS SELECT 1 FROM t", "makes view `v`; uses t");
    check(POSTGRESQL, "CREATE MATERIALIZED VIEW v AS SELECT 1", "makes view `v`");
    check(
        MYSQL,
        "CREATE OR REPLACE ALGORITHM = MERGE DEFINER = 'a'@'b' SQL SECURITY INVOKER VIEW v AS SELECT 1",
        "makes view `v`",
    );
    check(
        SQLITE,
        "CREATE TRIGGER g AFTER UPDATE OF a ON t BEGIN DELETE FROM u; END",
        "makes trigger `g`; uses u; uses t",
    );
    check(
        POSTGRESQL,
        "CREATE OR REPLACE FUNCTION f(a INT) RETURNS INT AS $$ SELECT 1 $$ LANGUAGE sql",
        "makes function `f`",
    );
    check(POSTGRESQL, "CREATE TYPE mood AS ENUM ('a')", "makes type `mood`");
    check(POSTGRESQL, "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'b'", "makes enum value `'b'` of type `mood`");
    check(POSTGRESQL, "ALTER TYPE mood RENAME TO temper", "renames type `mood`; makes type `temper`");
    check(POSTGRESQL, "ALTER VIEW v SET (security_barrier)", "changes view `v`");
    check(POSTGRESQL, "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO r", "");
    check(POSTGRESQL, "CREATE POLICY p ON t USING (true)", "makes policy `p` of table `t`; uses t");
    check(POSTGRESQL, "DROP FUNCTION f(INT, TEXT), g", "drops function `f`; drops function `g`");
    check(MYSQL, "DROP INDEX i ON t", "drops index `i` of table `t`");
    check(ALL, "DROP VIEW IF EXISTS v", "drops view `v`");
    check(POSTGRESQL, "CREATE EXTENSION IF NOT EXISTS hstore", "");
    check(POSTGRESQL, "CREATE EXTENSION hstore", "makes extension `hstore`");
    check(POSTGRESQL, "CREATE CAST (a AS b) WITH FUNCTION f", "");
    check(ALL, "SELECT 1", "");
    check(ALL, "GRANT SELECT ON t TO u", "");
}

/// Whatever stands there, it is read to its end.
#[test]
fn nonsense() {
    for statement in [
        "",
        "CREATE",
        "CREATE TABLE",
        "DROP",
        "ALTER TABLE t ADD (",
        "RENAME TABLE a",
        "FROM ,,,",
        "((((",
        "))))",
        "ALTER TYPE t ADD VALUE",
    ] {
        for dialect in ALL {
            Touch::of(statement, *dialect);
        }
    }
}
