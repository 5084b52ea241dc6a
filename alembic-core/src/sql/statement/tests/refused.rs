//! What no section may hold.

use super::{check, check_all, errors, refused};
use crate::sql::Dialect::{self, Mysql, Postgresql, Sqlite};
use crate::sql::Forbidden;

#[track_caller]
fn control(dialect: Dialect, sql: &str, statement: &str) {
    let message = format!("`{statement}` would escape the transaction that the migration runs in");
    refused(dialect, &format!("SELECT 1;\n{sql}; SELECT 2;"), &[(sql, &message)]);
}

#[track_caller]
fn allowed(dialect: Dialect, sql: &str) {
    check(dialect, &format!("SELECT 1;\n{sql}; SELECT 2;"), &["SELECT 1", sql, "SELECT 2"]);
}

#[test]
fn what_another_dialect_means() {
    let dashes = "`--` without a blank behind it is no comment on mysql";
    refused(Mysql, "SELECT 1; --x\nSELECT 5--1;", &[("--x", dashes), ("--1", dashes)]);
    refused(
        Mysql,
        "CREATE PROCEDURE p() BEGIN SELECT 1; --x\nSELECT 2; END;\n/*! SELECT 1--1 */",
        &[("--x", dashes), ("--1", dashes)],
    );
    refused(
        Sqlite,
        r"SELECT E'a\';'; SELECT ARRAY['b;']",
        &[
            ("E'a", "`E'…'` is a string of PostgreSQL, and none of sqlite"),
            ("['b", "arrays like this one are PostgreSQL's; sqlite reads `[…]` as a name"),
        ],
    );
    for dialect in [Sqlite, Mysql] {
        let message = format!("`$$…$$` is a string of PostgreSQL, and none of {dialect}");
        refused(dialect, "DO $a$ BEGIN; END $a$; SELECT 1", &[("$a$ BEGIN", &message)]);
    }
    check(
        Mysql,
        "CREATE FUNCTION f() RETURNS INT LANGUAGE JAVASCRIPT AS $$ return 1; $$",
        &["CREATE FUNCTION f() RETURNS INT LANGUAGE JAVASCRIPT AS $$ return 1; $$"],
    );
    refused(Mysql, "SELECT e'a'", &[("e'a'", "`E'…'` is a string of PostgreSQL, and none of mysql")]);
    check(Mysql, "SELECT 5 - -1; -- x\n--\nSELECT 2", &["SELECT 5 - -1", "SELECT 2"]);
    check(Mysql, "--alembic: delimiter //\nSELECT 1; SELECT 2 //", &["SELECT 1; SELECT 2"]);
    let array = "arrays like this one are PostgreSQL's; sqlite reads `[…]` as a name";
    for (sql, at) in [
        ("CREATE TABLE a (r [])", "[]"),
        ("CREATE TABLE a (r TEXT [])", "[]"),
        ("CREATE TABLE a (r[])", "[]"),
        ("CREATE TABLE a (r VARCHAR(10)[])", "[]"),
        ("CREATE TABLE a (r TEXT[ ])", "[ ]"),
        ("CREATE TABLE a (r TEXT[3])", "[3]"),
        ("CREATE TABLE a (r TEXT DEFAULT x[])", "[]"),
        ("CREATE TABLE a (r TEXT CHECK (x[] = 1), s TEXT)", "[]"),
        ("CREATE TABLE a (r TEXT, PRIMARY KEY[] (r))", "[]"),
        ("CREATE TABLE a AS SELECT x[]", "[]"),
        ("CREATE INDEX i ON a (x[])", "[]"),
        ("ALTER TABLE a ADD COLUMN r INT DEFAULT x[]", "[]"),
        ("ALTER TABLE a RENAME TO b[]", "[]"),
        ("SELECT CAST(r AS TEXT[])", "[]"),
        ("SELECT r[1] FROM a", "[1]"),
        ("SELECT r [1,2] FROM a", "[1,2]"),
        ("SELECT (r) ['x'] FROM a", "['x']"),
    ] {
        refused(Sqlite, sql, &[(at, array)]);
    }
    for sql in [
        "CREATE TABLE a (r TEXT[] NOT NULL DEFAULT 'x', PRIMARY KEY (r))",
        "create temp table if not exists main.a (q, r LONG TEXT[][] CHECK (r IN ('a', 'b')), [s t] int[])",
        "ALTER TABLE main.a ADD COLUMN r TEXT[]",
        "ALTER TABLE a ADD r TEXT[] NOT NULL, ALTER COLUMN s TYPE int[] USING s",
    ] {
        allowed(Sqlite, sql);
    }
    for sql in [
        "CREATE TABLE [x,y] ([Price ($)] REAL, [it's] TEXT, [say \"hi\"] INT REFERENCES [a(b] ([d--e]), CHECK ([Price ($)] > 0))",
        "CREATE INDEX i ON p ([Price ($)], lower([it's]))",
        "ALTER TABLE p ADD COLUMN [E/Mail;] TEXT DEFAULT 'x'",
        "UPDATE [x,y] SET [it's] = t.[E/Mail] || [a:b] WHERE [c+d] = 1",
    ] {
        allowed(Sqlite, sql);
    }
    refused(
        Sqlite,
        "CREATE TABLE a (r TEXT[]); CREATE TABLE b (r TEXT[], s INT DEFAULT (x[1]))",
        &[("[1]", array)],
    );
    check(Sqlite, "SELECT [a b] FROM [c.d];", &["SELECT [a b] FROM [c.d]"]);
}

