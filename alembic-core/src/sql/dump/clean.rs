//! Statements without the characters and lines that a script cannot hold.
//!
//! A script refuses NUL, vertical tab and a lone carriage return, has LF at the ends of its lines, and reads some lines
//! before any SQL: `-- alembic: …` and the marks of a conflict. Strings keep their value, by escapes or an expression. What
//! has no other way to be written is refused.

#[cfg(test)]
mod tests;

use crate::sql::cursor::{Cursor, Piece};
use crate::sql::quote::hexadecimal;
use crate::sql::{Dialect, TokenKind, conflict_mark, directive, keywords, unquote};

const STRINGS: &str = "written with escapes: strings with characters or lines that a script cannot have";
const LINE_ENDS: &str = "written with LF: line ends of definitions and bodies that were CRLF";
const COMMENTS: &str = "changed: blanks and comments that a script cannot have";

const NAME: &str = "alembic";

/// A statement that a script can hold.
pub(super) struct Clean {
    pub(super) sql: String,
    /// Bytes of the statement as it was, and what was changed there.
    pub(super) changes: Vec<(usize, &'static str)>,
}

/// A place of a statement that no script can have.
pub(super) struct Dirty {
    pub(super) at: usize,
    pub(super) reason: String,
    pub(super) help: &'static str,
}

/// The statement with the same meaning for a script.
pub(super) fn clean(statement: &str, dialect: Dialect) -> Result<Clean, Dirty> {
    let mut cleaner = Cleaner {
        statement,
        dialect,
        is_insert: matches!(
            keywords(statement, dialect, 1).first().map(String::as_str),
            Some("INSERT" | "REPLACE")
        ),
        previous: Vec::new(),
        clean: Clean { sql: String::with_capacity(statement.len()), changes: Vec::new() },
    };
    let has_name =
        || statement.as_bytes().windows(NAME.len()).any(|name| name.eq_ignore_ascii_case(NAME.as_bytes()));
    if bad_in(statement).is_none() && !has_name() {
        cleaner.clean.sql.push_str(statement);
        return Ok(cleaner.clean);
    }
    let mut cursor = Cursor::new(statement, dialect);
    let mut at = 0;
    while let Some(piece) = cursor.next() {
        if piece.kind == TokenKind::Comment {
            continue;
        }
        cleaner.gap(at, piece.start)?;
        cleaner.piece(piece)?;
        at = piece.end;
    }
    cleaner.gap(at, statement.len())?;
    Ok(cleaner.clean)
}

/// Whether a script reads the line as something else than SQL.
fn is_of_script(line: &str) -> bool {
    directive(line).is_some() || conflict_mark(line).is_some()
}

/// Whether no script has the character that `rest` begins with: by itself, or because of the line that it begins.
fn is_bad(character: char, rest: &str) -> bool {
    match character {
        '\r' | '\0' | '\u{b}' => true,
        '\n' => is_of_script(rest[1..].lines().next().unwrap_or_default()),
        _ => false,
    }
}

/// The first character of the text that no script has there.
fn bad_in(text: &str) -> Option<(usize, char)> {
    text.char_indices().find(|(at, character)| is_bad(*character, &text[*at..]))
}

struct Cleaner<'a> {
    statement: &'a str,
    dialect: Dialect,
    /// Whether the statement inserts rows: then its strings are values.
    is_insert: bool,
    /// The last pieces in upper case, at most three.
    previous: Vec<String>,
    clean: Clean,
}

