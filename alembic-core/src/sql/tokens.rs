//! The token stream as the digest sees it.
//!
//! # The rule
//! A digest that was once written has to verify for ever. So this rule never changes; another one would be
//! another version of the digest.
//!
//! 1. The text is cut into tokens by [`lex`] under one dialect.
//! 2. White space does not count, nor do comments, nor a byte order mark at the beginning of the text.
//! 3. One kind of comment does count: `-- alembic: delimiter TEXT`, since it decides where statements end. It
//!    is fed as exactly `-- alembic: delimiter TEXT`, however it was spaced (without the last blank if TEXT
//!    is missing).
//! 4. Every other token counts with its text as it stands, letter case included: words, numbers, operators,
//!    strings, dollar strings, quoted identifiers, parameters, executable comments (`/*! … */`), hints (`/*+
//!    … */`), each `;` (also the last one, and those that end nothing), what is [foreign](TokenKind::Foreign) to the
//!    dialect (but not a `--x` on MySQL, a comment elsewhere), and what does not end.
//! 5. In each of them CR LF, and any other CR, becomes LF.
//! 6. Each token is fed as its length in bytes (after 5; `u32`, little endian), then its bytes.
//!
//! What belongs together in one operator is the dialect's rule: PostgreSQL reads `a<-1` as `a`, `<`, `-`,
//! `1`, as it does `a < -1`; it reads `a@-1` as `a`, `@-`, `1`.

use super::Dialect;
use super::directive::delimiter_directive;
use super::lexer::{TokenKind, lex};

#[cfg(test)]
mod tests;

/// How much is collected before the sink is called.
const CHUNK: usize = 4096;

/// Feeds `sink` with the significant tokens of `sql` under `dialect`: those that a digest is made of, each
/// with its length before it.
///
/// Only the concatenation of what `sink` gets is defined, not the pieces that it comes in. Returns false where
/// [`split`](super::split) refuses the text for its tokens alone: something does not end, or is
/// [foreign](TokenKind::Foreign) to the dialect. (`--x` on MySQL is refused too, but read like a comment all the same: a
/// comment is reformatted by leaving out a blank. `TEXT[]` as the type of a column of SQLite counts as refused, although
/// it is not any more: so it did when there were digests already.)
///
/// ```
/// use alembic_core::sql::{significant, Dialect};
///
/// let tokens = |sql: &str| {
///     let mut bytes = Vec::new();
///     significant(sql, Dialect::Sqlite, &mut |piece| bytes.extend_from_slice(piece));
///     bytes
/// };
/// assert_eq!(tokens("SELECT a,b -- both\n"), tokens("SELECT  a , b"));
/// assert_ne!(tokens("SELECT 'a,b'"), tokens("SELECT 'a, b'"));
/// ```
pub fn significant(sql: &str, dialect: Dialect, sink: &mut dyn FnMut(&[u8])) -> bool {
    let mut is_its_own = true;
    let mut buffer = Vec::with_capacity(CHUNK);
    for token in lex(sql, dialect) {
        let text = token.text(sql);
        match token.kind {
            TokenKind::Whitespace => continue,
            TokenKind::Comment => {
                let Some(delimiter) = delimiter_directive(text) else {
                    continue;
                };
                let blank = if delimiter.is_empty() { "" } else { " " };
                feed(&format!("-- alembic: delimiter{blank}{delimiter}"), &mut buffer);
            }
            TokenKind::Foreign if text.starts_with("--") => continue,
            kind => {
                is_its_own &= !matches!(kind, TokenKind::Foreign | TokenKind::Unterminated);
                feed(text, &mut buffer);
            }
        }
        if buffer.len() >= CHUNK {
            sink(&buffer);
            buffer.clear();
        }
    }
    if !buffer.is_empty() {
        sink(&buffer);
    }
    is_its_own
}

fn feed(text: &str, buffer: &mut Vec<u8>) {
    if text.contains('\r') {
        feed(&text.replace("\r\n", "\n").replace('\r', "\n"), buffer);
    } else {
        write(text.as_bytes(), buffer);
    }
}

/// Writes a token that has no CR: its length and its bytes.
pub(super) fn write(token: &[u8], buffer: &mut Vec<u8>) {
    let length = u32::try_from(token.len()).unwrap_or(u32::MAX);
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(token);
}
