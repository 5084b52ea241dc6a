//! What a client program would understand, and no server does.

use super::StatementError;
use super::delimiter::unusable;
use super::splitter::Splitter;
use crate::sql::Dialect;
use crate::sql::cursor::Piece;
use crate::sql::lexer::TokenKind;

impl Splitter<'_> {
    /// Whether a line that begins with this piece, where a statement should begin, is a client's command:
    /// `\connect` of psql, `DELIMITER` and `SOURCE` of mysql, `.mode` of sqlite3.
    pub(super) fn client_command(&self, piece: Piece) -> bool {
        let text = self.cursor.text(piece);
        if piece.embedded {
            return false;
        }
        match piece.kind {
            TokenKind::Word => {
                text.eq_ignore_ascii_case("DELIMITER")
                    || (text.eq_ignore_ascii_case("SOURCE") && self.dialect == Dialect::Mysql)
            }
            // no statement begins with a dot
            TokenKind::Operator if text == "." => {
                self.sql.as_bytes().get(piece.end).is_some_and(u8::is_ascii_alphabetic)
            }
            TokenKind::Operator => text == "\\",
            _ => false,
        }
    }

    /// Reports a client's command behind a statement: `\g`, `\gexec`, `\G`. `\N` is a NULL of MySQL.
    pub(super) fn inner_command(&mut self, piece: Piece) {
        let rest = self.sql.get(piece.start..).unwrap_or_default();
        let Some(name) = rest.strip_prefix('\\') else { return };
        let end = name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len());
        if !(name[..end] == *"N" && self.dialect == Dialect::Mysql) {
            let command = format!("\\{}", &name[..end]);
            self.errors.push(StatementError::ClientCommand { command, start: piece.start });
        }
    }

    /// Reports a client's command and goes on behind its line. After `DELIMITER //` as the client would, so
    /// that the rest is not reported too.
    pub(super) fn skip_client_command(&mut self, piece: Piece) {
        let rest = self.sql.get(piece.start..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default().trim_end();
        let is_delimiter =
            piece.kind == TokenKind::Word && self.cursor.text(piece).eq_ignore_ascii_case("DELIMITER");
        let argument =
            if is_delimiter { line.get(piece.end - piece.start..).unwrap_or_default() } else { "" };
        let argument = argument.split_whitespace().next().unwrap_or_default();
        let name = if is_delimiter {
            self.cursor.text(piece)
        } else {
            line.split_whitespace().next().unwrap_or_default()
        };
        let command = format!("{name} {argument}").trim_end().to_owned();
        // pg_dump keeps psql from obeying commands in the data that it restores.
        let is_of_dump = self.is_dump && (is_delimiter || matches!(name, "\\restrict" | "\\unrestrict"));
        if !is_of_dump {
            self.errors.push(StatementError::ClientCommand { command, start: piece.start });
        }
        let end = piece.start + line.len();
        self.cursor.seek(end);
        if is_delimiter && argument != ";" && unusable(argument, self.dialect).is_none() {
            self.delimiter = Some((argument, end));
        }
    }

    /// Goes on behind the line `\.` that ends the data of the `COPY` before, if there is one.
    pub(super) fn skip_copy_data(&mut self) {
        let mut position = self.statements.last().map_or(0, |statement| statement.end);
        if self.no_copy_data {
            return;
        }
        for line in self.sql.get(position..).unwrap_or_default().split_inclusive('\n') {
            position += line.len();
            if line.trim_end() == "\\." {
                self.cursor.seek(position);
                return;
            }
        }
        self.no_copy_data = true;
    }
}
