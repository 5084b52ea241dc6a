//! SQL text into tokens, losslessly and without ever failing.
//!
//! The lexer knows what a database's own scanner knows, and nothing more: where a string, a comment, a
//! quoted identifier or an operator begins and ends. It reads the settings that a server has by default
//! (PostgreSQL's `standard_conforming_strings` on, MySQL without `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES`).
//! It never looks at grammar; statements are [`split`](super::split)'s concern.
//!
//! Sources of the rules: PostgreSQL's manual, "Lexical Structure" (and `scan.l` where the manual is silent);
//! SQLite's "SQL As Understood By SQLite" (and `tokenize.c`); the MySQL Reference Manual, "Language
//! Structure", and the MariaDB Knowledge Base, "Comment Syntax" and "Identifier Names".

mod comment;
mod operator;
mod quoted;
#[cfg(test)]
pub(super) mod tests;

use std::cell::OnceCell;
use std::collections::HashMap;

use super::Dialect;

/// What a [`Token`] is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Blanks, tabs, line ends, form feeds; a byte order mark at the very beginning.
    Whitespace,
    /// `-- …` and `/* … */`; on MySQL `# …` too. The line end after a `--` is not part of it.
    Comment,
    /// `/*! … */` and `/*M! … */` on MySQL and MariaDB: a server executes what it holds.
    ExecutableComment,
    /// `/*+ … */` on MySQL and PostgreSQL (where the extension `pg_hint_plan` reads it).
    Hint,
    /// A keyword or an unquoted identifier.
    Word,
    /// A number without its sign.
    Number,
    /// A string with its quotes and prefix: `'…'`; `E'…'`, `U&'…'`, `N'…'`, `B'…'`, `X'…'` where the
    /// dialect has them; `"…"` on MySQL.
    String,
    /// `$tag$ … $tag$` on PostgreSQL; on MySQL only after `AS`, where it holds a JavaScript body.
    DollarString,
    /// `"…"` on PostgreSQL and SQLite, `U&"…"` on PostgreSQL, `` `…` `` on MySQL and SQLite, `[…]` on SQLite.
    QuotedIdentifier,
    /// `$1` on PostgreSQL; `?`, `?1`, `:x`, `@x`, `$x`, `#x` on SQLite; `?`, `@x`, `@@x` on MySQL.
    Parameter,
    /// One operator or punctuation mark. `;`, `,`, `(` and `)` are always tokens of their own. A
    /// character that the dialect does not know is one too: the server will complain about it.
    Operator,
    /// What means something in another dialect and what nobody writes in this one: it is read as the other does,
    /// so that all dialects agree on what follows, and a statement that holds it is refused.
    ///
    /// - `--x` on MySQL: a comment everywhere else, two minus signs here.
    /// - `E'…'` on SQLite and MySQL: PostgreSQL's string with backslash escapes.
    /// - `$tag$ … $tag$` on SQLite and, but for JavaScript after `AS`, on MySQL: PostgreSQL's dollar string.
    /// - `[` on SQLite, where what follows cannot be the name of a table or a column: PostgreSQL's arrays. What looks like
    ///   one but is where only SQLite can have a `[` is a name. Only those of `TEXT[]` as the type of a column are not
    ///   refused: SQLite has them as a part of its name.
    Foreign,
    /// A string, comment, quoted identifier or dollar string that does not end. It runs to the end of
    /// the text. (An unfinished `/*` is a legal [`Comment`](TokenKind::Comment) on SQLite.)
    Unterminated,
}

/// A piece of SQL text, by its bytes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// The index of its first byte.
    pub start: usize,
    /// The index after its last byte.
    pub end: usize,
}

impl TokenKind {
    /// Whether a token of this kind can change the meaning of a statement: all but white space and comments.
    ///
    /// A hint counts, and so does an executable comment.
    #[must_use]
    pub fn is_significant(self) -> bool {
        !matches!(self, TokenKind::Whitespace | TokenKind::Comment)
    }
}

impl Token {
    /// The token's text in the `sql` that it was lexed from; nothing in any other text that is too short.
    #[must_use]
    pub fn text(self, sql: &str) -> &str {
        sql.get(self.start..self.end).unwrap_or_default()
    }
}

/// The tokens of `sql` as `dialect` reads them.
///
/// Never fails and loses nothing: the tokens' texts concatenate to `sql`, none is empty, and each begins
/// and ends between two characters.
///
/// ```
/// use alembic_core::sql::{lex, Dialect, TokenKind};
///
/// let sql = "SELECT 'it''s'";
/// let kinds: Vec<_> = lex(sql, Dialect::Sqlite).map(|token| token.kind).collect();
/// assert_eq!(kinds, [TokenKind::Word, TokenKind::Whitespace, TokenKind::String]);
/// ```
#[must_use]
pub fn lex(sql: &str, dialect: Dialect) -> Lexer<'_> {
    Lexer::starting_at(sql, dialect, 0)
}

