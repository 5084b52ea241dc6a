//! Laws of facts for any text.

use super::ALL;
use crate::sql::facts::{Facts, Trace, Transaction};
use crate::sql::{Dialect, TokenKind, lex};

const PIECES: [&str; 92] = [
    "CREATE",
    "DROP",
    "ALTER",
    "RENAME",
    "TABLE",
    "INDEX",
    "VIEW",
    "TRIGGER",
    "TYPE",
    "ADD",
    "COLUMN",
    "VALUE",
    "MODIFY",
    "CHANGE",
    "TO",
    "ON",
    "IF",
    "NOT",
    "EXISTS",
    "FROM",
    "JOIN",
    "UPDATE",
    "SET",
    "UNIQUE",
    "KEY",
    "PRIMARY",
    "INSERT",
    "INTO",
    "DELETE",
    "WHERE",
    "SELECT",
    "VALUES",
    "WITH",
    "AS",
    "STATEMENT",
    "FOR",
    "USING",
    "REFERENCES",
    "CONCURRENTLY",
    "TEMPORARY",
    "TEMP",
    "DATABASE",
    "SCHEMA",
    "TABLESPACE",
    "USER",
    "ROLE",
    "FUNCTION",
    "PROCEDURE",
    "BODY",
    "EVENT",
    "SEQUENCE",
    "PRAGMA",
    "VACUUM",
    "ATTACH",
    "REINDEX",
    "CLUSTER",
    "DETACH",
    "PARTITION",
    "TRUNCATE",
    "COPY",
    "PROGRAM",
    "LOAD",
    "DATA",
    "NAMES",
    "set_config",
    "search_path",
    "PREPARE",
    "CALL",
    "DO",
    "BEGIN",
    "GLOBAL",
    "LANGUAGE",
    "C",
    "SONAME",
    "ANALYZE",
    "DEFERRABLE",
    "t",
    "u",
    "\"a b\"",
    "`c`",
    "[d]",
    "'s'",
    "@v",
    "@@g",
    ".",
    ",",
    "(",
    ")",
    "*",
    "=",
    "1",
    "é",
];

fn statement() -> impl proptest::strategy::Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(proptest::sample::select(PIECES.as_slice()), 0..24)
}

/// The text with blanks and comments between its tokens, and with its words in the other letter case.
fn reshaped(text: &str, dialect: Dialect) -> String {
    let mut reshaped = "/* a */".to_owned();
    for token in lex(text, dialect) {
        let part = token.text(text);
        match token.kind {
            TokenKind::Whitespace => reshaped.push_str("\n -- b\n\t"),
            TokenKind::Word => reshaped.push_str(&part.to_ascii_lowercase()),
            _ => reshaped.push_str(part),
        }
    }
    reshaped
}

proptest::proptest! {
    /// Any text is read to its end.
    #[test]
    fn arbitrary_text(text in ".{0,80}") {
        for dialect in ALL {
            Facts::of(&text, *dialect);
        }
    }

    #[test]
    fn nonsense(pieces in statement()) {
        let statement = pieces.join(" ");
        for dialect in ALL {
            let facts = Facts::of(&statement, *dialect);
            proptest::prop_assert!(facts.changes.len() <= statement.len());
            proptest::prop_assert!(facts.uses.len() <= statement.len());
        }
    }

    /// White space, comments and the letter case of keywords do not change facts.
    #[test]
    fn form_does_not_matter(pieces in statement()) {
        let lower = |piece: &str| if piece == "search_path" { piece.to_owned() } else { piece.to_ascii_lowercase() };
        let words: Vec<String> = pieces.iter().map(|piece| lower(piece)).collect();
        let upper = pieces.join(" ");
        for dialect in ALL {
            let plain = Facts::of(&words.join(" "), *dialect);
            let mut other = Facts::of(&reshaped(&upper, *dialect), *dialect);
            // A statement that is derived from the text has its form.
            if let (Trace::Detachment { finish, .. }, Trace::Detachment { finish: own, .. }) =
                (&plain.trace, &mut other.trace)
            {
                own.clone_from(finish);
            }
            proptest::prop_assert_eq!(plain, other, "{}: {}", dialect, upper);
        }
    }

    /// MySQL: part of a statement in an executable comment leaves nothing that could be mistaken for evidence.
    #[test]
    fn executable_comments(before in statement(), inside in statement(), after in statement()) {
        let [before, inside, after] = [before, inside, after].map(|pieces| pieces.join(" "));
        let commented = Facts::of(&format!("{before} /*!50000 {inside} */ {after}"), Dialect::Mysql);
        let plain = Facts::of(&format!("{before} {inside} {after}"), Dialect::Mysql);
        proptest::prop_assert_eq!(&commented.trace, &Trace::Nothing);
        proptest::prop_assert_eq!(commented, Facts { trace: Trace::Nothing, changed_rows: None, ..plain });
    }

    /// A statement that shares a transaction has no evidence of its own, but on PostgreSQL.
    #[test]
    fn evidence(pieces in statement()) {
        let statement = pieces.join(" ");
        for dialect in [Dialect::Sqlite, Dialect::Mysql] {
            let facts = Facts::of(&statement, dialect);
            proptest::prop_assert!(facts.transaction != Transaction::Shared || facts.trace == Trace::Nothing);
        }
    }
}

/// The texts that the fuzzer has kept are read to their ends, as they are and with executable comments.
#[test]
fn texts_of_the_fuzzer() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/statements.jsonl");
    let lines = crate::file::read_to_string(file).expect("the corpus");
    for line in lines.lines() {
        let text: String = serde_json::from_str(line).expect("a text");
        for dialect in ALL {
            Facts::of(&text, *dialect);
            Facts::of(&format!("/*!50000 {text} */"), *dialect);
            Facts::of(&format!("SET STATEMENT a = 1 FOR {text}"), *dialect);
        }
    }
}
