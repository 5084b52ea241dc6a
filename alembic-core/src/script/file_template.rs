//! How the files of new scripts are named: `file_template` with Alembic's tokens, in Alembic's syntax.

use serde::Deserialize;

use crate::revision::nearest;

/// A template for the names of files: text with tokens such as `%(rev)s` and `%(month).2d`. A `/` makes folders.
///
/// ```
/// use alembic_core::script::{FileNameParts, FileTemplate};
///
/// let template: FileTemplate = "%(year)d/%(rev)s_%(slug)s".parse().unwrap();
/// let mut parts = FileNameParts { rev: "007", slug: "device_sessions", year: 2026, ..FileNameParts::default() };
/// assert_eq!(template.render(&parts), "2026/007_device_sessions.sql");
///
/// // Without a message the separator goes too.
/// parts.slug = "";
/// assert_eq!(template.render(&parts), "2026/007.sql");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct FileTemplate {
    /// Folders, and at last the file.
    components: Vec<Vec<Part>>,
}

/// What a template can say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileNameParts<'a> {
    /// The id of the revision.
    pub rev: &'a str,
    /// The words of its message.
    pub slug: &'a str,
    /// The date in the time zone of the project.
    pub year: i64,
    /// From 1.
    pub month: i64,
    /// From 1.
    pub day: i64,
    /// From 0 to 23.
    pub hour: i64,
    /// The minute of the hour.
    pub minute: i64,
    /// The second of the minute.
    pub second: i64,
    /// Seconds since 1970, in UTC.
    pub epoch: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Token { name: &'static str, format: Format },
}

/// The conversions of Python's `%` operator that make sense in a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Format {
    /// A `0` before the width: padded with zeros instead of blanks.
    zeros: bool,
    width: usize,
    /// Of a number: at least as many digits. Of a text: at most as many characters.
    precision: Option<usize>,
}

/// The tokens that are text.
const TEXTS: [&str; 2] = ["rev", "slug"];
/// The tokens that are numbers.
const NUMBERS: [&str; 7] = ["year", "month", "day", "hour", "minute", "second", "epoch"];

/// What separates the parts of a name, and makes no sense at its ends.
const SEPARATORS: [char; 4] = ['_', '-', '.', ' '];

/// The template is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum InvalidFileTemplate {
    #[error("`%({token})` is no token of a file name{}; the tokens are {}", hint(.nearest), all())]
    UnknownToken { token: String, nearest: Option<String> },
    #[error("`{text}` is no token: one looks like `%(rev)s` or `%(month).2d`, and a plain `%` is `%%`")]
    Malformed { text: String },
    #[error("`%({token})` is text: it ends in `s`, not in `d`")]
    NotANumber { token: &'static str },
    #[error(
        "the name of a file and of its folders must be relative, and must not be empty or begin with `.`"
    )]
    Path,
    #[error("{character:?} cannot stand in the name of a file")]
    Character { character: char },
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!(", did you mean `%({name})`?"))
}

fn all() -> String {
    TEXTS.into_iter().chain(NUMBERS).collect::<Vec<_>>().join(", ")
}

impl Default for FileTemplate {
    /// Date, time, id and message: files are listed in the order in which they were written.
    fn default() -> FileTemplate {
        "%(year)d%(month).2d%(day).2d_%(hour).2d%(minute).2d_%(rev)s_%(slug)s"
            .parse()
            .expect("the default is a template")
    }
}

impl std::str::FromStr for FileTemplate {
    type Err = InvalidFileTemplate;

    fn from_str(text: &str) -> Result<FileTemplate, InvalidFileTemplate> {
        let text = text.strip_suffix(".sql").unwrap_or(text);
        let forbidden = |character: &char| *character == '\\' || character.is_control();
        if let Some(character) = text.chars().find(forbidden) {
            return Err(InvalidFileTemplate::Character { character });
        }
        let components = text.split('/').map(|component| {
            if component.is_empty() || component.starts_with('.') {
                return Err(InvalidFileTemplate::Path);
            }
            parts(component)
        });
        Ok(FileTemplate { components: components.collect::<Result<_, _>>()? })
    }
}

impl TryFrom<String> for FileTemplate {
    type Error = InvalidFileTemplate;

    fn try_from(text: String) -> Result<FileTemplate, InvalidFileTemplate> {
        text.parse()
    }
}

impl FileTemplate {
    /// Whether it puts files into folders.
    #[must_use]
    pub fn has_folders(&self) -> bool {
        self.components.len() > 1
    }

    /// The name of a file, relative to the folder of migrations.
    #[must_use]
    pub fn render(&self, parts: &FileNameParts<'_>) -> String {
        let names = self.components.iter().map(|component| {
            let name: String = component.iter().map(|part| part.render(parts)).collect();
            let name = if parts.slug.is_empty() { name.trim_matches(SEPARATORS) } else { &name };
            name.to_owned()
        });
        let mut names: Vec<String> = names.collect();
        if let Some(file) = names.last_mut().filter(|name| name.is_empty()) {
            file.push_str(parts.rev);
        }
        names.retain(|name| !name.is_empty());
        names.join("/") + ".sql"
    }
}

/// The parts of a folder's or a file's name.
fn parts(mut text: &str) -> Result<Vec<Part>, InvalidFileTemplate> {
    let mut parts = Vec::new();
    while let Some((before, after)) = text.split_once('%') {
        parts.push(Part::Text(before.to_owned()));
        // As it stands in an `alembic.ini`, where each `%` is written twice.
        let after = after.strip_prefix('%').filter(|rest| rest.starts_with('(')).unwrap_or(after);
        text = match after.strip_prefix('%') {
            Some(rest) => {
                parts.push(Part::Text("%".to_owned()));
                rest
            }
            None => {
                let (part, rest) = token(after)?;
                parts.push(part);
                rest
            }
        };
    }
    parts.push(Part::Text(text.to_owned()));
    Ok(parts)
}

