//! Definitions that are nested deeper than a stack.

use crate::dialect::sqlite::definition::{Index, Table};

const DEPTHS: [usize; 3] = [10, 1_000, 10_000];

/// What is nested, with what it is nested in: the beginning, the innermost, and the end.
const EXPRESSIONS: [(&str, &str, &str); 9] = [
    ("(", "1", ")"),
    ("abs(", "a", ")"),
    ("-", "a", ""),
    ("NOT ", "a", ""),
    ("CASE WHEN ", "a", " THEN 1 END"),
    ("(SELECT ", "1", ")"),
    ("", "a", " COLLATE x"),
    ("(", "a", " COLLATE x)"),
    ("'a' || ", "a", ""),
];

#[test]
fn a_definition_is_read_or_refused() {
    for depth in DEPTHS {
        for (begin, inner, end) in EXPRESSIONS {
            let expression = format!("{}{inner}{}", begin.repeat(depth), end.repeat(depth));
            for table in [
                format!("CREATE TABLE t (a INT CHECK ({expression}))"),
                format!("CREATE TABLE t (a INT DEFAULT ({expression}))"),
                format!("CREATE TABLE t (a INT AS ({expression}))"),
                format!("CREATE TABLE t (a INT, CHECK ({expression}), UNIQUE (a))"),
                format!("CREATE TABLE t (a INT, PRIMARY KEY ({expression}))"),
            ] {
                let read = Table::parse(&table).map(|table| table.columns.len());
                assert!(matches!(read, Ok(1) | Err(_)), "{begin} {depth} times: {read:?}");
            }
            let index = format!("CREATE INDEX i ON t ({expression}, a DESC) WHERE {expression}");
            let read = Index::parse(&index).map(|index| index.parts.len());
            assert!(matches!(read, Ok(2) | Err(_)), "{begin} {depth} times: {read:?}");
        }
    }
}
