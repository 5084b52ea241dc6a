//! Finding the end of each statement.

use super::copy::is_copy_from_stdin;
use super::reading::Reading;
use super::{Statement, StatementError, brackets, keywords};
use crate::sql::cursor::{Cursor, Piece};
use crate::sql::lexer::TokenKind;
use crate::sql::{Dialect, Forbidden};

/// Walks through a text, collecting its statements and what is wrong with them.
pub(super) struct Splitter<'a> {
    pub(super) sql: &'a str,
    pub(super) dialect: Dialect,
    pub(super) cursor: Cursor<'a>,
    /// The delimiter that is in force from this byte on, where it is not `;`.
    pub(super) delimiter: Option<(&'a str, usize)>,
    /// The range of the statement that is being read, as far as it was read.
    pub(super) range: Option<Statement>,
    /// Whether that statement holds more than hints.
    content: bool,
    /// The last piece that [`advance`](Splitter::advance) passed in this statement.
    pub(super) previous: Option<Piece>,
    /// Whether that statement is a block that runs at once, and not a stored body.
    pub(super) anonymous: bool,
    /// Whether no line `\.` was found in the rest of the text.
    pub(super) no_copy_data: bool,
    /// Whether the text is a dump: its clients' commands are obeyed or skipped, and its locks are statements.
    pub(super) is_dump: bool,
    /// Whether transactions of the text are statements.
    pub(super) has_transactions: bool,
    /// How the server reads text after the statements so far.
    reading: Reading,
    pub(super) statements: Vec<Statement>,
    pub(super) errors: Vec<StatementError>,
}

impl<'a> Splitter<'a> {
    pub(super) fn new(sql: &'a str, dialect: Dialect) -> Splitter<'a> {
        Splitter {
            sql,
            dialect,
            cursor: Cursor::new(sql, dialect),
            delimiter: None,
            range: None,
            content: false,
            previous: None,
            anonymous: false,
            no_copy_data: false,
            is_dump: false,
            has_transactions: false,
            reading: Reading::new(dialect),
            statements: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Reads a dump of definitions. Only SQLite's has a transaction around them.
    #[cfg(feature = "models")]
    pub(super) fn dump(self) -> Splitter<'a> {
        let has_transactions = self.dialect == Dialect::Sqlite;
        Splitter { is_dump: true, has_transactions, ..self }
    }

    /// Reads a dump of definitions and rows.
    #[cfg(all(feature = "sources", feature = "driver"))]
    pub(super) fn dump_with_rows(self) -> Splitter<'a> {
        Splitter { is_dump: true, has_transactions: true, ..self }
    }

    pub(super) fn split(mut self) -> Result<Vec<Statement>, Vec<StatementError>> {
        loop {
            if let Some((delimiter, from)) = self.delimiter.take() {
                self.delimited(delimiter, from);
                continue;
            }
            let Some(piece) = self.peek(0) else { break };
            if is_directive(piece) {
                self.cursor.next();
                self.directive(piece);
            } else if self.client_command(piece) {
                self.skip_client_command(piece);
            } else {
                self.statement();
            }
        }
        if accepts_more() {
            let is_more = |error: &StatementError| {
                matches!(error, StatementError::Foreign { .. } | StatementError::Placeholder { .. })
            };
            self.errors.retain(|error| !is_more(error));
        }
        if self.errors.is_empty() {
            Ok(self.statements)
        } else {
            self.errors.sort_by_key(StatementError::start);
            Err(self.errors)
        }
    }

    // ---- the pieces of the statement that is being read ----

    pub(super) fn peek(&mut self, distance: usize) -> Option<Piece> {
        self.cursor.peek(distance)
    }

    /// Passes one piece of the statement. A directive is none.
    pub(super) fn advance(&mut self) -> Option<Piece> {
        let piece = self.cursor.next()?;
        self.previous = Some(piece);
        self.extend(piece, true);
        Some(piece)
    }

    /// Adds a piece to the statement that is being read, as part of what makes it one if it `counts`.
    pub(super) fn extend(&mut self, piece: Piece, counts: bool) {
        self.content |= counts && piece.kind != TokenKind::Hint;
        let start = self.range.as_ref().map_or(piece.outer.start, |range| range.start);
        self.range = Some(Statement { start, end: piece.outer.end });
        if piece.kind == TokenKind::Unterminated && !piece.embedded {
            let what = what_does_not_end(self.cursor.text(piece));
            self.errors.push(StatementError::Unterminated { what, start: piece.start });
        }
        // SQLite refuses `::` by itself, and `USING a::integer` of a portable `ALTER TABLE` never reaches it.
        let is_cast = self.sql[..piece.start].ends_with(':');
        let is_parameter = piece.kind == TokenKind::Parameter && !is_cast;
        if is_parameter && is_placeholder(self.cursor.text(piece), self.dialect) {
            let placeholder = self.cursor.text(piece).to_owned();
            self.errors.push(StatementError::Placeholder {
                placeholder,
                dialect: self.dialect,
                start: piece.start,
            });
        }
        if piece.kind == TokenKind::Operator && !piece.embedded {
            self.inner_command(piece);
        }
        if piece.kind == TokenKind::Foreign {
            let what = what_is_foreign(self.cursor.text(piece));
            let dialect = self.dialect;
            self.errors.push(StatementError::Foreign { what, dialect, start: piece.start });
        }
    }

    /// Whether the piece at `distance` is this keyword (in upper case).
    pub(super) fn is_word(&mut self, distance: usize, word: &str) -> bool {
        self.word_at(distance).is_some_and(|text| text.eq_ignore_ascii_case(word))
    }

    /// Which of these keywords (in upper case, separated by blanks) the next piece is.
    pub(super) fn keyword(&mut self, words: &'static str) -> Option<&'static str> {
        let text = self.word_at(0)?;
        words.split(' ').find(|word| text.eq_ignore_ascii_case(word))
    }

    fn word_at(&mut self, distance: usize) -> Option<&'a str> {
        let piece = self.peek(distance)?;
        (piece.kind == TokenKind::Word).then(|| self.cursor.text(piece))
    }

    /// Whether the piece at `distance` is this operator.
    pub(super) fn is_operator(&mut self, distance: usize, operator: &str) -> bool {
        self.peek(distance)
            .is_some_and(|piece| piece.kind == TokenKind::Operator && self.cursor.text(piece) == operator)
    }

    /// Passes the next piece if it is this keyword.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        self.is_word(0, word) && self.advance().is_some()
    }

