//! The header of a script: its leading comment block.

use super::error::{HEADER_KEYS, Problem};
use crate::revision::{Revision, RevisionId, nearest, validate_label};
use crate::sql::directive;

/// What a header says, and where.
pub(super) struct Header {
    pub(super) revision: Revision,
    pub(super) created: Option<String>,
    pub(super) lines: HeaderLines,
    /// Byte offset of the first line after the header.
    pub(super) end: usize,
}

/// The lines (from 1) of the keys that graph errors point to; the first line of the file where a key is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HeaderLines {
    /// `Revision:`
    pub revision: u32,
    /// `Revises:`
    pub revises: u32,
    /// `Depends-On:`
    pub depends_on: u32,
    /// `Branch-Labels:`
    pub labels: u32,
}

/// Reads the header at the start of `text`. Mistakes come with their line.
pub(super) fn parse(text: &str) -> Result<Header, Vec<(usize, Problem)>> {
    let mut reader = Reader::default();
    let mut end = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let content = line.trim_start_matches('\u{feff}').trim();
        let comment = match content.strip_prefix("--") {
            Some(comment) if directive(content).is_none() => comment.trim(),
            None if content.is_empty() && !reader.started => {
                end += line.len();
                continue;
            }
            _ => break,
        };
        reader.started = true;
        reader.line(index + 1, comment);
        end += line.len();
    }
    reader.finish(end)
}

#[derive(Default)]
struct Reader {
    started: bool,
    message: Vec<String>,
    message_ended: bool,
    values: Vec<(&'static str, usize, String)>,
    errors: Vec<(usize, Problem)>,
}

impl Reader {
    fn line(&mut self, number: usize, comment: &str) {
        if comment.is_empty() {
            self.message_ended |= !self.message.is_empty();
            return;
        }
        let known = comment.split_once(':').and_then(|(key, value)| {
            let key = HEADER_KEYS.into_iter().find(|known| known.eq_ignore_ascii_case(key.trim()))?;
            Some((key, value.trim()))
        });
        if let Some((key, value)) = known {
            self.message_ended = true;
            if self.values.iter().any(|(other, ..)| *other == key) {
                self.errors.push((number, Problem::RepeatedKey { key: key.into() }));
            } else {
                self.values.push((key, number, value.into()));
            }
        } else if !self.message_ended {
            self.message.push(comment.into());
        } else if let Some(key) = unknown_key(comment) {
            let nearest = nearest(key, HEADER_KEYS).into_iter().next();
            self.errors.push((number, Problem::UnknownKey { key: key.into(), nearest }));
        } else {
            self.errors.push((number, Problem::NotAKey { text: comment.into() }));
        }
    }

    fn value(&self, key: &str) -> (usize, &str) {
        let found = self.values.iter().find(|(known, ..)| *known == key);
        found.map_or((1, ""), |(_, line, value)| (*line, value))
    }

    fn ids(&mut self, key: &str) -> Vec<RevisionId> {
        let (line, value) = self.value(key);
        let (ids, errors): (Vec<_>, Vec<_>) = list(value).map(RevisionId::new).partition(Result::is_ok);
        self.errors.extend(errors.into_iter().filter_map(Result::err).map(|error| (line, invalid(&error))));
        ids.into_iter().filter_map(Result::ok).collect()
    }

    fn names(&mut self, key: &str) -> Vec<String> {
        let (line, value) = self.value(key);
        let names: Vec<String> = list(value).map(str::to_owned).collect();
        for name in &names {
            if let Err(error) = validate_label(name) {
                self.errors.push((line, invalid(&error)));
            }
        }
        names
    }

    fn finish(mut self, end: usize) -> Result<Header, Vec<(usize, Problem)>> {
        let line = |key: &str| u32::try_from(self.value(key).0).unwrap_or(u32::MAX);
        let lines = HeaderLines {
            revision: line("Revision"),
            revises: line("Revises"),
            depends_on: line("Depends-On"),
            labels: line("Branch-Labels"),
        };
        let parents = self.ids("Revises");
        let depends_on = self.names("Depends-On");
        let labels = self.names("Branch-Labels");
        let (line, value) = self.value("Alternatives");
        let alternatives = !value.is_empty();
        if alternatives && (value != "yes" || parents.len() < 2) {
            self.errors.push((line, Problem::Alternatives));
        }
        let tags = list(self.value("Tags").1).map(str::to_owned).collect();
        let (line, created) = self.value("Created");
        let created = (!created.is_empty()).then(|| created.to_owned());
        if let Some(value) = created.clone().filter(|value| !is_date_time(value)) {
            self.errors.push((line, Problem::InvalidDate { value }));
        }
        let (line, id) = self.value("Revision");
        let id = if id.is_empty() {
            Err(Problem::NoRevision)
        } else {
            RevisionId::new(id).map_err(|e| invalid(&e))
        };
        match id {
            Ok(id) if self.errors.is_empty() => {
                let message = self.message.join("\n");
                let revision = Revision { id, parents, depends_on, alternatives, labels, tags, message };
                Ok(Header { revision, created, lines, end })
            }
            Ok(_) => Err(self.errors),
            Err(problem) => {
                self.errors.push((line, problem));
                Err(self.errors)
            }
        }
    }
}

fn invalid(error: &impl ToString) -> Problem {
    Problem::InvalidName { reason: error.to_string() }
}

/// The values of a comma-separated list.
fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// The key of a `Key: value` line: letters and hyphens up to a colon.
fn unknown_key(comment: &str) -> Option<&str> {
    let (key, _) = comment.split_once(':')?;
    let is_key = key.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '-');
    (is_key && !key.is_empty()).then_some(key)
}

/// Whether `value` has the shape of an RFC 3339 date and time (section 5.6; a space may stand for the `T`).
fn is_date_time(value: &str) -> bool {
    let shape = |pattern: &str, text: &str| {
        pattern.len() == text.len()
            && pattern.bytes().zip(text.bytes()).all(|(expected, found)| match expected {
                b'0' => found.is_ascii_digit(),
                b'T' => matches!(found, b'T' | b't' | b' '),
                b'+' => matches!(found, b'+' | b'-'),
                other => other == found,
            })
    };
    let Some((seconds, rest)) = value.split_at_checked(19) else {
        return false;
    };
    let digits = rest
        .strip_prefix('.')
        .map_or(0, |fraction| 1 + fraction.bytes().take_while(u8::is_ascii_digit).count());
    let zone = rest.get(digits..).unwrap_or_default();
    shape("0000-00-00T00:00:00", seconds)
        && digits != 1
        && (zone.is_empty() || zone.eq_ignore_ascii_case("z") || shape("+00:00", zone))
}