#[test]
fn transaction_control() {
    for dialect in Dialect::ALL {
        for (sql, statement) in [
            ("BEGIN", "BEGIN"),
            ("begin", "BEGIN"),
            ("BEGIN /* x */ TRANSACTION", "BEGIN"),
            ("BEGIN WORK", "BEGIN"),
            ("BEGIN IMMEDIATE", "BEGIN"),
            ("BEGIN EXCLUSIVE TRANSACTION", "BEGIN"),
            ("BEGIN ISOLATION LEVEL SERIALIZABLE", "BEGIN"),
            ("START TRANSACTION READ ONLY", "START TRANSACTION"),
            ("COMMIT", "COMMIT"),
            ("COMMIT AND CHAIN", "COMMIT"),
            ("COMMIT PREPARED 'x'", "COMMIT"),
            ("END", "END"),
            ("END TRANSACTION", "END"),
            ("ABORT", "ABORT"),
            ("ROLLBACK", "ROLLBACK"),
            ("ROLLBACK WORK", "ROLLBACK"),
            ("ROLLBACK PREPARED 'x'", "ROLLBACK"),
            ("PREPARE TRANSACTION 'x'", "PREPARE TRANSACTION"),
            ("XA START 'x'", "XA"),
            ("SET autocommit = 0", "SET autocommit"),
            ("SET SESSION autocommit = 0", "SET autocommit"),
            ("SET a = f(1, 2), LOCAL AUTOCOMMIT = 1", "SET autocommit"),
            ("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET TRANSACTION"),
            ("SET SESSION TRANSACTION READ ONLY", "SET SESSION TRANSACTION"),
            ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SET SESSION CHARACTERISTICS"),
            ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys"),
            ("pragma Foreign_Keys=0", "PRAGMA foreign_keys"),
            ("PRAGMA foreign_keys(1)", "PRAGMA foreign_keys"),
            ("PRAGMA main . foreign_keys = ON", "PRAGMA foreign_keys"),
            ("PRAGMA legacy_alter_table = ON", "PRAGMA legacy_alter_table"),
            ("PRAGMA temp.writable_schema(ON)", "PRAGMA writable_schema"),
        ] {
            control(dialect, sql, statement);
        }
        for sql in [
            "SAVEPOINT a",
            "RELEASE SAVEPOINT a",
            "ROLLBACK TO a",
            "ROLLBACK TO SAVEPOINT a",
            "ROLLBACK TRANSACTION TO SAVEPOINT a",
            "rollback work to a",
            "START REPLICA",
            "PREPARE p AS SELECT 1",
            "SET search_path = a, b",
            "SET LOCAL lock_timeout = 1",
            "SET a = autocommit, b = (c, autocommit)",
            "PRAGMA foreign_keys",
            "PRAGMA foreign_key_check",
            "PRAGMA foreign_key_list(t)",
            "PRAGMA main.defer_foreign_keys = ON",
            "VACUUM",
            "ATTACH 'x' AS y",
            "CREATE TABLE commit_log (rollback_to INT)",
        ] {
            allowed(dialect, sql);
        }
    }
    control(Sqlite, "PRAGMA \"foreign_keys\" = 0", "PRAGMA foreign_keys");
    control(Sqlite, "PRAGMA [main].[foreign_keys] = 0", "PRAGMA foreign_keys");
    control(Mysql, "SET @@autocommit = 0", "SET autocommit");
    control(Mysql, "SET @@session.autocommit := 0", "SET autocommit");
    control(Mysql, "SET NAMES utf8, `autocommit` = 0", "SET autocommit");
    control(Mysql, "/*!40101 SET autocommit = 0 */", "SET autocommit");
    control(Mysql, "/*!50000 COMMIT */", "COMMIT");
    allowed(Mysql, "SET @autocommit = 0");
    allowed(Mysql, "SET @@global.autocommit = 0");
    allowed(Mysql, "BEGIN NOT ATOMIC SELECT 1; END");
    control(Postgresql, "/*+ x */ COMMIT", "COMMIT");
    refused(
        Mysql,
        "BEGIN NOT ATOMIC START TRANSACTION; ROLLBACK TO a; IF a THEN COMMIT; END IF; END; SELECT 1;",
        &[
            ("START", "`START TRANSACTION` would escape the transaction that the migration runs in"),
            ("COMMIT;", "`COMMIT` would escape the transaction that the migration runs in"),
        ],
    );
    // a routine may, it does not run now
    allowed(Mysql, "CREATE PROCEDURE p() BEGIN START TRANSACTION; COMMIT; END");
    // with another delimiter too
    let sql = "-- alembic: delimiter //\nCOMMIT//\nCREATE PROCEDURE p() BEGIN COMMIT; END//";
    assert_eq!(errors(Mysql, sql).len(), 1);
}

