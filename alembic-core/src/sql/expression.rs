//! SQL expressions as text: what can be said of them by their tokens alone.

use std::ops::Range;

use super::{Dialect, Token, TokenKind, grouping, quote, unquote};

/// The tokens of an expression that count.
pub(crate) fn tokens(text: &str, dialect: Dialect) -> Vec<Token> {
    super::tokens(text, dialect).collect()
}

/// The expression without parentheses around the whole of it.
pub(crate) fn without_parentheses(text: &str, dialect: Dialect) -> &str {
    let found = tokens(text, dialect);
    // For each place with an opening parenthesis the place of its counterpart.
    let mut closed_at = vec![None; found.len()];
    let mut open = Vec::new();
    for (place, token) in found.iter().enumerate() {
        match token.text(text) {
            "(" => open.push(place),
            ")" => {
                if let Some(opened) = open.pop() {
                    closed_at[opened] = Some(place);
                }
            }
            _ => {}
        }
    }
    let around = (0..found.len() / 2).take_while(|place| closed_at[*place] == Some(found.len() - 1 - place));
    let inside = match around.last() {
        Some(place) => &text[found[place].end..found[found.len() - 1 - place].start],
        None => text,
    };
    inside.trim()
}

/// A form that two expressions share only if they mean the same: without comments, needless parentheses, and the letter
/// case of what is not quoted. A quoted name that `columns` has is written without its quotes, and an operator with two
/// spellings in the one of the standard.
pub(crate) fn canonical(text: &str, dialect: Dialect, columns: &[&str]) -> String {
    let text = without_parentheses(text, dialect);
    let mut words: Vec<String> = Vec::new();
    for token in tokens(text, dialect) {
        let own = token.text(text);
        match token.kind {
            TokenKind::Word | TokenKind::Number => words.push(own.to_ascii_lowercase()),
            TokenKind::QuotedIdentifier => {
                let name = identifier(own);
                words.push(match columns.iter().find(|column| same_name(dialect, column, &name)) {
                    Some(_) if dialect == Dialect::Postgresql => plain_name(dialect, name),
                    Some(_) => plain_name(dialect, name.to_ascii_lowercase()),
                    None => own.to_owned(),
                });
            }
            _ if own == "!=" => words.push("<>".to_owned()),
            _ if own == "==" && dialect == Dialect::Sqlite => words.push("=".to_owned()),
            _ => words.push(own.to_owned()),
        }
    }
    // Each pair takes a look at all others: an expression with too many keeps them.
    const PAIRS: usize = 200;
    let has_few = words.iter().filter(|word| *word == "(").take(PAIRS).count() < PAIRS;
    while let Some((open, close)) = has_few.then(|| grouping::needless(&words)).flatten() {
        words.remove(close);
        words.remove(open);
    }
    words.join(" ")
}

/// A name without quotes, if it is a word without them.
fn plain_name(dialect: Dialect, name: String) -> String {
    let is_word = !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if is_word { name } else { quote::identifier(dialect, &name) }
}

/// Whether two quoted names of columns are one.
fn same_name(dialect: Dialect, one: &str, other: &str) -> bool {
    match dialect {
        Dialect::Postgresql => one == other,
        Dialect::Sqlite | Dialect::Mysql => one.eq_ignore_ascii_case(other),
    }
}

/// Whether a token is this name: of a column or a type, and not of a function or of what another table has.
fn is_name(text: &str, dialect: Dialect, found: &[Token], at: usize, name: &str) -> bool {
    let token = found[at];
    let around =
        |place: Option<usize>| place.and_then(|place| found.get(place)).map_or("", |token| token.text(text));
    let same = match token.kind {
        // PostgreSQL folds what is not quoted.
        TokenKind::Word if dialect == Dialect::Postgresql => token.text(text).to_lowercase() == name,
        TokenKind::Word => token.text(text).eq_ignore_ascii_case(name),
        TokenKind::QuotedIdentifier => same_name(dialect, &identifier(token.text(text)), name),
        _ => false,
    };
    same && around(Some(at + 1)) != "(" && around(at.checked_sub(1)) != "."
}

