//! What holds for any text.

use proptest::prelude::*;

use crate::sql::lexer::tests::{cases, tricky_sql};
use crate::sql::lexer::{TokenKind, lex};
use crate::sql::{Dialect, Statement, keywords, split};

fn is_significant(kind: TokenKind) -> bool {
    !matches!(kind, TokenKind::Whitespace | TokenKind::Comment)
}

#[track_caller]
fn assert_well_formed(sql: &str, dialect: Dialect, statements: &[Statement]) {
    let tokens: Vec<_> = lex(sql, dialect).filter(|token| is_significant(token.kind)).collect();
    let delimited = sql.contains("delimiter") || sql.contains("DELIMITER");
    let mut position = 0;
    for statement in statements {
        assert!(position <= statement.start && statement.start < statement.end, "{dialect}: {sql:?}");
        position = statement.end;
        assert!(sql.get(statement.start..statement.end).is_some(), "{dialect}: {sql:?}");
        // another delimiter may cut a token in two
        let starts = tokens.iter().any(|token| token.start == statement.start);
        let ends = tokens.iter().any(|token| token.end == statement.end);
        assert!(delimited || (starts && ends), "{dialect}: {statement:?} in {sql:?}");
    }
    assert!(position <= sql.len());
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_text_is_split_or_refused(sql in tricky_sql()) {
        for dialect in Dialect::ALL {
            match split(&sql, dialect) {
                Ok(statements) => assert_well_formed(&sql, dialect, &statements),
                Err(errors) => {
                    prop_assert!(!errors.is_empty());
                    for error in errors {
                        prop_assert!(sql.is_char_boundary(error.start()));
                        prop_assert!(!error.to_string().is_empty() && !error.help().is_empty());
                    }
                }
            }
            prop_assert!(keywords(&sql, dialect, 5).len() <= 5);
        }
    }

    #[test]
    fn a_statement_is_one_statement(sql in tricky_sql()) {
        for dialect in Dialect::ALL {
            if sql.contains("delimiter") || sql.contains('\u{feff}') {
                continue;
            }
            for statement in split(&sql, dialect).unwrap_or_default() {
                let text = statement.text(&sql);
                if text.ends_with("--") {
                    continue; // at its end it is a comment to MySQL
                }
                prop_assert_eq!(split(text, dialect), Ok(vec![Statement { start: 0, end: text.len() }]));
            }
        }
    }
}
