//! The statements in the code of blocks and routines, and in the strings that code executes.

use super::inner;
use crate::sql::{Dialect, Token, TokenKind, lex};

/// Code in code is read to this depth.
const DEEPEST: usize = 8;

/// The code of a statement: its text with the content of bodies and executed strings in place of their literals.
pub(super) struct Code {
    dialect: Dialect,
    text: String,
    /// Where bodies and executed strings begin.
    begins: Vec<usize>,
}

impl Code {
    pub(super) fn of(statement: &str, dialect: Dialect) -> Code {
        let mut code = Code { dialect, text: String::with_capacity(statement.len()), begins: Vec::new() };
        code.add(statement, 0);
        code
    }

    fn add(&mut self, text: &str, depth: usize) {
        let tokens: Vec<Token> =
            lex(text, self.dialect).filter(|token| token.kind.is_significant()).collect();
        let at = |place: usize| tokens.get(place).map_or("", |token| token.text(text));
        let is_word = |text: &str, words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        let executes =
            (0..tokens.len()).any(|place| is_word(at(place), &["EXECUTE", "IMMEDIATE", "PREPARE"]));
        let is_block = depth == 0 && is_word(at(0), &["DO"]);
        for (place, token) in tokens.iter().enumerate() {
            let before = |back: usize| place.checked_sub(back).map_or("", at);
            let is_message = is_word(before(1), &["RAISE"]) || is_word(before(2), &["RAISE"]);
            let own = token.text(text);
            let is_code = match token.kind {
                TokenKind::DollarString | TokenKind::Unterminated => !is_message,
                TokenKind::String => (executes || is_block || is_word(before(1), &["AS"])) && !is_message,
                _ => false,
            };
            if is_code && depth < DEEPEST {
                self.begins.push(self.text.len());
                self.add(&content(own), depth + 1);
            } else if token.kind == TokenKind::Unterminated {
                self.text.push_str("''");
            } else {
                self.text.push_str(own);
            }
            self.text.push(' ');
        }
    }

    /// The statements, each from its first word to the next statement or `;`.
    ///
    /// Any word that may begin a statement counts: one after `THEN` does, unless an expression goes on behind it.
    pub(super) fn statements(&self) -> Vec<&str> {
        let lexed = lex(&self.text, self.dialect).filter(|token| token.kind.is_significant());
        let (kinds, words): (Vec<_>, Vec<_>) = lexed
            .map(|token| ((token.kind, token.start), token.text(&self.text).to_ascii_uppercase()))
            .unzip();
        let word = |place: Option<usize>| place.and_then(|at| words.get(at)).map_or("", String::as_str);
        let mut begins = self.begins.iter().peekable();
        // The first word of the statement around a place.
        let mut head = "";
        let mut cuts = Vec::new();
        for (place, (kind, start)) in kinds.iter().enumerate() {
            let before = place.checked_sub(1);
            let mut is_begin = place == 0 || BEFORE.contains(&word(before));
            while begins.next_if(|begin| *begin <= start).is_some() {
                is_begin = true;
            }
            let ends_header = |kind| matches!(kind, TokenKind::String | TokenKind::Number);
            let is_body = HEADS.contains(&head)
                && (HEADER.contains(&word(before))
                    || word(place.checked_sub(2)) == "FOR"
                    || before.is_some_and(|before| ends_header(kinds[before].0)));
            if is_begin || is_body && DML.contains(&word(Some(place))) {
                head = word(Some(place));
            }
            let next = (word(Some(place + 1)), kinds.get(place + 1).map(|next| next.0));
            let is_first = *kind == TokenKind::Word && (is_begin || is_body) && !goes_on(next);
            if is_first || word(Some(place)) == ";" {
                cuts.push(*start);
            }
        }
        cuts.push(self.text.len());
        let pieces = cuts.windows(2).filter_map(|cut| self.text.get(cut[0]..cut[1]));
        pieces
            .filter(|piece| !piece.starts_with(';'))
            .filter_map(|piece| inner(piece, self.dialect))
            .collect()
    }
}

/// Words and marks before a statement.
const BEFORE: [&str; 10] = [";", "BEGIN", "THEN", "ELSE", "LOOP", "DO", "REPEAT", "ATOMIC", ">>", ":"];

/// Words that begin a definition whose body may be one statement: that of a routine, a trigger or a handler.
const HEADS: [&str; 3] = ["CREATE", "ALTER", "DECLARE"];

/// The last words of such a header.
const HEADER: [&str; 11] = [
    ")",
    "ROW",
    "DETERMINISTIC",
    "DATA",
    "SQL",
    "DEFINER",
    "INVOKER",
    "SQLEXCEPTION",
    "SQLWARNING",
    "FOUND",
    "FOR",
];

/// First words of statements that have clauses with words of other statements: `UPDATE … SET`.
const DML: [&str; 8] = ["DELETE", "INSERT", "REPLACE", "RETURN", "SELECT", "SET", "UPDATE", "WITH"];

/// Whether an expression goes on with this token, so that the word before it is a name.
fn goes_on((text, kind): (&str, Option<TokenKind>)) -> bool {
    const WORDS: [&str; 10] = ["AND", "BETWEEN", "ELSE", "END", "IN", "IS", "LIKE", "OR", "THEN", "WHEN"];
    kind == Some(TokenKind::Operator) && text != ";" || WORDS.contains(&text)
}

/// The text in a string, whose quotes may be missing at its end.
fn content(literal: &str) -> String {
    let tag = match literal.strip_prefix('$').and_then(|rest| rest.find('$')) {
        Some(end) => &literal[..end + 2],
        None => "",
    };
    if let Some(body) = literal.strip_prefix(tag).filter(|_| !tag.is_empty()) {
        return body.strip_suffix(tag).unwrap_or(body).to_owned();
    }
    let start = literal.find(['\'', '"', '`']).unwrap_or_default();
    let quote = literal.get(start..start + 1).unwrap_or_default();
    let inside = literal.get(start + quote.len()..).unwrap_or_default();
    inside.strip_suffix(quote).unwrap_or(inside).replace(&quote.repeat(2), quote)
}
