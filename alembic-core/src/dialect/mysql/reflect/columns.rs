//! Columns, and what the two servers say of them in different ways.

use super::{Flavor, Reader};
use crate::dialect::Rows;
use crate::dialect::reflect::{Namespace, columns};
use crate::schema::{Column, Generated, Identity, Type};
use crate::sql::expression::identifier;
use crate::sql::quote::plain_literal;
use crate::sql::{Dialect, TokenKind, lex};

/// Adds the columns to their tables. `collations` has the default collation for each table.
pub(super) fn read(reader: &mut Reader<'_>, flavor: Flavor, collations: &[String], rows: Rows) {
    for row in rows {
        let [namespace, table, name, type_, nullable, default, extra, generation, collation, comment] =
            columns(row);
        let key = (namespace.unwrap_or_default(), table.unwrap_or_default());
        // Columns of views are listed too.
        let Some(&place) = reader.tables.get(&key) else { continue };
        let name = name.unwrap_or_default();
        let type_ = type_.unwrap_or_default();
        let extra = extra.unwrap_or_default();
        let mut column = Column::new(name, Type::Sql(type_.clone()));
        column.nullable = nullable.as_deref() == Some("YES");
        column.collation = collation.filter(|own| *own != collations[place]);
        column.comment = comment;
        let lower = extra.to_ascii_lowercase();
        if lower.contains("auto_increment") {
            column.identity = Some(Identity::ByDefault);
        }
        match generation {
            Some(generation) => {
                let expression = unqualified(reader.namespaces, expression(flavor, generation));
                column.generated = Some(Generated { expression, stored: lower.contains("stored") });
            }
            None => {
                let default = self::default(flavor, &type_, default, &lower);
                column.default = default.map(|default| unqualified(reader.namespaces, default));
            }
        }
        reader.schema.tables[place].columns.push(column);
    }
}

/// The default with what a column is set to when its row is updated: both stand in one place of its definition.
fn default(flavor: Flavor, type_: &str, default: Option<String>, extra: &str) -> Option<String> {
    let default = match flavor {
        Flavor::Mariadb => default.filter(|default| default != "NULL"),
        Flavor::Mysql if extra.contains("default_generated") => {
            default.map(|default| expression(flavor, default))
        }
        // MySQL shows a literal without its quotes.
        Flavor::Mysql => default.map(|default| match type_.split(['(', ' ']).next().unwrap_or_default() {
            "bit" | "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float"
            | "double" | "year" => default,
            _ => plain_literal(Dialect::Mysql, &default),
        }),
    };
    let Some((_, update)) = extra.split_once("on update ") else { return default };
    let update = update.split(' ').next().unwrap_or_default();
    Some(format!("{} ON UPDATE {update}", default.as_deref().unwrap_or("NULL")))
}

/// An expression as it would be written: MySQL's catalog escapes its quotes.
pub(super) fn expression(flavor: Flavor, expression: String) -> String {
    match flavor {
        Flavor::Mariadb => expression,
        Flavor::Mysql => expression.replace("\\'", "'"),
    }
}

/// An expression without the name of the default namespace, which the catalog writes before sequences and functions. A
/// scratch database has another one, and statements do without it.
pub(super) fn unqualified(namespaces: &[Namespace], expression: String) -> String {
    let Some(own) = namespaces.iter().find(|namespace| namespace.shown.is_none()) else { return expression };
    let tokens: Vec<_> = lex(&expression, Dialect::Mysql).collect();
    let mut kept = String::with_capacity(expression.len());
    let mut copied = 0;
    for pair in tokens.windows(2) {
        let name = pair[0].text(&expression);
        let is_own = matches!(pair[0].kind, TokenKind::Word | TokenKind::QuotedIdentifier)
            && pair[1].text(&expression) == "."
            && identifier(name) == own.name;
        if is_own {
            kept.push_str(&expression[copied..pair[0].start]);
            copied = pair[1].end;
        }
    }
    kept + &expression[copied..]
}
