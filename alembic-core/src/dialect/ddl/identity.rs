//! The options of PostgreSQL's identity columns.

use super::Writer;
use super::column::identity_words;
use crate::schema::Column;

/// The words that begin an option, and what sets it to its usual value.
const OPTIONS: [(&str, &str); 6] = [
    ("INCREMENT", "INCREMENT BY 1"),
    ("MINVALUE", "NO MINVALUE"),
    ("MAXVALUE", "NO MAXVALUE"),
    ("START", "START WITH 1"),
    ("CACHE", "CACHE 1"),
    ("CYCLE", "NO CYCLE"),
];

impl Writer<'_> {
    /// The words that make a column an identity, with its options.
    pub(super) fn identity_with_options(&self, column: &Column) -> Option<String> {
        let words = column.identity.and_then(identity_words)?;
        let options = column.identity_options.as_ref();
        Some(options.map_or_else(|| words.to_owned(), |options| format!("{words} ({options})")))
    }

    /// The action that changes the options of an identity column.
    pub(super) fn set_identity_options(&self, before: &Column, after: &Column) -> Option<String> {
        let is_identity = |column: &Column| column.identity.and_then(identity_words).is_some();
        if before.identity_options == after.identity_options || !is_identity(before) || !is_identity(after) {
            return None;
        }
        let [old, new] = [before, after].map(options);
        let sets = OPTIONS.iter().filter_map(|(word, usual)| {
            let of = |options: &[String]| options.iter().find(|option| option.starts_with(word)).cloned();
            match (of(&old), of(&new)) {
                (old, Some(new)) => (old.as_ref() != Some(&new)).then_some(new),
                (Some(_), None) => Some((*usual).to_owned()),
                (None, None) => None,
            }
        });
        let sets: Vec<String> = sets.map(|option| format!("SET {option}")).collect();
        Some(format!("ALTER COLUMN {} {}", self.name(&after.name), sets.join(" ")))
    }
}

/// The options of a column, each with its value.
fn options(column: &Column) -> Vec<String> {
    let mut options: Vec<String> = Vec::new();
    for word in column.identity_options.iter().flat_map(|text| text.split_whitespace()) {
        match options.last_mut() {
            Some(last) if !OPTIONS.iter().any(|(first, _)| *first == word) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => options.push(word.to_owned()),
        }
    }
    options
}
