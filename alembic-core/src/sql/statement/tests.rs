//! Tables of SQL and the statements it holds; what holds for any text is in `laws`.

mod compound;
mod delimiter;
mod laws;
mod reading;
mod refused;

use super::{StatementError, keywords, split};
use crate::sql::Dialect;

/// Checks that `sql` is split into `expected`.
#[track_caller]
fn check(dialect: Dialect, sql: &str, expected: &[&str]) {
    match split(sql, dialect) {
        Ok(statements) => {
            let texts: Vec<_> = statements.iter().map(|statement| statement.text(sql)).collect();
            assert_eq!(texts, expected, "{dialect}: {sql}");
        }
        Err(errors) => panic!("{dialect}: {errors:?} in {sql}"),
    }
}

#[track_caller]
fn check_all(sql: &str, expected: &[&str]) {
    Dialect::ALL.into_iter().for_each(|dialect| check(dialect, sql, expected));
}

/// Checks that `sql`, with another statement behind it, is one statement.
#[track_caller]
fn one(dialect: Dialect, sql: &str) {
    check(dialect, &format!("{sql};\nSELECT 1;"), &[sql, "SELECT 1"]);
    check(dialect, sql, &[sql]);
}

#[track_caller]
fn errors(dialect: Dialect, sql: &str) -> Vec<StatementError> {
    split(sql, dialect).expect_err(sql)
}

/// Checks that `sql` is refused: each error as its place's text, then its message.
#[track_caller]
fn refused(dialect: Dialect, sql: &str, expected: &[(&str, &str)]) {
    let errors = errors(dialect, sql);
    let found: Vec<_> = errors.iter().map(|error| (&sql[error.start()..], error.to_string())).collect();
    assert_eq!(found.len(), expected.len(), "{dialect}: {found:?} in {sql}");
    for ((place, message), (expected_place, expected_message)) in found.iter().zip(expected) {
        assert!(place.starts_with(expected_place), "{dialect}: {place:?} is not at {expected_place:?}");
        assert_eq!(message, expected_message, "{dialect}");
    }
    assert!(errors.iter().all(|error| !error.help().is_empty()));
}

#[test]
fn semicolons() {
    check_all("", &[]);
    check_all(" \n", &[]);
    check_all(";;\n;", &[]);
    check_all("-- only a comment\n/* and another */", &[]);
    check_all("\u{feff}SELECT 1;", &["SELECT 1"]);
    check_all("SELECT 1", &["SELECT 1"]);
    check_all("SELECT 1;SELECT 2", &["SELECT 1", "SELECT 2"]);
    check_all("SELECT 1 ;\r\n\r\n SELECT 2\r\n;\r\n", &["SELECT 1", "SELECT 2"]);
    check_all("SELECT ';', '''; --' ; SELECT 2", &["SELECT ';', '''; --'", "SELECT 2"]);
    check_all("-- a;\nSELECT /* ; */ 1 -- b;\n, 2 -- c;\n;\n-- d\n", &["SELECT /* ; */ 1 -- b;\n, 2"]);
    check_all("SELECT 1; -- trailing", &["SELECT 1"]);
    check_all(
        "INSERT INTO t (a, b) VALUES (1, ';'); /* x */ UPDATE t SET a = 2",
        &["INSERT INTO t (a, b) VALUES (1, ';')", "UPDATE t SET a = 2"],
    );
}

#[test]
fn quotes_of_the_dialects() {
    use Dialect::{Mysql, Postgresql, Sqlite};
    check(Sqlite, "SELECT [a;b], `c;d`, \"e;f\"; SELECT 2", &["SELECT [a;b], `c;d`, \"e;f\"", "SELECT 2"]);
    check(Sqlite, "SELECT '\\'; SELECT 2", &["SELECT '\\'", "SELECT 2"]);
    check(
        Mysql,
        "SELECT '\\';', \"a\\\";\", `;`; # x;\nSELECT 2",
        &["SELECT '\\';', \"a\\\";\", `;`", "SELECT 2"],
    );
    check(
        Postgresql,
        "SELECT E'\\';'; SELECT $a$;$$;$a$; SELECT /* /* ; */ ; */ 3",
        &["SELECT E'\\';'", "SELECT $a$;$$;$a$", "SELECT /* /* ; */ ; */ 3"],
    );
    one(Postgresql, "DO $$ BEGIN PERFORM 1; IF true THEN NULL; END IF; END $$");
    one(Postgresql, "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN NEW; END; $f$");
    one(Postgresql, "COMMENT ON TABLE t IS E'a\\'' -- ;\n '\\';'");
}

