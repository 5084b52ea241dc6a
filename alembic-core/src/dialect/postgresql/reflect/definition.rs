//! Definitions of constraints and indexes as the server prints them.
//!
//! A definition is kept where it says more than the fields do. So whatever a version of PostgreSQL knows of a constraint or an
//! index is compared and written, whether this program has a word for it or not.

use std::borrow::Cow;

use crate::schema::{Deferrable, Direction, ForeignKey, Index, IndexPart, Nulls, ReferentialAction, Table};
use crate::sql::quote::identifier;
use crate::sql::{Dialect, TokenKind, tokens, unquote};

/// The definition of an index from `USING` on.
pub(super) fn of_index(text: &str) -> Option<String> {
    let using = tokens(text, Dialect::Postgresql)
        .find(|token| token.kind == TokenKind::Word && token.text(text) == "USING")?;
    text.get(using.start..).map(str::to_owned)
}

/// Leaves out of a table the definitions that say nothing more than the fields.
pub(super) fn keep_remainders(table: &mut Table) {
    if let Some(key) = &mut table.primary_key {
        let told = format!("PRIMARY KEY {}", names(&key.columns));
        leave_out(&mut key.definition, &told);
    }
    for unique in &mut table.uniques {
        let nulls = if unique.nulls_not_distinct { "NULLS NOT DISTINCT" } else { "" };
        let told = format!("UNIQUE {nulls} {} {}", names(&unique.columns), deferrable(unique.deferrable));
        leave_out(&mut unique.definition, &told);
    }
    for key in &mut table.foreign_keys {
        let told = foreign_key(key);
        leave_out(&mut key.definition, &told);
    }
    for check in &mut table.checks {
        let told = format!("CHECK {}", check.expression);
        leave_out(&mut check.definition, &told);
    }
    for index in &mut table.indexes {
        let told = self::index(index);
        leave_out(&mut index.definition, &told);
    }
}

fn leave_out(definition: &mut Option<String>, told: &str) {
    definition.take_if(|text| words(text).eq(words(told)));
}

/// The tokens of a text without their quotes, and without what says nothing by itself here.
fn words(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let words = tokens(text, Dialect::Postgresql).map(|token| {
        let own = token.text(text);
        let unquoted = if token.kind == TokenKind::QuotedIdentifier { unquote(own) } else { None };
        unquoted.map_or(Cow::Borrowed(own), Cow::Owned)
    });
    words.filter(|word| !matches!(word.as_ref(), "(" | ")" | ","))
}

fn names(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| identifier(Dialect::Postgresql, name)).collect();
    quoted.join(" ")
}

fn deferrable(deferrable: Option<Deferrable>) -> &'static str {
    match deferrable {
        None => "",
        Some(Deferrable::InitiallyImmediate) => "DEFERRABLE",
        Some(Deferrable::InitiallyDeferred) => "DEFERRABLE INITIALLY DEFERRED",
    }
}

fn foreign_key(key: &ForeignKey) -> String {
    let schema = key
        .references
        .schema
        .as_ref()
        .map_or_else(String::new, |schema| format!("{}.", identifier(Dialect::Postgresql, schema)));
    format!(
        "FOREIGN KEY {} REFERENCES {schema}{} {} {} {} {}",
        names(&key.columns),
        identifier(Dialect::Postgresql, &key.references.name),
        names(&key.referenced_columns),
        action("ON UPDATE", key.on_update),
        action("ON DELETE", key.on_delete),
        deferrable(key.deferrable)
    )
}

fn action(when: &str, action: ReferentialAction) -> String {
    let words = match action {
        ReferentialAction::NoAction => return String::new(),
        ReferentialAction::Restrict => "RESTRICT",
        ReferentialAction::Cascade => "CASCADE",
        ReferentialAction::SetNull => "SET NULL",
        ReferentialAction::SetDefault => "SET DEFAULT",
    };
    format!("{when} {words}")
}

fn index(index: &Index) -> String {
    let parts: Vec<String> = index.parts.iter().map(part).collect();
    let include = match index.include.as_slice() {
        [] => String::new(),
        columns => format!("INCLUDE {}", names(columns)),
    };
    let condition = index.condition.as_ref().map_or_else(String::new, |text| format!("WHERE {text}"));
    format!(
        "USING {} {} {include} {} {condition}",
        index.method.as_deref().unwrap_or("btree"),
        parts.join(" "),
        if index.nulls_not_distinct { "NULLS NOT DISTINCT" } else { "" }
    )
}

fn part(part: &IndexPart) -> String {
    let key = if part.is_expression { part.key.clone() } else { identifier(Dialect::Postgresql, &part.key) };
    let collation = part.collation.as_ref();
    let collation = collation
        .map_or_else(String::new, |name| format!("COLLATE {}", identifier(Dialect::Postgresql, name)));
    let direction = if part.direction == Direction::Descending { "DESC" } else { "" };
    let nulls = match part.nulls {
        None => "",
        Some(Nulls::First) => "NULLS FIRST",
        Some(Nulls::Last) => "NULLS LAST",
    };
    let class = part.operator_class.as_deref().unwrap_or_default();
    format!("{key} {collation} {class} {direction} {nulls}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Check, ObjectName};

    #[test]
    fn the_definition_of_an_index_begins_behind_its_table() {
        let check = |text: &str, expected: &str| assert_eq!(of_index(text).as_deref(), Some(expected));
        check("CREATE INDEX i ON t USING btree (a)", "USING btree (a)");
        check(r#"CREATE INDEX "a USING b" ON "c USING d" USING gin (a)"#, "USING gin (a)");
    }

    #[test]
    fn a_definition_stays_where_it_says_more() {
        let check = |expression: &str, definition: &str, stays: bool| {
            let mut table = Table::new(ObjectName::new("t"));
            let (expression, definition) = (expression.to_owned(), Some(definition.to_owned()));
            table.checks.push(Check { name: None, expression, definition });
            keep_remainders(&mut table);
            assert_eq!(table.checks[0].definition.is_some(), stays, "{table:?}");
        };
        check("a > 0", "CHECK (a > 0)", false);
        check("a > 0", "CHECK (a > 0) NOT ENFORCED", true);
        check("a > 0", "CHECK (a > 0) NO INHERIT", true);
        check("\"A\" > 0", "CHECK (\"A\" > 0)", false);
    }
}
