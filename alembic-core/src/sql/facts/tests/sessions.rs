//! Changes of sessions.

use crate::sql::Dialect;
use crate::sql::facts::{Facts, Leftover, mentions};

#[test]
fn changes_that_the_next_revision_could_notice() {
    let check = |dialect: Dialect, changed: bool, statements: &[&str]| {
        for statement in statements {
            assert_eq!(Facts::of(statement, dialect).session.is_changed, changed, "{dialect}: {statement}");
        }
    };
    check(
        Dialect::Mysql,
        true,
        &[
            "SET NAMES latin1",
            "/*!40101 SET NAMES utf8 */",
            "USE other",
            "PREPARE s FROM 'SELECT 1'",
            "CREATE TEMPORARY TABLE t (x INT)",
            "SELECT max(x) INTO @x FROM t",
            "CALL p()",
            "BEGIN NOT ATOMIC SET @x = 1; END",
            "SELECT GET_LOCK('a', 1)",
        ],
    );
    check(
        Dialect::Mysql,
        false,
        &[
            "CREATE TABLE t (x INT)",
            "UPDATE t SET x = 1",
            "SET STATEMENT max_statement_time = 1 FOR SELECT 1",
            "CREATE PROCEDURE p() SET @x = 1",
            "INSERT INTO t VALUES ('a@b')",
        ],
    );
    check(
        Dialect::Postgresql,
        true,
        &[
            "SET TimeZone = 'Asia/Tokyo'",
            "SET LOCAL lock_timeout = 0",
            "RESET ALL",
            "SELECT pg_catalog.set_config('search_path', '', false)",
            "CREATE TEMP TABLE t (x int)",
            "CREATE TABLE pg_temp.t (x int)",
            "SELECT 1 INTO TEMP t",
            "DO $$ BEGIN PERFORM set_config('a.b', 'c', false); END $$",
            "PREPARE s AS SELECT 1",
        ],
    );
    check(
        Dialect::Postgresql,
        false,
        &[
            "CREATE TABLE t (x int)",
            "UPDATE t SET x = 1",
            "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT 1' SET search_path = a",
            "DO $$ BEGIN DELETE FROM t; END $$",
            "INSERT INTO t VALUES ('set_config')",
        ],
    );
    check(
        Dialect::Sqlite,
        true,
        &["PRAGMA ignore_check_constraints = ON", "ATTACH 'x' AS y", "CREATE TEMP TABLE t (x)"],
    );
    check(Dialect::Sqlite, false, &["CREATE TABLE t (temporary TEXT)", "UPDATE t SET x = 1"]);
}

#[test]
fn settings_of_scripts() {
    let check = |statement: &str, names: &[&str]| {
        assert_eq!(Facts::of(statement, Dialect::Postgresql).session.settings, names, "{statement}");
    };
    check("SET app.tenant = 'x'", &["app.tenant"]);
    check("SET LOCAL app.tenant TO 5", &["app.tenant"]);
    check("SET search_path TO a.b", &[]);
    check("SELECT set_config('app.tenant', 'a', false), set_config('work_mem', '1', true)", &["app.tenant"]);
    check("DO $$ BEGIN PERFORM set_config('a.b', 'c', false); END $$", &["a.b"]);
    check("UPDATE t SET x = 1", &[]);
    let pragma = Facts::of("PRAGMA main.[query_only] = ON", Dialect::Sqlite);
    assert_eq!(pragma.session.settings, ["query_only"]);
}

