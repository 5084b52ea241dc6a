//! Statements that are nested deeper than a stack.

use crate::sql::expression::{canonical, without_parentheses};
use crate::sql::facts::Facts;
use crate::sql::{Dialect, Dump, keywords, significant, split};

const DEPTHS: [usize; 3] = [10, 300, 3_000];

/// What is nested: its beginning, the innermost, its end, and what comes before and after all of it.
const NESTED: [(&str, &str, &str, &str, &str); 16] = [
    ("SELECT ", "(", "1", ")", ""),
    ("SELECT ", "f(", "1", ")", ""),
    ("SELECT ", "-", "1", "", ""),
    ("SELECT ", "(SELECT ", "1", ")", ""),
    ("SELECT ", "CASE WHEN ", "1", " THEN 1 END", ""),
    ("SELECT 1 ", "/*", "", "*/", ""),
    ("SELECT 1 ", "/*! ", "", " */", ""),
    ("SELECT ", "ARRAY[", "1", "]", ""),
    ("CREATE TABLE t (a INT CHECK ", "(", "a", ")", ")"),
    ("CREATE VIEW v AS ", "SELECT * FROM (", "SELECT 1", ") x", ""),
    ("", "WITH a AS (", "SELECT 1", ") SELECT 1", ""),
    ("CREATE TRIGGER t AFTER INSERT ON a ", "BEGIN ", "SELECT 1; ", "END; ", ""),
    ("CREATE PROCEDURE p() ", "BEGIN IF 1 THEN ", "SELECT 1; ", "END IF; END; ", ""),
    ("DO $$ ", "BEGIN ", "", "END; ", "$$"),
    ("DO ", "$a$ EXECUTE $b$ ", "", " $b$ $a$", ""),
    ("EXPLAIN ", "EXPLAIN ", "SELECT 1", "", ""),
];

fn texts(depth: usize) -> impl Iterator<Item = String> {
    NESTED.into_iter().map(move |(before, begin, inner, end, after)| {
        format!("{before}{}{inner}{}{after}", begin.repeat(depth), end.repeat(depth))
    })
}

#[test]
fn a_statement_is_read_or_refused() {
    for depth in DEPTHS {
        for text in texts(depth) {
            for dialect in Dialect::ALL {
                let _ = Facts::of(&text, dialect);
                assert!(keywords(&text, dialect, 4).len() <= 4);
                significant(&text, dialect, &mut Vec::new());
                let statements = split(&text, dialect).map(|statements| statements.len()).unwrap_or_default();
                assert!(statements <= text.len());
            }
            let _ = Dump::read(&text, &[]);
        }
    }
}

/// Brackets and comments have a depth without a limit; that is counted, and no stack is used.
#[test]
fn the_deepest_is_read_too() {
    for (before, begin) in
        [("SELECT ", "("), ("SELECT 1 ", "/*"), ("CREATE TRIGGER t AFTER INSERT ON a ", "BEGIN ")]
    {
        let text = format!("{before}{}", begin.repeat(200_000));
        for dialect in Dialect::ALL {
            assert!(split(&text, dialect).map_or(1, |statements| statements.len()) > 0);
            assert_eq!(Facts::of(&text, dialect).kind, Facts::of(before, dialect).kind);
        }
    }
}

/// Commands of psql, one after the other, and the rows of thousands of tables.
#[test]
fn a_dump_of_many_parts_is_read() {
    for part in ["\\connect a\n", "COPY t (a) FROM stdin;\n1\n\\.\n"] {
        let dump = |count: usize| format!("-- PostgreSQL database dump\n{}", part.repeat(count));
        let outcome = |count: usize| {
            Dump::read(&dump(count), &[]).map(|dump| dump.changes.len()).map_err(|it| it.reason)
        };
        assert_eq!(outcome(20_000), outcome(2), "{part}");
    }
}

#[test]
fn an_expression_is_compared() {
    for depth in DEPTHS {
        for (begin, end) in
            [("(", ")"), ("f(", ")"), ("(a AND (", "))"), ("NOT ", ""), ("CASE WHEN ", " END")]
        {
            let text = format!("{}a{}", begin.repeat(depth), end.repeat(depth));
            for dialect in Dialect::ALL {
                assert!(without_parentheses(&text, dialect).len() <= text.len());
                assert!(canonical(&text, dialect, &["a"]).contains('a'));
            }
        }
        let text = format!("{} ( a ) {}", "( /* x */ ".repeat(depth), " )".repeat(depth));
        assert_eq!(without_parentheses(&text, Dialect::Sqlite), "a");
    }
}