/// The tokens of `sql` without white space and comments.
///
/// ```
/// use alembic_core::sql::{tokens, Dialect};
///
/// let sql = "SELECT 1 -- one";
/// let texts: Vec<_> = tokens(sql, Dialect::Sqlite).map(|token| token.text(sql)).collect();
/// assert_eq!(texts, ["SELECT", "1"]);
/// ```
pub fn tokens(sql: &str, dialect: Dialect) -> impl Iterator<Item = Token> {
    lex(sql, dialect).filter(|token| token.kind.is_significant())
}

/// The iterator that [`lex`] returns.
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    bytes: &'a [u8],
    dialect: Dialect,
    /// Whether SQLite itself has written the text: nothing in it can be another dialect's.
    stored: bool,
    position: usize,
    /// The last token that is neither white space nor a comment.
    previous: Token,
    /// Whether the last [`TokenKind::String`] was PostgreSQL's `E'…'`, which the next may continue.
    escape_string: bool,
    /// PostgreSQL: up to here every `+` and `-` is an operator by itself.
    signs_until: usize,
    /// SQLite: how many of PostgreSQL's arrays are open.
    open_arrays: usize,
    /// Where each `$tag$` of the text stands last, once that is asked for. Looking for the end of each of thousands that have
    /// none takes a look at all of the text for each.
    dollar_tags: OnceCell<HashMap<&'a [u8], usize>>,
}

/// The bytes that an unquoted identifier may hold after its first: the same in all dialects.
pub(super) const IDENTIFIER: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let value = byte as u8;
        table[byte] = value.is_ascii_alphanumeric() || value == b'_' || value == b'$' || value >= 0x80;
        byte += 1;
    }
    table
};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

