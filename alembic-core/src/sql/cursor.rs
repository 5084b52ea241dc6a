//! A stream of significant tokens, into executable comments, with lookahead. Everything that reads SQL word by word
//! gets its tokens here.
//!
//! The splitter uses it as it is: a section may be large, is read once, and its reader must be able to jump over the data
//! of a `COPY`. A [`Reader`](super::Reader) collects the tokens of one statement from it, because it looks far ahead and
//! starts again at any place.

use std::collections::VecDeque;

use super::Dialect;
use super::directive::delimiter_directive;
use super::lexer::{Lexer, Token, TokenKind};

/// A token, or one of those that an executable comment holds.
///
/// One of [`TokenKind::Comment`] is a delimiter directive; other comments do not come here.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: TokenKind,
    /// Its own text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The token of the text: the executable comment around it, or itself.
    pub(super) outer: Token,
    /// Whether it is part of an executable comment.
    pub(super) embedded: bool,
}

impl Piece {
    /// A token outside executable comments.
    pub(super) fn plain(token: Token) -> Piece {
        let Token { kind, start, end } = token;
        Piece { kind, start, end, outer: token, embedded: false }
    }

    /// Its own token, inside or outside an executable comment.
    pub(super) fn token(self) -> Token {
        Token { kind: self.kind, start: self.start, end: self.end }
    }
}

/// Walks over the significant tokens and delimiter directives of a text.
pub(super) struct Cursor<'a> {
    sql: &'a str,
    dialect: Dialect,
    lexer: Lexer<'a>,
    /// The rest of the executable comment that is being read.
    embedded: Option<(Lexer<'a>, Token)>,
    ahead: VecDeque<Piece>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(sql: &'a str, dialect: Dialect) -> Cursor<'a> {
        let lexer = Lexer::starting_at(sql, dialect, 0);
        Cursor { sql, dialect, lexer, embedded: None, ahead: VecDeque::new() }
    }

    /// The word that the text begins with, after hints.
    pub(super) fn first_word(mut self) -> Option<&'a str> {
        loop {
            let piece = self.next()?;
            match piece.kind {
                TokenKind::Hint => {}
                TokenKind::Word => return Some(self.text(piece)),
                _ => return None,
            }
        }
    }

    /// Goes on at byte `position`, which is between two tokens.
    pub(super) fn seek(&mut self, position: usize) {
        self.lexer = Lexer::starting_at(self.sql, self.dialect, position);
        self.embedded = None;
        self.ahead.clear();
    }

    /// The next piece but `distance`, without moving.
    pub(super) fn peek(&mut self, distance: usize) -> Option<Piece> {
        while self.ahead.len() <= distance {
            let piece = self.read()?;
            self.ahead.push_back(piece);
        }
        self.ahead.get(distance).copied()
    }

    /// The next piece.
    pub(super) fn next(&mut self) -> Option<Piece> {
        match self.ahead.pop_front() {
            Some(piece) => Some(piece),
            None => self.read(),
        }
    }

    /// Passes all that cannot matter to where a statement ends, up to a `;`, a `\`, a directive, a hint,
    /// an executable comment or something that does not end. Returns the end of the last token that it passed.
    pub(super) fn pass(&mut self) -> Option<usize> {
        if !self.ahead.is_empty() || self.embedded.is_some() {
            return None;
        }
        let mut passed = None;
        while let Some(token) = self.lexer.next() {
            let matters = match token.kind {
                TokenKind::Whitespace => continue,
                TokenKind::Comment if delimiter_directive(token.text(self.sql)).is_none() => continue,
                TokenKind::ExecutableComment => {
                    self.embedded = self.enter(token);
                    break;
                }
                TokenKind::Operator => matches!(token.text(self.sql), ";" | "\\"),
                kind => matches!(
                    kind,
                    TokenKind::Comment
                        | TokenKind::Hint
                        | TokenKind::Parameter
                        | TokenKind::Foreign
                        | TokenKind::Unterminated
                ),
            };
            if matters {
                self.ahead.push_back(Piece::plain(token));
                break;
            }
            passed = Some(token.end);
        }
        passed
    }

    /// The text of `piece`.
    pub(super) fn text(&self, piece: Piece) -> &'a str {
        self.sql.get(piece.start..piece.end).unwrap_or_default()
    }

    fn read(&mut self) -> Option<Piece> {
        loop {
            if let Some((inner, outer)) = &mut self.embedded {
                match inner.next() {
                    Some(token) if !token.kind.is_significant() => {}
                    Some(token) => {
                        let Token { kind, start, end } = token;
                        return Some(Piece { kind, start, end, outer: *outer, embedded: true });
                    }
                    None => self.embedded = None,
                }
                continue;
            }
            let token = self.lexer.next()?;
            match token.kind {
                TokenKind::Whitespace => {}
                TokenKind::Comment if delimiter_directive(token.text(self.sql)).is_none() => {}
                TokenKind::ExecutableComment => self.embedded = self.enter(token),
                _ => {
                    return Some(Piece::plain(token));
                }
            }
        }
    }

    /// What an executable comment holds, behind the version that it may begin with (`/*!40101 … */`,
    /// `/*M!100401 … */`).
    fn enter(&self, comment: Token) -> Option<(Lexer<'a>, Token)> {
        let text = comment.text(self.sql);
        let opening = text.strip_prefix("/*!").or_else(|| text.strip_prefix("/*M!"))?;
        let content = opening.trim_start_matches(|character: char| character.is_ascii_digit());
        let start = comment.end - content.len();
        let end = comment.end.checked_sub("*/".len())?;
        Some((Lexer::starting_at(self.sql.get(..end)?, self.dialect, start), comment))
    }
}
