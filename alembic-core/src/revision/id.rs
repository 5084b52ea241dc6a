//! Names in the graph: revision ids and branch labels, and which of them a target can spell.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Words that the target grammar gives a meaning of its own.
const RESERVED: [&str; 4] = ["base", "head", "heads", "current"];

/// The id of a revision: what its script, `Revises` lines and the version table call it.
///
/// Never empty, never a word of the target grammar (`head`, `heads`, `base`, `current`), and free of the
/// characters that the grammar uses (`@ - + :`), of commas, of white space and of control characters.
///
/// ```
/// use alembic_core::revision::RevisionId;
///
/// assert_eq!(RevisionId::new("ae1027a6acf4")?.as_str(), "ae1027a6acf4");
/// assert!(RevisionId::new("2024-01").is_err());
/// # Ok::<(), alembic_core::revision::InvalidRevisionId>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RevisionId(String);

/// Why a text cannot be a revision id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidRevisionId {
    /// There is no text at all.
    #[error("a revision id must not be empty")]
    Empty,
    /// The text holds a character that targets could not spell.
    #[error("{character:?} is not allowed in the revision id `{id}`; use letters, digits and `_`")]
    Character {
        /// The text as given.
        id: String,
        /// Its first character that is not allowed.
        character: char,
    },
    /// The text is a word of the target grammar.
    #[error("`{id}` cannot be a revision id: in targets it has a meaning of its own")]
    Reserved {
        /// The text as given.
        id: String,
    },
}

/// Why a text cannot be a branch label.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidLabel {
    /// There is no text at all.
    #[error("a branch label must not be empty")]
    Empty,
    /// The text holds a character that targets could not spell.
    #[error("{character:?} is not allowed in the branch label `{label}`; use letters, digits, `_` and `-`")]
    Character {
        /// The text as given.
        label: String,
        /// Its first character that is not allowed.
        character: char,
    },
    /// The text starts like a relative target.
    #[error("the branch label `{label}` must not start with `-`: a target could not tell it from `-N`")]
    LeadingDash {
        /// The text as given.
        label: String,
    },
    /// The text is a word of the target grammar.
    #[error("`{label}` cannot be a branch label: in targets it has a meaning of its own")]
    Reserved {
        /// The text as given.
        label: String,
    },
}

impl RevisionId {
    /// Checks a text and takes it as an id.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidRevisionId> {
        let id = id.into();
        if id.is_empty() {
            return Err(InvalidRevisionId::Empty);
        }
        if let Some(character) = id.chars().find(|&c| c == '-' || !is_name_character(c)) {
            return Err(InvalidRevisionId::Character { id, character });
        }
        if RESERVED.contains(&id.as_str()) {
            return Err(InvalidRevisionId::Reserved { id });
        }
        Ok(Self(id))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks that a text can be a branch label.
///
/// A label may hold what an id may, and `-` after its first character: an exact label wins over the relative
/// target that it looks like, so `team-1` is usable.
pub fn validate_label(label: &str) -> Result<(), InvalidLabel> {
    if label.is_empty() {
        return Err(InvalidLabel::Empty);
    }
    if label.starts_with('-') {
        return Err(InvalidLabel::LeadingDash { label: label.to_owned() });
    }
    if let Some(character) = label.chars().find(|&c| !is_name_character(c)) {
        return Err(InvalidLabel::Character { label: label.to_owned(), character });
    }
    if RESERVED.contains(&label) {
        return Err(InvalidLabel::Reserved { label: label.to_owned() });
    }
    Ok(())
}

/// Whether a character can be part of a name in a target.
pub(super) fn is_name_character(character: char) -> bool {
    !matches!(character, '@' | '+' | ':' | ',') && !character.is_whitespace() && !character.is_control()
}

impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for RevisionId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for RevisionId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RevisionId {
    type Error = InvalidRevisionId;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        Self::new(id)
    }
}

impl std::str::FromStr for RevisionId {
    type Err = InvalidRevisionId;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        Self::new(id)
    }
}

impl From<RevisionId> for String {
    fn from(id: RevisionId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_say_which_character_is_wrong() {
        let check = |id: &str, expected: &str| {
            assert_eq!(RevisionId::new(id).map_or_else(|e| e.to_string(), |id| id.to_string()), expected);
        };
        check("ae1027a6acf4", "ae1027a6acf4");
        check("007_device_sessions", "007_device_sessions");
        check("größe", "größe");
        check("", "a revision id must not be empty");
        let wrong = |c: &str, id: &str| {
            format!("{c} is not allowed in the revision id `{id}`; use letters, digits and `_`")
        };
        check("2024-01", &wrong("'-'", "2024-01"));
        check("a@b+c", &wrong("'@'", "a@b+c"));
        check("a:b", &wrong("':'", "a:b"));
        check("a,b", &wrong("','", "a,b"));
        check("a b", &wrong("' '", "a b"));
        check("a\u{7}", &wrong("'\\u{7}'", "a\u{7}"));
        check("head", "`head` cannot be a revision id: in targets it has a meaning of its own");
    }

    #[test]
    fn labels_may_hold_dashes() {
        let check = |label: &str, valid: bool| assert_eq!(validate_label(label).is_ok(), valid, "{label}");
        check("team-1", true);
        check("accounts", true);
        check("team-", true);
        check("-1", false);
        check("", false);
        check("a+1", false);
        check("a@b", false);
        check("a:b", false);
        check("two words", false);
        check("heads", false);
    }
}
