//! Tables as the server prints them: `SHOW CREATE TABLE`.
//!
//! The catalog does not list all that a table has. What its definition says more than the fields of a schema is kept in the
//! server's own words, so that whatever a version of MySQL or MariaDB knows of a table is compared and written, whether this
//! program has a word for it or not.

use std::borrow::Cow;

use crate::schema::{Direction, Index, IndexPart, PrimaryKey, ReferentialAction, Table, Type};
use crate::sql::quote::identifier;
use crate::sql::{Dialect, Reader, TokenKind, lex, tokens, unquote};

/// Adds what the definition of a table says and the catalog does not. Returns the names and texts of options that lead outside
/// of the database, which are compared and never written.
pub(super) fn read(table: &mut Table, definition: &str) -> Vec<(String, String)> {
    let plain = without_comments(definition);
    let mut reader = Reader::new(&plain, Dialect::Mysql);
    while !reader.is_done() && !reader.is(0, "(") {
        reader.pass();
    }
    let Some(body) = reader.group() else { return Vec::new() };
    let outside = options(table, &mut reader);
    let mut elements = reader.inside(&body);
    while !elements.is_done() {
        element(table, &mut elements);
        elements.take(&[","]);
    }
    outside
}

/// The text with the code of executable comments in their place: all of it is for the server that prints it.
fn without_comments(definition: &str) -> String {
    let mut plain = String::with_capacity(definition.len());
    let mut copied = 0;
    for token in lex(definition, Dialect::Mysql).filter(|token| token.kind == TokenKind::ExecutableComment) {
        let text = token.text(definition).trim_start_matches("/*").trim_start_matches(['M', '!']);
        let code = text.trim_start_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches("*/");
        plain.push_str(&definition[copied..token.start]);
        plain.push_str(code.trim());
        copied = token.end;
    }
    plain + &definition[copied..]
}

/// A column, key, constraint or period.
fn element(table: &mut Table, reader: &mut Reader<'_>) {
    let start = reader.position();
    if reader.take(&["PERIOD", "FOR"]) {
        let name = reader.identifier().map(|name| name.text);
        pass_element(reader);
        // The catalog lists it as a CHECK.
        table.checks.retain(|check| check.name != name);
        table.options.elements.push(reader.slice(&(start..reader.end())).to_owned());
        return;
    }
    let constraint =
        if reader.take(&["CONSTRAINT"]) { reader.identifier().map(|name| name.text) } else { None };
    if reader.take(&["PRIMARY", "KEY"]) {
        let text = format!("PRIMARY KEY {}", key_text(reader));
        if let Some(key) = &mut table.primary_key {
            let told = format!("PRIMARY KEY {}", key_columns(key));
            key.definition = remainder(text, &told);
        }
    } else if reader.take(&["FOREIGN", "KEY"]) {
        foreign_key(table, constraint.as_deref(), reader);
    } else if reader.is(0, "CHECK") {
        pass_element(reader);
        let text = reader.slice(&(start..reader.end()));
        let text = text.find("CHECK").and_then(|check| text.get(check..)).unwrap_or_default();
        if let Some(check) = table.checks.iter_mut().find(|check| check.name == constraint) {
            check.definition = remainder(text.to_owned(), &format!("CHECK {}", check.expression));
        }
    } else if let Some(kind) = index_kind(reader) {
        index(table, &kind, reader);
    } else {
        column(table, reader);
    }
}

/// The words of an index before its name.
fn index_kind(reader: &mut Reader<'_>) -> Option<String> {
    let kind = reader.peek();
    let is_kind = matches!(kind.as_str(), "UNIQUE" | "FULLTEXT" | "SPATIAL" | "VECTOR");
    let has_key = ["KEY", "INDEX"].iter().any(|word| reader.is(usize::from(is_kind), word));
    if is_kind && has_key {
        reader.pass();
    }
    has_key.then(|| {
        reader.pass();
        kind
    })
}

