//! Transactions, results, and the evidence that statements leave.

use super::name;
use crate::sql::Dialect;
use crate::sql::facts::{Facts, Indexes, Object, ObjectKind, Trace, Transaction};

#[track_caller]
fn check(dialect: Dialect, statement: &str, transaction: Transaction, trace: &Trace) {
    let facts = Facts::of(statement, dialect);
    assert_eq!((facts.transaction, &facts.trace), (transaction, trace), "{statement}");
}

fn objects(kind: ObjectKind, names: &[&str]) -> Vec<Object> {
    names.iter().map(|text| Object::new(kind, name(text))).collect()
}

fn definitions(kind: ObjectKind, names: &[&str]) -> Trace {
    Trace::Definitions(objects(kind, names))
}

fn tables(names: &[&str]) -> Trace {
    definitions(ObjectKind::Table, names)
}

fn identities(names: &[&str]) -> Trace {
    Trace::Identities(objects(ObjectKind::Table, names))
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
        check(Dialect::Mysql, statement, Transaction::Shared, &Trace::Nothing);
        assert!(!Facts::of(statement, Dialect::Mysql).has_several_results, "{statement}");
    }
}

#[test]
fn mysql_statements_that_commit() {
    let check = |statement: &str, trace: Trace| {
        check(Dialect::Mysql, statement, Transaction::Commits, &trace);
    };
    check("CREATE TABLE t (x INT)", tables(&["t"]));
    check("create table if not exists `a``b`.`T` (x INT)", tables(&["a`b.T"]));
    check("CREATE OR REPLACE TABLE t AS SELECT 1", tables(&["t"]));
    check(
        "CREATE ALGORITHM = MERGE DEFINER = 'a'@'b' SQL SECURITY INVOKER VIEW v AS SELECT 1",
        definitions(ObjectKind::View, &["v"]),
    );
    check("CREATE SEQUENCE s", definitions(ObjectKind::Sequence, &["s"]));
    check("CREATE UNIQUE INDEX IF NOT EXISTS i USING BTREE ON d.t (x)", tables(&["d.t"]));
    check("ALTER TABLE t ADD COLUMN c INT, DROP COLUMN d", tables(&["t"]));
    check("ALTER TABLE t ENGINE = InnoDB", tables(&["t"]));
    check("ALTER ONLINE IGNORE TABLE t ADD UNIQUE (c)", tables(&["t"]));
    check("ALTER TABLE t RENAME COLUMN a TO b, RENAME INDEX i TO j, RENAME TO u", tables(&["t", "u"]));
    check("ALTER TABLE t RENAME u", tables(&["t", "u"]));
    check("ALTER TABLE t WAIT 5 RENAME TO u", tables(&["t", "u"]));
    check("DROP TABLE IF EXISTS a, d.b CASCADE", tables(&["a", "d.b"]));
    check("DROP INDEX i ON t", tables(&["t"]));
    check("DROP VIEW v", definitions(ObjectKind::View, &["v"]));
    check("RENAME TABLE a TO b, c TO d", tables(&["a", "b", "c", "d"]));
    check("SET STATEMENT lock_wait_timeout = 1 FOR ALTER TABLE t ADD c INT", tables(&["t"]));
    check("RENAME TABLE a TO x, b TO a, x TO b", identities(&["a", "x", "b"]));
    check("TRUNCATE TABLE t", identities(&["t"]));
    check("TRUNCATE t", identities(&["t"]));
    check(
        "CREATE DEFINER = CURRENT_USER() TRIGGER IF NOT EXISTS g BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
        definitions(ObjectKind::Trigger, &["g"]),
    );
    check("DROP TRIGGER IF EXISTS g", definitions(ObjectKind::Trigger, &["g"]));
    let routine = |name: &str| definitions(ObjectKind::Routine, &[name]);
    check("CREATE AGGREGATE FUNCTION f() RETURNS INT RETURN 1", routine("f"));
    check("CREATE OR REPLACE PROCEDURE p() SELECT 1", routine("p"));
    check("DROP PROCEDURE p", routine("p"));
    check("DROP PACKAGE BODY IF EXISTS p", definitions(ObjectKind::Package, &["p"]));
    check("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1", definitions(ObjectKind::Event, &["e"]));
    check("ALTER DEFINER = a EVENT e RENAME TO f", definitions(ObjectKind::Event, &["e", "f"]));
    check("CREATE DATABASE d", definitions(ObjectKind::Database, &["d"]));
    for harmless in [
        "OPTIMIZE TABLE t",
        "ANALYZE LOCAL TABLE t",
        "GRANT SELECT ON t TO u",
        "CREATE USER IF NOT EXISTS u",
        "DROP USER IF EXISTS u",
        "DROP USER IF EXISTS 'a'@'b'",
        "ALTER DATABASE CHARACTER SET utf8mb4",
        "FLUSH TABLES",
    ] {
        check(harmless, Trace::Harmless);
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
        "SET STATEMENT max_statement_time = 1",
        "DROP TABLE a, 'b'",
    ] {
        check(opaque, Trace::Nothing);
    }
    for several in ["CALL p()", "EXECUTE s", "BEGIN NOT ATOMIC SELECT 1; END", "IF 1 THEN SELECT 1; END IF"] {
        assert!(Facts::of(several, Dialect::Mysql).has_several_results, "{several}");
    }
}

