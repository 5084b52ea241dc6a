//! The words of a column's type, as far as they can be understood without a database.

use super::{Dialect, tokens};

/// The type's words in upper case, with one blank between tokens: types that SQLite reads alike share it.
pub(crate) fn canonical(words: &str) -> String {
    let texts: Vec<&str> = tokens(words, Dialect::Sqlite).map(|token| token.text(words)).collect();
    texts.join(" ").to_ascii_uppercase()
}

/// Whether it is one of PostgreSQL's types of numbers.
pub(crate) fn is_number(words: &str) -> bool {
    const WORDS: [&str; 6] = ["smallint", "integer", "bigint", "real", "double precision", "numeric"];
    WORDS.contains(&words.split('(').next().unwrap_or_default().trim())
}

/// Whether a column of the type has a collation on MySQL.
pub(crate) fn has_collation(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    ["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"]
        .contains(&words.split(['(', ' ']).next().unwrap_or_default())
}
