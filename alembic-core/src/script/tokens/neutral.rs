//! Text that every dialect reads alike.

/// True if all three dialects lex this text into the same tokens for certain, so that a plain script need be
/// lexed only once.
///
/// It errs on the side of `false`. Among what makes it say so: `"`, `` ` ``, `[`, `$`, `#`, `@`, `:`, `?`,
/// backslashes, dollar strings, prefixed strings, numbers with an exponent, nested comments, hints, operators
/// of several signs.
///
/// ```
/// use alembic_core::script::dialect_neutral;
///
/// assert!(dialect_neutral("CREATE TABLE a (b INTEGER NOT NULL DEFAULT 'x'); -- plain"));
/// assert!(!dialect_neutral("SELECT \"a\""));
/// ```
#[must_use]
pub fn dialect_neutral(sql: &str) -> bool {
    let bytes = sql.strip_prefix('\u{feff}').unwrap_or(sql).as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match neutral_token(bytes, at) {
            Some(end) if end > at => at = end,
            _ => return false,
        }
    }
    true
}

/// The end of the token at `at`, if all dialects certainly agree on it.
#[inline]
fn neutral_token(bytes: &[u8], at: usize) -> Option<usize> {
    match *bytes.get(at)? {
        b' ' | b'\t' | b'\n' | b',' | b';' | b'(' | b')' => Some(at + 1),
        b'\r' => (bytes.get(at + 1) == Some(&b'\n')).then_some(at + 2),
        b'A'..=b'Z' | b'a'..=b'z' | b'_' | 0x80.. => {
            let end = run(bytes, at + 1, is_word);
            // a prefix of a string
            (bytes.get(end) != Some(&b'\'')).then_some(end)
        }
        b'0'..=b'9' => number(bytes, at),
        b'\'' => string(bytes, at),
        b'.' => {
            bytes.get(at + 1).is_none_or(|&next| next != b'.' && !next.is_ascii_digit()).then_some(at + 1)
        }
        b'-' if bytes.get(at + 1) == Some(&b'-') => line_comment(bytes, at),
        b'/' if bytes.get(at + 1) == Some(&b'*') => block_comment(bytes, at),
        b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'!' | b'|' => operator(bytes, at),
        _ => None,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

#[inline]
fn run(bytes: &[u8], at: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|&byte| !wanted(byte)).unwrap_or(rest.len())
}

/// `1` and `1.5`, with nothing behind that could belong to it.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = run(bytes, at, |byte| byte.is_ascii_digit());
    if bytes.get(end) == Some(&b'.') {
        let fraction = run(bytes, end + 1, |byte| byte.is_ascii_digit());
        if fraction == end + 1 {
            return None;
        }
        end = fraction;
    }
    bytes.get(end).is_none_or(|&next| !is_word(next) && next != b'.').then_some(end)
}

/// `'…'` without backslashes.
fn string(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = at + 1;
    loop {
        end = run(bytes, end, |byte| byte != b'\'' && byte != b'\\');
        match (bytes.get(end)?, bytes.get(end + 1)) {
            (b'\'', Some(b'\'')) => end += 2,
            (b'\'', _) => return Some(end + 1),
            _ => return None,
        }
    }
}

/// `--`, a blank, and no carriage return but in the line end.
fn line_comment(bytes: &[u8], at: usize) -> Option<usize> {
    if !bytes.get(at + 2).is_none_or(|next| matches!(next, b' ' | b'\t' | b'\n' | b'\r')) {
        return None;
    }
    let end = run(bytes, at + 2, |byte| byte != b'\n' && byte != b'\r');
    (bytes.get(end) != Some(&b'\r') || bytes.get(end + 1) == Some(&b'\n')).then_some(end)
}

/// A comment that ends, nests none, and is neither executed nor a hint.
fn block_comment(bytes: &[u8], at: usize) -> Option<usize> {
    if matches!(bytes.get(at + 2)?, b'!' | b'+' | b'M') {
        return None;
    }
    let mut end = at + 2;
    loop {
        end = run(bytes, end, |byte| byte != b'*' && byte != b'/');
        match (bytes.get(end)?, bytes.get(end + 1)?) {
            (b'*', b'/') => return Some(end + 2),
            (b'/', b'*') => return None,
            _ => end += 1,
        }
    }
}

/// The operators that are the same everywhere, and not part of a longer run of operator characters.
fn operator(bytes: &[u8], at: usize) -> Option<usize> {
    let end = run(bytes, at, |byte| {
        matches!(byte, b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'!' | b'|')
            || matches!(byte, b'~' | b'@' | b'#' | b'^' | b'&' | b'`' | b'?')
    });
    let same_everywhere = matches!(
        bytes.get(at..end)?,
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
