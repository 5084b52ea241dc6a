//! Comments, and the comments that are none.

use super::quoted::{end_of_quoted, find};
use super::{Dialect, Lexer, TokenKind, is_space};

impl Lexer<'_> {
    /// What begins with the `--` at `start`: a comment. MySQL wants white space, a control character or the end of
    /// the text behind it ("`--` as the Start of a Comment"), but for our own directives.
    pub(super) fn dashes(&self, start: usize) -> (TokenKind, usize) {
        let end = self.line_comment(start);
        let rest = self.bytes.get(start + 2..end).unwrap_or_default();
        let is_comment = self.dialect != Dialect::Mysql
            || rest.first().is_none_or(|&byte| is_space(byte) || byte.is_ascii_control())
            || rest.starts_with(b"alembic:");
        (if is_comment { TokenKind::Comment } else { TokenKind::Foreign }, end)
    }

    /// The end of the comment that ends with its line. PostgreSQL takes a lone carriage return as a line
    /// end, the others only a line feed.
    pub(super) fn line_comment(&self, start: usize) -> usize {
        end_of_line(self.bytes, start, self.dialect == Dialect::Postgresql)
    }

    /// What begins with `/*`.
    ///
    /// - PostgreSQL: comments nest.
    /// - SQLite: they do not. One that does not end is legal ("Comments"), and most likely hides statements: it is refused
    ///   like those of the others.
    /// - MySQL and MariaDB: they do not nest; `/*!` and `/*M!` are executed, `/*+` is a hint.
    pub(super) fn block_comment(&self, start: usize) -> (TokenKind, usize) {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let hint = rest.starts_with(b"/*+");
        let executable = rest.starts_with(b"/*!") || rest.starts_with(b"/*M!");
        let (kind, end) = match self.dialect {
            Dialect::Sqlite => (TokenKind::Comment, end_of_comment(self.bytes, start)),
            Dialect::Postgresql => {
                let kind = if hint { TokenKind::Hint } else { TokenKind::Comment };
                (kind, end_of_nested_comment(self.bytes, start))
            }
            Dialect::Mysql if executable => {
                (TokenKind::ExecutableComment, end_of_executable_comment(self.bytes, start))
            }
            Dialect::Mysql => {
                let kind = if hint { TokenKind::Hint } else { TokenKind::Comment };
                (kind, end_of_comment(self.bytes, start))
            }
        };
        match end {
            Some(end) => (kind, end),
            None => (TokenKind::Unterminated, self.bytes.len()),
        }
    }
}

/// The end of the line that `start` is in, before its line end.
fn end_of_line(bytes: &[u8], start: usize, at_carriage_return: bool) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    match rest.iter().position(|&byte| byte == b'\n' || (at_carriage_return && byte == b'\r')) {
        Some(length) if length > 0 && rest.get(length - 1) == Some(&b'\r') => start + length - 1,
        Some(length) => start + length,
        None => bytes.len(),
    }
}

fn end_of_comment(bytes: &[u8], start: usize) -> Option<usize> {
    let length = find(bytes.get(start + 2..)?, b"*/")?;
    Some(start + 2 + length + 2)
}

fn end_of_nested_comment(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 1usize;
    let mut at = start + 2;
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == b'/' || byte == b'*')?;
        match (bytes.get(at)?, bytes.get(at + 1)?) {
            (b'/', b'*') => depth += 1,
            (b'*', b'/') if depth == 1 => return Some(at + 2),
            (b'*', b'/') => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
    }
}

/// The end of an executable comment. A server that executes it lexes what it holds, so that a `*/` in a
/// string, a quoted identifier or a comment inside does not end it.
fn end_of_executable_comment(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 1usize;
    let mut at = start + 3;
    loop {
        let byte = *bytes.get(at)?;
        let next = bytes.get(at + 1).copied();
        at = match (byte, next) {
            (b'\'' | b'"', _) => end_of_quoted(bytes, at, byte, true)?,
            (b'`', _) => end_of_quoted(bytes, at, byte, false)?,
            (b'#', _) => end_of_line(bytes, at, false),
            (b'-', Some(b'-'))
                if bytes.get(at + 2).is_none_or(|&byte| is_space(byte) || byte.is_ascii_control()) =>
            {
                end_of_line(bytes, at, false)
            }
            (b'/', Some(b'*')) => {
                let inner = bytes.get(at..)?;
                if inner.starts_with(b"/*!") || inner.starts_with(b"/*M!") {
                    depth += 1;
                    at + 3
                } else {
                    end_of_comment(bytes, at)?
                }
            }
            (b'*', Some(b'/')) if depth == 1 => return Some(at + 2),
            (b'*', Some(b'/')) => {
                depth -= 1;
                at + 2
            }
            _ => at + 1,
        };
    }
}
