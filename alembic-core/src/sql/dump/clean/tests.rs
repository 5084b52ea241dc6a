use crate::sql::Dialect::{self, Mysql, Postgresql, Sqlite};
use crate::sql::Dump;

/// A dump of one statement as a script, and the notes about it.
fn cleaned(dialect: Dialect, statement: &str) -> Result<(String, Vec<&'static str>), String> {
    let (head, end) = match dialect {
        Postgresql => ("-- PostgreSQL database dump\n", ""),
        Mysql => ("-- MySQL dump\n", ""),
        Sqlite => ("BEGIN TRANSACTION;\n", "COMMIT;\n"),
    };
    let read = Dump::read(&format!("{head}{statement};\n{end}"), &[])
        .map_err(|error| format!("{}: {}", error.line, error.reason))?;
    let notes = read.changes.iter().map(|change| change.what).filter(|what| !what.contains("transactions"));
    let sql = match dialect {
        Postgresql => read.sql.as_str(),
        Mysql | Sqlite => read.sql.split_once('\n').expect("a preamble").1,
    };
    Ok((sql.trim_end_matches(['\n', ';']).to_owned(), notes.collect()))
}

#[test]
fn what_a_script_cannot_hold_is_written_in_another_way() {
    const STRINGS: &str = "written with escapes: strings with characters or lines that a script cannot have";
    const LINE_ENDS: &str = "written with LF: line ends of definitions and bodies that were CRLF";
    const COMMENTS: &str = "changed: blanks and comments that a script cannot have";
    let check = |dialect, statement: &str, expected: &str, note: &str| {
        assert_eq!(cleaned(dialect, statement), Ok((expected.to_owned(), vec![note])), "{statement}");
    };
    check(
        Postgresql,
        "INSERT INTO t VALUES ('a\\it''s\r\n\u{b}1\r')",
        "INSERT INTO t VALUES (E'a\\\\it''s\\r\n\\x0B1\\r')",
        STRINGS,
    );
    check(Postgresql, "SELECT E'a\\\r\n\\\\\r\\''", "SELECT E'a\\r\n\\\\\\r\\''", STRINGS);
    check(Postgresql, "SELECT 'a\n -- alembic: downgrade'", "SELECT E'a\\n -- alembic: downgrade'", STRINGS);
    check(Postgresql, "SELECT '\n<<<<<<< a\n>>>>>>> b'", "SELECT E'\\n<<<<<<< a\\n>>>>>>> b'", STRINGS);
    check(Postgresql, "DO $x$a\r\nb$x$", "DO $x$a\nb$x$", LINE_ENDS);
    check(Postgresql, "DO $x$a'\\\rb\r\n$x$", "DO E'a''\\\\\\rb\\r\n'", STRINGS);
    check(Postgresql, "SELECT 1,\r\n2", "SELECT 1,\n2", LINE_ENDS);
    check(Postgresql, "SELECT 1, -- Alembic upgrade\n2", "SELECT 1, -- - Alembic upgrade\n2", COMMENTS);
    check(Postgresql, "SELECT 1 --a\r, 2", "SELECT 1 --a\n, 2", COMMENTS);
    check(Sqlite, "SELECT 1 --a\r, 2\n, 3", "SELECT 1 --a , 2\n, 3", COMMENTS);
    check(
        Sqlite,
        "SELECT /*\n-- alembic: irreversible\n<<<<<<< */ 1",
        "SELECT /*\n-- - alembic: irreversible\n <<<<<<< */ 1",
        COMMENTS,
    );
    check(
        Sqlite,
        "INSERT INTO t VALUES('it''s\r\n\u{b}\\r')",
        "INSERT INTO t VALUES((replace(replace('it''s\\r0\n\\v\\r', '\\r0', char(13)), '\\v', char(11))))",
        STRINGS,
    );
    check(
        Sqlite,
        "CREATE TABLE t (a DEFAULT 'b\n-- alembic: x')",
        "CREATE TABLE t (a DEFAULT (replace('b\\n-- alembic: x', '\\n', char(10))))",
        STRINGS,
    );
    check(Mysql, "SELECT \"a\r\n\", 'b\\\r'", "SELECT \"a\\r\n\", 'b\\r'", STRINGS);
    check(Mysql, "SELECT 'a\n-- alembic: x'", "SELECT 'a\\n-- alembic: x'", STRINGS);
    check(Mysql, "INSERT INTO t VALUES ('''\\n\u{b}')", "INSERT INTO t VALUES (_utf8mb4 X'270A0B')", STRINGS);
    check(Mysql, "SELECT _utf8mb4'\u{b}'", "SELECT _utf8mb4 X'0B'", STRINGS);
}

#[test]
fn other_statements_are_left_as_they_are() {
    let check = |dialect, statement: &str| {
        assert_eq!(cleaned(dialect, statement), Ok((statement.to_owned(), Vec::new())), "{statement}");
    };
    for dialect in Dialect::ALL {
        check(dialect, "SELECT 'a\n\n -- b', alembic, 'alembic: upgrade' -- see alembic\n, 1");
        check(dialect, "SELECT '-- alembic: upgrade', /* <<<<<<< */ 1");
    }
}

#[test]
fn what_cannot_be_written_at_all_is_named() {
    let check = |dialect, statement: &str, reason: &str| {
        let expected = format!("{reason}, which a script cannot have here");
        assert_eq!(cleaned(dialect, statement), Err(expected), "{statement}");
    };
    check(Postgresql, "SELECT 1,\n'\0'", "3: a string has a NUL");
    check(Postgresql, "CREATE TABLE \"a\r\n\" (b INT)", "2: a name has a carriage return");
    check(Postgresql, "SELECT U&'\u{b}'", "2: a string has a vertical tab");
    check(Sqlite, "SELECT 1 AS 'a\u{b}'", "2: a string has a vertical tab");
    check(Sqlite, "SELECT\n1 /* \0 */, 2", "3: a comment has a NUL");
    let raise = "CREATE TRIGGER t AFTER INSERT ON a BEGIN\nSELECT RAISE(ABORT, '\r'); END";
    check(Sqlite, raise, "3: a string has a carriage return");
    check(Mysql, "CREATE TABLE t (a INT COMMENT '\u{b}')", "2: a string has a vertical tab");
    check(
        Mysql,
        "CREATE TABLE `a\n-- alembic: upgrade` (b INT)",
        "2: a name has a line that begins like `-- alembic:` or like a mark of a conflict",
    );
}