/// Reads `(name)`, the format, and the letter at its end.
fn token(text: &str) -> Result<(Part, &str), InvalidFileTemplate> {
    let malformed = || InvalidFileTemplate::Malformed { text: format!("%{text}") };
    let (name, format) =
        text.strip_prefix('(').and_then(|text| text.split_once(')')).ok_or_else(malformed)?;
    let end = format.find(|character: char| !(character.is_ascii_digit() || character == '.'));
    let (flags, rest) = format.split_at(end.ok_or_else(malformed)?);
    let (number, rest) = match (rest.strip_prefix('d'), rest.strip_prefix('s')) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return Err(malformed()),
    };
    let known = TEXTS.into_iter().chain(NUMBERS).find(|known| *known == name);
    let name = known.ok_or_else(|| InvalidFileTemplate::UnknownToken {
        token: name.to_owned(),
        nearest: nearest(name, TEXTS.into_iter().chain(NUMBERS)).into_iter().next(),
    })?;
    if number && TEXTS.contains(&name) {
        return Err(InvalidFileTemplate::NotANumber { token: name });
    }
    let (width, precision) = flags.split_once('.').map_or((flags, None), |(width, p)| (width, Some(p)));
    let count = |digits: &str| {
        let count = if digits.is_empty() { Some(0) } else { digits.parse().ok() };
        // No name of a file is longer.
        count.filter(|count| *count < 256).ok_or_else(malformed)
    };
    let format = Format {
        zeros: width.starts_with('0'),
        width: count(width)?,
        precision: precision.map(count).transpose()?,
    };
    Ok((Part::Token { name, format }, rest))
}

impl Part {
    fn render(&self, parts: &FileNameParts<'_>) -> String {
        let (name, Format { zeros, width, precision }) = match self {
            Part::Text(text) => return text.clone(),
            Part::Token { name, format } => (*name, *format),
        };
        let text = |text: &str| text.chars().take(precision.unwrap_or(usize::MAX)).collect();
        let number = |number: i64| format!("{number:0precision$}", precision = precision.unwrap_or(0));
        let value: String = match name {
            "rev" => text(parts.rev),
            "slug" => text(parts.slug),
            "year" => number(parts.year),
            "month" => number(parts.month),
            "day" => number(parts.day),
            "hour" => number(parts.hour),
            "minute" => number(parts.minute),
            "second" => number(parts.second),
            _ => number(parts.epoch),
        };
        if zeros && NUMBERS.contains(&name) {
            format!("{value:0>width$}")
        } else {
            format!("{value:>width$}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(template: &str, rev: &str, slug: &str) -> String {
        let template: FileTemplate = match template.parse() {
            Ok(template) => template,
            Err(error) => return error.to_string(),
        };
        let date =
            FileNameParts { year: 2026, month: 3, day: 9, hour: 4, minute: 5, second: 6, ..<_>::default() };
        template.render(&FileNameParts { rev, slug, epoch: 1_773_000_000, ..date })
    }

    #[test]
    fn names() {
        let check = |template: &str, expected: &str| {
            assert_eq!(render(template, "007", "device_sessions"), expected, "{template}");
        };
        check("%(rev)s_%(slug)s", "007_device_sessions.sql");
        check("%(rev)s_%(slug)s.sql", "007_device_sessions.sql");
        check("%%(rev)s_%%(slug)s", "007_device_sessions.sql");
        check("%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d-%(rev)s", "2026_03_09_0405-007.sql");
        check("%(year)s-%(month)02d-%(day)2d", "2026-03- 9.sql");
        check("%(epoch)s_%(second)d", "1773000000_6.sql");
        check("%(slug).6s", "device.sql");
        check("100%%_%(rev)s", "100%_007.sql");
        check("%(year)d/%(month).2d/%(rev)s", "2026/03/007.sql");
        check("größe_%(rev)s", "größe_007.sql");
    }

    #[test]
    fn names_without_a_message() {
        let check = |template: &str, expected: &str| assert_eq!(render(template, "007", ""), expected);
        check("%(rev)s_%(slug)s", "007.sql");
        check("%(slug)s_%(rev)s", "007.sql");
        check("%(slug)s.%(rev)s", "007.sql");
        check("%(slug)s", "007.sql");
        check("%(slug)s/%(rev)s", "007.sql");
        check("%(year)d/%(slug)s", "2026/007.sql");
    }

    #[test]
    fn mistakes() {
        let check = |template: &str, expected: &str| {
            let found = render(template, "007", "x");
            assert!(found.starts_with(expected), "{template}: {found}");
        };
        check("%(revision)s", "`%(revision)` is no token of a file name; the tokens are rev, slug, year,");
        check("%(minutes).2d", "`%(minutes)` is no token of a file name, did you mean `%(minute)`?");
        for malformed in ["%", "%s", "%(rev", "%(rev)", "%(rev)x", "50%_%(rev)s", "%(rev).999999s", "%(day)ü"]
        {
            check(malformed, "`%");
        }
        check("%(rev)d", "`%(rev)` is text");
        for path in ["", "/%(rev)s", "%(rev)s/", "a//b", "../%(rev)s", "a/../b", ".%(rev)s"] {
            check(path, "the name of a file and of its folders must be relative");
        }
        check("a\\%(rev)s", "'\\\\' cannot stand");
        check("a\n%(rev)s", "'\\n' cannot stand");
    }
}
