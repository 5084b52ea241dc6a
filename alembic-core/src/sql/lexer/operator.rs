//! Operators and parameters.

use super::{Dialect, Lexer, TokenKind, is_identifier, is_space};

/// The length of the operator that `rest` begins with, on SQLite.
fn sqlite_operator(rest: &[u8]) -> usize {
    match rest {
        [b'-', b'>', b'>', ..] => 3,
        [b'-', b'>', ..] | [b'=' | b'<' | b'>' | b'!', b'=', ..] => 2,
        [b'<', b'<' | b'>', ..] | [b'>', b'>', ..] | [b'|', b'|', ..] => 2,
        _ => 1,
    }
}

/// The same on MySQL and MariaDB.
fn mysql_operator(rest: &[u8]) -> usize {
    match rest {
        [b'-', b'>', b'>', ..] | [b'<', b'=', b'>', ..] => 3,
        [b'-', b'>', ..] | [b'<' | b'>' | b'!' | b':', b'=', ..] | [b'=', b'>', ..] => 2,
        [b'<', b'<' | b'>', ..] | [b'>', b'>', ..] => 2,
        [b'|', b'|', ..] | [b'&', b'&', ..] | [b'.', b'.', ..] => 2,
        _ => 1,
    }
}

/// The same on PostgreSQL, for what is not made of operator characters.
fn postgresql_punctuation(rest: &[u8]) -> usize {
    match rest {
        [b':', b':' | b'=', ..] | [b'.', b'.', ..] => 2,
        _ => 1,
    }
}

/// The characters that PostgreSQL's operators are made of ("Operators").
fn is_operator(byte: u8) -> bool {
    is_sign(byte) || matches!(byte, b'*' | b'/' | b'<' | b'>' | b'=') || allows_sign(byte)
}

fn is_sign(byte: u8) -> bool {
    matches!(byte, b'+' | b'-')
}

/// The characters one of which PostgreSQL wants in an operator that ends with a sign.
fn allows_sign(byte: u8) -> bool {
    matches!(byte, b'~' | b'!' | b'@' | b'#' | b'%' | b'^' | b'&' | b'|' | b'`' | b'?')
}

impl Lexer<'_> {
    /// The end of the operator or punctuation mark at `start`.
    ///
    /// SQLite and MySQL have a fixed list of operators. PostgreSQL takes the longest run of operator
    /// characters that holds no comment, without the `+` and `-` at its end unless it holds one of ``~ ! @ #
    /// % ^ & | ` ?``.
    pub(super) fn operator(&mut self, start: usize, byte: u8) -> usize {
        let rest = self.bytes.get(start..).unwrap_or_default();
        match self.dialect {
            Dialect::Sqlite => start + sqlite_operator(rest),
            Dialect::Mysql => start + mysql_operator(rest),
            Dialect::Postgresql if is_operator(byte) => self.postgresql_operator(start),
            Dialect::Postgresql => start + postgresql_punctuation(rest),
        }
    }

    fn postgresql_operator(&mut self, start: usize) -> usize {
        if start < self.signs_until {
            return start + 1;
        }
        let rest = self.bytes.get(start..).unwrap_or_default();
        let comment = |at: usize| {
            matches!((rest.get(at), rest.get(at + 1)), (Some(b'/'), Some(b'*')) | (Some(b'-'), Some(b'-')))
        };
        let length = (0..rest.len())
            .find(|&at| !rest.get(at).is_some_and(|&byte| is_operator(byte)) || comment(at))
            .unwrap_or(rest.len());
        let run = rest.get(..length).unwrap_or_default();
        if run.iter().any(|&byte| allows_sign(byte)) {
            return start + length.max(1);
        }
        let unsigned = run.iter().rposition(|&byte| !is_sign(byte)).map_or(1, |last| last + 1);
        self.signs_until = start + length;
        start + unsigned
    }

    /// What begins with `$`, `@`, `:`, `?` or `#` (and is no comment): a parameter, a dollar string or an
    /// operator.
    pub(super) fn sigil(&mut self, start: usize, byte: u8) -> (TokenKind, usize) {
        match self.dialect {
            Dialect::Sqlite => self.sqlite_parameter(start, byte),
            Dialect::Postgresql => self.postgresql_sigil(start, byte),
            Dialect::Mysql => self.mysql_sigil(start, byte),
        }
    }

    /// SQLite's `?`, `?1`, `:x`, `@x`, `#x`, `$x`, and the Tcl form `$x::y(z)` ("Parameters").
    fn sqlite_parameter(&self, start: usize, byte: u8) -> (TokenKind, usize) {
        if byte == b'$'
            && let Some(string) = self.foreign_dollar_string(start)
        {
            return string;
        }
        if byte == b'?' {
            return (TokenKind::Parameter, self.run(start + 1, |byte| byte.is_ascii_digit()));
        }
        let mut named = false;
        let mut end = start + 1;
        loop {
            match self.byte(end) {
                Some(byte) if is_identifier(byte) => {
                    named = true;
                    end = self.run(end, is_identifier);
                }
                Some(b':') if self.byte(end + 1) == Some(b':') => end += 2,
                Some(b'(') if named => {
                    let close = self.run(end + 1, |byte| !is_space(byte) && byte != b')' && byte != 0);
                    end = if self.byte(close) == Some(b')') { close + 1 } else { close };
                    break;
                }
                _ => break,
            }
        }
        (if named { TokenKind::Parameter } else { TokenKind::Operator }, end)
    }

    /// PostgreSQL's `$1` ("Positional Parameters"), dollar strings, and the operators with `@ : ? #`.
    fn postgresql_sigil(&mut self, start: usize, byte: u8) -> (TokenKind, usize) {
        if byte != b'$' {
            return (TokenKind::Operator, self.operator(start, byte));
        }
        if self.byte(start + 1).is_some_and(|byte| byte.is_ascii_digit()) {
            return (TokenKind::Parameter, self.run(start + 1, |byte| byte.is_ascii_digit()));
        }
        self.dollar_string(start).unwrap_or((TokenKind::Operator, start + 1))
    }

    /// MySQL's `?`, user variables `@x`, system variables `@@x` ("User-Defined Variables", "Using System
    /// Variables"), identifiers that begin with `$`, and the dollar string that is a routine's body after
    /// `AS`.
    fn mysql_sigil(&mut self, start: usize, byte: u8) -> (TokenKind, usize) {
        match (byte, self.byte(start + 1)) {
            (b'?', _) => (TokenKind::Parameter, start + 1),
            (b'$', _) => {
                let body = self.follows_as().then(|| self.dollar_string(start)).flatten();
                let string = body.or_else(|| self.foreign_dollar_string(start));
                string.unwrap_or_else(|| (TokenKind::Word, self.run(start + 1, is_identifier)))
            }
            (b'@', Some(b'@')) if self.byte(start + 2).is_some_and(is_identifier) => {
                (TokenKind::Parameter, self.run(start + 2, is_identifier))
            }
            (b'@', Some(next)) if is_identifier(next) || next == b'.' => {
                (TokenKind::Parameter, self.run(start + 1, |byte| is_identifier(byte) || byte == b'.'))
            }
            _ => (TokenKind::Operator, self.operator(start, byte)),
        }
    }

    fn follows_as(&self) -> bool {
        let previous = self.bytes.get(self.previous.start..self.previous.end).unwrap_or_default();
        self.previous.kind == TokenKind::Word && previous.eq_ignore_ascii_case(b"AS")
    }
}
