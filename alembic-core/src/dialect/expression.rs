//! SQL expressions as text: what can be said of them by their tokens alone.

use crate::script::{Dialect, TokenKind, lex};

/// The expression without comments, and with one blank where there was white space.
pub(crate) fn tidy(text: &str, dialect: Dialect) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut gap = false;
    for token in lex(text, dialect) {
        if matches!(token.kind, TokenKind::Whitespace | TokenKind::Comment) {
            gap = true;
            continue;
        }
        if gap && !tidy.is_empty() {
            tidy.push(' ');
        }
        gap = false;
        tidy.push_str(token.text(text));
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_white_space_go() {
        let check = |text: &str, expected: &str| assert_eq!(tidy(text, Dialect::Sqlite), expected);
        check(" a  >\n 0 -- why\n", "a > 0");
        check("a/* */+b", "a +b");
        check("'two  blanks'", "'two  blanks'");
    }
}