impl Cleaner<'_> {
    /// White space and comments between two tokens, and the ends of executable comments.
    fn gap(&mut self, start: usize, end: usize) -> Result<(), Dirty> {
        let text = &self.statement[start..end];
        if let Some(nul) = text.find('\0') {
            return Err(dirty(start + nul, "a comment", '\0'));
        }
        // To PostgreSQL alone a lone carriage return ends a line, and so a comment.
        let lone = if self.dialect == Dialect::Postgresql { "\n" } else { " " };
        let plain = text.replace("\r\n", "\n");
        if let Some(at) = text.find("\r\n") {
            self.clean.changes.push((start + at, LINE_ENDS));
        }
        let usable = plain.replace('\r', lone).replace('\u{b}', " ");
        let mut is_changed = usable != plain;
        for line in usable.split_inclusive('\n') {
            let (blanks, content) = line.split_at(line.len() - line.trim_start().len());
            let (mark, rest) = content.split_at(content.len() - content.trim_start_matches(['-', '#']).len());
            let name = rest.trim_start().get(..NAME.len()).unwrap_or_default();
            let is_ours = !mark.is_empty() && name.eq_ignore_ascii_case(NAME);
            is_changed |= is_ours || conflict_mark(line).is_some();
            self.clean.sql.push_str(blanks);
            if is_ours {
                self.clean.sql.push_str(&format!("{mark} - {}", rest.trim_start()));
            } else if conflict_mark(line).is_some() {
                self.clean.sql.push_str(&format!(" {content}"));
            } else {
                self.clean.sql.push_str(content);
            }
        }
        if is_changed {
            self.clean.changes.push((start, COMMENTS));
        }
        Ok(())
    }

    fn piece(&mut self, piece: Piece) -> Result<(), Dirty> {
        let text = &self.statement[piece.start..piece.end];
        if let Some((at, character)) = bad_in(text) {
            let refused = |what| dirty(piece.start + at, what, character);
            let without_crlf = text.replace("\r\n", "\n");
            let is_crlf = piece.kind == TokenKind::DollarString && bad_in(&without_crlf).is_none();
            let written = match piece.kind {
                TokenKind::DollarString if is_crlf => Some(without_crlf),
                TokenKind::DollarString if self.dialect == Dialect::Postgresql => of_dollars(text),
                TokenKind::DollarString => return Err(refused("a body")),
                TokenKind::String => self.string(text),
                TokenKind::QuotedIdentifier => return Err(refused("a name")),
                _ => return Err(refused("the statement")),
            };
            let written = written.ok_or_else(|| refused("a string"))?;
            let touches = self.clean.sql.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            if touches && written.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
                self.clean.sql.push(' ');
            }
            self.clean.sql.push_str(&written);
            self.clean.changes.push((piece.start + at, if is_crlf { LINE_ENDS } else { STRINGS }));
        } else {
            self.clean.sql.push_str(text);
        }
        if self.previous.len() == 3 {
            self.previous.remove(0);
        }
        let is_word = matches!(piece.kind, TokenKind::Word | TokenKind::Operator);
        self.previous.push(if is_word { text.to_ascii_uppercase() } else { String::new() });
        Ok(())
    }

    /// The string without bad characters, if it can be written so where it is.
    fn string(&self, text: &str) -> Option<String> {
        match self.dialect {
            Dialect::Sqlite => self.is_value().then(|| replaced(text)).flatten(),
            Dialect::Postgresql => match text.as_bytes() {
                _ if text.contains('\0') => None,
                [b'\'', ..] => escaped(&text.replace('\\', "\\\\"), |written| format!("E{written}")),
                [b'E' | b'e', ..] => escaped(text, str::to_owned),
                _ => None,
            },
            Dialect::Mysql if text.contains('\u{b}') => {
                // MySQL has no escape for it, and a hexadecimal literal is a value only.
                let previous = self.previous.last().map(String::as_str).unwrap_or_default();
                let has_charset = previous.starts_with('_');
                let hex = hexadecimal(&without_escapes(text)?);
                (self.is_insert || has_charset || previous == "DEFAULT")
                    .then(|| if has_charset { hex } else { format!("_utf8mb4 {hex}") })
            }
            Dialect::Mysql => escaped(text, str::to_owned),
        }
    }

    /// SQLite: whether the next string is one for which an expression can stand. It may be a name, and `RAISE` takes only a
    /// literal.
    fn is_value(&self) -> bool {
        const BEFORE_NAMES: [&str; 9] =
            ["AS", "TABLE", "INDEX", "VIEW", "TRIGGER", "INTO", "COLLATE", "CONSTRAINT", "REFERENCES"];
        let is_raise = matches!(&self.previous[..], [bracket, kind, comma]
            if bracket == "(" && comma == "," && matches!(kind.as_str(), "ABORT" | "FAIL" | "ROLLBACK"));
        let last = self.previous.last().map(String::as_str).unwrap_or_default();
        !is_raise && !BEFORE_NAMES.contains(&last)
    }
}

