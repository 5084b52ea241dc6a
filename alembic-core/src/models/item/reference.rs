//! What a foreign key refers to.

use syn::parse::ParseStream;
use syn::{Ident, LitStr, Path};

use super::unraw;
use crate::schema::ObjectName;
use crate::sql::{Dialect, Token, TokenKind, tokens, unquote};

/// The table that a foreign key refers to, as an attribute names it.
#[derive(Clone)]
pub enum Target {
    /// `"users"`, `"auth.users(id)"`: a table, and its columns where they are named.
    Table(ObjectName, Vec<String>),
    /// `User`, `crate::models::User`, `User::email`: a model, and its field where one is named.
    Model(Path, Option<Ident>),
}

/// Reads a string or a path. What begins with a lower-case letter at the end of a path is a field.
pub(super) fn target(input: ParseStream<'_>) -> syn::Result<Target> {
    if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        let (table, columns) = parse_table(&literal.value()).ok_or_else(|| {
            let message = "expected a table, or a table and its columns: \"users\", \"auth.users(id)\"";
            syn::Error::new(literal.span(), message)
        })?;
        return Ok(Target::Table(table, columns));
    }
    let mut path = input.call(Path::parse_mod_style)?;
    let is_field = path.segments.len() > 1
        && path
            .segments
            .last()
            .is_some_and(|last| unraw(&last.ident).starts_with(|letter: char| !letter.is_uppercase()));
    let mut field = None;
    if is_field {
        field = path.segments.pop().map(|last| last.ident);
        path.segments.pop_punct();
    }
    Ok(Target::Model(path, field))
}

/// `table`, `schema.table`, `table(column, column)`; names may be quoted.
fn parse_table(text: &str) -> Option<(ObjectName, Vec<String>)> {
    let mut tokens = tokens(text, Dialect::Postgresql).peekable();
    let name = |tokens: &mut dyn Iterator<Item = Token>| identifier(tokens.next()?, text);
    let first = name(&mut tokens)?;
    let is = |token: Option<&Token>, wanted: &str| token.is_some_and(|token| token.text(text) == wanted);
    let table = if is(tokens.peek(), ".") {
        tokens.next();
        ObjectName { schema: Some(first), name: name(&mut tokens)? }
    } else {
        ObjectName::new(first)
    };
    let mut columns = Vec::new();
    if is(tokens.peek(), "(") {
        tokens.next();
        loop {
            columns.push(name(&mut tokens)?);
            match tokens.next()?.text(text) {
                "," => {}
                ")" => break,
                _ => return None,
            }
        }
    }
    tokens.next().is_none().then_some((table, columns))
}

/// A name in SQL. What is not quoted is taken as it is written.
fn identifier(token: Token, text: &str) -> Option<String> {
    let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier);
    if is_name { unquote(token.text(text)) } else { None }
}

/// The name of a type as sqlx asks PostgreSQL for it: what is not quoted is folded to lower case.
pub(super) fn type_name(text: &str) -> Option<ObjectName> {
    let tokens: Vec<Token> = tokens(text, Dialect::Postgresql).collect();
    let folded = |token: &Token| {
        let name = identifier(*token, text)?;
        Some(if token.kind == TokenKind::Word { name.to_lowercase() } else { name })
    };
    match tokens.as_slice() {
        [name] => folded(name).map(ObjectName::new),
        [schema, point, name] if point.text(text) == "." => {
            Some(ObjectName { schema: Some(folded(schema)?), name: folded(name)? })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_columns_are_read() {
        let cases = [
            ("users", "users []"),
            ("users(id)", "users [\"id\"]"),
            (" auth . users ( tenant , id ) ", "auth.users [\"tenant\", \"id\"]"),
            ("\"Order Items\"(\"a\"\"b\")", "Order Items [\"a\\\"b\"]"),
            ("users.id", "users.id []"),
            ("Users", "Users []"),
            ("", "none"),
            ("users(", "none"),
            ("users()", "none"),
            ("users(id", "none"),
            ("users(id) x", "none"),
            ("a.b.c", "none"),
            ("'users'", "none"),
        ];
        for (text, expected) in cases {
            let shown = parse_table(text)
                .map_or_else(|| "none".into(), |(table, columns)| format!("{table} {columns:?}"));
            assert_eq!(shown, expected, "{text}");
        }
    }

    #[test]
    fn types_are_folded_like_sqlx_does() {
        let cases = [
            ("order_status", "order_status"),
            ("OrderStatus", "orderstatus"),
            ("\"OrderStatus\"", "OrderStatus"),
            ("shop.Status", "shop.status"),
            ("a b", "none"),
        ];
        for (text, expected) in cases {
            let shown = type_name(text).map_or_else(|| "none".into(), |name| name.to_string());
            assert_eq!(shown, expected, "{text}");
        }
    }
}