    /// Whether the last piece was one of these keywords or operators (in upper case, separated by blanks).
    pub(super) fn follows(&self, texts: &str) -> bool {
        self.previous.is_some_and(|piece| {
            matches!(piece.kind, TokenKind::Word | TokenKind::Operator)
                && texts.split(' ').any(|text| self.cursor.text(piece).eq_ignore_ascii_case(text))
        })
    }

    /// Whether the text ends here, or a directive stands here: no statement goes beyond.
    pub(super) fn at_limit(&mut self) -> bool {
        self.peek(0).is_none_or(is_directive)
    }

    /// Whether a statement without a body ends here.
    pub(super) fn at_end(&mut self) -> bool {
        self.peek(0).is_none_or(|piece| {
            is_directive(piece)
                || (piece.kind == TokenKind::Operator && !piece.embedded && self.cursor.text(piece) == ";")
        })
    }

    /// Says that what `opener` begins does not end, unless that is because of what was reported already.
    pub(super) fn unfinished(&mut self, opener: &str, start: usize) {
        if !matches!(self.errors.last(), Some(StatementError::Unterminated { .. })) {
            self.errors.push(StatementError::UnfinishedBody { opener: opener.to_owned(), start });
        }
    }

    // ---- one statement ----

    /// Reads one statement and its terminator.
    fn statement(&mut self) {
        let errors = self.errors.len();
        while self.peek(0).is_some_and(|piece| piece.kind == TokenKind::Hint) {
            self.advance();
        }
        match self.dialect {
            Dialect::Sqlite => self.sqlite_body(),
            Dialect::Postgresql => self.postgresql_body(),
            Dialect::Mysql => self.mysql_body(),
        }
        self.rest();
        let ended = !self.at_limit();
        if ended {
            self.cursor.next();
        } else if self.errors.len() == errors
            && !self.has_bad_delimiter()
            && let Some(directive) = self.peek(0)
        {
            let reason = "the statement before it has not ended";
            self.errors.push(StatementError::BadDelimiter { reason, start: directive.start });
        }
        if let Some(statement) = self.finish()
            && is_copy_from_stdin(statement.text(self.sql), self.dialect)
        {
            // A dump has one for each table.
            let known = self.errors.iter_mut().find_map(|error| match error {
                StatementError::CopyFromStdin { others, .. } => Some(others),
                _ => None,
            });
            match known {
                Some(others) => *others += 1,
                None => self.errors.push(StatementError::CopyFromStdin { start: statement.start, others: 0 }),
            }
            if ended {
                self.skip_copy_data();
            }
        }
    }

    /// Passes what is left of a statement behind its body, or all of one without a body.
    fn rest(&mut self) {
        while !self.at_end() {
            self.advance();
            if let Some(end) = self.cursor.pass() {
                self.content = true;
                self.range = self.range.take().map(|range| Statement { end, ..range });
            }
        }
    }

    /// Keeps the statement that was read, if it is one, and says if it is refused.
    pub(super) fn finish(&mut self) -> Option<Statement> {
        let statement = self.range.take();
        self.previous = None;
        let statement = statement.filter(|_| std::mem::take(&mut self.content))?;
        self.refuse(statement.start, statement.end);
        self.allow_brackets(&statement);
        self.allow_arguments(&statement);
        self.read(&statement);
        self.refuse_blanks(&statement);
        self.statements.push(statement.clone());
        Some(statement)
    }

