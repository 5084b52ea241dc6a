//! A statement of a branch, as the comparison reads it.

use std::ops::Range;

use crate::revision::{Direction, Node, RevisionId};
use crate::script::ScriptDirectory;
use crate::sql::facts::Facts;
use crate::sql::{Dialect, TokenKind, tokens, unquote};

/// A statement that contradicts another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictingStatement {
    /// Its revision.
    pub revision: RevisionId,
    /// Its script.
    pub path: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its place in the text of the script.
    pub span: Range<usize>,
    /// Its effect on the object, such as `creates it`.
    pub what: String,
}

/// A statement of a branch.
pub(super) struct Step<'d> {
    pub(super) directory: &'d ScriptDirectory,
    pub(super) node: Node,
    pub(super) span: Range<usize>,
    pub(super) dialect: Dialect,
    pub(super) facts: Facts,
    /// Its tokens: names without quotes and in lower case, strings with their quotes.
    pub(super) words: Vec<String>,
}

/// The statements of revisions, in their order.
pub(super) fn steps<'d>(directory: &'d ScriptDirectory, nodes: &[Node], dialect: Dialect) -> Vec<Step<'d>> {
    let mut steps = Vec::new();
    for node in nodes {
        let script = directory.script(*node);
        let Some(section) = script.section(Direction::Upgrade, dialect) else { continue };
        // Text that is not SQL of this dialect shows nothing.
        for statement in script.statements(section, dialect).unwrap_or_default() {
            let text = script.statement_text(&statement);
            steps.push(Step {
                directory,
                node: *node,
                span: statement.start..statement.end,
                dialect,
                facts: Facts::of(text, dialect),
                words: words(text, dialect),
            });
        }
    }
    steps
}

fn words(text: &str, dialect: Dialect) -> Vec<String> {
    let word = |token: crate::sql::Token| {
        let own = token.text(text);
        match token.kind {
            TokenKind::QuotedIdentifier => unquote(own).unwrap_or_else(|| own.to_owned()).to_lowercase(),
            TokenKind::String | TokenKind::DollarString => own.to_owned(),
            _ => own.to_lowercase(),
        }
    };
    tokens(text, dialect).map(word).collect()
}

impl Step<'_> {
    pub(super) fn place(&self, what: String) -> ConflictingStatement {
        let script = self.directory.script(self.node);
        ConflictingStatement {
            revision: script.revision.id.clone(),
            path: script.path.clone(),
            line: script.place(self.span.start).0,
            span: self.span.clone(),
            what,
        }
    }

    /// Its text.
    pub(super) fn text(&self) -> &str {
        self.directory.script(self.node).text.get(self.span.clone()).unwrap_or_default()
    }

    /// The word at a place; empty beyond the ends.
    pub(super) fn word(&self, place: usize) -> &str {
        self.words.get(place).map_or("", String::as_str)
    }

    /// The word before a place.
    pub(super) fn before(&self, place: usize, back: usize) -> &str {
        place.checked_sub(back).map_or("", |place| self.word(place))
    }

    /// The places of a word.
    pub(super) fn places<'s>(&'s self, word: &'s str) -> impl Iterator<Item = usize> + 's {
        self.words.iter().enumerate().filter(move |(_, own)| *own == word).map(|(place, _)| place)
    }

    /// Whether these words follow each other.
    pub(super) fn has(&self, words: &[&str]) -> bool {
        self.find(words, 0).is_some()
    }

    /// Where these words follow each other, from a place on.
    pub(super) fn find(&self, words: &[&str], from: usize) -> Option<usize> {
        let is_at = |place: &usize| (0..words.len()).all(|ahead| self.word(place + ahead) == words[ahead]);
        (from..self.words.len()).find(is_at)
    }

    /// The words in the parentheses that open at a place, and the place behind them.
    pub(super) fn group(&self, open: usize) -> Option<(&[String], usize)> {
        (self.word(open) == "(").then_some(())?;
        let mut depth = 0_usize;
        for place in open..self.words.len() {
            match self.word(place) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some((&self.words[open + 1..place], place + 1));
            }
        }
        None
    }

    /// Whether two statements have the same words.
    pub(super) fn is_same(&self, other: &Step<'_>) -> bool {
        self.words == other.words
    }
}

/// The parts of a list between the commas outside of parentheses.
pub(super) fn list(words: &[String]) -> Vec<&[String]> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (place, word) in words.iter().enumerate() {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                parts.push(&words[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    if start < words.len() {
        parts.push(&words[start..]);
    }
    parts
}
