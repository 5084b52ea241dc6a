//! The values of an enum, in a type and in expressions.

use std::ops::Range;

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

/// The expression with other names for values of the enum `enum_name`, alone or in an array: strings that are cast to it or,
/// where `is_own`, all without a cast.
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
    for (place, token) in found.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::String) {
        let cast = (text(place + 1) == "::").then(|| {
            let type_place = if text(place + 3) == "." { place + 4 } else { place + 2 };
            let is_it = unquote(text(type_place)).is_some_and(|own| own == enum_name);
            (is_it, text(type_place + 1) == "[")
        });
        let Some(value) = text_of(dialect, token.text(expression)) else { continue };
        let as_value = || renames.iter().find(|(from, _)| *from == value).map(|(_, to)| to.clone());
        let to = match cast {
            Some((true, true)) => renamed_elements(&value, renames),
            Some((true, false)) => as_value(),
            None if is_own => as_value().or_else(|| renamed_elements(&value, renames)),
            _ => None,
        };
        if let Some(to) = to {
            renamed.push_str(&expression[copied..token.start]);
            renamed.push_str(&plain_literal(dialect, &to));
            copied = token.end;
        }
    }
    renamed + &expression[copied..]
}

/// Whether an expression has one of these values as a literal, or in one of an array.
pub(crate) fn has_any(expression: &str, values: &[String], dialect: Dialect) -> bool {
    let mut strings = tokens(expression, dialect).filter(|token| token.kind == TokenKind::String);
    strings.any(|token| {
        let Some(text) = text_of(dialect, token.text(expression)) else { return false };
        let is_in = |value: &String| *value == text || elements(&text).iter().any(|own| own.value == *value);
        values.iter().any(is_in)
    })
}

/// A value in the text of an array.
struct Element {
    value: String,
    /// Where it stands, with its quotes.
    range: Range<usize>,
}

/// PostgreSQL: the elements in the text of an array, `{a,"b c"}`. None in any other text.
fn elements(text: &str) -> Vec<Element> {
    let mut found: Vec<Element> = Vec::new();
    if !text.starts_with('{') || !text.ends_with('}') {
        return found;
    }
    let mut letters = text.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        if matches!(letter, '{' | '}' | ',') || letter.is_whitespace() {
            continue;
        }
        let mut element = Element { value: String::new(), range: start..start + letter.len_utf8() };
        let is_quoted = letter == '"';
        if !is_quoted {
            element.value.push(letter);
        }
        while let Some((place, letter)) =
            letters.next_if(|(_, letter)| is_quoted || !matches!(letter, '{' | '}' | ','))
        {
            element.range.end = place + letter.len_utf8();
            match letter {
                '"' if is_quoted => break,
                '\\' => element.value.extend(letters.next().map(|(_, letter)| letter)),
                _ => element.value.push(letter),
            }
        }
        if !is_quoted {
            let end = element.value.trim_end().len();
            element.range.end -= element.value.len() - end;
            element.value.truncate(end);
        }
        found.push(element);
    }
    found
}

/// The text of an array with other names for values. None if it has none of them.
fn renamed_elements(text: &str, renames: &[(String, String)]) -> Option<String> {
    let mut renamed = String::with_capacity(text.len());
    let mut copied = 0;
    for Element { value, range } in elements(text) {
        if let Some((_, to)) = renames.iter().find(|(from, _)| *from == value) {
            renamed.push_str(&text[copied..range.start]);
            renamed.push_str(&element(to));
            copied = range.end;
        }
    }
    (copied > 0).then(|| renamed + &text[copied..])
}

/// A value as PostgreSQL writes it into the text of an array.
fn element(value: &str) -> String {
    let needs_quotes = value.is_empty()
        || value.eq_ignore_ascii_case("null")
        || value.contains(|letter: char| "{}\",\\".contains(letter) || letter.is_whitespace());
    if needs_quotes {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, is_own: bool, expected: &str) {
        let renames = [("draft", "fresh"), ("it's", "a, b")];
        let renames = renames.map(|(from, to)| (from.to_owned(), to.to_owned()));
        let found = rename(expression, Dialect::Postgresql, &renames, "state", is_own);
        assert_eq!(found, expected, "{expression}");
        let old: Vec<String> = renames.iter().map(|(from, _)| from.clone()).collect();
        assert!(!is_own || !has_any(&found, &old, Dialect::Postgresql), "{found}");
    }

    #[test]
    fn values_are_renamed_alone_and_in_arrays() {
        check("'draft'::state", false, "'fresh'::state");
        check("'draft'::app.state", false, "'fresh'::app.state");
        check("'draft'::text", false, "'draft'::text");
        check("'draft'", false, "'draft'");
        check("'draft'", true, "'fresh'");
        check("'{draft}'::state[]", false, "'{fresh}'::state[]");
        check("'{sent,draft,\"draft\"}'::state[]", false, "'{sent,fresh,fresh}'::state[]");
        check("'{{draft},{ draft , sent}}'::state[]", false, "'{{fresh},{ fresh , sent}}'::state[]");
        check("'{it''s}'::state[]", false, "'{\"a, b\"}'::state[]");
        check("'{draft}'::text[]", false, "'{draft}'::text[]");
        check("'{draft}'::state", false, "'{draft}'::state");
        check("'{draft}'", true, "'{fresh}'");
        check("'{}'", true, "'{}'");
        check("'{'", true, "'{'");
        check("ARRAY['draft'::state, 'sent'::state]", false, "ARRAY['fresh'::state, 'sent'::state]");
    }

    /// An element reads back as the value that was written.
    #[test]
    fn elements_read_back() {
        for value in ["", "null", "a b", "a,b", "{}", "it's", "\"", "\\", "\\\"", " x ", "äö"] {
            let text = format!("{{a,{},b}}", element(value));
            let found: Vec<String> = elements(&text).into_iter().map(|own| own.value).collect();
            assert_eq!(found, ["a", value, "b"], "{text}");
        }
    }
}