    /// Refuses text that the server reads differently, and follows what changes its reading.
    fn read(&mut self, statement: &Statement) {
        let text = statement.text(self.sql);
        if let Some((at, what, setting)) = self.reading.misread(text) {
            let (setting, start) = (setting.to_owned(), statement.start + at);
            self.errors.push(StatementError::Misread { what, setting, start });
        }
        if let Some(encoding) = self.reading.follow(text) {
            self.errors.push(StatementError::Encoding { encoding, start: statement.start });
        }
    }

    /// Refuses blanks that only look like one: to a database they are letters of a word.
    fn refuse_blanks(&mut self, statement: &Statement) {
        let text = statement.text(self.sql);
        let first = text.split(|letter: char| letter.is_ascii_whitespace() || letter == '(').next();
        let is_blank = |letter: char| !letter.is_ascii() && letter.is_whitespace() || letter == '\u{200b}';
        if let Some(at) = first.and_then(|first| first.find(is_blank)) {
            let character = text[at..].chars().next().unwrap_or_default();
            self.errors.push(StatementError::Blank { character, start: statement.start + at });
        }
    }

    /// Takes back what was said of the brackets in `TEXT[]`, the type of a column of SQLite.
    ///
    /// To the lexer they stay foreign: a digest that was once written is made of the tokens that there were then.
    fn allow_brackets(&mut self, statement: &Statement) {
        let is_bracket = |error: &StatementError| match error {
            StatementError::Foreign { what: "[", start, .. } => start.checked_sub(statement.start),
            _ => None,
        };
        if self.dialect == Dialect::Sqlite && self.errors.iter().any(|error| is_bracket(error).is_some()) {
            let allowed = brackets::of_types(statement.text(self.sql));
            self.errors.retain(|error| is_bracket(error).is_none_or(|start| !allowed.contains(&start)));
        }
    }

    /// Takes back what was said of `$1` where the statement gives it a value: that of an argument.
    fn allow_arguments(&mut self, statement: &Statement) {
        let is_inside = |error: &StatementError| matches!(error, StatementError::Placeholder { start, .. } if *start >= statement.start);
        if self.dialect == Dialect::Postgresql && self.errors.iter().any(is_inside) {
            let words = keywords(statement.text(self.sql), self.dialect, 4);
            let mut words =
                words.iter().map(String::as_str).filter(|word| !matches!(*word, "OR" | "REPLACE"));
            let has_arguments = match words.next() {
                Some("PREPARE") => true,
                Some("CREATE") => matches!(words.next(), Some("FUNCTION" | "PROCEDURE")),
                _ => false,
            };
            if has_arguments {
                self.errors.retain(|error| !is_inside(error));
            }
        }
    }

    /// Says if the statement that begins at `start` is refused.
    pub(super) fn refuse(&mut self, start: usize, end: usize) {
        let text = self.sql.get(start..end).unwrap_or_default();
        match Forbidden::of(text, self.dialect) {
            // Only some sections refuse it.
            None | Some(Forbidden::RoleChange(_) | Forbidden::Outside(_)) => {}
            Some(Forbidden::TransactionControl(_)) if self.has_transactions => {}
            Some(Forbidden::TableLock(_)) if self.is_dump => {}
            Some(forbidden) => self.errors.push(StatementError::forbidden(forbidden, start)),
        }
    }
}

/// Whether this splitter accepts what others refuse: a debug build, for the test that a later version may.
fn accepts_more() -> bool {
    use std::sync::OnceLock;
    static MORE: OnceLock<bool> = OnceLock::new();
    let is_set = || std::env::var_os("ALEMBIC_TEST_SPLITTER").is_some_and(|value| value == "more");
    cfg!(debug_assertions) && *MORE.get_or_init(is_set)
}

fn is_directive(piece: Piece) -> bool {
    piece.kind == TokenKind::Comment
}

/// Whether a token of this kind stands for a value. On MySQL `@a` is a variable.
fn is_placeholder(text: &str, dialect: Dialect) -> bool {
    dialect != Dialect::Mysql || text == "?"
}

fn what_is_foreign(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'-') => "--",
        Some(b'[') => "[",
        Some(b'$') => "$$…$$",
        _ => "E'…'",
    }
}

fn what_does_not_end(text: &str) -> &'static str {
    let prefix =
        text.trim_start_matches(|character: char| character.is_ascii_alphabetic() || character == '&');
    match prefix.as_bytes() {
        [b'/', b'*', b'+', ..] => "hint",
        [b'/', b'*', b'!', ..] | [b'/', b'*', b'M', b'!', ..] => "executable comment",
        [b'/', ..] => "comment",
        [b'\'', ..] => "string",
        [b'$', ..] => "dollar-quoted string",
        _ => "quoted text",
    }
}
