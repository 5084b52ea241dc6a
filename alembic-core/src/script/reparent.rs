//! Another `Revises:` for a script, with all else as it was, to the byte.

use super::Script;
use crate::revision::RevisionId;

impl Script {
    /// The text of the script's file with other parents. Nothing else changes: neither line ends nor comments nor blanks.
    ///
    /// ```
    /// use alembic_core::revision::RevisionId;
    /// use alembic_core::script::Script;
    ///
    /// let text = "--   Revision: b2\r\n--   revises :  a1 \r\n-- alembic: upgrade\r\n";
    /// let script = Script::parse("b2.sql", text.to_owned()).unwrap();
    /// let parents = [RevisionId::new("x2").unwrap()];
    /// assert_eq!(script.with_parents(text, &parents), text.replace("a1", "x2"));
    /// ```
    #[must_use]
    pub fn with_parents(&self, file: &str, parents: &[RevisionId]) -> String {
        let parents: Vec<&str> = parents.iter().map(RevisionId::as_str).collect();
        let value = parents.join(", ");
        let lines: Vec<&str> = file.split_inclusive('\n').collect();
        let number = |line: u32| (line as usize).saturating_sub(1).min(lines.len() - 1);
        let is_revises = |line: &str| key(line).is_some_and(|key| key.eq_ignore_ascii_case("Revises"));
        let index = number(self.lines.revises);
        let mut text = String::with_capacity(file.len() + value.len());
        if is_revises(lines[index]) {
            text.extend(lines[..index].iter().copied());
            text.push_str(&with_value(lines[index], &value));
            text.extend(lines[index + 1..].iter().copied());
        } else {
            // A base need not have the line: it comes below that of the id, and looks like it.
            let index = number(self.lines.revision);
            let end = &lines[index][lines[index].trim_end().len()..];
            let end = if end.contains('\n') { end.trim_start_matches([' ', '\t']) } else { "\n" };
            text.extend(lines[..index].iter().copied());
            text.push_str(lines[index].trim_end_matches(['\r', '\n']));
            text.push_str(end);
            text.push_str(with_value("-- Revises:", &value).trim_end());
            text.push_str(end);
            text.extend(lines[index + 1..].iter().copied());
        }
        text
    }
}

/// The key of a line of the header.
fn key(line: &str) -> Option<&str> {
    let comment = line.trim_start_matches('\u{feff}').trim().strip_prefix("--")?;
    comment.split_once(':').map(|(key, _)| key.trim())
}

/// A line with another value behind its colon.
fn with_value(line: &str, value: &str) -> String {
    let (before, after) = line.split_once(':').unwrap_or((line, ""));
    let old = after.trim();
    let blanks = &after[..after.len() - after.trim_start().len()];
    let rest = &after[blanks.len() + old.len()..];
    if value.is_empty() {
        return format!("{before}:{rest}");
    }
    if old.is_empty() {
        // What is blank after the colon is the end of the line.
        return format!("{before}: {value}{}", after.trim_start_matches([' ', '\t']));
    }
    format!("{before}:{blanks}{value}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_value_changes() {
        let check = |text: &str, parents: &[&str], expected: &str| {
            let script = Script::parse("b2.sql", text.to_owned()).expect("a script");
            let ids: Vec<_> = parents.iter().map(|id| RevisionId::new(*id).expect("an id")).collect();
            let changed = script.with_parents(text, &ids);
            assert_eq!(changed, expected, "{text:?}");
            let read = Script::parse("b2.sql", changed).expect("still a script");
            assert_eq!(read.revision.parents, ids);
            assert_eq!(read.revision.id, script.revision.id);
        };
        let rest = "-- Created: 2026-11-22T09:10:00Z\n\n-- alembic: upgrade\nSELECT 'Revises: a1';";
        let text = |line: &str| format!("-- Two\n--\n-- Revision: b2\n{line}\n{rest}");
        check(&text("-- Revises: a1"), &["x2"], &text("-- Revises: x2"));
        check(&text("-- Revises: a1, a2"), &["x2", "x3"], &text("-- Revises: x2, x3"));
        check(&text("--\tREVISES :a1  "), &["x2"], &text("--\tREVISES :x2  "));
        check(&text("-- Revises: a1"), &[], &text("-- Revises:"));
        check(&text("-- Revises:"), &["x2"], &text("-- Revises: x2"));
        check(&text("-- Revises:  "), &["x2"], &text("-- Revises: x2"));
        let crlf = |line: &str| text(line).replace('\n', "\r\n");
        check(&crlf("-- Revises: a1"), &["x2"], &crlf("-- Revises: x2"));
        check(&crlf("-- Revises:"), &["x2"], &crlf("-- Revises: x2"));
        // The line of a base may be missing.
        check(
            "-- Revision: b2\n-- alembic: upgrade\n",
            &["x2"],
            "-- Revision: b2\n-- Revises: x2\n-- alembic: upgrade\n",
        );
        check(
            "\u{feff}-- Revision: b2 \r\n-- alembic: upgrade\r\n",
            &["x2"],
            "\u{feff}-- Revision: b2 \r\n-- Revises: x2\r\n-- alembic: upgrade\r\n",
        );
        // The message says the word too.
        check(
            "-- What it Revises: nothing\n--\n-- Revision: b2\n-- Revises: a1\n-- alembic: upgrade\n",
            &["x2"],
            "-- What it Revises: nothing\n--\n-- Revision: b2\n-- Revises: x2\n-- alembic: upgrade\n",
        );
    }
}
