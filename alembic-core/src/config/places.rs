//! Where the settings of a configuration stand in its file.

use std::collections::BTreeMap;
use std::ops::Range;

/// The lines of keys. Two configurations are equal if they say the same, wherever it stands: so are any two of these.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(BTreeMap<String, usize>);

impl PartialEq for Places {
    fn eq(&self, _: &Places) -> bool {
        true
    }
}

impl Eq for Places {}

impl Places {
    pub(super) fn insert(&mut self, key: &str, line: usize) {
        self.0.insert(key.to_owned(), line);
    }

    /// Takes over what another table says of its keys.
    pub(super) fn extend(&mut self, other: Places) {
        self.0.extend(other.0);
    }

    /// The line of a key, from 1; zero where it does not stand in the file.
    pub(super) fn line(&self, key: &str) -> usize {
        self.0.get(key).copied().unwrap_or(0)
    }
}

/// The lines of a text, each found without a look at those before it.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Lines {
        Lines(text.match_indices('\n').map(|(newline, _)| newline).collect())
    }

    /// The line, from 1, in which a range begins.
    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        1 + self.0.partition_point(|newline| *newline < span.start)
    }
}
