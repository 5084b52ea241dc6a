//! `COPY … FROM stdin` of `pg_dump`, whose rows follow in the text, as `INSERT`.

use std::cell::OnceCell;

use super::{Change, DumpError, add};
use crate::sql::quote::literal;
use crate::sql::{Dialect, Lexer, Reader, TokenKind};

/// The rows of one `INSERT`, and the length at which it ends.
const ROWS: usize = 100;
const BYTES: usize = 64 * 1024;

/// The text of a dump without rows between its statements, and the lines that it came from.
pub(super) struct Text {
    pub(super) sql: String,
    /// Places of the text, and the line of the dump that begins there.
    lines: Vec<(usize, usize)>,
    /// Where the lines of the finished text end.
    newlines: OnceCell<Vec<usize>>,
}

impl Text {
    pub(super) fn plain(sql: String) -> Text {
        Text { sql, lines: vec![(0, 1)], newlines: OnceCell::new() }
    }

    /// The line of the dump at a byte of the text.
    pub(super) fn line(&self, at: usize) -> usize {
        let known = self.lines.partition_point(|(start, _)| *start <= at).checked_sub(1);
        let (start, line) = known.and_then(|place| self.lines.get(place)).copied().unwrap_or((0, 1));
        let newlines = self.newlines.get_or_init(|| self.sql.match_indices('\n').map(|(at, _)| at).collect());
        let before = |at: usize| newlines.partition_point(|newline| *newline < at);
        line + before(at) - before(start)
    }

    /// Replaces each `COPY … FROM stdin` with its rows.
    pub(super) fn with_inserts(dump: &str, changes: &mut Vec<Change>) -> Result<Text, DumpError> {
        let mut text = Text::plain(String::new());
        let mut copied = 0;
        // The line at `copied`.
        let mut first = 1;
        while let Some((start, end)) = next_copy(dump, copied) {
            let line = first + dump[copied..start].matches('\n').count();
            text.sql.push_str(&dump[copied..start]);
            let data = dump[end..].find('\n').map_or(dump.len(), |newline| end + newline + 1);
            let (rows, after) = rows(dump, data).ok_or_else(|| DumpError {
                line,
                reason: "the rows of this COPY do not end with a line `\\.`".to_owned(),
                help: "write the dump again; or with `pg_dump --inserts`".to_owned(),
            })?;
            let target = target(&dump[start..end]);
            text.sql.push_str(&inserts(&target, &rows));
            add(changes, "written as INSERT: `COPY … FROM stdin`", line);
            first += dump[copied..after].matches('\n').count();
            copied = after;
            text.lines.push((text.sql.len(), first));
        }
        text.sql.push_str(&dump[copied..]);
        Ok(text)
    }
}

/// The range of the next `COPY … FROM stdin` from a place between two statements on, with its `;`.
fn next_copy(dump: &str, from: usize) -> Option<(usize, usize)> {
    let mut start = None;
    let mut lexer = Lexer::starting_at(dump, Dialect::Postgresql, from);
    while let Some(token) = lexer.next() {
        match token.kind {
            TokenKind::Whitespace | TokenKind::Comment => continue,
            TokenKind::Operator if token.text(dump) == ";" => {
                let statement = start.take().map(|start| (start, token.end));
                let is_copy = |(start, end): &(usize, usize)| {
                    let mut reader = Reader::executed(&dump[*start..*end], Dialect::Postgresql);
                    reader.take(&["COPY"]) && reader.has(&["FROM", "stdin"])
                };
                if let Some(copy) = statement.filter(is_copy) {
                    return Some(copy);
                }
            }
            // The line of a command of psql.
            TokenKind::Operator if start.is_none() && token.text(dump) == "\\" => {
                let end = dump[token.start..].find('\n').map_or(dump.len(), |newline| token.start + newline);
                lexer = Lexer::starting_at(dump, Dialect::Postgresql, end);
            }
            _ => start = start.or(Some(token.start)),
        }
    }
    None
}

/// Table and columns: the text between `COPY` and `FROM`.
fn target(copy: &str) -> String {
    let mut reader = Reader::executed(copy, Dialect::Postgresql);
    let begin = reader.next().map_or(0, |token| token.end);
    let mut end = begin;
    let mut depth = 0_usize;
    while let Some(token) = reader.token(0) {
        if depth == 0 && reader.is(0, "FROM") {
            break;
        }
        depth += usize::from(reader.is(0, "("));
        depth = depth.saturating_sub(usize::from(reader.is(0, ")")));
        end = token.end;
        reader.next();
    }
    copy[begin..end].trim().to_owned()
}

/// The lines of data from a place on, and the place behind the line `\.`.
fn rows(dump: &str, from: usize) -> Option<(Vec<&str>, usize)> {
    let mut at = from;
    let mut rows = Vec::new();
    for line in dump.get(from..)?.split_inclusive('\n') {
        at += line.len();
        let line = line.trim_end_matches(['\r', '\n']);
        if line == "\\." {
            return Some((rows, at));
        }
        rows.push(line);
    }
    None
}

fn inserts(target: &str, rows: &[&str]) -> String {
    let mut sql = String::new();
    if !target.ends_with(')') || target.ends_with("()") {
        // A table without columns.
        let table = target.trim_end_matches("()").trim();
        return rows.iter().map(|_| format!("INSERT INTO {table} DEFAULT VALUES;\n")).collect();
    }
    // Without OVERRIDING a column that is GENERATED ALWAYS AS IDENTITY takes no value.
    let begin = format!("INSERT INTO {target} OVERRIDING SYSTEM VALUE VALUES\n");
    let mut in_statement = 0;
    let mut bytes = 0;
    for row in rows {
        let values: Vec<String> = row.split('\t').map(value).collect();
        let values = format!("    ({})", values.join(", "));
        if in_statement == ROWS || bytes > BYTES {
            sql.push_str(";\n");
            (in_statement, bytes) = (0, 0);
        }
        sql.push_str(if in_statement == 0 { &begin } else { ",\n" });
        sql.push_str(&values);
        in_statement += 1;
        bytes += values.len();
    }
    if in_statement > 0 {
        sql.push_str(";\n");
    }
    sql
}

/// A value in COPY's text format as a literal.
fn value(field: &str) -> String {
    if field == "\\N" {
        return "NULL".to_owned();
    }
    literal(Dialect::Postgresql, &unescaped(field))
}

/// The text of a field ("COPY", section "Text Format"). `pg_dump` writes no octal or hexadecimal bytes.
fn unescaped(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    let mut letters = field.chars();
    while let Some(letter) = letters.next() {
        let escaped = if letter == '\\' { letters.next() } else { None };
        text.push(match escaped {
            None => letter,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('v') => '\u{b}',
            Some(other) => other,
        });
    }
    text
}
