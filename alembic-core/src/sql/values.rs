//! The values of an enum, in a type and in expressions.

use super::quote::plain_literal;
use super::unquote::{text_of, unquote};
use super::{Dialect, TokenKind, tokens};

/// The values of an `ENUM('…', …)`, a type of MySQL.
pub(crate) fn of_type(words: &str) -> Option<Vec<String>> {
    let found: Vec<_> = tokens(words, Dialect::Mysql).collect();
    if !found.first()?.text(words).eq_ignore_ascii_case("enum") {
        return None;
    }
    let strings = found.iter().filter(|token| token.kind == TokenKind::String);
    strings.map(|token| text_of(Dialect::Mysql, token.text(words))).collect()
}

/// The expression with other names for values of the enum `enum_name`: strings that are cast to it or, where `is_own`,
/// all without such a cast.
pub(crate) fn rename(
    expression: &str,
    dialect: Dialect,
    renames: &[(String, String)],
    enum_name: &str,
    is_own: bool,
) -> String {
    let mut renamed = String::with_capacity(expression.len());
    let mut copied = 0;
    let found: Vec<_> = tokens(expression, dialect).collect();
    let text = |place: usize| found.get(place).map_or("", |token| token.text(expression));
    for (place, token) in found.iter().enumerate() {
        let is_value = if text(place + 1) == "::" {
            let type_place = if text(place + 3) == "." { place + 4 } else { place + 2 };
            unquote(text(type_place)).is_some_and(|own| own == enum_name)
        } else {
            is_own
        };
        let own = token.text(expression);
        if let Some((_, to)) =
            renames.iter().find(|(from, _)| is_value && own == plain_literal(dialect, from))
        {
            renamed.push_str(&expression[copied..token.start]);
            renamed.push_str(&plain_literal(dialect, to));
            copied = token.end;
        }
    }
    renamed + &expression[copied..]
}

/// Whether an expression has one of these values as a literal.
pub(crate) fn has_any(expression: &str, values: &[String], dialect: Dialect) -> bool {
    tokens(expression, dialect).any(|token| {
        token.kind == TokenKind::String
            && values.iter().any(|value| token.text(expression) == plain_literal(dialect, value))
    })
}
