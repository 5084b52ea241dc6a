//! SQL that every dialect reads alike, found by one quick look: it need not be lexed and split for each of them.
//!
//! Most migrations are of this kind. This is also what a proc macro and a build script run most, without
//! optimisation: hence the tables and plain loops.

use super::Statement;
use super::lexer::IDENTIFIER;
use super::tokens::{END, FUNCTIONS, write};

/// What all dialects find in a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plain {
    /// The significant tokens of its statements, as [`significant`](super::significant) feeds them.
    pub(crate) tokens: Vec<u8>,
    /// Its statements, as [`split`](super::split) finds them.
    pub(crate) statements: Vec<Statement>,
}

impl Plain {
    /// Reads a text; `None` where the dialects do not agree on it, or might not.
    ///
    /// It errs on that side. Among what makes it say `None`: `` ` ``, `[`, `$`, `#`, `@`, `:`, `?`, backslashes,
    /// dollar strings, prefixed strings, nested comments, hints, operators of several signs,
    /// directives, line ends in a string that are not a mere LF, and all statements but those on tables, indexes and rows.
    pub(crate) fn read(sql: &str) -> Option<Plain> {
        let bytes = sql.as_bytes();
        let mut plain = Plain { tokens: Vec::with_capacity(bytes.len() * 2), statements: Vec::new() };
        let mut statement: Option<Statement> = None;
        // The place of the token in its statement.
        let mut place = 0;
        let mut first: &[u8] = b"";
        let mut last: &[u8] = b"";
        let mut comment = false;
        let mut at = 0;
        while at < bytes.len() {
            let class = CLASSES[bytes[at] as usize];
            let end = token(bytes, at, class)?;
            let text = &bytes[at..end];
            if matches!(class, Class::Space | Class::Return) || is_comment(text) {
                comment |= is_comment(text);
                at = end;
                continue;
            }
            // It may be part of a type of SQLite.
            if std::mem::take(&mut comment)
                && class == Class::Word
                && last.first().is_some_and(|byte| CLASSES[*byte as usize] == Class::Word)
                && is_one_of(first, DEFINITIONS)
            {
                return None;
            }
            let is_apart = statement.as_ref().is_some_and(|known| known.end < at);
            if is_apart && is_joined(last, text) {
                return None;
            }
            last = text;
            if text == b";" {
                plain.end(statement.take());
                place = 0;
            } else {
                // It may change how PostgreSQL reads the rest.
                if class == Class::Word && text.eq_ignore_ascii_case(b"set_config") {
                    return None;
                }
                write(text, &mut plain.tokens);
                match place {
                    0 if class == Class::Word && is_one_of(text, FIRST_WORDS) => first = text,
                    0 => return None,
                    1 if is_one_of(first, DEFINITIONS) && !is_one_of(text, OBJECTS) => return None,
                    _ => {}
                }
                place += 1;
                statement = Some(Statement { start: statement.map_or(at, |known| known.start), end });
            }
            at = end;
        }
        plain.end(statement);
        Some(plain)
    }

    /// Ends a statement, if there is one.
    fn end(&mut self, statement: Option<Statement>) {
        if let Some(statement) = statement {
            self.statements.push(statement);
            self.tokens.extend_from_slice(&END);
        }
    }
}

/// What a statement may begin with here: none of these is refused, and none has a body but in definitions.
const FIRST_WORDS: &[&[u8]] = &[b"CREATE", b"ALTER", b"DROP", b"INSERT", b"UPDATE", b"DELETE", b"SELECT"];

/// The statements of which some have bodies, with `;` in them.
const DEFINITIONS: &[&[u8]] = &[b"CREATE", b"ALTER"];

/// What has no body.
const OBJECTS: &[&[u8]] = &[b"TABLE", b"INDEX", b"UNIQUE"];

fn is_one_of(text: &[u8], words: &[&[u8]]) -> bool {
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether white space between two tokens may be part of one: see the rule of [`significant`](super::significant).
fn is_joined(last: &[u8], token: &[u8]) -> bool {
    match token {
        b"(" => FUNCTIONS.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(last)),
        [b'\'', ..] => last.starts_with(b"'"),
        _ => false,
    }
}

fn is_comment(token: &[u8]) -> bool {
    token.starts_with(b"--") || token.starts_with(b"/*")
}

