//! What holds for any table, however it is written.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{altered, catalog};
use crate::dialect::sqlite::definition::Table;
use crate::sql::Reader;

/// What may stand between two tokens, and is kept.
fn gap() -> impl Strategy<Value = &'static str> {
    select(vec![" ", " ", " ", "\n    ", "\r\n\t", " /* , ( ' */ ", " -- ) \" ,\n", "/**/"])
}

const NAMES: [&str; 8] =
    ["plain", "\"quoted name\"", "`tick`", "[brackets ]", "'string'", "key", "\"not null\"", "ümlaut"];

const TYPES: [&str; 7] = [
    "",
    "INT",
    "VARCHAR (20)",
    "NUMERIC(10, -2)",
    "double precision",
    "\"my type\"",
    "timestamp with time zone",
];

const RULES: [&str; 12] = [
    "NOT NULL ON CONFLICT ABORT",
    "NULL",
    "UNIQUE",
    "CONSTRAINT \"check, (\" CHECK ((1) > 0 OR ',' <> ')')",
    "DEFAULT -5",
    "DEFAULT 'it''s, )'",
    "DEFAULT ((1) + (2))",
    "COLLATE NOCASE",
    "REFERENCES \"other table\" (x) ON DELETE SET NULL ON UPDATE CASCADE MATCH FULL NOT DEFERRABLE INITIALLY DEFERRED",
    "REFERENCES other",
    "GENERATED ALWAYS AS (1 + (2)) STORED",
    "AS ('x') VIRTUAL",
];

const TABLE_RULES: [&str; 5] = [
    "UNIQUE (a, \"quoted name\" COLLATE NOCASE DESC) ON CONFLICT REPLACE",
    "CONSTRAINT one CHECK (a <> 'b) , (') ON CONFLICT FAIL",
    "CHECK (t.a IS NOT NULL)",
    "FOREIGN KEY (a, b) REFERENCES o ('x', [y]) ON DELETE NO ACTION",
    "CONSTRAINT [a name] CONSTRAINT two UNIQUE (a)",
];

/// A table `t` with a column `a`: its text, how many columns it has, and how many constraints.
fn table() -> impl Strategy<Value = (String, usize, usize)> {
    let column = (select(TYPES.to_vec()), subsequence(RULES.to_vec(), 0..4), vec(gap(), 8));
    let columns = (subsequence(NAMES.to_vec(), 0..5), vec(column, 6));
    let name = select(vec!["t", "\"t\"", "[T]", "'t'"]);
    let options = select(vec!["", " STRICT", " WITHOUT ROWID", ",STRICT", " WITHOUT  ROWID , STRICT"]);
    let rules = (subsequence(TABLE_RULES.to_vec(), 0..4), vec(any::<bool>(), 4));
    (name, columns, rules, vec(gap(), 16), options).prop_map(
        |(name, (names, specs), (rules, commas), gaps, options)| {
            let mut gaps = gaps.into_iter().cycle();
            let mut next = || gaps.next().unwrap_or(" ");
            let mut elements = Vec::new();
            let mut constraints = 0;
            for (name, (of_type, own, between)) in ["a"].iter().chain(&names).zip(&specs) {
                let mut text = (*name).to_owned();
                for (part, gap) in [*of_type].iter().chain(own).filter(|part| !part.is_empty()).zip(between) {
                    text += gap;
                    text += part;
                }
                constraints += own.len();
                elements.push(text);
            }
            let count = elements.len();
            let mut text = format!("CREATE TABLE {name}{}(", next());
            text += &elements.join(&format!("{},{}", next(), next()));
            for (index, (rule, comma)) in rules.iter().zip(&commas).enumerate() {
                text += next();
                text += if *comma || index == 0 { "," } else { " " };
                text += next();
                text += rule;
                constraints += if rule.contains("two") { 2 } else { 1 };
            }
            text += next();
            let options =
                if options.contains("STRICT") && options.starts_with(',') { " STRICT" } else { options };
            (format!("{text}){options}"), count, constraints)
        },
    )
}

/// The significant tokens of a text.
fn tokens(sql: &str) -> Vec<&str> {
    let mut reader = Reader::stored(sql);
    std::iter::from_fn(|| reader.next().map(|token| token.text(sql))).collect()
}

/// The comments of a text.
fn comments(sql: &str) -> Vec<&str> {
    use crate::sql::{Dialect, TokenKind, lex};
    let comments = lex(sql, Dialect::Sqlite).filter(|token| token.kind == TokenKind::Comment);
    comments.map(|token| token.text(sql)).collect()
}

proptest! {
    #[test]
    fn a_table_is_read_whole((text, columns, constraints) in table()) {
        let table = Table::parse(&text).map_err(|at| TestCaseError::fail(format!("{text}\nat {}", &text[at..])))?;
        prop_assert_eq!(table.columns.len(), columns, "{}", text);
        prop_assert_eq!(table.all_constraints().count(), constraints, "{}", text);
    }

    #[test]
    fn what_is_added_is_all_that_changes_and_can_be_taken_back((text, ..) in table()) {
        let not_null = text.contains("NULL");
        let pairs = [
            ("ADD CONSTRAINT new CHECK (a > 0)", "DROP CONSTRAINT new", true),
            ("ADD CONSTRAINT \"new one\" UNIQUE (a)", "DROP CONSTRAINT \"new one\"", true),
            ("ALTER a SET NOT NULL", "ALTER a DROP NOT NULL", !not_null),
            ("ALTER a SET DEFAULT (1 + 2)", "ALTER a DROP DEFAULT", !text.contains("DEFAULT")),
            ("ALTER a TYPE BIGINT", "", true),
        ];
        for (action, back, is_inverse) in pairs {
            let there = altered(&catalog(&[&text]), action).map_err(|error| TestCaseError::fail(format!("{text}\n{error}")))?;
            let there = there.trim_start_matches(['*', '?']);
            prop_assert!(Table::parse(there).is_ok(), "{}\n{}", action, there);
            // The type takes a comment along that stands inside of it.
            prop_assert_eq!(comments(there), comments(&text), "{}\n{}", action, there);
            if back.is_empty() || !is_inverse {
                continue;
            }
            let mut rest = tokens(there).into_iter();
            prop_assert!(tokens(&text).iter().all(|token| rest.any(|other| other == *token)), "{}\n{}", action, there);
            let again = altered(&catalog(&[there]), back).map_err(|error| TestCaseError::fail(format!("{there}\n{error}")))?;
            prop_assert_eq!(again.trim_start_matches(['*', '?']), &text, "{}\n{}", action, there);
        }
    }

    #[test]
    fn whatever_stands_there_is_no_reason_to_panic(text in "[a-z\"'()\\[\\],.;/*\\- \n]{0,60}", action in "[A-Za-z\"'(),.;: ]{0,40}") {
        let text = format!("CREATE TABLE t (a{text}");
        if let Some(alter) = super::super::statement::Alter::parse(&format!("ALTER TABLE t {action}")) {
            let _ = super::super::plan::Plan::new(&alter, &alter.actions, &catalog(&[&text]));
        }
        for action in ["DROP a", "ADD UNIQUE (a)", "ALTER a TYPE INT", "ALTER a SET DEFAULT 'x'", "DROP CONSTRAINT t_a_key"] {
            let alter = super::parsed(action);
            let _ = super::super::plan::Plan::new(&alter, &alter.actions, &catalog(&[&text]));
        }
    }
}
