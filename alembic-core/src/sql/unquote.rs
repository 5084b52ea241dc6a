//! Names and strings without their quotes.

#[cfg(feature = "sources")]
use super::Dialect;

/// The name of an identifier, or the text of a standard string: without its quotes, and with one quote for each doubled
/// one. A word is returned as it is.
///
/// `None` for a text whose quotes do not close, and for one with a prefix: `U&"…"` and `E'…'` have escapes.
///
/// ```
/// use alembic_core::sql::unquote;
///
/// assert_eq!(unquote("\"my \"\"own\"\" table\"").as_deref(), Some("my \"own\" table"));
/// assert_eq!(unquote("[order]").as_deref(), Some("order"));
/// assert_eq!(unquote("users").as_deref(), Some("users"));
/// assert_eq!(unquote("\"users"), None);
/// ```
#[must_use]
pub fn unquote(text: &str) -> Option<String> {
    let first = text.chars().next()?;
    let closing = match first {
        '"' | '`' | '\'' => first,
        '[' => ']',
        _ => return (!text.contains(['"', '`', '\''])).then(|| text.to_owned()),
    };
    let inner = text.get(1..)?.strip_suffix(closing)?;
    let mut name = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        // A single one would have ended the text. SQLite cannot double a bracket.
        if letter == closing && (first == '[' || letters.next() != Some(closing)) {
            return None;
        }
        name.push(letter);
    }
    Some(name)
}

/// The text that a string literal stands for. MySQL reads a backslash before any character as that character here, so
/// control characters such as `\n` are not for this function.
#[cfg(feature = "sources")]
pub(crate) fn text_of(dialect: Dialect, literal: &str) -> Option<String> {
    if dialect != Dialect::Mysql {
        return unquote(literal);
    }
    let inner = literal.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut text = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' | '\\' => text.push(letters.next()?),
            _ => text.push(letter),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kinds_of_quotes_are_removed() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(unquote(text).as_deref(), expected, "{text}");
        };
        check("a", Some("a"));
        check("Größe$1", Some("Größe$1"));
        check("\"a\"\"b\"", Some("a\"b"));
        check("`a``b'`", Some("a`b'"));
        check("'it''s'", Some("it's"));
        check("[a]", Some("a"));
        check("[]", Some(""));
        check("\"\"", Some(""));
        check("[a[\"b]", Some("a[\"b"));
        check("[a]]", None);
        check("", None);
        check("\"", None);
        check("\"a", None);
        check("\"a\"b\"", None);
        check("'a'''", Some("a'"));
        check("'a''", None);
        check("U&\"a\"", None);
        check("E'a'", None);
    }
}
