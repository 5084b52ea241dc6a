//! The tokens of a statement as the digest sees them.
//!
//! # The rule
//! 1. The text of a statement, as [`split`](super::split) yields it, is cut into tokens by [`lex`] under one dialect.
//! 2. White space and comments between tokens do not count. There is one exception: the arguments of a module in
//!    SQLite's `CREATE VIRTUAL TABLE` reach the module as they are written (SQLite, "The Virtual Table Mechanism", 1.1), so all
//!    text between their parentheses is one token.
//! 3. Three things look like white space or comments and are part of a token. On PostgreSQL a line end between two strings joins them
//!    to one constant ("String Constants", 4.1.2.1): it is fed as a token `\n`. On MySQL some names are those of functions only if
//!    `(` follows at once ("Function Name Parsing and Resolution", 11.2.5): white space between them is fed as a
//!    token ` `.
//!    SQLite keeps the text of a column's type with the comments between its words, and finds its affinity there
//!    (`NUMBER /* INT */ LIKE` is an INTEGER; "Determination Of Column Affinity", 3.1): in `CREATE TABLE` and `ALTER TABLE` a
//!    comment between two words, of which the second can be a part of a type, is fed as a token.
//! 4. Every other token counts with its text as it stands, letter case included: words, numbers, operators, strings,
//!    dollar strings, quoted identifiers, parameters, executable comments (`/*! … */`), and hints (`/*+ … */`).
//! 5. Each token is fed as its length in bytes (`u32`, little endian), then its bytes. A length of 0 ends the statement.
//!
//! What belongs together in one operator is the dialect's rule: PostgreSQL reads `a<-1` as `a`, `<`, `-`,
//! `1`, as it does `a < -1`; it reads `a@-1` as `a`, `@-`, `1`.

use super::Dialect;
use super::lexer::{Token, TokenKind, lex};

#[cfg(test)]
mod tests;

/// The end of a statement.
pub(super) const END: [u8; 4] = [0; 4];

/// The names of functions on MySQL and MariaDB that are not names of functions before white space.
pub(super) const FUNCTIONS: [&str; 32] = [
    "ADDDATE",
    "BIT_AND",
    "BIT_OR",
    "BIT_XOR",
    "CAST",
    "COUNT",
    "CURDATE",
    "CURTIME",
    "DATE_ADD",
    "DATE_SUB",
    "EXTRACT",
    "GROUP_CONCAT",
    "MAX",
    "MID",
    "MIN",
    "NOW",
    "POSITION",
    "SESSION_USER",
    "STD",
    "STDDEV",
    "STDDEV_POP",
    "STDDEV_SAMP",
    "SUBDATE",
    "SUBSTR",
    "SUBSTRING",
    "SUM",
    "SYSDATE",
    "SYSTEM_USER",
    "TRIM",
    "VARIANCE",
    "VAR_POP",
    "VAR_SAMP",
];

/// Feeds the tokens of a statement that count: what a digest is made of.
///
/// ```
/// use alembic_core::sql::{Dialect, significant};
///
/// let tokens = |statement: &str| {
///     let mut bytes = Vec::new();
///     significant(statement, Dialect::Sqlite, &mut bytes);
///     bytes
/// };
/// assert_eq!(tokens("SELECT a,b -- both"), tokens("SELECT  a , b"));
/// assert_ne!(tokens("SELECT 'a,b'"), tokens("SELECT 'a, b'"));
/// ```
pub fn significant(statement: &str, dialect: Dialect, bytes: &mut Vec<u8>) {
    let raw = arguments(statement, dialect);
    let mut last: Option<Token> = None;
    for token in lex(statement, dialect) {
        if matches!(token.kind, TokenKind::Whitespace | TokenKind::Comment) {
            continue;
        }
        if raw.as_ref().is_some_and(|raw| token.start >= raw.start && token.end <= raw.end) {
            continue;
        }
        if let Some(raw) = raw.as_ref().filter(|raw| token.start == raw.end) {
            write(statement[raw.clone()].as_bytes(), bytes);
        }
        if let Some(last) = last {
            between(statement, dialect, last, token, bytes);
        }
        write(token.text(statement).as_bytes(), bytes);
        last = Some(token);
    }
    bytes.extend_from_slice(&END);
}

/// Feeds white space that is part of a token.
fn between(statement: &str, dialect: Dialect, last: Token, token: Token, bytes: &mut Vec<u8>) {
    let gap = &statement[last.end..token.start];
    let is_function = |word: &str| FUNCTIONS.iter().any(|name| name.eq_ignore_ascii_case(word));
    match (dialect, last.kind, token.kind) {
        (Dialect::Postgresql, TokenKind::String, TokenKind::String) if gap.contains('\n') => {
            write(b"\n", bytes)
        }
        (Dialect::Mysql, TokenKind::Word, _)
            if !gap.is_empty() && token.text(statement) == "(" && is_function(last.text(statement)) =>
        {
            write(b" ", bytes);
        }
        (Dialect::Sqlite, TokenKind::Word, TokenKind::Word)
            if !gap.trim().is_empty() && may_be_in_type(statement, token.text(statement)) =>
        {
            write(gap.trim().as_bytes(), bytes);
        }
        _ => {}
    }
}

/// SQLite: whether a word behind another one may belong to the type of a column.
fn may_be_in_type(statement: &str, word: &str) -> bool {
    const ENDS: [&str; 15] = [
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "AS",
        "ON",
        "TABLE",
        "KEY",
        "ADD",
        "IF",
    ];
    defines_table(statement) && !ENDS.iter().any(|end| end.eq_ignore_ascii_case(word))
}

/// Whether a statement defines the columns of a table.
fn defines_table(statement: &str) -> bool {
    let words = super::keywords(statement, Dialect::Sqlite, 3);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(words.as_slice(), ["CREATE" | "ALTER", "TABLE", ..] | ["CREATE", "TEMP" | "TEMPORARY", "TABLE"])
}

/// SQLite: the place of the arguments of a virtual table.
fn arguments(statement: &str, dialect: Dialect) -> Option<std::ops::Range<usize>> {
    let is_virtual = dialect == Dialect::Sqlite
        && super::keywords(statement, dialect, 3) == ["CREATE", "VIRTUAL", "TABLE"];
    if !is_virtual {
        return None;
    }
    let mut tokens = lex(statement, dialect).filter(|token| token.kind.is_significant());
    tokens.find(|token| token.text(statement).eq_ignore_ascii_case("USING"))?;
    let open = tokens.find(|token| token.text(statement) == "(")?;
    let close = tokens.filter(|token| token.text(statement) == ")").last()?;
    Some(open.end..close.start)
}

/// Writes a token: its length and its bytes.
pub(super) fn write(token: &[u8], buffer: &mut Vec<u8>) {
    let length = u32::try_from(token.len()).unwrap_or(u32::MAX);
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(token);
}