#[test]
fn table_locks() {
    let lock = |sql: &str, statement: &str| {
        let message = format!("`{statement}` would keep the migration from its own tables");
        refused(Mysql, &format!("SELECT 1;\n{sql}; SELECT 2;"), &[(sql, &message)]);
    };
    lock("LOCK TABLES t WRITE", "LOCK TABLES");
    lock("lock /* x */ table `t` READ LOCAL, u AS v WRITE", "LOCK TABLE");
    lock("UNLOCK TABLES", "UNLOCK TABLES");
    lock("UNLOCK TABLE", "UNLOCK TABLE");
    lock("/*!40000 LOCK TABLES `t` WRITE */", "LOCK TABLES");
    lock("FLUSH TABLES WITH READ LOCK", "FLUSH TABLES");
    lock("FLUSH LOCAL TABLES a, `b` WITH READ LOCK", "FLUSH TABLES");
    lock("FLUSH TABLES a FOR EXPORT", "FLUSH TABLES");
    for sql in ["FLUSH TABLES", "FLUSH TABLES a, b", "FLUSH PRIVILEGES", "LOCK INSTANCE FOR BACKUP"] {
        allowed(Mysql, sql);
    }
    allowed(Mysql, "CREATE TABLE lock_tables (`LOCK TABLES` INT)");
    allowed(Mysql, "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO LOCK TABLES t READ");
    let inside = "BEGIN NOT ATOMIC LOCK TABLES t READ; END";
    let message = "`LOCK TABLES` would keep the migration from its own tables";
    refused(Mysql, inside, &[("LOCK", message)]);
    allowed(Postgresql, "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    allowed(Postgresql, "LOCK t");
    for dialect in [Sqlite, Postgresql] {
        allowed(dialect, "LOCK TABLES t WRITE");
        allowed(dialect, "UNLOCK TABLES");
    }
}

#[test]
fn changes_of_the_role() {
    for (sql, words) in [
        ("SET ROLE r", Some("SET ROLE")),
        ("set local role 'r'", Some("SET ROLE")),
        ("SET role = r", Some("SET ROLE")),
        ("SET SESSION AUTHORIZATION r", Some("SET SESSION AUTHORIZATION")),
        ("SET LOCAL SESSION AUTHORIZATION r", Some("SET SESSION AUTHORIZATION")),
        ("SET session_authorization TO r", Some("SET session_authorization")),
        ("SET ROLE NONE", None),
        ("SET SESSION AUTHORIZATION DEFAULT", None),
        ("RESET ROLE", None),
        ("SET session_replication_role = replica", None),
    ] {
        let forbidden = words.map(|words| Forbidden::RoleChange(words.to_owned()));
        assert_eq!(Forbidden::of(sql, Postgresql), forbidden, "{sql}");
        assert_eq!(Forbidden::of(sql, Mysql), None, "{sql}");
    }
}

#[test]
fn several_errors_in_order() {
    let sql = "BEGIN; SELECT 1;\n\\connect x\nCOMMIT;\n-- alembic: delimiter\nSELECT 'a";
    for dialect in Dialect::ALL {
        let places: Vec<_> =
            errors(dialect, sql).iter().map(|error| sql[error.start()..].chars().next()).collect();
        assert_eq!(places, ['B', '\\', 'C', '-', '\''].map(Some), "{dialect}");
    }
}

#[test]
fn client_commands() {
    for dialect in Dialect::ALL {
        let command = |sql: &str, commands: &[(&str, &str)]| {
            let expected: Vec<_> = commands
                .iter()
                .map(|(place, command)| {
                    (*place, format!("`{command}` is a command of a database client, not SQL"))
                })
                .collect();
            let expected: Vec<_> =
                expected.iter().map(|(place, message)| (*place, message.as_str())).collect();
            refused(dialect, sql, &expected);
        };
        command("\\connect db\nSELECT 1;", &[("\\connect", "\\connect")]);
        command(
            "\\restrict it's\r\n\nSELECT 1;\n\\unrestrict it's\n",
            &[("\\restrict", "\\restrict"), ("\\unre", "\\unrestrict")],
        );
        command("SELECT 1;\n  \\d t\n", &[("\\d t", "\\d")]);
        command(".mode csv\nSELECT 1;\n.import 'a\n", &[(".mode", ".mode"), (".import", ".import")]);
        command(
            "DELIMITER //\nCREATE X BEGIN a; b; END //\nDELIMITER ;\nSELECT 1;",
            &[("DELIMITER //", "DELIMITER //"), ("DELIMITER ;", "DELIMITER ;")],
        );
        command(
            "delimiter //\r\nSELECT 1//\r\ndelimiter ;",
            &[("delimiter //", "delimiter //"), ("delimiter ;", "delimiter ;")],
        );
    }
    let sql = "DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\nDELIMITER ;";
    assert_eq!(errors(Mysql, sql).len(), 2);
    assert_eq!(
        errors(Mysql, "DELIMITER $$\n")[0].help(),
        "write `-- alembic: delimiter $$` on a line of its own"
    );
    assert_eq!(errors(Mysql, "DELIMITER//\nSELECT 1; SELECT 2//").len(), 1);
    assert_eq!(errors(Mysql, "source a.sql\nSELECT 1;").len(), 1);
    check(Postgresql, "SELECT '\n\\d'", &["SELECT '\n\\d'"]);
    check_all("SELECT a\n.b FROM a", &["SELECT a\n.b FROM a"]);
}

#[test]
fn copy_from_stdin() {
    let message = "`COPY … FROM STDIN` takes its data from a client";
    let sql =
        "SELECT 1;\nCOPY t (a, b) FROM stdin WITH (FORMAT csv);\n1\tit's\n\\N\t;;\n\\.\n\nSELECT 2;\nCOMMIT;";
    refused(
        Postgresql,
        sql,
        &[("COPY", message), ("COMMIT", "`COMMIT` would escape the transaction that the migration runs in")],
    );
    refused(Postgresql, "COPY t FROM STDIN; SELECT 1;", &[("COPY", message)]);
    let dump =
        "COPY a FROM stdin;\n1\n\\.\n\nCOPY b (x) FROM stdin;\n\\.\nSELECT 1;\nCOPY c FROM stdin;\n2\n\\.\n";
    refused(Postgresql, dump, &[("COPY a", &format!("{message}; 2 more follow"))]);
    allowed(Postgresql, "COPY t FROM '/tmp/stdin'");
    allowed(Postgresql, "COPY t TO STDOUT");
    allowed(Postgresql, "SELECT 'COPY t FROM STDIN'");
}

#[test]
fn placeholders() {
    let check = |dialect: Dialect, placeholder: &str, sql: &str| {
        let name = dialect;
        let message = format!("`{placeholder}` is a placeholder on {name}, and a script has no value for it");
        refused(dialect, &format!("SELECT 1;\n{sql}"), &[(placeholder, &message)]);
    };
    for placeholder in ["?", "?1", ":a", "@a", "$a"] {
        check(Sqlite, placeholder, &format!("INSERT INTO t VALUES ({placeholder})"));
    }
    check(Mysql, "?", "UPDATE t SET a = ?");
    check(Postgresql, "$1", "UPDATE t SET a = $1");
    check(Postgresql, "$1", "CREATE OR REPLACE VIEW v AS SELECT $1");
    allowed(Postgresql, "PREPARE p AS SELECT $1");
    allowed(Postgresql, "CREATE FUNCTION f(int) RETURNS int RETURN $1 + 1");
    allowed(
        Postgresql,
        "CREATE OR REPLACE PROCEDURE p(int) LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES ($1); END",
    );
    allowed(Postgresql, "SELECT a ? 'b', c[1:n] FROM t");
    allowed(Mysql, "SET @a = 1");
    allowed(Sqlite, "INSERT INTO t VALUES (':a', '?', \"$a\")");
    allowed(Sqlite, "ALTER TABLE t ALTER a TYPE INTEGER USING a::integer");
}
