use super::*;
use crate::dialect::catalog::{mysql as my, postgresql as pg};
use crate::sql::Name;

fn name(text: &str) -> Name {
    match text.split_once('.') {
        Some((schema, name)) => Name { schema: Some(schema.to_owned()), name: name.to_owned() },
        None => Name { schema: None, name: text.to_owned() },
    }
}

#[track_caller]
fn check(dialect: Dialect, statement: &str, expected: Effect) {
    assert_eq!(Effect::of(statement, dialect), expected, "{statement}");
}

fn tables(names: &[&str]) -> Effect {
    Effect::Alone(Trace::Change(names.iter().map(|text| my::table(&name(text))).collect()))
}

fn change(object: Object) -> Effect {
    Effect::Alone(Trace::Change(vec![object]))
}

#[test]
fn mysql_statements_that_can_be_rolled_back() {
    for statement in [
        "INSERT INTO t VALUES (1)",
        "/* why */ update t set a = 1",
        "DELETE FROM t",
        "REPLACE INTO t VALUES (1)",
        "SELECT 1",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "SET FOREIGN_KEY_CHECKS = 0",
        "DO SLEEP(1)",
        "LOAD DATA INFILE 'x' INTO TABLE t",
        "CREATE TEMPORARY TABLE t (x INT)",
        "CREATE OR REPLACE TEMPORARY TABLE t (x INT)",
        "DROP TEMPORARY TABLE t",
        "ANALYZE UPDATE t SET a = 1",
        "SET STATEMENT max_statement_time = 1 FOR UPDATE t SET a = 1",
        "PREPARE s FROM 'SELECT 1'",
        "/*!40101 SET NAMES utf8 */",
    ] {
        check(Dialect::Mysql, statement, Effect::Together);
        assert!(!has_several_results(statement), "{statement}");
    }
}

#[test]
fn mysql_statements_that_commit() {
    let my = Dialect::Mysql;
    check(my, "CREATE TABLE t (x INT)", tables(&["t"]));
    check(my, "create table if not exists `a``b`.`T` (x INT)", tables(&["a`b.T"]));
    check(my, "CREATE OR REPLACE TABLE t AS SELECT 1", tables(&["t"]));
    check(
        my,
        "CREATE ALGORITHM = MERGE DEFINER = 'a'@'b' SQL SECURITY INVOKER VIEW v AS SELECT 1",
        tables(&["v"]),
    );
    check(my, "CREATE SEQUENCE s", tables(&["s"]));
    check(my, "CREATE UNIQUE INDEX IF NOT EXISTS i USING BTREE ON d.t (x)", tables(&["d.t"]));
    check(my, "ALTER TABLE t ADD COLUMN c INT, DROP COLUMN d", tables(&["t"]));
    check(my, "ALTER ONLINE IGNORE TABLE t ADD UNIQUE (c)", tables(&["t"]));
    check(my, "ALTER TABLE t RENAME COLUMN a TO b, RENAME INDEX i TO j, RENAME TO u", tables(&["t", "u"]));
    check(my, "ALTER TABLE t RENAME u", tables(&["t", "u"]));
    check(my, "DROP TABLE IF EXISTS a, d.b CASCADE", tables(&["a", "d.b"]));
    check(my, "DROP INDEX i ON t", tables(&["t"]));
    check(my, "DROP VIEW v", tables(&["v"]));
    check(my, "RENAME TABLE a TO b, c TO d", tables(&["a", "b", "c", "d"]));
    check(my, "SET STATEMENT lock_wait_timeout = 1 FOR ALTER TABLE t ADD c INT", tables(&["t"]));
    let exchanged = ["a", "x", "b"].map(|text| my::identity(&name(text)));
    check(my, "RENAME TABLE a TO x, b TO a, x TO b", Effect::Alone(Trace::Change(exchanged.to_vec())));
    check(my, "TRUNCATE TABLE t", change(my::identity(&name("t"))));
    check(my, "TRUNCATE t", change(my::identity(&name("t"))));
    check(
        my,
        "CREATE DEFINER = CURRENT_USER() TRIGGER IF NOT EXISTS g BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
        change(my::trigger(&name("g"))),
    );
    check(my, "DROP TRIGGER IF EXISTS g", change(my::trigger(&name("g"))));
    check(my, "CREATE AGGREGATE FUNCTION f() RETURNS INT RETURN 1", change(my::routine(&name("f"))));
    check(my, "CREATE OR REPLACE PROCEDURE p() SELECT 1", change(my::routine(&name("p"))));
    check(my, "DROP PROCEDURE p", change(my::routine(&name("p"))));
    check(my, "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1", change(my::event(&name("e"))));
    check(my, "CREATE DATABASE d", change(my::database("d")));
    for harmless in [
        "OPTIMIZE TABLE t",
        "ANALYZE LOCAL TABLE t",
        "GRANT SELECT ON t TO u",
        "CREATE USER IF NOT EXISTS u",
        "DROP USER IF EXISTS u",
        "ALTER DATABASE CHARACTER SET utf8mb4",
        "FLUSH TABLES",
    ] {
        check(my, harmless, Effect::Alone(Trace::Harmless));
    }
    for opaque in [
        "CALL p()",
        "EXECUTE s",
        "BEGIN NOT ATOMIC SELECT 1; END",
        "CREATE USER u",
        "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u",
        "ALTER TABLE t IMPORT TABLESPACE",
        "CREATE FUNCTION f RETURNS STRING SONAME 'x.so'",
        "CREATE /*!50017 DEFINER = 'a'@'b' */ TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
        "INSTALL SONAME 'x'",
        "SHUTDOWN",
    ] {
        check(my, opaque, Effect::Alone(Trace::Nothing));
    }
    for several in ["CALL p()", "EXECUTE s", "BEGIN NOT ATOMIC SELECT 1; END", "IF 1 THEN SELECT 1; END IF"] {
        assert!(has_several_results(several), "{several}");
    }
}

