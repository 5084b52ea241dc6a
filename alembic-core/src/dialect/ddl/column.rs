//! Definitions of columns.

use super::text::literal;
use super::{DdlError, Writer};
use crate::schema::{Column, Identity, ObjectName, Type};
use crate::sql::expression::tokens;
use crate::sql::{Dialect, TokenKind};

impl Writer<'_> {
    /// Name, type and the rest of a column's definition.
    pub(super) fn column_parts(&self, table: &ObjectName, column: &Column) -> Result<[String; 3], DdlError> {
        let word = self.type_word(table, column)?;
        let mut rest: Vec<String> = Vec::new();
        if let Some(collation) = &column.collation {
            rest.push(format!("COLLATE {}", self.collation(collation)));
        }
        let more = column.more.as_ref().filter(|_| self.is(Dialect::Mysql) && self.of == Dialect::Mysql);
        // MariaDB knows no NOT NULL of computed columns.
        let is_computed =
            column.generated.is_some() || more.is_some_and(|more| more.starts_with("GENERATED"));
        let can_be_not_null = !is_computed || !self.is(Dialect::Mysql);
        if !column.nullable && can_be_not_null {
            rest.push("NOT NULL".to_owned());
        } else if self.is(Dialect::Mysql)
            && !is_computed
            && word.to_ascii_uppercase().starts_with("TIMESTAMP")
        {
            // Where `explicit_defaults_for_timestamp` is off it would be NOT NULL.
            rest.push("NULL".to_owned());
        }
        rest.extend(
            column.default.as_ref().map(|default| format!("DEFAULT {}", self.default(default, &word))),
        );
        if let Some(generated) = &column.generated {
            let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
            rest.push(format!("GENERATED ALWAYS AS ({}) {kind}", generated.expression));
        }
        rest.extend(self.identity(column));
        if self.is(Dialect::Mysql) {
            rest.extend(
                column.comment.as_ref().map(|text| format!("COMMENT {}", literal(self.dialect, text))),
            );
            rest.extend(more.cloned());
            rest.extend(column.check.as_ref().map(|check| format!("CHECK ({check})")));
        }
        let word = if self.is_serial(column) { serial(&column.type_).to_owned() } else { word };
        Ok([self.name(&column.name), word, rest.join(" ")])
    }

    /// The whole definition in one line.
    pub(super) fn column(&self, table: &ObjectName, column: &Column) -> Result<String, DdlError> {
        let parts = self.column_parts(table, column)?;
        Ok(parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" "))
    }

    pub(super) fn is_serial(&self, column: &Column) -> bool {
        self.is(Dialect::Postgresql) && column.identity == Some(Identity::Serial)
    }

    /// How the database is told to number the rows; SQLite is told by the primary key.
    fn identity(&self, column: &Column) -> Option<String> {
        column.identity?;
        match self.dialect {
            Dialect::Sqlite => None,
            Dialect::Postgresql => self.identity_with_options(column),
            Dialect::Mysql => Some("AUTO_INCREMENT".to_owned()),
        }
    }

    pub(super) fn collation(&self, collation: &str) -> String {
        let plain = collation.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if plain && !self.is(Dialect::Postgresql) { collation.to_owned() } else { self.name(collation) }
    }

    /// Whether an expression of an index may stand there without parentheses.
    pub(super) fn is_call(&self, expression: &str) -> bool {
        let found = tokens(expression, self.dialect);
        let words: Vec<&str> = found.iter().map(|token| token.text(expression)).collect();
        !self.is(Dialect::Mysql) && is_call(&words)
    }

    /// A default as the database wants it: SQLite and MySQL want parentheses around what is computed.
    pub(super) fn default(&self, default: &str, type_word: &str) -> String {
        let found = tokens(default, self.dialect);
        let words: Vec<&str> = found.iter().map(|token| token.text(default)).collect();
        let upper = words.iter().map(|word| word.to_ascii_uppercase()).collect::<Vec<_>>();
        let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
        let is_literal = match found.as_slice() {
            // SQLite takes a name in quotes for a string there.
            [one] => self.is(Dialect::Sqlite) || one.kind != TokenKind::QuotedIdentifier,
            [sign, one] => matches!(sign.text(default), "-" | "+") && one.kind == TokenKind::Number,
            _ => false,
        };
        if self.is(Dialect::Mysql) {
            // `CURRENT_TIMESTAMP` has to have the digits that the type has.
            if let (["CURRENT_TIMESTAMP"], Some(digits)) = (upper.as_slice(), digits(type_word)) {
                return format!("{default}({digits})");
            }
            let is_time = matches!(upper.first(), Some(&"CURRENT_TIMESTAMP" | &"NOW" | &"NULL"))
                && (upper.len() <= 4 || upper.contains(&"UPDATE"));
            let needs_expression = ["LONGTEXT", "TEXT", "JSON", "LONGBLOB", "BLOB"]
                .iter()
                .any(|word| type_word.eq_ignore_ascii_case(word));
            let plain = is_time || (is_literal && !needs_expression);
            return if plain { default.to_owned() } else { parenthesized(default, &words) };
        }
        // PostgreSQL makes a byte of a number only where it is told to.
        if type_word == "\"char\""
            && is_literal
            && found.last().is_some_and(|one| one.kind == TokenKind::Number)
        {
            return format!("({default})::{type_word}");
        }
        let is_cast = matches!(words.as_slice(), [literal, "::", ..] if literal.starts_with('\''));
        let needs_none = self.is(Dialect::Postgresql) && (is_cast || is_call(&words));
        if is_literal || needs_none { default.to_owned() } else { parenthesized(default, &words) }
    }
}

