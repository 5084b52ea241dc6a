//! The heads of what MySQL and MariaDB store with a body: procedures, functions, triggers, events, packages.
//!
//! Sources: MySQL Reference Manual, "CREATE PROCEDURE and CREATE FUNCTION Statements", "CREATE TRIGGER
//! Statement", "CREATE EVENT Statement"; MariaDB Knowledge Base, "CREATE PACKAGE", "CREATE PACKAGE BODY".

use super::block::{ANONYMOUS_BLOCKS, BLOCKS, Block, Body};
use super::splitter::Splitter;
use crate::sql::lexer::TokenKind;

/// The words that begin a routine's body if it is one simple statement. `RETURN` and `SET` are looked at more
/// closely.
const SIMPLE_STATEMENTS: &str = "\
    ALTER ANALYZE CALL CHANGE CHECK COMMIT CREATE DEALLOCATE DELETE DO DROP EXECUTE EXPLAIN FLUSH \
    GET GRANT HANDLER INSERT INSTALL KILL LOAD LOCK OPTIMIZE PREPARE RELEASE RENAME REPLACE \
    RESIGNAL REVOKE ROLLBACK SAVEPOINT SELECT SHOW SIGNAL START TABLE TRUNCATE UPDATE VALUES WITH";

impl Splitter<'_> {
    /// Reads a statement with a body up to the end of that body. Stays at, or shortly behind, the beginning
    /// of any other.
    pub(super) fn mysql_body(&mut self) {
        let anonymous = self.is_word(0, "BEGIN") && self.is_word(1, "NOT") && self.is_word(2, "ATOMIC");
        if anonymous || self.keyword(ANONYMOUS_BLOCKS).is_some() {
            self.anonymous = true;
            self.blocks(Vec::new());
            self.anonymous = false;
        } else if self.is_word(0, "ALTER") {
            self.advance();
            self.definer();
            if self.take_word("EVENT") {
                self.event();
            }
        } else if self.take_word("CREATE") {
            if self.take_word("OR") {
                self.take_word("REPLACE");
            }
            self.definer();
            self.take_word("AGGREGATE");
            self.created();
        }
    }

    /// `DEFINER = 'user'@'host'`, or another of its forms.
    fn definer(&mut self) {
        if !self.take_word("DEFINER") {
            return;
        }
        self.advance_unless_end(); // `=`
        self.advance_unless_end(); // the name
        while !self.at_end()
            && self.keyword("PROCEDURE FUNCTION TRIGGER EVENT PACKAGE AGGREGATE VIEW SQL").is_none()
        {
            self.advance();
        }
    }

    /// What `CREATE` creates.
    fn created(&mut self) {
        if self.take_word("PROCEDURE") || self.take_word("FUNCTION") {
            self.existence();
            let blocks = match self.routine() {
                Body::Simple => return,
                Body::Block => Vec::new(),
                Body::Declarations => vec![self.opened(Block::Declarations)],
            };
            self.blocks(blocks);
        } else if self.take_word("TRIGGER") {
            self.trigger();
        } else if self.take_word("EVENT") {
            self.event();
        } else if self.take_word("PACKAGE") {
            let package = self.opened(Block::Package);
            self.take_word("BODY");
            self.existence();
            self.name();
            while !self.at_end() {
                if self.take_word("COMMENT") || self.take_word("LANGUAGE") {
                    self.advance_unless_end();
                } else if self.take_word("SQL") {
                    self.take_word("SECURITY");
                    self.advance_unless_end();
                } else {
                    break;
                }
            }
            let _ = self.take_word("AS") || self.take_word("IS");
            self.blocks(vec![package]);
        }
    }

    /// `IF NOT EXISTS` behind what is created.
    fn existence(&mut self) {
        if self.is_word(0, "IF") && self.is_word(1, "NOT") && self.is_word(2, "EXISTS") {
            self.advance();
            self.advance();
            self.advance();
        }
    }

    /// A name with its schema.
    fn name(&mut self) {
        self.advance_unless_end();
        while self.is_operator(0, ".") {
            self.advance();
            self.advance_unless_end();
        }
    }

    fn parentheses(&mut self) {
        let mut depth = 0usize;
        while !self.at_end() {
            if self.is_operator(0, "(") {
                depth += 1;
            } else if self.is_operator(0, ")") {
                depth = depth.saturating_sub(1);
            }
            self.advance();
            if depth == 0 {
                return;
            }
        }
    }

    /// The head of a procedure or function from its name on: parameters, result, characteristics.
    pub(super) fn routine(&mut self) -> Body {
        self.name();
        let mut returns = false;
        while !self.at_end() {
            if self.is_operator(0, "(") {
                self.parentheses();
            } else if self.is_word(0, "AS") || self.is_word(0, "IS") {
                let test = ["NULL", "NOT", "TRUE", "FALSE", "UNKNOWN", "JSON"];
                let compares = self.is_word(0, "IS") && test.into_iter().any(|word| self.is_word(1, word));
                let external = self.peek(1).is_some_and(|piece| {
                    matches!(
                        piece.kind,
                        TokenKind::DollarString | TokenKind::String | TokenKind::Unterminated
                    )
                });
                self.advance();
                if !compares && !external {
                    return Body::Declarations;
                }
            } else if returns {
                // either the result's type in SQL mode ORACLE, with `AS` to come, or a body that is one
                // `RETURN`
                self.advance();
            } else if self.keyword(BLOCKS).is_some() || self.at_label() {
                return Body::Block;
            } else if self.is_word(0, "RETURN") {
                self.advance();
                returns = true;
            } else if self.keyword(SIMPLE_STATEMENTS).is_some()
                || (self.is_word(0, "SET") && !self.follows("CHARACTER CHAR RETURNS"))
            {
                return Body::Simple;
            } else {
                self.advance();
            }
        }
        Body::Simple
    }

    /// A trigger from behind `TRIGGER` on.
    fn trigger(&mut self) {
        self.existence();
        while !self.at_end() && (!self.is_word(0, "EACH") || !self.is_word(1, "ROW")) {
            self.advance();
        }
        self.advance_unless_end();
        self.advance_unless_end();
        if self.take_word("FOLLOWS") || self.take_word("PRECEDES") {
            self.name();
        }
        self.single();
    }

    /// An event from behind `EVENT` on.
    fn event(&mut self) {
        while !self.at_end() && (!self.is_word(0, "DO") || self.follows(".")) {
            self.advance();
        }
        self.advance_unless_end();
        self.single();
    }

    /// The one statement that a trigger or an event runs.
    fn single(&mut self) {
        if self.take_word("DECLARE") {
            let declarations = self.opened(Block::Declarations);
            self.blocks(vec![declarations]);
        } else if self.keyword(BLOCKS).is_some() || self.at_label() {
            self.blocks(Vec::new());
        }
    }
}
