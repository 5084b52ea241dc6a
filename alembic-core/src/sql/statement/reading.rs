//! Statements that change how a server reads the text of later ones: `SET NAMES`, `sql_mode`,
//! `standard_conforming_strings`.
//!
//! This program reads a script in one way. Text that the server would read differently after such a statement is refused:
//! it would not be what was split and hashed, and would depend on how many statements are sent together.

use crate::sql::cursor::Cursor;
use crate::sql::lexer::TokenKind;
use crate::sql::{Dialect, Reader};

/// What a server reads differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misread {
    /// `\` in a string.
    Backslash,
    /// Characters that are not ASCII.
    Characters,
}

/// How the server reads text after the statements so far.
#[derive(Debug)]
pub(crate) struct Reading {
    dialect: Dialect,
    /// The setting with which it reads `\` in strings differently.
    backslash: Option<String>,
    /// The setting with which it does not read UTF-8.
    characters: Option<String>,
}

impl Reading {
    pub(crate) fn new(dialect: Dialect) -> Reading {
        Reading { dialect, backslash: None, characters: None }
    }

    /// MySQL: the reading of a server whose mode is `NO_BACKSLASH_ESCAPES`.
    #[cfg(feature = "driver")]
    pub(crate) fn without_escapes() -> Reading {
        let backslash = Some("sql_mode = NO_BACKSLASH_ESCAPES".to_owned());
        Reading { backslash, ..Reading::new(Dialect::Mysql) }
    }

    /// The first place of a statement that the server reads differently, and the setting.
    pub(crate) fn misread(&self, statement: &str) -> Option<(usize, Misread, &str)> {
        let characters = self.characters.as_deref().and_then(|setting| {
            let at = statement.bytes().position(|byte| !byte.is_ascii())?;
            Some((at, Misread::Characters, setting))
        });
        let backslash = self
            .backslash
            .as_deref()
            .and_then(|setting| Some((escape(statement, self.dialect)?, Misread::Backslash, setting)));
        characters.into_iter().chain(backslash).min_by_key(|(at, ..)| *at)
    }

    /// Follows a statement. The encoding, where it sets one that PostgreSQL's client could not have.
    pub(crate) fn follow(&mut self, statement: &str) -> Option<String> {
        match self.dialect {
            Dialect::Sqlite => None,
            Dialect::Postgresql => self.follow_postgresql(statement),
            Dialect::Mysql => {
                self.follow_mysql(statement);
                None
            }
        }
    }

    fn follow_postgresql(&mut self, statement: &str) -> Option<String> {
        const CODE: [&str; 7] = ["SELECT", "DO", "WITH", "VALUES", "TABLE", "CALL", "EXECUTE"];
        let first = Cursor::new(statement, self.dialect).first_word()?;
        let is = |word: &str| first.eq_ignore_ascii_case(word);
        if is("RESET") || is("DISCARD") {
            // The session gets the settings of a run again.
            self.backslash = None;
        } else if is("SET") {
            let (name, value) = setting(statement)?;
            match name.as_str() {
                "STANDARD_CONFORMING_STRINGS" => {
                    let is_on = matches!(value.as_str(), "ON" | "TRUE" | "YES" | "1" | "DEFAULT");
                    self.backslash = (!is_on).then(|| format!("{} = {value}", name.to_ascii_lowercase()));
                }
                "CLIENT_ENCODING" | "NAMES" if !is_utf8(&value) => return Some(value),
                _ => {}
            }
        } else if CODE.into_iter().any(is) && contains(statement, "set_config")
            || is("DO") && contains(statement, "standard_conforming_strings")
        {
            // The names are strings, in a query or in the body of a block.
            let strings: Vec<&str> = statement.split('\'').collect();
            let value = |setting: &str| {
                let at = strings.iter().position(|text| text.eq_ignore_ascii_case(setting))?;
                strings.get(at + 2).copied()
            };
            if contains(statement, "standard_conforming_strings") {
                let is_on = value("standard_conforming_strings") == Some("on");
                self.backslash = (!is_on).then(|| "standard_conforming_strings".to_owned());
            }
            if let Some(encoding) = value("client_encoding").filter(|encoding| !is_utf8(encoding)) {
                return Some(encoding.to_owned());
            }
        }
        None
    }

