//! The text and the name of a new script.

use std::fmt::Write as _;

use jiff::Zoned;

use super::{FileNameParts, FileTemplate};
use crate::revision::Revision;

/// A script that is not written yet.
///
/// ```
/// use alembic_core::revision::{Revision, RevisionId};
/// use alembic_core::script::{FileTemplate, NewScript};
///
/// let mut revision = Revision::new(RevisionId::new("ae1027a6acf4").unwrap(), Vec::new());
/// revision.message = "Add user preferences!".into();
/// let created: jiff::Timestamp = "2026-11-22T09:10:00Z".parse().unwrap();
/// let created = created.to_zoned(jiff::tz::TimeZone::UTC);
/// let script = NewScript { revision, created, sections: NewScript::EMPTY.to_owned() };
/// let name = script.file_name(&FileTemplate::default(), 40);
/// assert_eq!(name, "20261122_0910_ae1027a6acf4_add_user_preferences.sql");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScript {
    /// What its header will say.
    pub revision: Revision,
    /// When it is created, in the time zone of the project.
    pub created: Zoned,
    /// What stands below its header.
    pub sections: String,
}

impl NewScript {
    /// The sections of a script that somebody is going to write: an empty one for each direction.
    pub const EMPTY: &str = "-- alembic: upgrade\n\n\n-- alembic: downgrade\n\n";

    /// The name of its file, with at most `slug_length` characters of its message.
    #[must_use]
    pub fn file_name(&self, template: &FileTemplate, slug_length: usize) -> String {
        let rev = self.revision.id.as_str();
        let slug = slug(&self.revision.message, slug_length);
        // An id such as `007_device_sessions` says already what the message says.
        let said =
            rev.to_lowercase().strip_suffix(&slug).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
        template.render(&FileNameParts {
            rev,
            slug: if said { "" } else { &slug },
            year: self.created.year().into(),
            month: self.created.month().into(),
            day: self.created.day().into(),
            hour: self.created.hour().into(),
            minute: self.created.minute().into(),
            second: self.created.second().into(),
            epoch: self.created.timestamp().as_second(),
        })
    }

    /// The date of its creation as `Created:` has it.
    #[must_use]
    pub fn create_date(&self) -> String {
        let zone = if self.created.offset().is_zero() { "Z" } else { "%:z" };
        self.created.strftime(&format!("%Y-%m-%dT%H:%M:%S{zone}")).to_string()
    }

    /// Its header, which ends in an empty line.
    #[must_use]
    pub fn header(&self) -> String {
        let mut text = String::new();
        let message = self.revision.message.trim();
        for line in message.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let _ = writeln!(text, "-- {line}");
        }
        if !text.is_empty() {
            text.push_str("--\n");
        }
        let Revision { id, parents, depends_on, alternatives, labels, tags, .. } = &self.revision;
        let parents: Vec<&str> = parents.iter().map(|parent| parent.as_str()).collect();
        let _ = writeln!(text, "-- Revision: {id}");
        let _ = writeln!(text, "{}", format!("-- Revises: {}", parents.join(", ")).trim_end());
        if *alternatives {
            text.push_str("-- Alternatives: yes\n");
        }
        let _ = writeln!(text, "-- Created: {}", self.create_date());
        for (key, values) in [("Branch-Labels", labels), ("Depends-On", depends_on), ("Tags", tags)] {
            if !values.is_empty() {
                let _ = writeln!(text, "-- {key}: {}", values.join(", "));
            }
        }
        text + "\n"
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        self.header() + &self.sections
    }
}

/// The words of a message, in lower case and joined by `_`: those that fit, or of a single long one what fits.
fn slug(message: &str, most: usize) -> String {
    let first = message.trim().lines().next().unwrap_or_default().to_lowercase();
    let words = first
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        let length = slug.chars().count() + usize::from(!slug.is_empty()) + word.chars().count();
        if length > most && !slug.is_empty() {
            break;
        }
        if !slug.is_empty() {
            slug.push('_');
        }
        slug.extend(word.chars().take(most));
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn messages_become_slugs() {
        let check = |message: &str, expected: &str| assert_eq!(slug(message, 40), expected, "{message}");
        check("TICKET-123 add preferences", "ticket_123_add_preferences");
        check("  Größe: ändern  ", "größe_ändern");
        check("", "");
        check("one two three four five six seven eight nine ten", "one_two_three_four_five_six_seven_eight");
        check("first line\nsecond line", "first_line");
        check("../../etc/passwd", "etc_passwd");
        check(&"x".repeat(50), &"x".repeat(40));
        check("🚀", "");
        assert_eq!(slug("add preferences", 0), "");
        assert_eq!(slug("add preferences", 3), "add");
    }
}
