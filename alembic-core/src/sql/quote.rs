//! Names and strings with their quotes.

#[cfg(feature = "driver")]
use std::fmt::Write as _;

use super::Dialect;
use super::keywords::is_reserved;

fn quoted(text: &str, quote: char) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push(quote);
    for letter in text.chars() {
        quoted.push(letter);
        if letter == quote {
            quoted.push(quote);
        }
    }
    quoted.push(quote);
    quoted
}

/// `name` as a quoted identifier.
pub(crate) fn identifier(dialect: Dialect, name: &str) -> String {
    quoted(name, if dialect == Dialect::Mysql { '`' } else { '"' })
}

/// `name` as an identifier that is quoted only where it has to be.
///
/// SQLite and PostgreSQL quote the same names, so that their SQL agrees: the reserved words of both, and names that
/// PostgreSQL would fold to lower case.
pub(crate) fn name(dialect: Dialect, name: &str) -> String {
    let is_mysql = dialect == Dialect::Mysql;
    let is_letter =
        |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || (is_mysql && byte.is_ascii_uppercase());
    let is_word = name.bytes().next().is_some_and(is_letter)
        && name.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit());
    let is_reserved = || match dialect {
        Dialect::Mysql => is_reserved(name, dialect),
        _ => is_reserved(name, Dialect::Sqlite) || is_reserved(name, Dialect::Postgresql),
    };
    if is_word && !is_reserved() { name.to_owned() } else { identifier(dialect, name) }
}

/// `text` as a string literal of the SQL standard, in which a backslash is a character like any other.
pub(crate) fn string(text: &str) -> String {
    quoted(text, '\'')
}

/// `text` as a string literal that means the same whatever the settings of the session are.
///
/// Plain where every setting reads it the same way; otherwise `E'…'` on PostgreSQL (independent of
/// `standard_conforming_strings`) and a hexadecimal literal on MySQL (independent of `NO_BACKSLASH_ESCAPES`).
#[cfg(feature = "driver")]
pub(crate) fn literal(dialect: Dialect, text: &str) -> String {
    match dialect {
        Dialect::Postgresql if text.contains('\\') => format!("E{}", string(&text.replace('\\', "\\\\"))),
        Dialect::Sqlite | Dialect::Postgresql => string(text),
        Dialect::Mysql if !text.contains(['\\', '\'']) && text.is_ascii() => string(text),
        Dialect::Mysql => format!("_utf8mb4 {}", hexadecimal(text)),
    }
}

/// The bytes of `text` as a hexadecimal literal of MySQL, without a character set.
#[cfg(feature = "driver")]
pub(crate) fn hexadecimal(text: &str) -> String {
    let mut hex = String::with_capacity(2 * text.len() + 3);
    hex.push_str("X'");
    for byte in text.bytes() {
        let _ = write!(hex, "{byte:02X}");
    }
    hex.push('\'');
    hex
}

/// `text` as a string literal for definitions, where MySQL accepts only plain ones. A backslash is doubled in these: this
/// is how the server reads it by default.
#[cfg(feature = "sources")]
pub(crate) fn plain_literal(dialect: Dialect, text: &str) -> String {
    match dialect {
        Dialect::Mysql => string(&text.replace('\\', "\\\\")),
        Dialect::Sqlite | Dialect::Postgresql => string(text),
    }
}

#[cfg(all(test, feature = "sources", feature = "driver"))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sql::unquote::{text_of, unquote};

    #[test]
    fn only_names_that_need_quotes_are_quoted() {
        let check = |text: &str, expected: [&str; 3]| {
            assert_eq!(Dialect::ALL.map(|dialect| name(dialect, text)), expected, "{text}");
        };
        check("users", ["users", "users", "users"]);
        check("user", ["\"user\"", "\"user\"", "user"]);
        check("order", ["\"order\"", "\"order\"", "`order`"]);
        check("key", ["key", "key", "`key`"]);
        check("Album", ["\"Album\"", "\"Album\"", "Album"]);
        check("a b", ["\"a b\"", "\"a b\"", "`a b`"]);
        check("a\"`b", ["\"a\"\"`b\"", "\"a\"\"`b\"", "`a\"``b`"]);
        check("größe", ["\"größe\"", "\"größe\"", "`größe`"]);
        check("1st", ["\"1st\"", "\"1st\"", "`1st`"]);
        check("", ["\"\"", "\"\"", "``"]);
    }

    #[test]
    fn quotes_and_backslashes_are_safe_everywhere() {
        let text = "it's a \\ test";
        assert_eq!(literal(Dialect::Sqlite, text), "'it''s a \\ test'");
        assert_eq!(literal(Dialect::Postgresql, text), "E'it''s a \\\\ test'");
        assert_eq!(literal(Dialect::Mysql, "a'b"), "_utf8mb4 X'612762'");
        assert_eq!(literal(Dialect::Mysql, "plain"), "'plain'");
        assert_eq!(identifier(Dialect::Postgresql, "a\"b"), "\"a\"\"b\"");
        assert_eq!(identifier(Dialect::Mysql, "a`b"), "`a``b`");
        assert_eq!(plain_literal(Dialect::Mysql, text), "'it''s a \\\\ test'");
    }

    #[test]
    fn backslashes_are_escapes_on_mysql_alone() {
        assert_eq!(text_of(Dialect::Mysql, "'a\\\\b\\'c''d'").as_deref(), Some("a\\b'c'd"));
        assert_eq!(text_of(Dialect::Mysql, "'a\\'"), None);
        assert_eq!(text_of(Dialect::Sqlite, "'a\\b'").as_deref(), Some("a\\b"));
    }

    proptest! {
        #[test]
        fn a_name_with_and_without_quotes_is_the_same(text in any::<String>(), word in "[A-Za-z_][a-z0-9_\"'`]{0,6}") {
            for dialect in Dialect::ALL {
                for wanted in [&text, &word] {
                    let written = identifier(dialect, wanted);
                    prop_assert_eq!(unquote(&written), Some(wanted.clone()));
                    let tokens = crate::sql::tokens(&written, dialect).count();
                    prop_assert_eq!(tokens, 1, "{}", written);
                    prop_assert_eq!(text_of(dialect, &plain_literal(dialect, wanted)), Some(wanted.clone()));
                }
                let written = name(dialect, &word);
                prop_assert_eq!(unquote(&written), Some(word.clone()));
            }
        }
    }
}