#[test]
fn executable_comments_and_hints() {
    use Dialect::{Mysql, Postgresql};
    check(
        Mysql,
        "/*!40101 SET NAMES utf8 */;\n/*M!100401 SET a = 1 */;",
        &["/*!40101 SET NAMES utf8 */", "/*M!100401 SET a = 1 */"],
    );
    check(
        Mysql,
        "CREATE TABLE t (a INT) /*!50100 PARTITION BY HASH (a) */ -- end\n; SELECT 1",
        &["CREATE TABLE t (a INT) /*!50100 PARTITION BY HASH (a) */", "SELECT 1"],
    );
    check(
        Mysql,
        "/*!50001 CREATE */ /*!50002 TABLE t (a INT) */ ;",
        &["/*!50001 CREATE */ /*!50002 TABLE t (a INT) */"],
    );
    check(Mysql, "/* plain */; SELECT /*+ MRR(t) */ 1", &["SELECT /*+ MRR(t) */ 1"]);
    check(Mysql, "/*!50003 SELECT 1; SELECT 2 */; SELECT 3", &["/*!50003 SELECT 1; SELECT 2 */", "SELECT 3"]);
    check(Postgresql, "/*+ SeqScan(t) */ SELECT 1; /*+ alone */;", &["/*+ SeqScan(t) */ SELECT 1"]);
    // as mysqldump writes triggers
    one(
        Mysql,
        "/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `t` BEFORE INSERT ON `a` FOR EACH ROW \
         BEGIN SET NEW.a = 1; IF NEW.b THEN SET NEW.b = '*/'; END IF; END */",
    );
    one(
        Mysql,
        "/*!50003 CREATE*/ /*!50017 DEFINER=a@b*/ TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @a = 1; END",
    );
}

#[test]
fn sqlite_triggers() {
    let one = |sql: &str| one(Dialect::Sqlite, sql);
    one("CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = 1; DELETE FROM d; END");
    one("create temp trigger if not exists t after insert on a begin select 1; end");
    one(
        "CREATE TEMPORARY TRIGGER t AFTER UPDATE OF x ON a FOR EACH ROW WHEN new.x > 0 BEGIN SELECT 1;\n-- c\nEND",
    );
    one(
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN d THEN 1 ELSE CASE e WHEN 1 THEN 2 END END; END",
    );
    one("CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 3; END");
    one("CREATE TRIGGER t AFTER INSERT ON a WHEN CASE new.b WHEN 1 THEN 1 END BEGIN SELECT 1; END");
    one(
        "CREATE TRIGGER t AFTER INSERT ON a WHEN new.begin BEGIN SELECT new.\"end\", [begin] FROM \"end\"; END",
    );
    one("EXPLAIN QUERY PLAN CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END");
    one("CREATE /* x */ TRIGGER t AFTER INSERT ON a BEGIN SELECT ';END;'; END");
    one("CREATE TABLE trigger_log (begin_at TEXT, end_at TEXT)");
    check(
        Dialect::Sqlite,
        "CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; END;CREATE TRIGGER b AFTER INSERT ON t BEGIN SELECT 2; END;",
        &[
            "CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; END",
            "CREATE TRIGGER b AFTER INSERT ON t BEGIN SELECT 2; END",
        ],
    );
    refused(
        Dialect::Sqlite,
        "SELECT 1; CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1 END; SELECT 2;",
        &[("BEGIN SELECT 1 END", "the body that `BEGIN` begins here does not end")],
    );
}