#[test]
fn postgresql_statements_that_refuse_a_transaction() {
    let check = |statement: &str, trace: Trace| check(Dialect::Postgresql, statement, Effect::Alone(trace));
    let indexes = |text: &str| pg::indexes_of(&name(text));
    check("CREATE INDEX CONCURRENTLY ON Users (Name)", Trace::NewIndex(indexes("users")));
    check(
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"On\" ON ONLY s.\"T\" USING btree (x)",
        Trace::NewIndex(indexes("s.T")),
    );
    check("DROP INDEX CONCURRENTLY IF EXISTS s.i", Trace::Removal(pg::index(&name("s.i"))));
    check("REINDEX (VERBOSE) TABLE CONCURRENTLY t", Trace::Reindex(indexes("t")));
    check("REINDEX INDEX i", Trace::Reindex(pg::siblings_of(&name("i"))));
    check("REINDEX DATABASE", Trace::Reindex(pg::invalid_indexes()));
    check("CREATE DATABASE d", Trace::Change(vec![pg::database("d")]));
    check("DROP DATABASE IF EXISTS d", Trace::Removal(pg::database("d")));
    check("VACUUM (ANALYZE) t", Trace::Harmless);
    check("CLUSTER", Trace::Harmless);
    check("ALTER SYSTEM SET work_mem = '1MB'", Trace::Harmless);
    check(
        "ALTER TABLE t DETACH PARTITION s.p CONCURRENTLY",
        Trace::Detachment {
            partition: pg::partition(&name("s.p")),
            finish: "ALTER TABLE t DETACH PARTITION s.p FINALIZE".to_owned(),
        },
    );
    // A name with escapes is not read.
    check("DROP INDEX CONCURRENTLY U&\"i\\0061\"", Trace::Nothing);
}

#[test]
fn postgresql_statements_that_can_be_rolled_back() {
    for statement in [
        "CREATE INDEX i ON t (x)",
        "CREATE TABLE concurrently (x INT)",
        "ALTER TABLE t DETACH PARTITION p",
        "ALTER TYPE e ADD VALUE 'x'",
        "DO $$ BEGIN COMMIT; END $$",
        "CALL p()",
        "CLUSTER t USING i",
        "UPDATE t SET x = 1",
    ] {
        check(Dialect::Postgresql, statement, Effect::Together);
    }
    let trace = |statement: &str| Trace::outside_a_transaction(statement, Dialect::Postgresql);
    assert_eq!(trace("ALTER TYPE e ADD VALUE 'x'"), Trace::Change(vec![pg::labels(&name("e"))]));
    assert_eq!(trace("CALL p()"), Trace::Nothing);
}

#[test]
fn sqlite_statements() {
    check(Dialect::Sqlite, "CREATE TABLE t (x)", Effect::Together);
    check(Dialect::Sqlite, "VACUUM", Effect::Alone(Trace::Harmless));
    check(Dialect::Sqlite, "VACUUM main INTO 'x.db'", Effect::Alone(Trace::Nothing));
    check(Dialect::Sqlite, "PRAGMA journal_mode = WAL", Effect::Alone(Trace::Harmless));
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
        let found = changed_table(statement).map(|rows| (rows.table, rows.is_bounded));
        assert_eq!(found, expected.map(|(table, bounded)| (name(table), bounded)), "{statement}");
    }
}
