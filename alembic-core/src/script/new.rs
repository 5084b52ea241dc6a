//! The text and the name of a new script.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::revision::Revision;

/// How many characters of the message go into the name of a file.
const SLUG_LENGTH: usize = 40;

/// A script that is not written yet.
///
/// ```
/// use alembic_core::revision::{Revision, RevisionId};
/// use alembic_core::script::NewScript;
///
/// let mut revision = Revision::new(RevisionId::new("ae1027a6acf4").unwrap(), Vec::new());
/// revision.message = "Add user preferences!".into();
/// let script = NewScript { revision, created: "2026-11-22T09:10:00Z".parse().unwrap() };
/// assert_eq!(script.file_name(), "20261122_0910_ae1027a6acf4_add_user_preferences.sql");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScript {
    /// What its header will say.
    pub revision: Revision,
    /// When it is created.
    pub created: Timestamp,
}

impl NewScript {
    /// The name of its file: date and time, id, and the words of the message.
    #[must_use]
    pub fn file_name(&self) -> String {
        let time = self.created.to_zoned(TimeZone::UTC).strftime("%Y%m%d_%H%M").to_string();
        let slug = slug(&self.revision.message);
        let separator = if slug.is_empty() { "" } else { "_" };
        format!("{time}_{}{separator}{slug}.sql", self.revision.id)
    }

    /// Its text: the header, and two empty sections.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let message = self.revision.message.trim();
        for line in message.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let _ = writeln!(text, "-- {line}");
        }
        if !text.is_empty() {
            text.push_str("--\n");
        }
        let Revision { id, parents, depends_on, labels, tags, .. } = &self.revision;
        let parents: Vec<&str> = parents.iter().map(|parent| parent.as_str()).collect();
        let _ = writeln!(text, "-- Revision: {id}");
        let _ = writeln!(text, "{}", format!("-- Revises: {}", parents.join(", ")).trim_end());
        let _ = writeln!(text, "-- Created: {}", self.created.strftime("%Y-%m-%dT%H:%M:%SZ"));
        for (key, values) in [("Branch-Labels", labels), ("Depends-On", depends_on), ("Tags", tags)] {
            if !values.is_empty() {
                let _ = writeln!(text, "-- {key}: {}", values.join(", "));
            }
        }
        text + "\n-- alembic: upgrade\n\n\n-- alembic: downgrade\n\n"
    }
}

/// The words of a message, in lower case and joined by `_`. Cut at the end of a word.
fn slug(message: &str) -> String {
    let first = message.trim().lines().next().unwrap_or_default().to_lowercase();
    let words = first
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        let length = slug.chars().count() + usize::from(!slug.is_empty()) + word.chars().count();
        if length > SLUG_LENGTH && !slug.is_empty() {
            break;
        }
        if !slug.is_empty() {
            slug.push('_');
        }
        slug.extend(word.chars().take(SLUG_LENGTH));
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn messages_become_slugs() {
        let check = |message: &str, expected: &str| assert_eq!(slug(message), expected, "{message}");
        check("TICKET-123 add preferences", "ticket_123_add_preferences");
        check("  Größe: ändern  ", "größe_ändern");
        check("", "");
        check("one two three four five six seven eight nine ten", "one_two_three_four_five_six_seven_eight");
        check("first line\nsecond line", "first_line");
        check("../../etc/passwd", "etc_passwd");
    }
}