/// The words that make a column of PostgreSQL an identity; a serial one has them in its type.
pub(super) fn identity_words(identity: Identity) -> Option<&'static str> {
    match identity {
        Identity::Always => Some("GENERATED ALWAYS AS IDENTITY"),
        Identity::ByDefault => Some("GENERATED BY DEFAULT AS IDENTITY"),
        Identity::Serial => None,
    }
}

/// The name that PostgreSQL gives the sequence of a new serial column.
pub(super) fn serial_name(table: &ObjectName, column: &Column) -> ObjectName {
    ObjectName { schema: table.schema.clone(), name: format!("{}_{}_seq", table.name, column.name) }
}

fn serial(type_: &Type) -> &'static str {
    match type_ {
        Type::SmallInteger | Type::TinyInteger | Type::UnsignedTinyInteger => "SMALLSERIAL",
        Type::Integer | Type::UnsignedSmallInteger => "SERIAL",
        Type::Sql(words) if words.eq_ignore_ascii_case("smallint") => "SMALLSERIAL",
        Type::Sql(words) if words.eq_ignore_ascii_case("integer") => "SERIAL",
        _ => "BIGSERIAL",
    }
}

/// The digits after the second that a type of MySQL has, in `DATETIME(6)`.
fn digits(type_word: &str) -> Option<&str> {
    let (word, digits) = type_word.split_once('(')?;
    let is_time = word.eq_ignore_ascii_case("DATETIME") || word.eq_ignore_ascii_case("TIMESTAMP");
    digits.strip_suffix(')').filter(|_| is_time)
}

/// `f(…)`: what reads well without parentheses.
fn is_call(words: &[&str]) -> bool {
    let [name, "(", .., ")"] = words else { return false };
    let mut depth = 0_i32;
    let closes_early = words[1..words.len() - 1].iter().any(|word| {
        depth += i32::from(*word == "(") - i32::from(*word == ")");
        depth == 0
    });
    !closes_early && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

fn parenthesized(text: &str, words: &[&str]) -> String {
    let inner = crate::sql::expression::without_parentheses(text, Dialect::Postgresql);
    if words.first() == Some(&"(") && inner != text.trim() { text.to_owned() } else { format!("({text})") }
}