/// An index or unique constraint, behind its first words.
fn index(table: &mut Table, kind: &str, reader: &mut Reader<'_>) {
    let Some(name) = reader.identifier() else { return pass_element(reader) };
    let text = key_text(reader);
    let is_memory = table.options.settings.iter().any(|own| own == "ENGINE=MEMORY");
    if let Some(unique) = table.uniques.iter_mut().find(|own| own.name.as_ref() == Some(&name.text)) {
        let columns: Vec<String> =
            unique.columns.iter().map(|name| identifier(Dialect::Mysql, name)).collect();
        unique.definition = remainder(format!("UNIQUE {text}"), &format!("UNIQUE ({})", columns.join(", ")));
    } else if let Some(index) = table.indexes.iter_mut().find(|index| index.name == name.text) {
        // There another method is the usual one.
        if is_memory {
            index.method = if index.method.is_none() { Some("btree".to_owned()) } else { None };
        }
        let told = index_parts(index);
        index.definition = remainder(text, &told);
        if kind == "VECTOR" {
            index.method = Some("vector".to_owned());
        }
    }
}

/// The parts and options of a key, without the method that a field says.
fn key_text(reader: &mut Reader<'_>) -> String {
    let start = reader.position();
    reader.group();
    let mut text = reader.slice(&(start..reader.end())).to_owned();
    while !(reader.is_done() || reader.is(0, ",")) {
        if reader.take(&["USING", "BTREE"]) {
            continue;
        }
        let (before, start) = (reader.end(), reader.position());
        if reader.group().is_none() {
            reader.pass();
        }
        text.push_str(if before < start { " " } else { "" });
        text.push_str(reader.slice(&(start..reader.end())));
    }
    text
}

/// What a foreign key does: MariaDB's catalog lists that only for those who may do more than read the table.
fn foreign_key(table: &mut Table, name: Option<&str>, reader: &mut Reader<'_>) {
    let (mut on_delete, mut on_update) = (ReferentialAction::NoAction, ReferentialAction::NoAction);
    while !(reader.is_done() || reader.is(0, ",")) {
        if reader.take(&["ON", "DELETE"]) {
            on_delete = action(reader);
        } else if reader.take(&["ON", "UPDATE"]) {
            on_update = action(reader);
        } else if reader.group().is_none() {
            reader.pass();
        }
    }
    if let Some(key) = table.foreign_keys.iter_mut().find(|key| key.name.as_deref() == name) {
        (key.on_delete, key.on_update) = (on_delete, on_update);
    }
}

/// InnoDB does the same for RESTRICT and NO ACTION, and the two servers have each one word for both.
fn action(reader: &mut Reader<'_>) -> ReferentialAction {
    if reader.take(&["CASCADE"]) {
        ReferentialAction::Cascade
    } else if reader.take(&["SET", "NULL"]) {
        ReferentialAction::SetNull
    } else if reader.take(&["SET", "DEFAULT"]) {
        ReferentialAction::SetDefault
    } else {
        ReferentialAction::NoAction
    }
}

/// A column: what is left of its words without those that its fields say.
fn column(table: &mut Table, reader: &mut Reader<'_>) {
    let own = reader.identifier();
    let Some(column) = own.and_then(|own| table.columns.iter_mut().find(|column| column.name == own.text))
    else {
        return pass_element(reader);
    };
    reader.pass();
    reader.group();
    while reader.take_any(&["UNSIGNED", "ZEROFILL", "COMPRESSED"]) {}
    let (mut more, mut check) = (String::new(), None);
    let mut end = 0;
    while !(reader.is_done() || reader.is(0, ",")) {
        if reader.take(&["CHECK"]) {
            if let Some(group) = reader.group() {
                check = Some(reader.slice(&(group.start + 1..group.end - 1)).to_owned());
            }
            continue;
        }
        if is_told(reader) {
            continue;
        }
        let start = reader.position();
        if reader.group().is_none() {
            reader.pass();
        }
        more.push_str(if !more.is_empty() && end < start { " " } else { "" });
        end = reader.end();
        more.push_str(reader.slice(&(start..end)));
    }
    if more.starts_with("GENERATED ALWAYS AS ROW") {
        column.generated = None;
    }
    column.more = Some(more).filter(|more| !more.is_empty());
    let is_json = column.type_ == Type::Sql("longtext".into())
        && check.as_ref().is_some_and(|check| {
            *check == format!("json_valid({})", identifier(Dialect::Mysql, &column.name))
        });
    if is_json {
        // The type JSON is a text with a check to MariaDB.
        (column.type_, column.collation) = (Type::Sql("json".into()), None);
    } else {
        column.check = check;
    }
}