fn is_identifier(byte: u8) -> bool {
    IDENTIFIER[usize::from(byte)]
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

impl<'a> Lexer<'a> {
    /// A lexer that begins at byte `position`, with nothing before it.
    pub(super) fn starting_at(sql: &'a str, dialect: Dialect, position: usize) -> Lexer<'a> {
        Lexer {
            bytes: sql.as_bytes(),
            dialect,
            stored: false,
            position,
            previous: Token { kind: TokenKind::Whitespace, start: 0, end: 0 },
            escape_string: false,
            signs_until: 0,
            open_arrays: 0,
            dollar_tags: OnceCell::new(),
        }
    }

    /// A lexer of a text that SQLite stores. It reads what SQLite reads, and nothing is
    /// [foreign](TokenKind::Foreign): every `[…]` is a name, `E'…'` is a word before a string, and a byte order mark
    /// before any token is white space (`tokenize.c`).
    pub(crate) fn stored(sql: &'a str) -> Lexer<'a> {
        Lexer { stored: true, ..Lexer::starting_at(sql, Dialect::Sqlite, 0) }
    }

    /// Where the next token begins.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// The end of the run of bytes from `at` on that are all `wanted`.
    #[inline]
    fn run(&self, at: usize, wanted: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().position(|&byte| !wanted(byte)).unwrap_or(rest.len())
    }

    #[inline]
    fn scan(&mut self, start: usize, byte: u8) -> (TokenKind, usize) {
        use Dialect::{Mysql, Postgresql, Sqlite};
        match byte {
            b' ' | b'\t'..=b'\r' => (TokenKind::Whitespace, self.run(start + 1, is_space)),
            0xEF if (start == 0 || self.stored) && self.bytes[start..].starts_with(BYTE_ORDER_MARK) => {
                (TokenKind::Whitespace, self.run(start + BYTE_ORDER_MARK.len(), is_space))
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | 0x80.. => self.word(start, byte),
            b'0'..=b'9' => self.number(start),
            b';' | b',' | b'(' | b')' => (TokenKind::Operator, start + 1),
            b'.' if self.starts_fraction(start) => self.number(start),
            b'\'' => self.string(start),
            b'"' if self.dialect == Mysql => self.quoted(TokenKind::String, start, byte, true),
            b'"' => self.quoted(TokenKind::QuotedIdentifier, start, byte, false),
            b'`' if self.dialect != Postgresql => {
                self.quoted(TokenKind::QuotedIdentifier, start, byte, false)
            }
            b'[' if self.dialect == Sqlite => self.bracketed(start),
            b'-' if self.byte(start + 1) == Some(b'-') => self.dashes(start),
            b'#' if self.dialect == Mysql => (TokenKind::Comment, self.line_comment(start)),
            b'/' if self.byte(start + 1) == Some(b'*') => self.block_comment(start),
            b'$' | b'@' | b':' | b'?' | b'#' => self.sigil(start, byte),
            _ => (TokenKind::Operator, self.operator(start, byte)),
        }
    }

    /// A keyword or identifier (a letter, `_` or any character beyond ASCII, then also digits and `$`),
    /// unless it is the prefix of a string.
    #[inline]
    fn word(&mut self, start: usize, byte: u8) -> (TokenKind, usize) {
        match self.byte(start + 1) {
            Some(b'\'') => {
                if let Some(string) = self.prefixed_string(start, byte) {
                    return string;
                }
            }
            Some(b'&') if self.dialect == Dialect::Postgresql && matches!(byte, b'u' | b'U') => {
                match self.byte(start + 2) {
                    Some(b'\'') => {
                        self.escape_string = false;
                        return self.quoted(TokenKind::String, start + 2, b'\'', false);
                    }
                    Some(b'"') => return self.quoted(TokenKind::QuotedIdentifier, start + 2, b'"', false),
                    _ => {}
                }
            }
            _ => {}
        }
        (TokenKind::Word, self.run(start + 1, is_identifier))
    }

    /// Whether the `.` at `start` begins a number such as `.5`. On MySQL it does not directly after an
    /// identifier, where a name may begin with a digit: `t.5`.
    fn starts_fraction(&self, start: usize) -> bool {
        let qualifies = self.dialect == Dialect::Mysql
            && self.previous.end == start
            && matches!(self.previous.kind, TokenKind::Word | TokenKind::QuotedIdentifier);
        !qualifies && self.byte(start + 1).is_some_and(|byte| byte.is_ascii_digit())
    }

    /// A number from its first digit, or from the `.` before it.
    fn number(&self, start: usize) -> (TokenKind, usize) {
        if self.dialect == Dialect::Mysql
            && let Some(token) = self.mysql_number_or_identifier(start)
        {
            return token;
        }
        let marker = self.byte(start + 1).map(|byte| byte.to_ascii_lowercase());
        if self.byte(start) == Some(b'0') && matches!(marker, Some(b'x' | b'o' | b'b')) {
            let end = self.run(start + 2, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if end > start + 2 && self.dialect != Dialect::Mysql {
                return (TokenKind::Number, self.number_junk(end));
            }
        }
        let digit = |byte: u8| byte.is_ascii_digit() || (byte == b'_' && self.dialect != Dialect::Mysql);
        let mut end = self.run(start, digit);
        // `1..10` is a range on PostgreSQL and MariaDB
        if self.byte(end) == Some(b'.')
            && (self.dialect == Dialect::Sqlite || self.byte(end + 1) != Some(b'.'))
        {
            end = self.run(end + 1, digit);
        }
        end = self.exponent(end).unwrap_or(end);
        (TokenKind::Number, self.number_junk(end))
    }

    /// The end of the exponent at `at`, if one stands there.
    fn exponent(&self, at: usize) -> Option<usize> {
        let digits = match (self.byte(at)?, self.byte(at + 1)?) {
            (b'e' | b'E', b'+' | b'-') => at + 2,
            (b'e' | b'E', _) => at + 1,
            _ => return None,
        };
        self.byte(digits)?.is_ascii_digit().then(|| self.run(digits, |byte| byte.is_ascii_digit()))
    }

    /// SQLite reads identifier characters behind a number as part of one (illegal) token.
    fn number_junk(&self, end: usize) -> usize {
        if self.dialect == Dialect::Sqlite { self.run(end, is_identifier) } else { end }
    }

    /// MySQL: identifiers may begin with a digit, so that `0x1F`, `0b01` and `1e5` are numbers, and `0x1G`,
    /// `1st` are identifiers. `None` for a number that goes on as elsewhere.
    fn mysql_number_or_identifier(&self, start: usize) -> Option<(TokenKind, usize)> {
        if self.byte(start) == Some(b'.') {
            return None;
        }
        let identifier_end = self.run(start, is_identifier);
        let text = self.bytes.get(start..identifier_end)?;
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == text.len() || self.exponent(start + digits).is_some() {
            return None;
        }
        let is_number = match text {
            [b'0', b'x', hex @ ..] => !hex.is_empty() && hex.iter().all(u8::is_ascii_hexdigit),
            [b'0', b'b', bits @ ..] => !bits.is_empty() && bits.iter().all(|bit| matches!(bit, b'0' | b'1')),
            _ => false,
        };
        Some((if is_number { TokenKind::Number } else { TokenKind::Word }, identifier_end))
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    #[inline]
    fn next(&mut self) -> Option<Token> {
        let start = self.position;
        let byte = self.byte(start)?;
        let (kind, end) = self.scan(start, byte);
        self.position = end;
        let token = Token { kind, start, end };
        match byte {
            b'[' if kind == TokenKind::Foreign => self.open_arrays += 1,
            b']' => self.open_arrays = self.open_arrays.saturating_sub(1),
            b';' => self.open_arrays = 0,
            _ => {}
        }
        if kind.is_significant() {
            self.previous = token;
        }
        Some(token)
    }
}