    fn follow_mysql(&mut self, statement: &str) {
        const NO_ESCAPES: &str = "NO_BACKSLASH_ESCAPES";
        const CODE: [&str; 10] =
            ["BEGIN", "IF", "CASE", "LOOP", "REPEAT", "WHILE", "FOR", "EXECUTE", "PREPARE", "CALL"];
        let Some(first) = Cursor::new(statement, self.dialect).first_word() else { return };
        if CODE.iter().any(|word| first.eq_ignore_ascii_case(word)) && contains(statement, NO_ESCAPES) {
            self.backslash = Some(NO_ESCAPES.to_owned());
        }
        if !first.eq_ignore_ascii_case("SET") {
            return;
        }
        for (name, value) in settings(statement) {
            match name.as_str() {
                "SQL_MODE" => {
                    let removes = value.contains("REPLACE");
                    let sets = value.contains(NO_ESCAPES) && !removes;
                    self.backslash = sets.then(|| format!("sql_mode = {NO_ESCAPES}"));
                }
                "NAMES" => {
                    let charset = value.split("COLLATE").next().unwrap_or_default();
                    self.characters = other_than_utf8(charset).then(|| format!("SET NAMES {charset}"));
                }
                "CHARACTER_SET_CLIENT" => {
                    self.characters =
                        other_than_utf8(&value).then(|| format!("character_set_client = {value}"));
                }
                _ => {}
            }
        }
    }
}

/// The place of the first string with a backslash that a mode of the server could read as an escape or not.
fn escape(statement: &str, dialect: Dialect) -> Option<usize> {
    if !statement.contains('\\') {
        return None;
    }
    let mut cursor = Cursor::new(statement, dialect);
    std::iter::from_fn(|| cursor.next()).find_map(|piece| {
        let text = piece.token().text(statement);
        let is_read = match dialect {
            Dialect::Sqlite => false,
            Dialect::Postgresql => piece.kind == TokenKind::String && !text.starts_with(['E', 'e']),
            Dialect::Mysql => {
                matches!(piece.kind, TokenKind::String | TokenKind::QuotedIdentifier)
                    && !text.starts_with('`')
            }
        };
        let at = text.find('\\').filter(|_| is_read)?;
        Some(piece.start + at)
    })
}

/// PostgreSQL: the setting and its value, both in upper case and without quotes.
fn setting(statement: &str) -> Option<(String, String)> {
    let mut reader = Reader::executed(statement, Dialect::Postgresql);
    reader.take(&["SET"]);
    let _ = reader.take(&["SESSION"]) || reader.take(&["LOCAL"]);
    let name = take(&mut reader)?;
    let _ = reader.take(&["="]) || reader.take(&["TO"]);
    Some((name, take(&mut reader).unwrap_or_else(|| "DEFAULT".to_owned())))
}

/// MySQL: the settings of the session in a `SET`, in upper case, with the words of their values. `SET CHARACTER SET` is
/// another form of `SET NAMES`.
fn settings(statement: &str) -> Vec<(String, String)> {
    let mut reader = Reader::executed(statement, Dialect::Mysql);
    let mut settings = Vec::new();
    reader.take(&["SET"]);
    if reader.is_any(&["STATEMENT"]) {
        return settings;
    }
    while reader.token(0).is_some() {
        let mut is_other = false;
        if reader.take(&["GLOBAL"]) || reader.take(&["PERSIST"]) || reader.take(&["PERSIST_ONLY"]) {
            is_other = true;
        } else {
            let _ = reader.take(&["SESSION"]) || reader.take(&["LOCAL"]);
        }
        let Some(mut name) = take(&mut reader) else { break };
        if name.starts_with("@@") && reader.take(&["."]) {
            is_other |= !matches!(name.as_str(), "@@SESSION" | "@@LOCAL");
            name = take(&mut reader).unwrap_or_default();
        }
        let is_names = name == "NAMES" || name == "CHARSET" || name == "CHARACTER" && reader.take(&["SET"]);
        let name = if is_names { "NAMES" } else { name.trim_start_matches('@') }.to_owned();
        let _ = reader.take(&["="]) || reader.take(&[":="]) || reader.take(&[":"]) && reader.take(&["="]);
        let mut value = String::new();
        let mut depth = 0_usize;
        while reader.token(0).is_some() && (depth > 0 || !reader.is(0, ",")) {
            depth += usize::from(reader.is(0, "("));
            depth = depth.saturating_sub(usize::from(reader.is(0, ")")));
            value.push_str(&take(&mut reader).unwrap_or_default());
        }
        reader.take(&[","]);
        if !is_other {
            settings.push((name, value));
        }
    }
    settings
}

/// Takes the next token, in upper case and without quotes.
fn take(reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.upper();
    reader.next().map(|_| text)
}

fn is_utf8(encoding: &str) -> bool {
    let letters = encoding.chars().filter(char::is_ascii_alphanumeric);
    matches!(letters.collect::<String>().to_ascii_uppercase().as_str(), "UTF8" | "UNICODE" | "DEFAULT")
}

/// MySQL: whether a client that sends UTF-8 would be misread. A variable is taken for what was kept before.
fn other_than_utf8(charset: &str) -> bool {
    !(charset.starts_with("UTF8") || charset.starts_with('@'))
}

fn contains(text: &str, word: &str) -> bool {
    let word = word.as_bytes();
    text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}
