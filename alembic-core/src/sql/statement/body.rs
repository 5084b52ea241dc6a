//! The bodies of SQLite's triggers, PostgreSQL's routines and rules.

use super::splitter::Splitter;
use crate::sql::lexer::TokenKind;

impl Splitter<'_> {
    /// `CREATE [TEMP] TRIGGER … BEGIN …; END` ("CREATE TRIGGER"): its statements all end with `;`, so that
    /// its `END` is the one that follows a `;` and that nothing follows.
    pub(super) fn sqlite_body(&mut self) {
        if self.take_word("EXPLAIN") && self.take_word("QUERY") {
            self.take_word("PLAN");
        }
        if !self.take_word("CREATE") {
            return;
        }
        let _ = self.take_word("TEMP") || self.take_word("TEMPORARY");
        if !self.take_word("TRIGGER") {
            return;
        }
        while !self.at_end() && (!self.is_word(0, "BEGIN") || self.follows(".")) {
            self.advance();
        }
        let Some(begin) = self.peek(0).filter(|piece| piece.kind == TokenKind::Word) else {
            return;
        };
        while !self.at_limit() {
            let ends = self.follows(";") && self.is_word(0, "END");
            self.advance();
            if ends && self.at_end() {
                return;
            }
        }
        self.unfinished("BEGIN", begin.start);
    }

    /// The body of a routine in SQL (`CREATE FUNCTION … BEGIN ATOMIC …; END`), or a rule's list of actions in
    /// parentheses ("CREATE FUNCTION", "CREATE RULE").
    pub(super) fn postgresql_body(&mut self) {
        if !self.take_word("CREATE") {
            return;
        }
        if self.take_word("OR") {
            self.take_word("REPLACE");
        }
        if self.take_word("RULE") {
            self.postgresql_rule();
        } else if self.take_word("FUNCTION") || self.take_word("PROCEDURE") {
            while !self.at_end() {
                if self.is_word(0, "BEGIN") && self.is_word(1, "ATOMIC") {
                    self.postgresql_atomic();
                    return;
                }
                self.advance();
            }
        }
    }

    fn postgresql_rule(&mut self) {
        let mut open = Vec::new();
        while !self.at_limit() && (!open.is_empty() || !self.at_end()) {
            if self.is_operator(0, "(") {
                open.extend(self.peek(0));
            } else if self.is_operator(0, ")") {
                open.pop();
            }
            self.advance();
        }
        if let Some(piece) = open.first() {
            self.unfinished("(", piece.start);
        }
    }

    fn postgresql_atomic(&mut self) {
        let mut open: Vec<(&str, usize)> = Vec::new();
        while !self.at_limit() {
            // behind `.` and `AS` even reserved words are names
            let name = self.follows(". AS");
            if self.is_operator(0, ";") {
                open.truncate(1);
            }
            let word = if name { None } else { self.keyword("BEGIN CASE END") };
            let piece = self.advance();
            match (word, piece) {
                (Some("END"), _) => {
                    open.pop();
                    if open.is_empty() {
                        return;
                    }
                }
                (Some("BEGIN"), Some(piece)) if open.is_empty() => open.push(("BEGIN", piece.start)),
                (Some("CASE"), Some(piece)) => open.push(("CASE", piece.start)),
                _ => {}
            }
        }
        if let Some((opener, start)) = open.last() {
            self.unfinished(opener, *start);
        }
    }
}