/// Whether the expression has the name of a column.
pub(crate) fn mentions(text: &str, dialect: Dialect, column: &str) -> bool {
    let found = tokens(text, dialect);
    (0..found.len()).any(|at| is_name(text, dialect, &found, at, column))
}

/// The names that may be columns, as [`folded`] has them.
pub(crate) fn names(text: &str, dialect: Dialect) -> Vec<String> {
    let found = tokens(text, dialect);
    let name = |at: usize| match found[at].kind {
        TokenKind::Word if dialect == Dialect::Postgresql => found[at].text(text).to_lowercase(),
        _ => folded(&identifier(found[at].text(text)), dialect),
    };
    let candidates = (0..found.len()).map(|at| (at, name(at)));
    candidates.filter(|(at, name)| is_name(text, dialect, &found, *at, name)).map(|(_, name)| name).collect()
}

/// The name of a column in the letter case in which the database compares it.
pub(crate) fn folded(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Postgresql => name.to_owned(),
        Dialect::Sqlite | Dialect::Mysql => name.to_ascii_lowercase(),
    }
}

/// The expression with a column called otherwise.
pub(crate) fn rename(text: &str, dialect: Dialect, from: &str, to: &str) -> String {
    let found = tokens(text, dialect);
    let mut renamed = String::with_capacity(text.len());
    let mut copied = 0;
    for at in 0..found.len() {
        let cast = at > 0 && found[at - 1].text(text) == "::";
        if !cast && is_name(text, dialect, &found, at, from) {
            renamed.push_str(&text[copied..found[at].start]);
            renamed.push_str(&quote::name(dialect, to));
            copied = found[at].end;
        }
    }
    renamed + &text[copied..]
}

/// The expression with a type, after its schema if it has one, called otherwise: what is cast to it.
pub(crate) fn rename_type(
    text: &str,
    dialect: Dialect,
    from: (Option<&str>, &str),
    to: (Option<&str>, &str),
) -> String {
    let mut renamed = String::with_capacity(text.len());
    let mut copied = 0;
    for range in casts_to(text, dialect, from) {
        renamed.push_str(&text[copied..range.start]);
        if let Some(schema) = to.0 {
            renamed.push_str(&quote::name(dialect, schema));
            renamed.push('.');
        }
        renamed.push_str(&quote::name(dialect, to.1));
        copied = range.end;
    }
    renamed + &text[copied..]
}

/// Whether something is cast to a type.
pub(crate) fn mentions_type(text: &str, dialect: Dialect, name: (Option<&str>, &str)) -> bool {
    !casts_to(text, dialect, name).is_empty()
}

/// Where the name of a type stands behind `::`.
fn casts_to(text: &str, dialect: Dialect, (schema, name): (Option<&str>, &str)) -> Vec<Range<usize>> {
    let found = tokens(text, dialect);
    let is = |at: usize, wanted: &str| match found.get(at) {
        Some(token) if token.kind == TokenKind::Word => token.text(text).to_lowercase() == wanted,
        Some(token) => token.kind == TokenKind::QuotedIdentifier && identifier(token.text(text)) == wanted,
        None => false,
    };
    let is_text = |at: usize, wanted: &str| found.get(at).is_some_and(|token| token.text(text) == wanted);
    let casts = (0..found.len()).filter(|at| is_text(*at, "::"));
    let names = casts.filter_map(|at| match schema {
        Some(schema) => {
            (is(at + 1, schema) && is_text(at + 2, ".") && is(at + 3, name)).then_some((at + 1, at + 3))
        }
        None => (is(at + 1, name) && !is_text(at + 2, ".")).then_some((at + 1, at + 1)),
    });
    names.map(|(first, last)| found[first].start..found[last].end).collect()
}

