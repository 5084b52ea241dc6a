//! Kinds of statements, and their effects outside of the database.

use super::{ALL, MYSQL, POSTGRESQL, SQLITE};
use crate::sql::Dialect;
use crate::sql::facts::{Access, Facts, Kind, Outside};

#[test]
fn kinds() {
    let check = |dialects: &[Dialect], kind: Kind, statements: &[&str]| {
        for (dialect, statement) in
            dialects.iter().flat_map(|dialect| statements.iter().map(move |s| (dialect, s)))
        {
            assert_eq!(Facts::of(statement, *dialect).kind, kind, "{dialect}: {statement}");
        }
    };
    check(ALL, Kind::Definition, &["CREATE TABLE t (x INT)", "alter table t add x int", "DROP VIEW v"]);
    check(
        ALL,
        Kind::Rows,
        &["INSERT INTO t VALUES (1)", "UPDATE t SET x = 1", "WITH x AS (SELECT 1) DELETE FROM t"],
    );
    check(ALL, Kind::Query, &["SELECT 1", "VALUES (1)", "WITH x AS (SELECT 1) SELECT * FROM x"]);
    check(POSTGRESQL, Kind::Rows, &["COPY t FROM STDIN", "EXPLAIN ANALYZE DELETE FROM t", "SELECT 1 INTO t"]);
    check(POSTGRESQL, Kind::Program, &["DO $$ BEGIN END $$", "CALL p()", "EXECUTE s"]);
    check(
        MYSQL,
        Kind::Program,
        &["BEGIN NOT ATOMIC SELECT 1; END", "CALL p()", "IF 1 THEN SELECT 1; END IF"],
    );
    check(MYSQL, Kind::Query, &["DO SLEEP(1)", "ANALYZE SELECT 1"]);
    check(MYSQL, Kind::Rows, &["ANALYZE UPDATE t SET a = 1", "SET STATEMENT a = 1 FOR UPDATE t SET a = 1"]);
    check(MYSQL, Kind::Maintenance, &["ANALYZE TABLE t", "LOAD INDEX INTO CACHE t"]);
    check(SQLITE, Kind::Session, &["PRAGMA x = 1", "ATTACH 'x' AS y"]);
    check(ALL, Kind::Transaction, &["BEGIN", "COMMIT", "SAVEPOINT a"]);
    check(ALL, Kind::Other, &["", "x", "\"CREATE\" TABLE t", "/* only */"]);
}

#[test]
fn rows() {
    let accesses = |statement: &str| {
        let facts = Facts::of(statement, Dialect::Postgresql);
        facts.uses.iter().any(|used| used.access != Access::Names)
    };
    assert!(!accesses("CREATE TABLE t (x INT REFERENCES u)"));
    assert!(!accesses("CREATE INDEX i ON t (x)"));
    assert!(accesses("CREATE TABLE t AS SELECT * FROM u"));
    assert!(accesses("INSERT INTO t VALUES (1)"));
}

