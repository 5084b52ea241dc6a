//! A statement, read word by word.

use crate::sql::{Dialect, Token, TokenKind, lex};

/// A name as a statement has it, without its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// Schema or, on MySQL, database; none where the session's own is meant.
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

/// Reads the tokens that matter, from the first one on.
pub(crate) struct Reader<'a> {
    sql: &'a str,
    dialect: Dialect,
    tokens: Vec<Token>,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(sql: &'a str, dialect: Dialect) -> Reader<'a> {
        let matters = |token: &Token| {
            !matches!(token.kind, TokenKind::Whitespace | TokenKind::Comment | TokenKind::Hint)
        };
        Reader { sql, dialect, tokens: lex(sql, dialect).filter(matters).collect(), at: 0 }
    }

    /// Whether a part of the statement is hidden from some servers.
    pub(crate) fn has_executable_comments(&self) -> bool {
        self.tokens.iter().any(|token| token.kind == TokenKind::ExecutableComment)
    }

    fn token(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    fn is(&self, ahead: usize, word: &str) -> bool {
        self.token(ahead).is_some_and(|token| {
            matches!(token.kind, TokenKind::Word | TokenKind::Operator)
                && token.text(self.sql).eq_ignore_ascii_case(word)
        })
    }

    /// The next word in upper case, if it is one. Stays before it.
    pub(crate) fn peek(&self) -> String {
        match self.token(0) {
            Some(token) if token.kind == TokenKind::Word => token.text(self.sql).to_ascii_uppercase(),
            _ => String::new(),
        }
    }

    /// Takes these words or marks, if they all follow.
    pub(crate) fn take(&mut self, words: &[&str]) -> bool {
        let all = words.iter().enumerate().all(|(ahead, word)| self.is(ahead, word));
        if all {
            self.at += words.len();
        }
        all
    }

    /// Takes one of these words, if one follows.
    pub(crate) fn take_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.take(&[word]))
    }

    /// Passes one token. False at the end.
    pub(crate) fn pass(&mut self) -> bool {
        self.at += 1;
        self.at <= self.tokens.len()
    }

    /// Goes to the next of these words, and takes it. False, and at the end, where there is none.
    pub(crate) fn pass_to(&mut self, word: &str) -> bool {
        while self.token(0).is_some() {
            if self.take(&[word]) {
                return true;
            }
            self.at += 1;
        }
        false
    }

    /// Whether these words stand together somewhere in what follows.
    pub(crate) fn has(&self, words: &[&str]) -> bool {
        (0..self.tokens.len().saturating_sub(self.at))
            .any(|start| words.iter().enumerate().all(|(ahead, word)| self.is(start + ahead, word)))
    }

    /// Where the next token begins in the text; the end of the text after the last.
    pub(crate) fn position(&self) -> usize {
        self.token(0).map_or(self.sql.len(), |token| token.start)
    }

    /// Takes a name, with or without a schema before it.
    pub(crate) fn name(&mut self) -> Option<Name> {
        let first = self.identifier()?;
        if self.take(&["."]) {
            return Some(Name { schema: Some(first), name: self.identifier()? });
        }
        Some(Name { schema: None, name: first })
    }

    /// Takes names with commas between.
    pub(crate) fn names(&mut self) -> Option<Vec<Name>> {
        let mut names = vec![self.name()?];
        while self.take(&[","]) {
            names.push(self.name()?);
        }
        Some(names)
    }

    /// Takes a string, with its quotes.
    #[cfg(feature = "cli")]
    pub(crate) fn string(&mut self) -> Option<String> {
        let token = self.token(0).filter(|token| token.kind == TokenKind::String)?;
        self.at += 1;
        Some(token.text(self.sql).to_owned())
    }

    fn identifier(&mut self) -> Option<String> {
        let token = self.token(0)?;
        let text = token.text(self.sql);
        let is_quoted = match token.kind {
            TokenKind::Word => false,
            TokenKind::QuotedIdentifier => true,
            // MySQL in the mode ANSI_QUOTES.
            TokenKind::String => text.starts_with('"'),
            _ => return None,
        };
        let quote = text.chars().next()?;
        let name = match (is_quoted, quote) {
            (true, '"' | '`') => {
                let inner = text.get(1..text.len().checked_sub(1)?)?;
                inner.replace(&quote.to_string().repeat(2), &quote.to_string())
            }
            (false, '\'' | '"') => return None,
            // `U&"…"` has escapes.
            (true, _) => return None,
            (false, _) if self.dialect == Dialect::Postgresql => text.to_lowercase(),
            (false, _) => text.to_owned(),
        };
        self.at += 1;
        Some(name)
    }
}
