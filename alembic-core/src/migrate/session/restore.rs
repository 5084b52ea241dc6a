//! What statements leave in the session that they ran in: lost with it, when another one has to go on.

use crate::sql::{Dialect, TokenKind, keywords, lex};

/// Makes a new session like the one in which `finished` ran, for `remaining`: the statements to run again.
///
/// # Errors
/// What cannot be had again and is needed: variables with values that were computed, temporary tables.
pub(crate) fn restore<'a>(
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

/// Whether what a statement leaves in its session could be noticed by the next revision: as far as its words tell.
///
/// It is asked of every statement, and says `false` of all ordinary ones.
pub(crate) fn is_changed_by(statement: &str, dialect: Dialect) -> bool {
    let words = keywords(statement, dialect, 4);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_temporary = || words.iter().any(|word| matches!(*word, "TEMP" | "TEMPORARY"));
    match (dialect, words.as_slice()) {
        (Dialect::Mysql, ["SET", "STATEMENT", ..]) => false,
        (Dialect::Sqlite, ["PRAGMA" | "ATTACH" | "DETACH", ..]) => true,
        (Dialect::Sqlite, ["CREATE", ..]) => is_temporary() || mentions(statement, dialect, "temp"),
        (Dialect::Sqlite, _) => false,
        (_, ["SET" | "RESET" | "PREPARE" | "CALL", ..]) => true,
        (Dialect::Mysql, ["USE" | "HANDLER" | "BEGIN" | "EXECUTE" | "DECLARE", ..]) => true,
        (Dialect::Mysql, ["CREATE", ..]) if is_temporary() => true,
        // What routines and triggers do is not done now.
        (Dialect::Mysql, ["CREATE" | "ALTER", ..]) => false,
        (Dialect::Mysql, _) => {
            (statement.contains('@') && !variables(statement).is_empty())
                || is_made_of_statements(&words)
                || (has_text(statement, "GET_LOCK") && mentions(statement, dialect, "GET_LOCK"))
        }
        (_, ["DISCARD" | "DECLARE" | "LOAD" | "EXECUTE", ..]) => true,
        (_, ["CREATE", ..]) if is_temporary() => true,
        (_, ["CREATE", second, ..]) if matches!(*second, "FUNCTION" | "PROCEDURE" | "OR") => false,
        // `UPDATE … SET` in a body looks the same; then one question is asked for nothing.
        (_, ["DO", ..]) => {
            ["SET", "set_config", "TEMP", "TEMPORARY"].iter().any(|word| has_text(statement, word))
        }
        _ => ["set_config", "pg_temp", "TEMP", "TEMPORARY"]
            .iter()
            .any(|word| has_text(statement, word) && mentions(statement, dialect, word)),
    }
}

/// MariaDB's compound statements outside of routines.
fn is_made_of_statements(words: &[&str]) -> bool {
    matches!(words.first(), Some(&("IF" | "CASE" | "LOOP" | "REPEAT" | "WHILE" | "FOR")))
}

/// Whether a text has this word in it, anywhere: in a body, a string, a comment.
pub(crate) fn has_text(text: &str, word: &str) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let (text, word) = (text.as_bytes(), word.as_bytes());
    text.windows(word.len()).enumerate().any(|(at, window)| {
        window.eq_ignore_ascii_case(word)
            && !is_part(at.checked_sub(1).and_then(|before| text.get(before)))
            && !is_part(text.get(at + word.len()))
    })
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
pub(crate) fn mentions(statement: &str, dialect: Dialect, name: &str) -> bool {
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
    fn what_the_next_revision_could_notice() {
        let check = |dialect: Dialect, changed: bool, statements: &[&str]| {
            for statement in statements {
                assert_eq!(is_changed_by(statement, dialect), changed, "{dialect}: {statement}");
            }
        };
        check(
            Dialect::Mysql,
            true,
            &[
                "SET NAMES latin1",
                "/*!40101 SET NAMES utf8 */",
                "USE other",
                "PREPARE s FROM 'SELECT 1'",
                "CREATE TEMPORARY TABLE t (x INT)",
                "SELECT max(x) INTO @x FROM t",
                "CALL p()",
                "BEGIN NOT ATOMIC SET @x = 1; END",
                "SELECT GET_LOCK('a', 1)",
            ],
        );
        check(
            Dialect::Mysql,
            false,
            &[
                "CREATE TABLE t (x INT)",
                "UPDATE t SET x = 1",
                "SET STATEMENT max_statement_time = 1 FOR SELECT 1",
                "CREATE PROCEDURE p() SET @x = 1",
                "INSERT INTO t VALUES ('a@b')",
            ],
        );
        check(
            Dialect::Postgresql,
            true,
            &[
                "SET TimeZone = 'Asia/Tokyo'",
                "SET LOCAL lock_timeout = 0",
                "RESET ALL",
                "SELECT pg_catalog.set_config('search_path', '', false)",
                "CREATE TEMP TABLE t (x int)",
                "CREATE TABLE pg_temp.t (x int)",
                "SELECT 1 INTO TEMP t",
                "DO $$ BEGIN PERFORM set_config('a.b', 'c', false); END $$",
                "PREPARE s AS SELECT 1",
            ],
        );
        check(
            Dialect::Postgresql,
            false,
            &[
                "CREATE TABLE t (x int)",
                "UPDATE t SET x = 1",
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT 1' SET search_path = a",
                "DO $$ BEGIN DELETE FROM t; END $$",
                "INSERT INTO t VALUES ('set_config')",
            ],
        );
        check(
            Dialect::Sqlite,
            true,
            &["PRAGMA ignore_check_constraints = ON", "ATTACH 'x' AS y", "CREATE TEMP TABLE t (x)"],
        );
        check(Dialect::Sqlite, false, &["CREATE TABLE t (temporary TEXT)", "UPDATE t SET x = 1"]);
    }

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