/// PostgreSQL: a dollar string with escapes.
fn of_dollars(text: &str) -> Option<String> {
    let tag = text.get(1..)?.find('$')? + 2;
    let body = text.get(tag..text.len().checked_sub(tag)?)?;
    if body.contains('\0') {
        return None;
    }
    escaped(&format!("'{}'", body.replace('\\', "\\\\").replace('\'', "''")), |written| format!("E{written}"))
}

/// A string that has backslash escapes, with more of them.
fn escaped(text: &str, prefixed: impl Fn(&str) -> String) -> Option<String> {
    let mut written = String::with_capacity(text.len() + 8);
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let (at, letter) = match letters.peek().copied() {
            // A backslash before a bad character means that character.
            Some(next) if letter == '\\' => {
                letters.next();
                if !is_bad(next.1, &text[next.0..]) {
                    written.push(letter);
                }
                next
            }
            _ => (at, letter),
        };
        match letter {
            _ if !is_bad(letter, &text[at..]) => written.push(letter),
            '\r' => written.push_str("\\r"),
            '\n' => written.push_str("\\n"),
            '\0' => written.push_str("\\0"),
            _ => written.push_str("\\x0B"),
        }
    }
    Some(prefixed(&written))
}

/// SQLite: an expression that makes the string. It is no chain of `||`, whose depth is limited.
fn replaced(text: &str) -> Option<String> {
    if !text.starts_with('\'') || text.contains('\0') {
        return None;
    }
    unquote(text)?;
    let mut expression = text.to_owned();
    let mut calls = String::new();
    for (letter, sign, code) in [('\r', 'r', 13), ('\u{b}', 'v', 11), ('\n', 'n', 10)] {
        if !text.char_indices().any(|(at, found)| found == letter && is_bad(found, &text[at..])) {
            continue;
        }
        let mut mark = format!("\\{sign}");
        let mut count = 0;
        while text.contains(&mark) {
            mark = format!("\\{sign}{count}");
            count += 1;
        }
        let mut marked = String::with_capacity(expression.len() + 8);
        for (at, found) in expression.char_indices() {
            let is_it = found == letter && is_bad(found, &expression[at..]);
            if is_it { marked.push_str(&mark) } else { marked.push(found) }
        }
        expression = marked;
        calls.push_str(&format!(", '{mark}', char({code}))"));
    }
    let opening = "replace(".repeat(calls.matches("char(").count());
    Some(format!("({opening}{expression}{calls})"))
}

/// The text of a string of MySQL.
fn without_escapes(text: &str) -> Option<String> {
    let open = text.find(['\'', '"'])?;
    let quote = text[open..].chars().next()?;
    let mut letters = text.get(open + 1..text.len() - 1)?.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        let escaped = if letter == '\\' { letters.next() } else { None };
        match escaped {
            None if letter == quote => plain.extend(letters.next()),
            None => plain.push(letter),
            Some('0') => plain.push('\0'),
            Some('b') => plain.push('\u{8}'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('Z') => plain.push('\u{1a}'),
            Some(pattern @ ('%' | '_')) => plain.extend(['\\', pattern]),
            Some(other) => plain.push(other),
        }
    }
    Some(plain)
}

fn dirty(at: usize, what: &str, character: char) -> Dirty {
    let character = match character {
        '\0' => "a NUL",
        '\u{b}' => "a vertical tab",
        '\r' => "a carriage return",
        _ => "a line that begins like `-- alembic:` or like a mark of a conflict",
    };
    Dirty {
        at,
        reason: format!("{what} has {character}, which a script cannot have here"),
        help: "change it in the dump; or in the database, and dump it again",
    }
}
