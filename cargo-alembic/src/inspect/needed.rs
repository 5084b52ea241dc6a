//! Where the tables that are shown need what is not: a collation, a type, a function, a sequence.

use alembic_core::schema::{Schema, Table, TextObject, Type};
use alembic_core::sql::{Dialect, Token, TokenKind, tokens, unquote};

/// So many are named.
const MOST: usize = 3;

/// What needs `foreign`, as words in parentheses; nothing where nothing is known to.
pub(super) fn needed(schema: &Schema, object: &TextObject, dialect: Dialect) -> String {
    let own = object.name.name.split('(').next().unwrap_or_default();
    let Some(role) = Role::of(&object.kind) else { return String::new() };
    let wanted = Wanted { name: own, role, dialect };
    let found: Vec<String> = schema.tables.iter().flat_map(|table| wanted.by(table)).collect();
    let (named, more) = found.split_at(found.len().min(MOST));
    match (named, more.len()) {
        ([], _) => String::new(),
        (named, 0) => format!(" (needed by {})", named.join(", ")),
        (named, more) => format!(" (needed by {} and {more} more)", named.join(", ")),
    }
}

/// How something is spoken of in an expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Behind `COLLATE`.
    Collation,
    /// Behind `::`.
    Type,
    /// Before a parenthesis.
    Function,
    /// In quotes.
    Sequence,
}

impl Role {
    fn of(kind: &str) -> Option<Role> {
        Some(match kind {
            "collation" => Role::Collation,
            "domain" | "composite type" | "range type" => Role::Type,
            "function" | "aggregate" => Role::Function,
            "sequence" => Role::Sequence,
            _ => return None,
        })
    }
}

struct Wanted<'a> {
    name: &'a str,
    role: Role,
    dialect: Dialect,
}

impl Wanted<'_> {
    /// The columns, checks and indexes of a table that need it.
    fn by(&self, table: &Table) -> Vec<String> {
        let name = &table.name;
        let columns = table.columns.iter().filter(|column| {
            let generated = column.generated.as_ref().map(|generated| &generated.expression);
            let mut expressions =
                [column.default.as_ref(), column.check.as_ref(), generated].into_iter().flatten();
            (self.role == Role::Collation && column.collation.as_deref() == Some(self.name))
                || (self.role == Role::Type && self.is_of(&column.type_))
                || expressions.any(|text| self.is_in(text))
        });
        let columns = columns.map(|column| format!("{name}.{}", column.name));
        let checks = table.checks.iter().filter(|check| self.is_in(&check.expression));
        let checks = checks.map(|check| match &check.name {
            Some(check) => format!("the check {check} of {name}"),
            None => format!("a check of {name}"),
        });
        let indexes = table.indexes.iter().filter(|index| {
            let collated = |collation: Option<&String>| collation.is_some_and(|own| own == self.name);
            let in_part = index.parts.iter().any(|part| {
                (self.role == Role::Collation && collated(part.collation.as_ref()))
                    || (part.is_expression && self.is_in(&part.key))
            });
            in_part || index.condition.iter().any(|text| self.is_in(text))
        });
        let indexes = indexes.map(|index| format!("the index {} of {name}", index.name));
        columns.chain(checks).chain(indexes).collect()
    }

    /// Whether a type is this one, or an array of it.
    fn is_of(&self, type_: &Type) -> bool {
        match type_ {
            Type::Sql(words) => self
                .tokens(words)
                .into_iter()
                .rfind(|token| !matches!(token.text(words), "[" | "]"))
                .is_some_and(|token| self.is_name(token, words)),
            Type::Array(element) => self.is_of(element),
            _ => false,
        }
    }

    fn is_in(&self, text: &str) -> bool {
        let tokens = self.tokens(text);
        let text_at = |place: usize| tokens.get(place).map_or("", |token| token.text(text));
        (0..tokens.len()).filter(|place| self.is_name(tokens[*place], text)).any(|place| {
            // A schema may stand before the name.
            let start = if place > 1 && text_at(place - 1) == "." { place - 2 } else { place };
            let before = start.checked_sub(1).map_or("", text_at);
            match self.role {
                Role::Collation => before.eq_ignore_ascii_case("COLLATE"),
                Role::Type => before == "::",
                Role::Function => text_at(place + 1) == "(",
                Role::Sequence => tokens[place].kind != TokenKind::Word,
            }
        })
    }

    fn is_name(&self, token: Token, text: &str) -> bool {
        let own = token.text(text);
        match token.kind {
            TokenKind::Word => own == self.name,
            TokenKind::QuotedIdentifier => unquote(own).is_some_and(|own| own == self.name),
            // `nextval('schema."sequence"'::regclass)`
            TokenKind::String if self.role == Role::Sequence => {
                let Some(inner) = unquote(own) else { return false };
                self.tokens(&inner)
                    .last()
                    .is_some_and(|last| last.kind != TokenKind::String && self.is_name(*last, &inner))
            }
            _ => false,
        }
    }

    fn tokens(&self, text: &str) -> Vec<Token> {
        tokens(text, self.dialect).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_they_mean_it() {
        let check = |role, name: &str, text: &str, expected: bool| {
            let wanted = Wanted { name, role, dialect: Dialect::Postgresql };
            assert_eq!(wanted.is_in(text), expected, "{name} in {text}");
        };
        check(Role::Collation, "c", "a = ('x'::text COLLATE c)", true);
        check(Role::Collation, "A b", "a COLLATE s.\"A b\" > 'x'", true);
        check(Role::Collation, "c", "c > 1", false);
        check(Role::Type, "c", "'x'::c", true);
        check(Role::Type, "c", "'x'::s.c", true);
        check(Role::Type, "c", "c::text", false);
        check(Role::Function, "f", "f(a) > 1", true);
        check(Role::Function, "f", "s.f(a) > 1", true);
        check(Role::Function, "f", "f > 'f('", false);
        check(Role::Sequence, "t_id_seq", "nextval('t_id_seq'::regclass)", true);
        check(Role::Sequence, "T id", "nextval('s.\"T id\"'::regclass)", true);
        check(Role::Sequence, "t", "nextval('other'::regclass) + t", false);
        let is_of = |words: &str, name: &str| {
            let wanted = Wanted { name, role: Role::Type, dialect: Dialect::Postgresql };
            wanted.is_of(&Type::Sql(words.into()))
        };
        assert!(is_of("s.short[]", "short") && is_of("\"Short\"", "Short"));
        assert!(!is_of("short.other", "short") && !is_of("", "short"));
    }
}
