//! What statements leave in the session that they ran in: lost with it, when another one has to go on.

use crate::script::{Dialect, TokenKind, keywords, lex};

/// Makes a new session like the one in which `finished` ran, for `remaining`: the statements to run again.
///
/// # Errors
/// What cannot be had again and is needed: variables with values that were computed, temporary tables.
pub(super) fn restore<'a>(
    finished: &[&'a str],
    remaining: &[&str],
    dialect: Dialect,
) -> Result<Vec<&'a str>, Vec<String>> {
    let mut again = Vec::new();
    let mut lost: Vec<String> = Vec::new();
    for statement in finished.iter().copied() {
        let words = keywords(statement, dialect, 3);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["SET", "STATEMENT", ..] if dialect == Dialect::Mysql => {}
            ["SET", ..] if !has_word(statement, dialect, "SELECT") => again.push(statement),
            ["PREPARE" | "USE", ..] if dialect == Dialect::Mysql => again.push(statement),
            ["PRAGMA" | "ATTACH" | "DETACH", ..] if dialect == Dialect::Sqlite => again.push(statement),
            ["CREATE", "TEMP" | "TEMPORARY", "TABLE"] => lost.extend(new_table(statement, dialect)),
            _ if dialect == Dialect::Mysql => lost.extend(variables(statement)),
            _ => {}
        }
    }
    lost.sort();
    lost.dedup();
    lost.retain(|name| remaining.iter().chain(&again).any(|statement| mentions(statement, dialect, name)));
    if lost.is_empty() { Ok(again) } else { Err(lost) }
}

fn has_word(statement: &str, dialect: Dialect, word: &str) -> bool {
    lex(statement, dialect)
        .any(|token| token.kind == TokenKind::Word && token.text(statement).eq_ignore_ascii_case(word))
}

/// The variables of a session (`@name`, not `@@name`) that a statement mentions.
fn variables(statement: &str) -> Vec<String> {
    let parameters = lex(statement, Dialect::Mysql).filter(|token| token.kind == TokenKind::Parameter);
    let texts = parameters.map(|token| token.text(statement));
    texts.filter(|text| text.starts_with('@') && !text.starts_with("@@")).map(str::to_owned).collect()
}

/// The name in `CREATE TEMPORARY TABLE [IF NOT EXISTS] name`.
fn new_table(statement: &str, dialect: Dialect) -> Option<String> {
    let names = lex(statement, dialect)
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier))
        .map(|token| token.text(statement));
    let not_exists = ["IF", "NOT", "EXISTS"];
    let name = names.skip(3).find(|word| !not_exists.iter().any(|other| word.eq_ignore_ascii_case(other)));
    name.map(|name| name.trim_matches(['"', '`', '[', ']']).to_owned())
}

/// Whether a statement has this name in it.
pub(super) fn mentions(statement: &str, dialect: Dialect, name: &str) -> bool {
    lex(statement, dialect).any(|token| {
        let text = token.text(statement);
        match token.kind {
            TokenKind::Word | TokenKind::Parameter => text.eq_ignore_ascii_case(name),
            TokenKind::QuotedIdentifier => text.trim_matches(['"', '`', '[', ']']).eq_ignore_ascii_case(name),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_made_again_and_computed_values_are_missed() {
        let check = |finished: &[&str], remaining: &str, expected: Result<&[&str], &[&str]>| {
            let found = restore(finished, &[remaining], Dialect::Mysql);
            let found = found.map_err(|lost| lost.iter().map(|name| name.to_lowercase()).collect::<Vec<_>>());
            let expected = expected
                .map(<[&str]>::to_vec)
                .map_err(|lost| lost.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
            assert_eq!(found, expected, "{finished:?} {remaining}");
        };
        let set = "SET FOREIGN_KEY_CHECKS = 0, @a = 1";
        check(&["CREATE TABLE t (x INT)", set], "SELECT @a", Ok(&[set]));
        let computed = "SET @b = (SELECT max(x) FROM t)";
        check(&[computed], "SELECT @c, @@b", Ok(&[]));
        check(&[computed], "UPDATE t SET x = @B", Err(&["@b"]));
        check(&["SELECT x INTO @d FROM t"], "UPDATE t SET x = @d", Err(&["@d"]));
        check(&["CREATE TEMPORARY TABLE IF NOT EXISTS `old` (x INT)"], "SELECT 1 FROM old", Err(&["old"]));
        check(&["CREATE TEMPORARY TABLE old (x INT)"], "SELECT 'old'", Ok(&[]));
        let prepare = "PREPARE s FROM @text";
        check(&["SELECT 'x' INTO @text", prepare], "EXECUTE s", Err(&["@text"]));
        check(&["SET STATEMENT max_statement_time = 1 FOR SELECT 1"], "SELECT 2", Ok(&[]));
    }
}