#[test]
fn postgresql_bodies() {
    let one = |sql: &str| one(Dialect::Postgresql, sql);
    one("CREATE FUNCTION f() RETURNS int LANGUAGE SQL BEGIN ATOMIC SELECT 1; SELECT 2; END");
    one(
        "CREATE OR REPLACE PROCEDURE p(a int) LANGUAGE SQL\nBEGIN /* x */ ATOMIC\n INSERT INTO t VALUES (a);\nEND",
    );
    one(
        "create function f() returns int begin atomic select case when a then case b when 1 then 2 end end from t; end",
    );
    one(
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT t.end, 1 AS case, t.case FROM t; SELECT 2 AS end; END",
    );
    one("CREATE FUNCTION begin() RETURNS int RETURN 1");
    one("/*+ x */ CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END");
    one(
        "CREATE RULE r AS ON INSERT TO t DO INSTEAD (INSERT INTO a VALUES (1); DELETE FROM b WHERE c IN (1, 2);)",
    );
    one("CREATE OR REPLACE RULE r AS ON UPDATE TO t WHERE (old.a = 1) DO ALSO NOTHING");
    one("CREATE TABLE t (a int DEFAULT (1))");
    refused(
        Dialect::Postgresql,
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN 1 THEN 2 END; SELECT 1;",
        &[("BEGIN ATOMIC", "the body that `BEGIN` begins here does not end")],
    );
    refused(
        Dialect::Postgresql,
        "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2;",
        &[("(SELECT 1", "the body that `(` begins here does not end")],
    );
    // an expression does not go beyond its statement: the server will complain about the `CASE`
    check(
        Dialect::Postgresql,
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1; END; SELECT 1",
        &["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1; END", "SELECT 1"],
    );
    // only rules have statements in parentheses
    check(Dialect::Postgresql, "SELECT (1; SELECT 2", &["SELECT (1", "SELECT 2"]);
}

#[test]
fn what_does_not_end() {
    for dialect in Dialect::ALL {
        refused(dialect, "SELECT 1; SELECT 'a; SELECT 2;", &[("'a;", "this string does not end")]);
    }
    refused(Dialect::Sqlite, "SELECT [a;", &[("[a;", "this quoted text does not end")]);
    for dialect in Dialect::ALL {
        refused(dialect, "SELECT 1; /* a; SELECT 2;", &[("/* a", "this comment does not end")]);
    }
    refused(Dialect::Mysql, "SELECT `a; /*", &[("`a", "this quoted text does not end")]);
    refused(Dialect::Mysql, "/*!40101 SELECT 'a */", &[("/*!", "this executable comment does not end")]);
    refused(Dialect::Mysql, "SELECT /*+ a", &[("/*+", "this hint does not end")]);
    refused(Dialect::Postgresql, "SELECT $a$ b $A$;", &[("$a$", "this dollar-quoted string does not end")]);
    refused(Dialect::Postgresql, "SELECT E'a\\';", &[("E'a", "this string does not end")]);
    // the string is what has to be mended, not the body around it
    refused(
        Dialect::Mysql,
        "CREATE PROCEDURE p() BEGIN SELECT 'a; END;",
        &[("'a", "this string does not end")],
    );
    refused(
        Dialect::Sqlite,
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 'a; END;",
        &[("'a", "this string does not end")],
    );
    refused(Dialect::Mysql, "-- alembic: delimiter //\nSELECT 'a //", &[("'a", "this string does not end")]);
}

#[test]
fn first_words() {
    let check =
        |dialect, sql: &str, expected: &str| assert_eq!(keywords(sql, dialect, 4).join(" "), expected);
    check(Dialect::Sqlite, "-- a\n create /* b */ table if not exists t", "CREATE TABLE IF NOT");
    check(Dialect::Postgresql, "/*+ x */ drop index \"i\" cascade", "DROP INDEX");
    check(Dialect::Mysql, "/*!50003 CREATE*/ /*!50017 DEFINER=a@b */ TRIGGER", "CREATE DEFINER");
    check(Dialect::Mysql, "# c\nalter table `t` add x int", "ALTER TABLE");
    check(Dialect::Sqlite, "", "");
}
