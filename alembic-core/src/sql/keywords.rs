//! The keywords of each database that cannot be names without quotes.
//!
//! The lists are data: `scripts/keywords` refreshes them from real servers.

use std::sync::LazyLock;

use super::Dialect;

/// The keywords that cannot name a table or a column without quotes, in lower case and sorted.
static RESERVED: LazyLock<[Vec<&str>; 3]> = LazyLock::new(|| {
    [
        include_str!("keywords/sqlite.txt"),
        include_str!("keywords/postgresql.txt"),
        include_str!("keywords/mysql.txt"),
    ]
    .map(|list| list.lines().collect())
});

/// Whether `word`, in any letter case, needs quotes to be a name.
pub(super) fn is_reserved(word: &str, dialect: Dialect) -> bool {
    RESERVED[dialect as usize].binary_search(&word.to_ascii_lowercase().as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_words_in_lower_case() {
        for words in &*RESERVED {
            assert!(words.is_sorted_by(|one, next| one < next));
            let is_word = |word: &&str| {
                word.bytes().all(|byte| byte.is_ascii_lowercase() || b"_0123456789".contains(&byte))
            };
            assert!(words.len() > 50 && words.iter().all(is_word));
        }
    }

    #[test]
    fn each_dialect_has_its_own_list() {
        let check = |word: &str, expected: [bool; 3]| {
            assert_eq!(Dialect::ALL.map(|dialect| is_reserved(word, dialect)), expected, "{word}");
        };
        check("SELECT", [true, true, true]);
        check("user", [false, true, false]);
        check("key", [false, false, true]);
        check("name", [false, false, false]);
        check("", [false, false, false]);
        assert!(crate::sql::AFTER_SQLITE_TYPE.iter().all(|word| is_reserved(word, Dialect::Sqlite)));
    }
}
