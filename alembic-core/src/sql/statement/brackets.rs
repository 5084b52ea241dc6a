//! `TEXT[]` as the type of a column: SQLite takes the brackets for one more name.

use super::cursor::{Cursor, Piece};
use crate::sql::Dialect;
use crate::sql::lexer::TokenKind;

/// The words that begin a constraint: no type goes on there.
const CONSTRAINTS: [&str; 14] = [
    "AS",
    "CHECK",
    "COLLATE",
    "CONSTRAINT",
    "DEFAULT",
    "DEFERRABLE",
    "FOREIGN",
    "GENERATED",
    "NOT",
    "NULL",
    "PRIMARY",
    "REFERENCES",
    "UNIQUE",
    "USING",
];

/// Where the brackets begin that stand directly behind the name of a type in a statement's definitions of columns, with
/// nothing in them.
pub(super) fn of_types(sql: &str) -> Vec<usize> {
    let mut reader = Reader { cursor: Cursor::new(sql, Dialect::Sqlite), found: Vec::new() };
    if reader.take(&["CREATE"]) {
        let _ = reader.take(&["TEMP"]) || reader.take(&["TEMPORARY"]);
        if reader.take(&["TABLE"]) {
            reader.take(&["IF", "NOT", "EXISTS"]);
            reader.table();
            if reader.take(&["("]) {
                reader.definitions();
            }
        }
    } else if reader.take(&["ALTER", "TABLE"]) {
        reader.table();
        reader.actions();
    }
    reader.found
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    found: Vec<usize>,
}

impl Reader<'_> {
    /// Takes these words or signs if they come next.
    fn take(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(distance, word)| {
            let piece = self.cursor.peek(distance);
            piece.is_some_and(|piece| self.cursor.text(piece).eq_ignore_ascii_case(word))
        });
        if found {
            for _ in words {
                self.cursor.next();
            }
        }
        found
    }

    fn name(&mut self) -> Option<Piece> {
        let kinds = [TokenKind::Word, TokenKind::QuotedIdentifier, TokenKind::String];
        self.cursor.peek(0).filter(|piece| kinds.contains(&piece.kind))?;
        self.cursor.next()
    }

    fn table(&mut self) {
        self.name();
        if self.take(&["."]) {
            self.name();
        }
    }

    /// What stands between the parentheses of `CREATE TABLE`.
    fn definitions(&mut self) {
        loop {
            self.definition();
            if !self.next_item() {
                return;
            }
        }
    }

    /// `ADD [COLUMN] name type`, and what the executor has besides: `ALTER [COLUMN] name TYPE type`, and several actions.
    fn actions(&mut self) {
        loop {
            if self.take(&["ADD"]) {
                self.take(&["COLUMN"]);
                self.take(&["IF", "NOT", "EXISTS"]);
                self.definition();
            } else if self.take(&["ALTER"]) {
                self.take(&["COLUMN"]);
                self.name();
                if self.take(&["SET", "DATA", "TYPE"]) || self.take(&["TYPE"]) {
                    self.type_words();
                }
            }
            if !self.next_item() {
                return;
            }
        }
    }

    fn definition(&mut self) {
        if !self.is_constraint() {
            self.name();
            self.type_words();
        }
    }

    fn is_constraint(&mut self) -> bool {
        let word = self.cursor.peek(0).filter(|piece| piece.kind == TokenKind::Word);
        let text = word.map(|piece| self.cursor.text(piece));
        text.is_some_and(|text| CONSTRAINTS.iter().any(|word| text.eq_ignore_ascii_case(word)))
    }

    /// The words of a type, with the brackets behind them.
    fn type_words(&mut self) {
        let mut end = None;
        while !self.is_constraint() {
            if let Some(word) = self.name() {
                end = Some(word.end);
                continue;
            }
            let Some(open) = self.cursor.peek(0).filter(|piece| Some(piece.start) == end) else { return };
            let Some(close) = self.cursor.peek(1).filter(|close| close.start == open.end) else { return };
            if !self.take(&["[", "]"]) {
                return;
            }
            self.found.push(open.start);
            end = Some(close.end);
        }
    }

    /// Goes behind the next comma outside of parentheses; false if there is none before they close.
    fn next_item(&mut self) -> bool {
        let mut depth = 0_usize;
        while let Some(piece) = self.cursor.next() {
            match self.cursor.text(piece) {
                "," if depth == 0 => return true,
                ")" if depth == 0 => return false,
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
        }
        false
    }
}