#[test]
fn postgresql_statements_that_refuse_a_transaction() {
    let check = |statement: &str, trace: Trace| {
        check(Dialect::Postgresql, statement, Transaction::Outside, &trace);
    };
    let removal = |kind: ObjectKind, text: &str| Trace::Removal(Object::new(kind, name(text)));
    check("CREATE INDEX CONCURRENTLY ON Users (Name)", Trace::NewIndex(name("users")));
    check(
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"On\" ON ONLY s.\"T\" USING btree (x)",
        Trace::NewIndex(name("s.T")),
    );
    check("DROP INDEX CONCURRENTLY IF EXISTS s.i", removal(ObjectKind::Index, "s.i"));
    check("REINDEX (VERBOSE) TABLE CONCURRENTLY t", Trace::Reindex(Indexes::Of(name("t"))));
    check("REINDEX INDEX i", Trace::Reindex(Indexes::Beside(name("i"))));
    check("REINDEX DATABASE", Trace::Reindex(Indexes::Invalid));
    check("CREATE DATABASE d", definitions(ObjectKind::Database, &["d"]));
    check("DROP DATABASE IF EXISTS d", removal(ObjectKind::Database, "d"));
    check("CREATE TABLESPACE d LOCATION 'x'", definitions(ObjectKind::Tablespace, &["d"]));
    check("VACUUM (ANALYZE) t", Trace::Harmless);
    check("CLUSTER", Trace::Harmless);
    check("ALTER SYSTEM SET work_mem = '1MB'", Trace::Harmless);
    check("ALTER DATABASE d SET TABLESPACE t", Trace::Harmless);
    check(
        "ALTER TABLE t DETACH PARTITION s.p CONCURRENTLY",
        Trace::Detachment {
            partition: name("s.p"),
            finish: "ALTER TABLE t DETACH PARTITION s.p FINALIZE".to_owned(),
        },
    );
    // A name with escapes is not read.
    check("DROP INDEX CONCURRENTLY U&\"i\\0061\"", Trace::Nothing);
}

#[test]
fn postgresql_statements_that_can_be_rolled_back() {
    for statement in
        ["DO $$ BEGIN COMMIT; END $$", "CALL p()", "CLUSTER t USING i", "CLUSTER \"t\"", "UPDATE t SET x = 1"]
    {
        check(Dialect::Postgresql, statement, Transaction::Shared, &Trace::Nothing);
    }
    // What only speaks its protocol may commit them.
    for (statement, kind, names) in [
        ("ALTER TYPE e ADD VALUE 'x'", ObjectKind::Type, ["e"].as_slice()),
        ("CREATE INDEX i ON t (x)", ObjectKind::Table, &["t"]),
        ("CREATE UNIQUE INDEX IF NOT EXISTS i ON ONLY t (x)", ObjectKind::Table, &["t"]),
        ("DROP INDEX i", ObjectKind::Index, &["i"]),
        ("CREATE TABLE concurrently (x INT)", ObjectKind::Table, &["concurrently"]),
        ("ALTER TABLE t DETACH PARTITION p", ObjectKind::Table, &["t"]),
        ("DROP TABLE a, b", ObjectKind::Table, &["a", "b"]),
        (
            "CREATE OR REPLACE FUNCTION f() RETURNS int AS 'SELECT 1' LANGUAGE sql",
            ObjectKind::Routine,
            &["f"],
        ),
    ] {
        check(Dialect::Postgresql, statement, Transaction::Shared, &definitions(kind, names));
    }
    check(Dialect::Postgresql, "GRANT SELECT ON t TO r", Transaction::Shared, &Trace::Harmless);
}

#[test]
fn sqlite_statements() {
    check(Dialect::Sqlite, "CREATE TABLE t (x)", Transaction::Shared, &Trace::Nothing);
    check(Dialect::Sqlite, "VACUUM", Transaction::Outside, &Trace::Harmless);
    check(Dialect::Sqlite, "VACUUM main INTO 'x.db'", Transaction::Outside, &Trace::Nothing);
    check(Dialect::Sqlite, "PRAGMA journal_mode = WAL", Transaction::Outside, &Trace::Harmless);
}
