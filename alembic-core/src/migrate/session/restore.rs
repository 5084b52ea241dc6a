//! State of a session that ended, restored in a new one before an unfinished revision continues.

use crate::sql::Dialect;
use crate::sql::facts::{Facts, mentions};

/// Makes a new session like the one in which `finished` ran, for the statements in `remaining`. Returns the statements to
/// run again.
///
/// # Errors
/// The names of variables with computed values and of temporary tables that are lost and needed.
pub(crate) fn restore<'a>(
    finished: &[(&'a str, &Facts)],
    remaining: &[&str],
    dialect: Dialect,
) -> Result<Vec<&'a str>, Vec<String>> {
    let repeatable = finished.iter().filter(|(_, facts)| facts.session.is_repeatable);
    let again: Vec<&str> = repeatable.map(|(text, _)| *text).collect();
    let mut lost: Vec<String> =
        finished.iter().flat_map(|(_, facts)| facts.session.lost.iter().cloned()).collect();
    lost.sort();
    lost.dedup();
    lost.retain(|name| remaining.iter().chain(&again).any(|statement| mentions(statement, dialect, name)));
    if lost.is_empty() { Ok(again) } else { Err(lost) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_restored_and_computed_values_are_lost() {
        let check = |finished: &[&str], remaining: &str, expected: Result<&[&str], &[&str]>| {
            let facts: Vec<Facts> = finished.iter().map(|text| Facts::of(text, Dialect::Mysql)).collect();
            let pairs: Vec<(&str, &Facts)> = finished.iter().copied().zip(&facts).collect();
            let found = restore(&pairs, &[remaining], Dialect::Mysql);
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