/// What a token that begins with a byte may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    /// A carriage return, which counts as white space before a line feed.
    Return,
    Word,
    Digit,
    /// One of `,;()`.
    Mark,
    /// What begins a string or, by `"`, what is a name in two dialects and a string in the third.
    Quote,
    Point,
    Operator,
    Other,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' => Class::Space,
            b'\r' => Class::Return,
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | 0x80.. => Class::Word,
            b'0'..=b'9' => Class::Digit,
            b',' | b';' | b'(' | b')' => Class::Mark,
            b'\'' | b'"' => Class::Quote,
            b'.' => Class::Point,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'!' | b'|' => Class::Operator,
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

/// The end of the token at `at`, if all dialects certainly agree on it.
fn token(bytes: &[u8], at: usize, class: Class) -> Option<usize> {
    match class {
        Class::Space | Class::Mark => Some(at + 1),
        Class::Return => (bytes.get(at + 1) == Some(&b'\n')).then_some(at + 2),
        Class::Word => {
            let end = word(bytes, at + 1);
            // A prefix of a string.
            (bytes.get(end) != Some(&b'\'')).then_some(end)
        }
        Class::Digit => number(bytes, at),
        Class::Quote => string(bytes, at),
        Class::Point => {
            bytes.get(at + 1).is_none_or(|&next| next != b'.' && !next.is_ascii_digit()).then_some(at + 1)
        }
        Class::Operator => match (bytes[at], bytes.get(at + 1)) {
            (b'-', Some(b'-')) => line_comment(bytes, at),
            (b'/', Some(b'*')) => block_comment(bytes, at),
            _ => operator(bytes, at),
        },
        Class::Other => None,
    }
}

/// The end of the characters of a word from `at` on.
fn word(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && IDENTIFIER[bytes[at] as usize] {
        at += 1;
    }
    at
}

fn digits(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at].is_ascii_digit() {
        at += 1;
    }
    at
}

/// `1`, `1.5` and `1e-5`, with nothing behind that could belong to it.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = digits(bytes, at);
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(bytes, end + 1);
        if fraction == end + 1 {
            return None;
        }
        end = fraction;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(bytes, end + 1 + sign);
        if exponent == end + 1 + sign {
            return None;
        }
        end = exponent;
    }
    bytes.get(end).is_none_or(|&next| !IDENTIFIER[next as usize] && next != b'.').then_some(end)
}

/// `'…'` and `"…"` without backslashes and carriage returns.
fn string(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = bytes[at];
    let mut end = at + 1;
    loop {
        match (*bytes.get(end)?, bytes.get(end + 1)) {
            (byte, Some(&next)) if byte == quote && next == quote => end += 2,
            (byte, _) if byte == quote => return Some(end + 1),
            (b'\\' | b'\r', _) => return None,
            _ => end += 1,
        }
    }
}

/// `--`, a blank, and no carriage return but in the line end.
fn line_comment(bytes: &[u8], at: usize) -> Option<usize> {
    let text = bytes[at + 2..].split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let end = at + 2 + text.len();
    let blank = text.first().is_none_or(|first| matches!(first, b' ' | b'\t'));
    let line_end = bytes.get(end) != Some(&b'\r') || bytes.get(end + 1) == Some(&b'\n');
    (blank && line_end && !is_directive(text)).then_some(end)
}

fn is_directive(comment: &[u8]) -> bool {
    comment.trim_ascii_start().starts_with(b"alembic")
}

/// A comment that ends, nests none, and is neither executed nor a hint.
fn block_comment(bytes: &[u8], at: usize) -> Option<usize> {
    if matches!(bytes.get(at + 2)?, b'!' | b'+' | b'M') {
        return None;
    }
    let mut end = at + 2;
    loop {
        match (bytes.get(end)?, bytes.get(end + 1)?) {
            (b'*', b'/') => return Some(end + 2),
            (b'/', b'*') => return None,
            _ => end += 1,
        }
    }
}

/// The operators that are the same everywhere, and not part of a longer run of operator characters.
fn operator(bytes: &[u8], at: usize) -> Option<usize> {
    let more = |byte: &u8| {
        CLASSES[*byte as usize] == Class::Operator
            || matches!(byte, b'~' | b'@' | b'#' | b'^' | b'&' | b'`' | b'?')
    };
    let end = at + bytes[at..].iter().take_while(|byte| more(byte)).count();
    let same_everywhere = matches!(
        &bytes[at..end],
        b"+" | b"-"
            | b"*"
            | b"/"
            | b"%"
            | b"<"
            | b">"
            | b"="
            | b"<="
            | b">="
            | b"<>"
            | b"!="
            | b"||"
            | b"->"
            | b"->>"
    );
    same_everywhere.then_some(end)
}
