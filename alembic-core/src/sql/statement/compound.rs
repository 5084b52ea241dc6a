//! MySQL's and MariaDB's compound statements.
//!
//! Sources: MySQL Reference Manual, "Compound Statement Syntax"; MariaDB Knowledge Base, "Programmatic &
//! Compound Statements", "Using Compound Statements Outside of Stored Programs", "CREATE PACKAGE", "FOR". Of
//! `sql_mode=ORACLE` the declarations between `AS` and `BEGIN`, `<<labels>>`, `ELSIF`, `LOOP` after `FOR` and
//! `WHILE`, and `EXCEPTION` are known.

use super::block::{ANONYMOUS_BLOCKS, BLOCKS, Block, Body};
use super::splitter::Splitter;
use crate::sql::lexer::TokenKind;

/// Behind these an operand follows, so that `END` is a column's name.
const BEFORE_OPERAND: &str = "\
    CASE WHEN THEN ELSE AND OR NOT XOR BETWEEN LIKE IN IS SELECT DISTINCT BY WHERE ON HAVING DIV \
    MOD REGEXP RLIKE BINARY INTERVAL SET FROM AS UNTIL IF ( , . = < > <= >= <> != <=> + - * / % || \
    && -> :=";

impl Splitter<'_> {
    /// A block with the place of the piece before.
    pub(super) fn opened(&self, block: Block) -> (Block, usize) {
        (block, self.previous.map_or(0, |piece| piece.start))
    }

    pub(super) fn advance_unless_end(&mut self) {
        if !self.at_end() {
            self.advance();
        }
    }

    /// Whether a label stands here: `name:`. (In `IF :NEW.a` and `BEGIN :NEW.a := 1` of SQL mode ORACLE there is none.)
    pub(super) fn at_label(&mut self) -> bool {
        if self.keyword(BLOCKS).is_some() {
            return false;
        }
        let named = self
            .peek(0)
            .is_some_and(|piece| matches!(piece.kind, TokenKind::Word | TokenKind::QuotedIdentifier));
        named && self.is_operator(1, ":")
    }

    /// Reads up to the end of the last open block. A statement begins here.
    pub(super) fn blocks(&mut self, mut open: Vec<(Block, usize)>) {
        let mut at_start = true;
        while !self.at_limit() {
            if at_start && self.at_label() {
                self.advance();
                self.advance();
                continue;
            }
            if at_start && self.is_operator(0, "<<") && self.is_operator(2, ">>") {
                for _ in 0..3 {
                    self.advance(); // a label in SQL mode ORACLE
                }
                continue;
            }
            at_start = self.step(at_start, &mut open);
            if open.is_empty() {
                return;
            }
        }
        if let Some((block, start)) = open.last() {
            self.unfinished(block.opener(), *start);
        }
    }

    /// Passes what stands here. Returns whether a statement begins behind it.
    fn step(&mut self, at_start: bool, open: &mut Vec<(Block, usize)>) -> bool {
        let top = open.last().map(|(block, _)| *block);
        if self.is_operator(0, ";") {
            while open.pop_if(|(block, _)| *block == Block::CaseExpression).is_some() {}
            self.advance();
            return true;
        }
        if self.peek(0).is_none_or(|piece| piece.kind != TokenKind::Word) || self.follows(". @") {
            self.advance();
            return false;
        }
        if self.is_word(0, "END") && self.closes(at_start, top) {
            open.pop();
            self.advance();
            if top != Some(Block::CaseExpression) && self.keyword(ANONYMOUS_BLOCKS).is_some() {
                self.advance();
            }
            return false;
        }
        if at_start {
            return self.begin_statement(top, open);
        }
        if self.take_word("CASE") {
            open.push(self.opened(Block::CaseExpression));
            return false;
        }
        if self.take_word("THEN") || self.take_word("ELSE") {
            return top.is_some_and(Block::branches);
        }
        if self.take_word("DO") || self.take_word("LOOP") {
            return matches!(top, Some(Block::While | Block::For));
        }
        if top == Some(Block::Package) && (self.take_word("PROCEDURE") || self.take_word("FUNCTION")) {
            return self.packaged_routine(open);
        }
        self.advance();
        false
    }

    /// Whether the `END` that stands here closes the block `top`, and is no column of that name.
    fn closes(&mut self, at_start: bool, top: Option<Block>) -> bool {
        match top {
            Some(Block::CaseExpression) => !self.follows(BEFORE_OPERAND),
            Some(Block::Repeat) => at_start || self.is_word(1, "REPEAT"),
            _ => at_start,
        }
    }

    /// Passes the word that a statement in a body begins with. Returns whether another begins behind it.
    fn begin_statement(&mut self, top: Option<Block>, open: &mut Vec<(Block, usize)>) -> bool {
        if let Some(word) = self.keyword(BLOCKS) {
            self.advance();
            let start = self.opened(Block::Begin).1;
            let block = match word {
                "BEGIN" => {
                    if self.take_word("NOT") {
                        self.take_word("ATOMIC");
                    }
                    if matches!(top, Some(Block::Declarations | Block::Package)) {
                        open.pop();
                    }
                    Block::Begin
                }
                "IF" => Block::If,
                "CASE" => Block::Case,
                "LOOP" => Block::Loop,
                "REPEAT" => Block::Repeat,
                "WHILE" => Block::While,
                _ => Block::For,
            };
            open.push((block, start));
            return matches!(block, Block::Begin | Block::Loop | Block::Repeat);
        }
        if self.take_word("ELSE") {
            return true;
        }
        if top == Some(Block::Package) && (self.take_word("PROCEDURE") || self.take_word("FUNCTION")) {
            return self.packaged_routine(open);
        }
        if self.take_word("DECLARE") {
            return self.handler();
        }
        if self.anonymous
            && let Some(piece) = self.peek(0)
        {
            self.refuse(piece.start, self.sql.len());
        }
        self.advance();
        false
    }

    /// `DECLARE CONTINUE HANDLER FOR condition, …`, behind which a statement begins; nothing of any other
    /// declaration.
    fn handler(&mut self) -> bool {
        let action = self.keyword("CONTINUE EXIT UNDO").is_some();
        if !action || !self.is_word(1, "HANDLER") || !self.is_word(2, "FOR") {
            return false;
        }
        for _ in 0..3 {
            self.advance();
        }
        loop {
            if self.take_word("SQLSTATE") {
                self.take_word("VALUE");
            } else {
                self.take_word("NOT");
            }
            self.advance_unless_end();
            if !self.is_operator(0, ",") {
                return true;
            }
            self.advance();
        }
    }

    /// A routine of a package, from its name on. Returns whether a statement begins behind its head.
    fn packaged_routine(&mut self, open: &mut Vec<(Block, usize)>) -> bool {
        match self.routine() {
            Body::Simple => false,
            Body::Block => {
                // else it would be taken for the statements that initialise the package
                if self.is_word(0, "BEGIN") || (self.at_label() && self.is_word(2, "BEGIN")) {
                    open.push(self.opened(Block::Declarations));
                }
                true
            }
            Body::Declarations => {
                open.push(self.opened(Block::Declarations));
                true
            }
        }
    }
}
