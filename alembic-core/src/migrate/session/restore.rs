//! State of a session that ended, restored in a new one before an unfinished revision continues.

use crate::sql::Dialect;
use crate::sql::facts::{Access, Facts, Session, mention_count};

/// Makes a new session like the one in which `finished` ran, for the statements in `remaining`. Returns the statements to
/// run again.
///
/// # Errors
/// What is lost with the old session and needed: variables with computed values, temporary tables, the number that the last
/// `INSERT` has given.
pub(crate) fn restore<'a>(
    finished: &[(&'a str, &Facts)],
    remaining: &[(&str, &Facts)],
    dialect: Dialect,
) -> Result<Vec<&'a str>, Vec<String>> {
    let mut lost: Vec<&str> = Vec::new();
    let mut needed: Vec<String> = Vec::new();
    let mut again = Vec::new();
    for (text, facts) in finished {
        let session = &facts.session;
        let read = lost.iter().filter(|name| reads(text, session, name, dialect));
        let read: Vec<String> = read.map(|name| (*name).to_owned()).collect();
        if session.is_repeatable && read.is_empty() {
            lost.retain(|name| !sets(session, name));
            again.push(*text);
        } else if session.is_repeatable && session.settings.is_empty() {
            // What is made of it has no name here: `PREPARE`.
            needed.extend(read);
        } else {
            let names = session.lost.iter().chain(&session.settings);
            names.for_each(|name| add(&mut lost, name));
        }
        if facts.uses.iter().any(|used| used.access == Access::Inserts) {
            LAST_NUMBER.iter().for_each(|name| add(&mut lost, name));
        }
    }
    for (text, facts) in remaining {
        needed.extend(
            lost.iter()
                .filter(|name| reads(text, &facts.session, name, dialect))
                .map(|name| (*name).to_owned()),
        );
        lost.retain(|name| !sets(&facts.session, name));
        if facts.uses.iter().any(|used| used.access == Access::Inserts) {
            lost.retain(|name| !LAST_NUMBER.contains(name));
        }
    }
    needed.sort();
    needed.dedup();
    if needed.is_empty() { Ok(again) } else { Err(needed) }
}

/// Functions and variables that stand for the number which the last `INSERT` of the session has given.
const LAST_NUMBER: [&str; 4] = ["LAST_INSERT_ID", "@@last_insert_id", "@@identity", "last_insert_rowid"];

/// Adds a name once: thousands of statements may give the same variable a value.
fn add<'n>(names: &mut Vec<&'n str>, name: &'n str) {
    if !names.contains(&name) {
        names.push(name);
    }
}

fn sets(session: &Session, name: &str) -> bool {
    session.settings.iter().any(|set| set.eq_ignore_ascii_case(name))
}

/// Whether a statement names something otherwise than to give it a value.
fn reads(text: &str, session: &Session, name: &str, dialect: Dialect) -> bool {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@_".contains(&byte));
    let is_part = |part: &[u8]| part.eq_ignore_ascii_case(name.as_bytes());
    // Most statements have no such word, and need not be read.
    if is_plain && !text.as_bytes().windows(name.len()).any(is_part) {
        return false;
    }
    let given = session.settings.iter().filter(|set| set.eq_ignore_ascii_case(name)).count();
    mention_count(text, dialect, name) > given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_restored_and_computed_values_are_lost() {
        let check = |finished: &[&str], remaining: &str, expected: Result<&[&str], &[&str]>| {
            let facts: Vec<Facts> = finished.iter().map(|text| Facts::of(text, Dialect::Mysql)).collect();
            let pairs: Vec<(&str, &Facts)> = finished.iter().copied().zip(&facts).collect();
            let left: Vec<Facts> =
                remaining.split("; ").map(|text| Facts::of(text, Dialect::Mysql)).collect();
            let left: Vec<(&str, &Facts)> = remaining.split("; ").zip(&left).collect();
            let found = restore(&pairs, &left, Dialect::Mysql);
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
        // What only reads a variable loses nothing, and what sets it anew needs nothing.
        let read = "INSERT INTO t VALUES (@a)";
        check(&[set, read], "SELECT @a", Ok(&[set]));
        check(&[computed, read], "SET @b = 1; SELECT @b", Ok(&[]));
        check(&[computed], "SET @b = @b + 1; SELECT 1", Err(&["@b"]));
        check(&[computed, "SET @b = 3"], "SELECT @b", Ok(&["SET @b = 3"]));
        check(&[computed, "SET @c = @b"], "SELECT @c", Err(&["@c"]));
        check(&["UPDATE t SET x = (@e := x + 1)"], "SELECT @e", Err(&["@e"]));
        // The number of the last row is one of the session.
        let insert = "INSERT INTO t (y) VALUES (1)";
        check(&[insert], "INSERT INTO u VALUES (LAST_INSERT_ID())", Err(&["last_insert_id"]));
        check(&[insert], "INSERT INTO t (y) VALUES (2); INSERT INTO u SELECT last_insert_id()", Ok(&[]));
        check(&["UPDATE t SET y = 1"], "SELECT LAST_INSERT_ID()", Ok(&[]));
        check(&["SET STATEMENT max_statement_time = 1 FOR SELECT 1"], "SELECT 2", Ok(&[]));
    }
}
