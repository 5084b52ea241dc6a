//! A column of a `CREATE TABLE`.

use super::table::{Definition, references};
use super::tokens::{Result, Tokens, Unreadable};
use crate::schema::{Check, Column, Generated, Identity, PrimaryKey, Type, Unique};
use crate::sql::TokenKind;
use crate::sql::expression::identifier;

/// The words that cannot be part of a type, since they begin a constraint.
const CONSTRAINTS: [&str; 12] = [
    "CONSTRAINT",
    "NULL",
    "NOT",
    "PRIMARY",
    "UNIQUE",
    "CHECK",
    "REFERENCES",
    "COLLATE",
    "DEFERRABLE",
    "GENERATED",
    "AS",
    "DEFAULT",
];

pub(super) fn read(tokens: &mut Tokens<'_>, definition: &mut Definition) -> Result<()> {
    let mut column = Column::new(tokens.name()?, Type::Sql(String::new()));
    column.type_ = Type::Sql(type_words(tokens)?);
    column.nullable = true;
    let mut name = None;
    loop {
        if tokens.accept(&["CONSTRAINT"]) {
            name = Some(tokens.name()?);
            continue;
        }
        if !constraint(tokens, definition, &mut column, &mut name)? {
            break;
        }
    }
    definition.table.columns.push(column);
    Ok(())
}

/// The words of a type, and what stands in parentheses behind them.
fn type_words(tokens: &mut Tokens<'_>) -> Result<String> {
    let mut words = String::new();
    loop {
        // To SQLite the brackets of `TEXT[]` are a name that is empty.
        if !words.is_empty() && tokens.accept(&["[", "]"]) {
            words.push_str("[]");
            continue;
        }
        let Some(TokenKind::Word | TokenKind::QuotedIdentifier | TokenKind::String) = tokens.kind(0) else {
            break;
        };
        if CONSTRAINTS.iter().any(|word| tokens.sees(&[word])) {
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(&identifier(tokens.text(0)));
        tokens.advance(1);
    }
    if !words.is_empty() && tokens.sees(&["("]) {
        words = format!("{words}({})", tokens.parentheses()?);
    }
    Ok(words)
}

/// Reads one constraint of a column; false if none comes next.
fn constraint(
    tokens: &mut Tokens<'_>,
    definition: &mut Definition,
    column: &mut Column,
    name: &mut Option<String>,
) -> Result<bool> {
    let key = || vec![column.name.clone()];
    if tokens.accept(&["NOT", "NULL"]) {
        column.nullable = false;
        definition.conflict(tokens);
    } else if tokens.accept(&["NULL"]) {
        definition.conflict(tokens);
    } else if tokens.accept(&["PRIMARY", "KEY"]) {
        definition.table.primary_key =
            Some(PrimaryKey { name: name.take(), columns: key(), prefixes: Vec::new() });
        definition.ordered(tokens.accept(&["DESC"]));
        tokens.accept(&["ASC"]);
        definition.conflict(tokens);
        if tokens.accept(&["AUTOINCREMENT"]) {
            column.identity = Some(Identity::ByDefault);
        }
    } else if tokens.accept(&["UNIQUE"]) {
        let (name, columns) = (name.take(), key());
        definition.table.uniques.push(Unique { name, columns, nulls_not_distinct: false, deferrable: None });
        definition.conflict(tokens);
    } else if tokens.accept(&["CHECK"]) {
        let expression = tokens.parentheses()?;
        definition.table.checks.push(Check { name: name.take(), expression });
        definition.conflict(tokens);
    } else if tokens.accept(&["DEFAULT"]) {
        let default = default(tokens)?;
        column.default = Some(default).filter(|default| !default.eq_ignore_ascii_case("NULL"));
    } else if tokens.accept(&["COLLATE"]) {
        let collation = tokens.name()?;
        column.collation = Some(collation).filter(|collation| !collation.eq_ignore_ascii_case("BINARY"));
    } else if tokens.accept(&["REFERENCES"]) {
        let columns = key();
        let key = references(tokens, name.take(), columns)?;
        definition.table.foreign_keys.push(key);
    } else if let Some(deferrable) = tokens.deferrable() {
        // Behind other constraints it is still about the foreign key before them.
        if let Some(key) = definition.table.foreign_keys.last_mut() {
            key.deferrable = deferrable;
        }
    } else if tokens.accept(&["GENERATED", "ALWAYS", "AS"]) || tokens.accept(&["AS"]) {
        let expression = tokens.parentheses()?;
        let stored = tokens.accept(&["STORED"]);
        tokens.accept(&["VIRTUAL"]);
        column.generated = Some(Generated { expression, stored });
    } else {
        return Ok(false);
    }
    *name = None;
    Ok(true)
}

/// An expression in parentheses, or a literal with its sign.
fn default(tokens: &mut Tokens<'_>) -> Result<String> {
    if tokens.sees(&["("]) {
        return tokens.parentheses();
    }
    let mut default = String::new();
    if tokens.sees(&["+"]) || tokens.sees(&["-"]) {
        default.push_str(tokens.text(0));
        tokens.advance(1);
    }
    if tokens.at_end() {
        return Err(Unreadable("a default"));
    }
    default.push_str(tokens.text(0));
    tokens.advance(1);
    Ok(default)
}