#[test]
fn things_that_are_left_behind() {
    let check = |statement: &str, expected: &[Leftover]| {
        let all = [
            Leftover::User,
            Leftover::Role,
            Leftover::Temporary,
            Leftover::Prepared,
            Leftover::Cursor,
            Leftover::SearchPath,
            Leftover::Deferred,
        ];
        let session = Facts::of(statement, Dialect::Postgresql).session;
        let found: Vec<Leftover> = all.into_iter().filter(|leftover| session.may_leave(*leftover)).collect();
        assert_eq!(found, expected, "{statement}");
    };
    check("SET SESSION AUTHORIZATION a", &[Leftover::User]);
    check("CALL p()", &[Leftover::User]);
    check("SET ROLE a", &[Leftover::Role]);
    check("SELECT 1 INTO TEMP t", &[Leftover::Temporary]);
    check("CREATE TABLE pg_temp.t (x int)", &[Leftover::Temporary]);
    check("PREPARE s AS SELECT 1", &[Leftover::Prepared]);
    check("DECLARE c CURSOR WITH HOLD FOR SELECT 1", &[Leftover::Cursor]);
    check("DO $$ BEGIN EXECUTE 'SET search_path TO a'; END $$", &[Leftover::SearchPath]);
    check("ALTER TABLE t ADD UNIQUE (a) DEFERRABLE", &[Leftover::Deferred]);
    check("CREATE TABLE roles (role_id INT, prepared INT, temp_x INT)", &[]);
}

#[test]
fn texts_that_are_read_differently() {
    let check = |dialect: Dialect, expected: bool, statements: &[&str]| {
        for statement in statements {
            let session = Facts::of(statement, dialect).session;
            assert_eq!(session.reads_differently, expected, "{dialect}: {statement}");
        }
    };
    check(
        Dialect::Mysql,
        true,
        &[
            "SET NAMES latin1",
            "SET CHARACTER SET latin1",
            "SET SESSION sql_mode = 'ANSI_QUOTES'",
            "SET @@session.sql_mode = ''",
            "/*!40101 SET @OLD_SQL_MODE = @@SQL_MODE, SQL_MODE = 'NO_AUTO_VALUE_ON_ZERO' */",
        ],
    );
    check(Dialect::Mysql, false, &["SET time_zone = '+00:00'", "UPDATE t SET names = 1", "USE d"]);
    check(
        Dialect::Postgresql,
        true,
        &[
            "SET standard_conforming_strings = off",
            "SET LOCAL backslash_quote = on",
            "SET NAMES 'latin1'",
            "SELECT set_config('client_encoding', 'latin1', false)",
        ],
    );
    check(Dialect::Postgresql, false, &["SET search_path = a", "UPDATE t SET names = 1"]);
    check(Dialect::Sqlite, false, &["PRAGMA encoding = 'UTF-16'"]);
}

#[test]
fn names_in_a_statement() {
    for (dialect, statement, name, expected) in [
        (Dialect::Mysql, "UPDATE t SET x = @B", "@b", true),
        (Dialect::Mysql, "SELECT @@b", "@b", false),
        (Dialect::Mysql, "SELECT 1 FROM `o``ld`", "O`LD", true),
        (Dialect::Mysql, "SELECT 1 FROM \"old\"", "old", true),
        (Dialect::Mysql, "SELECT 1 /*! FROM old */", "old", true),
        (Dialect::Mysql, "SELECT 'old' /* old */", "old", false),
        (Dialect::Sqlite, "SELECT 1 FROM [old]", "old", true),
        (Dialect::Postgresql, "SELECT 1 FROM \"Old\"", "old", true),
        (Dialect::Postgresql, "SELECT 1 FROM older", "old", false),
    ] {
        assert_eq!(mentions(statement, dialect, name), expected, "{dialect}: {statement}");
    }
}

#[test]
fn variables_of_mysql_that_get_a_value() {
    let check = |statement: &str, names: &[&str]| {
        assert_eq!(Facts::of(statement, Dialect::Mysql).session.settings, names, "{statement}");
    };
    check("SET a = 1, @b := f(1, 2), SESSION c = (SELECT d = 1, 2), @@e = 3", &["a", "@b", "c", "e"]);
    check("SET @@session.a = 1, @@LOCAL . b = 2, @@global.c = 3, d = @@global.c", &["a", "b", "d"]);
    check("SET GLOBAL a = 1, b = 2, @c = 3, SESSION d = 4", &["@c", "d"]);
    check("SET NAMES utf8mb4, f = 1", &["f"]);
    check("SET NAMES utf8mb4", &[]);
    check("SET STATEMENT a = 1 FOR SELECT b = 2", &[]);
    check("SET PASSWORD FOR x = 'y'", &[]);
    check("SET TRANSACTION READ ONLY", &[]);
}