#[test]
fn outside_of_the_database() {
    let check = |dialect: Dialect, expected: Option<Outside>, statements: &[&str]| {
        for statement in statements {
            assert_eq!(Facts::of(statement, dialect).outside, expected, "{dialect}: {statement}");
        }
    };
    for dialect in Dialect::ALL {
        let inside =
            ["CREATE TABLE t (x INT)", "INSERT INTO t VALUES ('GLOBAL')", "DROP TABLE t", "SELECT 1"];
        check(dialect, None, &inside);
    }
    check(Dialect::Sqlite, Some(Outside::Database), &["ATTACH 'x' AS y", "DETACH y"]);
    check(Dialect::Sqlite, Some(Outside::File), &["VACUUM INTO 'x'"]);
    check(Dialect::Sqlite, Some(Outside::Library), &["CREATE VIRTUAL TABLE t USING csv(filename = 'x')"]);
    check(
        Dialect::Sqlite,
        None,
        &["VACUUM", "PRAGMA user_version = 1", "CREATE VIRTUAL TABLE t USING FTS5(a)"],
    );
    let postgresql: [(Outside, &[&str]); 8] = [
        (
            Outside::Database,
            &[
                "CREATE DATABASE d",
                "DROP DATABASE IF EXISTS d",
                "ALTER DATABASE d SET a = 1",
                "COMMENT ON DATABASE d IS 'x'",
                "GRANT CREATE ON DATABASE d TO r",
                "DO $$ BEGIN EXECUTE 'drop database d'; END $$",
            ],
        ),
        (
            Outside::Role,
            &[
                "CREATE ROLE r",
                "ALTER USER u PASSWORD 'x'",
                "DROP ROLE r",
                "GRANT admin TO r",
                "DO $$ BEGIN CREATE ROLE r; END $$",
            ],
        ),
        (Outside::Tablespace, &["CREATE TABLESPACE t LOCATION 'x'", "ALTER TABLE t SET TABLESPACE u"]),
        (Outside::Server, &["ALTER SYSTEM SET a = 1", "REASSIGN OWNED BY a TO b", "DROP OWNED BY a"]),
        (
            Outside::Network,
            &["CREATE SERVER s FOREIGN DATA WRAPPER w", "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p"],
        ),
        (Outside::File, &["COPY t FROM '/x'", "COPY t TO '/x'"]),
        (Outside::Program, &["COPY t FROM PROGRAM 'x'"]),
        (
            Outside::Library,
            &[
                "LOAD 'x'",
                "CREATE FUNCTION f() RETURNS INT AS 'x' LANGUAGE c",
                "CREATE FUNCTION f() RETURNS INT LANGUAGE 'c' AS 'x'",
                "CREATE FUNCTION f() RETURNS INT LANGUAGE plpython3u AS 'x'",
                "CREATE LANGUAGE l",
            ],
        ),
    ];
    for (outside, statements) in postgresql {
        check(Dialect::Postgresql, Some(outside), statements);
    }
    let inside = [
        "COPY t TO STDOUT",
        "CREATE EXTENSION hstore",
        "SET ROLE r",
        "GRANT SELECT ON t TO r",
        "COMMENT ON TABLE t IS 'ON DATABASE'",
        "CREATE FUNCTION f() RETURNS INT LANGUAGE plpgsql AS 'x'",
        "DO $$ BEGIN UPDATE users SET a = 1; END $$",
    ];
    check(Dialect::Postgresql, None, &inside);
    let mysql: [(Outside, &[&str]); 7] = [
        (
            Outside::Database,
            &[
                "USE d",
                "CREATE DATABASE d",
                "/*!50000 DROP SCHEMA d */",
                "ALTER DATABASE COLLATE x",
                "CREATE PROCEDURE p() DROP DATABASE d",
            ],
        ),
        (Outside::Role, &["CREATE USER u", "GRANT SELECT ON t TO u", "RENAME USER a TO b"]),
        (Outside::Tablespace, &["CREATE TABLESPACE t", "CREATE UNDO TABLESPACE t ADD DATAFILE 'x'"]),
        (
            Outside::Server,
            &[
                "SET GLOBAL a = 1",
                "SET @@global.a = 1",
                "CREATE PROCEDURE p() BEGIN SELECT 1; SET @@GLOBAL.a = 1; END",
                "FLUSH TABLES",
                "KILL 1",
                "SHUTDOWN",
            ],
        ),
        (Outside::File, &["LOAD DATA INFILE 'x' INTO TABLE t", "SELECT 1 INTO OUTFILE 'x'"]),
        (Outside::Network, &["CREATE TABLE t (a INT) ENGINE = FEDERATED CONNECTION = 'x'"]),
        (Outside::Library, &["INSTALL SONAME 'x'", "CREATE FUNCTION f RETURNS INT SONAME 'x'"]),
    ];
    for (outside, statements) in mysql {
        check(Dialect::Mysql, Some(outside), statements);
    }
    let inside = [
        "SET NAMES utf8",
        "LOAD INDEX INTO CACHE t",
        "SET @old = @@SQL_MODE, sql_mode = ''",
        "SET @@session.sql_mode = @@global.sql_mode",
        "CREATE TABLE t (engine INT) ENGINE=InnoDB",
    ];
    check(Dialect::Mysql, None, &inside);
}