/// Passes words of a column that a field says.
fn is_told(reader: &mut Reader<'_>) -> bool {
    if reader.take(&["CHARACTER", "SET"]) || reader.take_any(&["CHARSET", "COLLATE", "COMMENT"]) {
        return reader.pass();
    }
    if reader.take(&["ON", "UPDATE"]) {
        reader.pass();
        reader.group();
        return true;
    }
    if reader.is(0, "GENERATED") && !reader.is(3, "ROW") {
        reader.take(&["GENERATED", "ALWAYS"]);
        reader.take(&["AS"]);
        reader.group();
        reader.take_any(&["STORED", "VIRTUAL", "PERSISTENT"]);
        return true;
    }
    if reader.take(&["DEFAULT"]) {
        pass_default(reader);
        return true;
    }
    reader.take(&["NOT", "NULL"]) || reader.take_any(&["NULL", "AUTO_INCREMENT"])
}

/// Passes a literal, a call, or anything in parentheses.
fn pass_default(reader: &mut Reader<'_>) {
    reader.take_any(&["-", "+"]);
    if reader.group().is_some() {
        return;
    }
    let introduces = reader.text(0).starts_with('_');
    reader.pass();
    while reader.take(&["."]) {
        reader.pass();
    }
    if introduces && reader.token(0).is_some_and(|token| token.kind == TokenKind::String) {
        reader.pass();
    }
    reader.group();
}

fn pass_element(reader: &mut Reader<'_>) {
    while !(reader.is_done() || reader.is(0, ",")) {
        if reader.group().is_none() {
            reader.pass();
        }
    }
}

/// What a table has behind its elements.
fn options(table: &mut Table, reader: &mut Reader<'_>) -> Vec<(String, String)> {
    let mut outside = Vec::new();
    while !reader.is_done() {
        let start = reader.position();
        if reader.take(&["PARTITION", "BY"]) {
            while reader.pass() {}
        } else if reader.take(&["WITH"]) {
            let _ = (reader.pass(), reader.pass());
        } else {
            pass_setting(reader);
        }
        let text = reader.slice(&(start..reader.end()));
        let name = text.split('=').next().unwrap_or_default().trim().to_uppercase();
        match name.as_str() {
            // A number that grows, and what fields say.
            "AUTO_INCREMENT" | "DEFAULT CHARSET" | "CHARSET" | "COLLATE" | "COMMENT" => {}
            _ if text == "ENGINE=InnoDB" => {}
            // It may have a password.
            "CONNECTION" => outside.push((name.clone(), name)),
            "DATA DIRECTORY" | "INDEX DIRECTORY" | "UNION" => outside.push((name, text.to_owned())),
            _ if name.starts_with("TABLESPACE") => outside.push(("TABLESPACE".to_owned(), text.to_owned())),
            _ if text.starts_with("PARTITION") && is_outside(text) => {
                outside.push(("PARTITION BY".to_owned(), text.to_owned()));
            }
            _ => table.options.settings.push(text.to_owned()),
        }
    }
    outside
}

fn is_outside(text: &str) -> bool {
    let mut words = tokens(text, Dialect::Mysql).filter(|token| token.kind == TokenKind::Word);
    words.any(|token| matches!(token.text(text).to_ascii_uppercase().as_str(), "DIRECTORY" | "TABLESPACE"))
}