/// The name that a word or quoted identifier stands for, in its letter case.
pub(crate) fn identifier(text: &str) -> String {
    unquote(text).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_around_the_whole_go() {
        let check = |text: &str, expected: &str| {
            assert_eq!(without_parentheses(text, Dialect::Sqlite), expected, "{text}");
        };
        check("((a + 1))", "a + 1");
        check("(a) + (b)", "(a) + (b)");
        check("(a", "(a");
        check("')'", "')'");
        check("( ')' )", "')'");
        check("()", "");
        check("", "");
    }

    #[test]
    fn columns_and_types_are_renamed() {
        let check = |text: &str, expected: &str| {
            assert_eq!(rename(text, Dialect::Postgresql, "age", "Years"), expected);
        };
        check("age > 0 AND \"age\" < 9", "\"Years\" > 0 AND \"Years\" < 9");
        check("age(age)", "age(\"Years\")");
        check("'age'::age", "'age'::age");
        check("t.age, \"Age\"", "t.age, \"Age\"");
        assert_eq!(rename("`Age` > 0", Dialect::Mysql, "age", "key"), "`key` > 0");
        let check = |text: &str, from, to, expected: &str| {
            assert_eq!(rename_type(text, Dialect::Postgresql, from, to), expected);
        };
        check("'x'::mood = mood", (None, "mood"), (None, "humor"), "'x'::humor = mood");
        check("'x'::mood[]", (None, "mood"), (Some("app"), "mood"), "'x'::app.mood[]");
        check("'x'::app.mood, 'x'::mood", (Some("app"), "mood"), (None, "Mood"), "'x'::\"Mood\", 'x'::mood");
        check("'x'::mood.mood", (None, "mood"), (None, "humor"), "'x'::mood.mood");
    }

    #[cfg(feature = "driver")]
    #[test]
    fn what_means_the_same_is_the_same() {
        let columns = ["Age", "select", "two words"];
        let same = |a: &str, b: &str, expected: bool| {
            let [a, b] = [a, b].map(|text| canonical(text, Dialect::Sqlite, &columns));
            assert_eq!(a == b, expected, "{a} / {b}");
        };
        same("age > 0", "( AGE>0 )", true);
        same("\"age\" > 0", "[Age] > 0", true);
        same("\"text\"", "text", false);
        same("'A'", "'a'", false);
        same("\"select\" = 1", "`select` = 1", true);
        same("a - -1", "a - - 1", true);
        same("ab", "a b", false);
        same("\"Two Words\" > 0", "[two words] > 0", true);
        assert!(mentions(
            &canonical("[Two words] > 0", Dialect::Sqlite, &columns),
            Dialect::Sqlite,
            "two words"
        ));
        same("Age != 1", "age <> 1", true);
        same("Age == 1", "age = 1", true);
        same("Age ! = 1", "age <> 1", false);
        same("((age > 0) AND (age < 9))", "age > 0 AND age < 9", true);
        same("(a AND b) OR c", "a AND b OR c", true);
        same("a AND (b OR c)", "a AND b OR c", false);
        same("(a OR b) AND c", "a OR b AND c", false);
        same("(a OR b) OR (c)", "a OR b OR c", true);
        same("NOT (a AND b)", "NOT a AND b", false);
        same("NOT ((a) AND (b))", "NOT (a AND b)", true);
        same("a BETWEEN 1 AND (b = c)", "a BETWEEN 1 AND b = c", false);
        same("a IN (1) AND b", "a IN 1 AND b", false);
        same("f((a, b))", "f(a, b)", false);
        same("a AND (SELECT 1)", "a AND SELECT 1", false);
        same("(a) + (b)", "a + b", false);
        same("CASE WHEN a THEN b ELSE c AND (d) END", "CASE WHEN a THEN b ELSE c AND d END", false);
    }
}
