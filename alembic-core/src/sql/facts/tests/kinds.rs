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

/// Whatever is outside as a statement is outside in code, wherever a statement may begin.
#[test]
fn outside_in_code() {
    let postgresql = [
        "CREATE ROLE r",
        "GRANT rr TO owner_r",
        "REVOKE CONNECT ON DATABASE app FROM PUBLIC",
        "COMMENT ON DATABASE app IS 'x'",
        "COMMENT ON ROLE r IS 'it''s'",
        "COMMENT ON TABLESPACE t IS 'x'",
        "COPY zz TO '/tmp/f'",
        "COPY zz FROM PROGRAM 'id'",
        "DROP OWNED BY r",
        "REASSIGN OWNED BY a TO b",
        "ALTER SYSTEM SET a = 1",
        "ALTER TABLE t SET TABLESPACE u",
        "CREATE SERVER s FOREIGN DATA WRAPPER w",
        "CHECKPOINT",
        "LOAD 'x'",
    ];
    let quoted = |text: &str| text.replace('\'', "''");
    for statement in postgresql {
        let facts = |text: &str| Facts::of(text, Dialect::Postgresql).outside;
        let expected = facts(statement);
        assert!(expected.is_some(), "{statement}");
        for code in [
            format!("DO $$ BEGIN {statement}; END $$"),
            format!("DO $$ BEGIN IF EXISTS (SELECT FROM t WHERE a = 'b') THEN {statement}; END IF; END $$"),
            format!(
                "DO $x$ BEGIN NULL; {statement}; EXCEPTION WHEN others THEN NULL; END $x$ LANGUAGE plpgsql"
            ),
            format!("DO LANGUAGE plpgsql 'BEGIN {}; END'", quoted(statement)),
            format!("DO $$ BEGIN EXECUTE '{}'; END $$", quoted(statement)),
            format!("DO $$ BEGIN EXECUTE $x${statement}$x$; END $$"),
            format!("DO $$ <<a>> BEGIN FOR r IN SELECT 1 LOOP {statement}; END LOOP; END $$"),
            format!("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {statement}; END; $$"),
            format!("CREATE OR REPLACE PROCEDURE f() AS 'BEGIN {}; END' LANGUAGE plpgsql", quoted(statement)),
            format!("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ {statement} $$"),
            format!(
                "DO $$ BEGIN CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $x$ {statement} $x$; END $$"
            ),
        ] {
            assert_eq!(facts(&code), expected, "{code}");
        }
    }
    let mysql = [
        "GRANT SELECT ON *.* TO u2@'%'",
        "REVOKE SELECT ON *.* FROM u2",
        "SET PASSWORD FOR u2@'%' = PASSWORD('x')",
        "SET @x = 1, GLOBAL max_connections = 93",
        "SET x=1, @@global . max_connections=92",
        "SET STATEMENT max_statement_time = 1 FOR GRANT SELECT ON t TO u",
        "CREATE USER u",
        "DROP DATABASE d",
        "FLUSH PRIVILEGES",
        "KILL 1",
        "SHUTDOWN",
        "START SLAVE",
        "INSTALL SONAME 'x'",
        "SELECT 1 INTO OUTFILE '/tmp/x'",
    ];
    for statement in mysql {
        let facts = |text: &str| Facts::of(text, Dialect::Mysql).outside;
        let expected = facts(statement);
        assert!(expected.is_some(), "{statement}");
        for code in [
            format!("CREATE PROCEDURE p() {statement}"),
            format!("CREATE PROCEDURE p(a INT, b VARCHAR(9)) COMMENT 'x' {statement}"),
            format!("CREATE PROCEDURE p() MODIFIES SQL DATA SQL SECURITY INVOKER {statement}"),
            format!("CREATE PROCEDURE p() BEGIN SELECT 1; {statement}; END"),
            format!("CREATE PROCEDURE p() l: BEGIN IF a = 1 THEN {statement}; ELSE SELECT 1; END IF; END l"),
            format!(
                "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION {statement}; SELECT 1; END"
            ),
            format!("CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLSTATE '42000' {statement}; END"),
            format!("CREATE PROCEDURE p() BEGIN EXECUTE IMMEDIATE '{}'; END", quoted(statement)),
            format!("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW {statement}"),
            format!("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO {statement}"),
            format!("BEGIN NOT ATOMIC SELECT 1; {statement}; END"),
            format!("IF 1 THEN {statement}; END IF"),
            format!("WHILE (a < 1) DO {statement}; END WHILE"),
            format!("REPEAT {statement}; UNTIL TRUE END REPEAT"),
            format!("PREPARE s FROM '{}'", quoted(statement)),
            format!("EXECUTE IMMEDIATE '{}'", quoted(statement)),
        ] {
            assert_eq!(facts(&code), expected, "{code}");
        }
    }
}

/// Names and texts that look like the words of such statements.
#[test]
fn inside_in_code() {
    for code in [
        "DO $$ BEGIN RAISE NOTICE 'Grant of % failed', a; RAISE EXCEPTION 'Copy it'; END $$",
        "DO $$ DECLARE copy int; BEGIN copy := 1; grant_all(); IF copy = 1 THEN RETURN; END IF; END $$",
        "DO $$ BEGIN EXECUTE 'GRANT ' || what || ' ON ' || own || ' TO app'; END $$",
        "DO $$ BEGIN EXECUTE format('GRANT SELECT ON %I TO app', t); COMMENT ON TABLE t IS 'it''s'; END $$",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT CASE WHEN a THEN load ELSE copy END FROM t $$",
        "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES ('grant x to y'); SET LOCAL a = 1; END $$",
        "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'say \"hi'; END $$",
    ] {
        assert_eq!(Facts::of(code, Dialect::Postgresql).outside, None, "{code}");
    }
    for code in [
        "CREATE PROCEDURE p() BEGIN START TRANSACTION; UPDATE t SET password = 'x', a = 1; COMMIT; END",
        "CREATE PROCEDURE p() UPDATE t JOIN u USING (id) SET password = 1",
        "CREATE PROCEDURE p(start INT, reset INT) BEGIN SELECT CASE WHEN start THEN reset ELSE flush END; END",
        "CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW SET NEW.password = 'x', NEW.a = @@global.b",
        "CREATE PROCEDURE p() BEGIN DECLARE start INT; SET start = 1; SET @x = 'a; GRANT b'; END",
        "CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN a",
        "PREPARE s FROM 'UPDATE t SET a = 1'",
    ] {
        assert_eq!(Facts::of(code, Dialect::Mysql).outside, None, "{code}");
    }
}
