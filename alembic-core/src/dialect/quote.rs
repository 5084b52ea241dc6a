//! Literals and names that mean the same whatever the settings of the session are.

use std::fmt::Write as _;

use crate::sql::Dialect;

/// `text` as a string literal.
///
/// Plain where every setting reads it the same way; otherwise `E'…'` on PostgreSQL (`standard_conforming_strings` does
/// not matter to it) and a hexadecimal literal on MySQL (`NO_BACKSLASH_ESCAPES` does not matter to it).
pub(crate) fn literal(dialect: Dialect, text: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    match dialect {
        Dialect::Sqlite => quoted(text),
        Dialect::Postgresql if !text.contains('\\') => quoted(text),
        Dialect::Postgresql => format!("E{}", quoted(&text.replace('\\', "\\\\"))),
        Dialect::Mysql if !text.contains(['\\', '\'']) && text.is_ascii() => quoted(text),
        Dialect::Mysql => {
            let mut hex = String::with_capacity(2 * text.len() + 12);
            hex.push_str("_utf8mb4 X'");
            for byte in text.bytes() {
                let _ = write!(hex, "{byte:02X}");
            }
            hex.push('\'');
            hex
        }
    }
}

/// `name` as a quoted identifier.
pub(crate) fn identifier(dialect: Dialect, name: &str) -> String {
    let quote = if dialect == Dialect::Mysql { "`" } else { "\"" };
    format!("{quote}{}{quote}", name.replace(quote, &quote.repeat(2)))
}

/// `name` as an identifier, quoted unless it is one of lower-case letters, digits and underscores.
pub(crate) fn identifier_where_needed(dialect: Dialect, name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.bytes().all(is_plain) { name.to_owned() } else { identifier(dialect, name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_are_safe_everywhere() {
        let text = "it's a \\ test";
        assert_eq!(literal(Dialect::Sqlite, text), "'it''s a \\ test'");
        assert_eq!(literal(Dialect::Postgresql, text), "E'it''s a \\\\ test'");
        assert_eq!(literal(Dialect::Mysql, "a'b"), "_utf8mb4 X'612762'");
        assert_eq!(literal(Dialect::Mysql, "plain"), "'plain'");
        assert_eq!(identifier(Dialect::Postgresql, "a\"b"), "\"a\"\"b\"");
        assert_eq!(identifier(Dialect::Mysql, "a`b"), "`a``b`");
    }
}