/// Passes `NAME=value`, or a word and a value.
fn pass_setting(reader: &mut Reader<'_>) {
    let place = (0..3).find(|&ahead| reader.is(ahead, "="));
    (0..=place.unwrap_or(0)).for_each(|_| {
        reader.pass();
    });
    if reader.group().is_none() {
        reader.pass();
    }
}

/// The text, if it says more than `told`.
fn remainder(text: String, told: &str) -> Option<String> {
    Some(text).filter(|text| !words(text).eq(words(told)))
}

/// The tokens of a text without their quotes, parentheses and commas.
fn words(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let words = tokens(text, Dialect::Mysql).map(|token| {
        let own = token.text(text);
        let unquoted = if token.kind == TokenKind::QuotedIdentifier { unquote(own) } else { None };
        unquoted.map_or(Cow::Borrowed(own), Cow::Owned)
    });
    words.filter(|word| !matches!(word.as_ref(), "(" | ")" | ","))
}

fn key_columns(key: &PrimaryKey) -> String {
    let prefixes = key.prefixes.iter().copied().chain(std::iter::repeat(None));
    let parts = key.columns.iter().zip(prefixes).map(|(column, prefix)| {
        let prefix = prefix.map_or_else(String::new, |length| format!("({length})"));
        identifier(Dialect::Mysql, column) + &prefix
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn index_parts(index: &Index) -> String {
    let part = |part: &IndexPart| {
        let key = if part.is_expression { part.key.clone() } else { identifier(Dialect::Mysql, &part.key) };
        let prefix = part.prefix.map_or_else(String::new, |length| format!("({length})"));
        let direction = if part.direction == Direction::Descending { " DESC" } else { "" };
        format!("{key}{prefix}{direction}")
    };
    index.parts.iter().map(part).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Check, Column, ObjectName};

    /// MySQL prints in executable comments what its older versions do not know.
    #[test]
    fn what_no_field_says_is_kept() {
        let mut table = Table::new(ObjectName::new("t"));
        table.columns = ["a", "p", "g", "s"].map(|name| Column::new(name, Type::Integer)).to_vec();
        let (name, expression) = (Some("c".to_owned()), "`a` > 0".to_owned());
        table.checks.push(Check { name, expression, definition: None });
        let key =
            PrimaryKey { name: None, columns: vec!["a".into()], prefixes: Vec::new(), definition: None };
        table.primary_key = Some(key);
        let outside = read(
            &mut table,
            "CREATE TABLE `t` (\n  `a` int NOT NULL AUTO_INCREMENT /*!80023 INVISIBLE */,\n  \
             `p` point NOT NULL /*!80003 SRID 4326 */,\n  `g` int GENERATED ALWAYS AS ((`a` + 1)) VIRTUAL COMMENT 'x, y',\n  \
             `s` varchar(9) CHARACTER SET latin1 DEFAULT _utf8mb4'x, y',\n  PRIMARY KEY (`a`) USING BTREE,\n  \
             CONSTRAINT `c` CHECK ((`a` > 0)) /*!80016 NOT ENFORCED */\n) /*!50100 TABLESPACE `ts` */ ENGINE=InnoDB \
             AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci STATS_PERSISTENT=0 COMMENT='a, b'\n\
             /*!50100 PARTITION BY HASH (`a`)\nPARTITIONS 3 */",
        );
        let more: Vec<Option<&str>> = table.columns.iter().map(|column| column.more.as_deref()).collect();
        assert_eq!(more, [Some("INVISIBLE"), Some("SRID 4326"), None, None]);
        assert_eq!(table.checks[0].definition.as_deref(), Some("CHECK ((`a` > 0)) NOT ENFORCED"));
        assert_eq!(table.primary_key.and_then(|key| key.definition), None);
        let settings = ["STATS_PERSISTENT=0", "PARTITION BY HASH (`a`)\nPARTITIONS 3"];
        assert_eq!(table.options.settings, settings);
        assert_eq!(outside, [("TABLESPACE".to_owned(), "TABLESPACE `ts`".to_owned())]);
    }
}
