//! A cursor over the significant tokens of a definition.

use crate::schema::{Deferrable, ObjectName, ReferentialAction};
use crate::sql::expression::{identifier, tidy};
use crate::sql::{Dialect, Token, TokenKind, lex};

/// The text is not the definition that it should be; what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(super) &'static str);

pub(super) type Result<T> = std::result::Result<T, Unreadable>;

pub(super) struct Tokens<'a> {
    pub(super) sql: &'a str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(sql: &'a str) -> Tokens<'a> {
        let significant = |token: &Token| !matches!(token.kind, TokenKind::Whitespace | TokenKind::Comment);
        Tokens { sql, tokens: lex(sql, Dialect::Sqlite).filter(significant).collect(), at: 0 }
    }

    fn token(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    pub(super) fn text(&self, ahead: usize) -> &'a str {
        self.token(ahead).map_or("", |token| token.text(self.sql))
    }

    pub(super) fn kind(&self, ahead: usize) -> Option<TokenKind> {
        self.token(ahead).map(|token| token.kind)
    }

    pub(super) fn advance(&mut self, count: usize) {
        self.at += count;
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Whether these words or signs come next.
    pub(super) fn sees(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.text(ahead).eq_ignore_ascii_case(word))
    }

    /// Goes over these words or signs if they come next.
    pub(super) fn accept(&mut self, words: &[&str]) -> bool {
        let found = self.sees(words);
        if found {
            self.at += words.len();
        }
        found
    }

    pub(super) fn expect(&mut self, words: &[&str], wanted: &'static str) -> Result<()> {
        if self.accept(words) { Ok(()) } else { Err(Unreadable(wanted)) }
    }

    pub(super) fn name(&mut self) -> Result<String> {
        match self.kind(0) {
            Some(TokenKind::Word | TokenKind::QuotedIdentifier | TokenKind::String) => {
                let name = identifier(self.text(0));
                self.at += 1;
                Ok(name)
            }
            _ => Err(Unreadable("a name")),
        }
    }

    /// Goes over a name that may have a schema before it.
    pub(super) fn object_name(&mut self) -> Result<ObjectName> {
        let mut name = self.name()?;
        if self.accept(&["."]) {
            name = self.name()?;
        }
        Ok(ObjectName::new(name))
    }

    /// What stands in the parentheses that come next, without comments.
    pub(super) fn parentheses(&mut self) -> Result<String> {
        let start = self.token(0).map_or(0, |token| token.end);
        self.expect(&["("], "a parenthesis")?;
        self.skip_to_close()?;
        let end = self.token(0).map_or(start, |token| token.start);
        self.at += 1;
        Ok(tidy(&self.sql[start..end], Dialect::Sqlite))
    }

    /// Goes to the parenthesis that closes the one before.
    fn skip_to_close(&mut self) -> Result<()> {
        let mut depth = 0_usize;
        while !self.at_end() {
            match self.text(0) {
                "(" => depth += 1,
                ")" if depth == 0 => return Ok(()),
                ")" => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        Err(Unreadable("a closing parenthesis"))
    }

    /// Goes over an item of a list: to the comma or closing parenthesis after it. Its tokens.
    pub(super) fn item(&mut self) -> Result<&[Token]> {
        let start = self.at;
        while !self.at_end() {
            match self.text(0) {
                "," | ")" => break,
                "(" => {
                    self.at += 1;
                    self.skip_to_close()?;
                }
                _ => {}
            }
            self.at += 1;
        }
        Ok(self.tokens.get(start..self.at).unwrap_or_default())
    }

    /// Column names in parentheses, and the words that stand behind them: an order, a collation, `AUTOINCREMENT`.
    pub(super) fn names(&mut self) -> Result<(Vec<String>, Vec<&'a str>)> {
        let mut names = Vec::new();
        let mut words = Vec::new();
        self.expect(&["("], "a parenthesis")?;
        loop {
            names.push(self.name()?);
            let sql = self.sql;
            words.extend(self.item()?.iter().map(|token| token.text(sql)));
            if self.accept(&[","]) {
                continue;
            }
            self.expect(&[")"], "a closing parenthesis")?;
            return Ok((names, words));
        }
    }

    /// `ON CONFLICT …`; whether it stood there.
    pub(super) fn on_conflict(&mut self) -> bool {
        let found = self.accept(&["ON", "CONFLICT"]);
        if found {
            self.at += 1;
        }
        found
    }

    /// What may stand after `REFERENCES table (columns)`: actions and MATCH. When it is checked may follow.
    pub(super) fn actions(&mut self) -> Result<(ReferentialAction, ReferentialAction)> {
        let (mut on_delete, mut on_update) = Default::default();
        loop {
            if self.accept(&["ON", "DELETE"]) {
                on_delete = self.action()?;
            } else if self.accept(&["ON", "UPDATE"]) {
                on_update = self.action()?;
            } else if self.accept(&["ON", "INSERT"]) {
                self.action()?;
            } else if self.accept(&["MATCH"]) {
                self.name()?;
            } else {
                return Ok((on_delete, on_update));
            }
        }
    }

    fn action(&mut self) -> Result<ReferentialAction> {
        const ACTIONS: [(&[&str], ReferentialAction); 5] = [
            (&["CASCADE"], ReferentialAction::Cascade),
            (&["RESTRICT"], ReferentialAction::Restrict),
            (&["SET", "NULL"], ReferentialAction::SetNull),
            (&["SET", "DEFAULT"], ReferentialAction::SetDefault),
            (&["NO", "ACTION"], ReferentialAction::NoAction),
        ];
        let found = ACTIONS.into_iter().find(|(words, _)| self.accept(words));
        found.map(|(_, action)| action).ok_or(Unreadable("what a foreign key does"))
    }

    /// `[NOT] DEFERRABLE [INITIALLY …]`: none if it does not come next.
    pub(super) fn deferrable(&mut self) -> Option<Option<Deferrable>> {
        let not = self.sees(&["NOT", "DEFERRABLE"]);
        if !not && !self.sees(&["DEFERRABLE"]) {
            return None;
        }
        self.at += if not { 2 } else { 1 };
        let deferred = self.accept(&["INITIALLY", "DEFERRED"]);
        if !deferred {
            self.accept(&["INITIALLY", "IMMEDIATE"]);
        }
        Some(match (not, deferred) {
            (true, _) => None,
            (false, true) => Some(Deferrable::InitiallyDeferred),
            (false, false) => Some(Deferrable::InitiallyImmediate),
        })
    }
}
