//! A `CREATE TABLE` as a table of a schema.

use super::tidy;
use crate::dialect::sqlite::definition::{self, Constraint, Deferral, Effect, Order, Part, Rule};
use crate::schema::{
    Check, Column, Deferrable, ForeignKey, Generated, Identity, ObjectName, PrimaryKey, ReferentialAction,
    Table, Type, Unique,
};
use crate::sql::{Dialect, quote, unquote};

/// A table as its definition has it, before names are compared with those of other tables.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) table: Table,
    /// Constraints of columns that a schema does not hold, with these: `NOT NULL ON CONFLICT …` and `PRIMARY KEY DESC`.
    pub(super) more: Vec<String>,
}

/// Reads the text that SQLite stores for a table; or returns the position that it cannot be read from.
pub(super) fn read_table(sql: &str) -> Result<Definition, usize> {
    let written = definition::Table::parse(sql)?;
    let mut table = Table::new(ObjectName::new(written.name.text.clone()));
    table.options.without_rowid = written.without_rowid;
    table.options.strict = written.strict;
    table.columns = written.columns.iter().map(|column| described(&written, column)).collect();
    let mut definition = Definition { table, more: Vec::new() };
    for (column, constraint) in written.all_constraints() {
        add(&mut definition, &written, constraint, column);
    }
    key_columns(&mut definition.table);
    Ok(definition)
}

/// A column with the constraints that a schema keeps at the column itself.
fn described(written: &definition::Table<'_>, column: &definition::Column) -> Column {
    let mut described = Column::new(column.name.text.clone(), Type::Sql(type_words(written, column)));
    described.nullable = column.constraint(|rule| *rule == Rule::NotNull).is_none();
    let collation = column.collation().map(|(_, name)| name.to_owned());
    described.collation = collation.filter(|collation| !collation.eq_ignore_ascii_case("BINARY"));
    let default = column.default_value().map(|value| {
        let mut reader = written.within(value);
        match reader.group() {
            Some(group) => tidy(&reader.inside(&group)),
            None => reader.rest().iter().map(|token| token.text(written.sql)).collect(),
        }
    });
    described.default = default.filter(|default: &String| !default.eq_ignore_ascii_case("NULL"));
    for constraint in &column.constraints {
        match &constraint.rule {
            Rule::Generated { expression, stored } => {
                let expression = tidy(&written.within(expression).inside(expression));
                described.generated = Some(Generated { expression, stored: *stored });
            }
            Rule::PrimaryKey { autoincrement: Some(_), .. } => {
                described.identity = Some(Identity::ByDefault);
            }
            _ => {}
        }
    }
    described
}

/// The words of a type with one blank between them, and the numbers in parentheses behind them.
fn type_words(written: &definition::Table<'_>, column: &definition::Column) -> String {
    let Some(range) = &column.of_type else { return String::new() };
    let mut reader = written.within(range);
    let mut words = String::new();
    while !reader.is_done() && !reader.is(0, "(") {
        let text = reader.text(0);
        // To SQLite the brackets of `TEXT[]` are a name that is empty.
        if text == "[]" {
            words.push_str(text);
        } else {
            let blank = if words.is_empty() { "" } else { " " };
            words = words + blank + &unquote(text).unwrap_or_else(|| text.to_owned());
        }
        reader.next();
    }
    match reader.group() {
        Some(group) => format!("{words}({})", tidy(&reader.inside(&group))),
        None => words,
    }
}

/// Adds what the schema keeps at the table.
fn add(
    definition: &mut Definition,
    written: &definition::Table<'_>,
    constraint: &Constraint,
    column: Option<&definition::Column>,
) {
    let name = constraint.name.clone();
    let is_at_column = column.is_some();
    let mut note = || {
        let words = tidy(&written.within(&constraint.range));
        definition.more.extend(column.map(|column| format!("{} {words}", column.name.text)));
    };
    match &constraint.rule {
        Rule::NotNull if constraint.conflict.is_some() => note(),
        Rule::PrimaryKey { columns, parts, autoincrement, descending } => {
            if *descending {
                note();
            }
            if autoincrement.is_some() && !is_at_column {
                let own = definition
                    .table
                    .columns
                    .iter_mut()
                    .find(|column| columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name)));
                own.into_iter().for_each(|column| column.identity = Some(Identity::ByDefault));
            }
            let (columns, prefixes) = (columns.clone(), Vec::new());
            let autoincrement = if autoincrement.is_some() { " AUTOINCREMENT" } else { "" };
            let text =
                (!descending).then(|| printed("PRIMARY KEY", &columns, parts, autoincrement, constraint));
            let text = text.flatten();
            definition.table.primary_key = Some(PrimaryKey { definition: text, name, columns, prefixes });
        }
        Rule::Unique { columns, parts } => {
            let columns = columns.clone();
            let text = printed("UNIQUE", &columns, parts, "", constraint);
            let unique =
                Unique { definition: text, name, columns, nulls_not_distinct: false, deferrable: None };
            definition.table.uniques.push(unique);
        }
        Rule::Check { expression } => {
            let expression = tidy(&written.within(expression).inside(expression));
            definition.table.checks.push(Check { definition: None, name, expression });
        }
        Rule::Foreign { columns, parent, parent_columns, on_delete, on_update, deferral } => {
            definition.table.foreign_keys.push(ForeignKey {
                definition: None,
                name,
                columns: columns.clone(),
                references: ObjectName::new(parent.clone()),
                referenced_columns: parent_columns.clone(),
                on_delete: action(*on_delete),
                on_update: action(*on_update),
                deferrable: deferral.and_then(deferrable),
            });
        }
        Rule::Deferral(deferral) => {
            if let Some(key) = definition.table.foreign_keys.last_mut() {
                key.deferrable = deferrable(*deferral);
            }
        }
        _ => {}
    }
}

/// A key as it is written, where that says more than its columns.
fn printed(
    words: &str,
    columns: &[String],
    parts: &[Part],
    behind: &str,
    constraint: &Constraint,
) -> Option<String> {
    if constraint.conflict.is_none() && !parts.iter().any(Part::is_special) {
        return None;
    }
    let quoted = |name: &str| quote::name(Dialect::Sqlite, name);
    let written = columns.iter().enumerate().map(|(place, column)| {
        let part = parts.get(place);
        let collation = part.and_then(|part| part.collation.as_ref());
        let collation = collation.map_or_else(String::new, |name| format!(" COLLATE {}", quoted(name)));
        let is_descending = part.is_some_and(|part| part.order == Some(Order::Descending));
        format!("{}{collation}{}", quoted(column), if is_descending { " DESC" } else { "" })
    });
    let conflict = constraint.conflict.as_ref();
    let conflict = conflict.map_or_else(String::new, |word| format!(" ON CONFLICT {word}"));
    Some(format!("{words} ({}{behind}){conflict}", written.collect::<Vec<_>>().join(", ")))
}

fn action(effect: Effect) -> ReferentialAction {
    match effect {
        Effect::NoAction => ReferentialAction::NoAction,
        Effect::Restrict => ReferentialAction::Restrict,
        Effect::Cascade => ReferentialAction::Cascade,
        Effect::SetNull => ReferentialAction::SetNull,
        Effect::SetDefault => ReferentialAction::SetDefault,
    }
}

fn deferrable(deferral: Deferral) -> Option<Deferrable> {
    match deferral {
        Deferral::NotDeferrable => None,
        Deferral::InitiallyImmediate => Some(Deferrable::InitiallyImmediate),
        Deferral::InitiallyDeferred => Some(Deferrable::InitiallyDeferred),
    }
}

/// The columns of the primary key hold no NULL if the table is `STRICT` or `WITHOUT ROWID`, nor does an `INTEGER PRIMARY KEY`. Those
/// of other tables may, a mistake of early versions that is kept: <https://www.sqlite.org/quirks.html>, section 5.
fn key_columns(table: &mut Table) {
    let Some(key) = &table.primary_key else { return };
    let is_strict = table.options.strict || table.options.without_rowid;
    let is_number =
        |column: &Column| matches!(&column.type_, Type::Sql(words) if words.eq_ignore_ascii_case("INTEGER"));
    for column in &mut table.columns {
        let is_key = key.columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
        if is_key && (is_strict || (key.columns.len() == 1 && is_number(column))) {
            column.nullable = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(elements: &str) -> Definition {
        let sql = format!("CREATE TABLE t ({elements})");
        read_table(&sql).unwrap_or_else(|at| panic!("near {}", &sql[at..]))
    }

    #[test]
    fn types_are_words_with_one_blank_between_them() {
        let check = |of_type: &str, expected: &str| {
            let column = read(&format!("a {of_type}")).table.columns.remove(0);
            assert_eq!(column.type_, Type::Sql(expected.to_owned()), "{of_type}");
        };
        check("", "");
        check("double  precision NOT NULL", "double precision");
        check("TEXT[]", "TEXT[]");
        check("LONG /* it */ TEXT [][] DEFERRABLE", "LONG TEXT[][]");
        check("\"my type\" 'x'", "my type x");
        check("NUMERIC ( 10,\n -2 )", "NUMERIC(10, -2)");
        check("INT GENERATED ALWAYS AS (1)", "INT");
    }

    #[test]
    fn the_last_of_several_clauses_counts() {
        let column = read("a DEFAULT 1 COLLATE RTRIM NOT NULL DEFAULT (2 /* two */) NULL COLLATE NOCASE")
            .table
            .columns
            .remove(0);
        assert_eq!((column.default.as_deref(), column.collation.as_deref()), (Some("2"), Some("NOCASE")));
        assert!(!column.nullable);
        let column = read("a DEFAULT 1 COLLATE RTRIM DEFAULT NULL COLLATE BINARY").table.columns.remove(0);
        assert_eq!((column.default, column.collation), (None, None));
    }

    #[test]
    fn a_foreign_key_has_the_last_deferral_behind_it() {
        let key = |elements: &str| {
            let mut table = read(elements).table;
            let key = table.foreign_keys.remove(0);
            (key.on_delete, key.deferrable)
        };
        let deferred = Some(Deferrable::InitiallyDeferred);
        let check = |elements, expected| assert_eq!(key(elements), expected, "{elements}");
        check("a REFERENCES p ON INSERT CASCADE", (ReferentialAction::NoAction, None));
        check(
            "a REFERENCES p ON DELETE CASCADE NOT NULL DEFERRABLE INITIALLY DEFERRED",
            (ReferentialAction::Cascade, deferred),
        );
        check("a REFERENCES p, b DEFERRABLE INITIALLY DEFERRED", (ReferentialAction::NoAction, deferred));
        check(
            "a REFERENCES p DEFERRABLE NOT DEFERRABLE INITIALLY DEFERRED",
            (ReferentialAction::NoAction, None),
        );
    }

    #[test]
    fn a_schema_does_not_hold_everything() {
        assert_eq!(read("a UNIQUE ON CONFLICT ABORT NOT NULL ON CONFLICT ABORT").more, Vec::<&str>::new());
        assert_eq!(read("a NOT NULL ON CONFLICT fail").more, ["a NOT NULL ON CONFLICT fail"]);
        assert_eq!(read("a PRIMARY KEY DESC").more, ["a PRIMARY KEY DESC"]);
    }

    #[test]
    fn a_key_is_kept_as_it_is_written_where_that_says_more() {
        let check = |elements: &str, expected: Option<&str>| {
            let table = read(elements).table;
            let key = table.primary_key.and_then(|key| key.definition);
            let found = key.or_else(|| table.uniques.into_iter().find_map(|unique| unique.definition));
            assert_eq!(found.as_deref(), expected, "{elements}");
        };
        check("a UNIQUE, UNIQUE (a ASC)", None);
        check("a UNIQUE ON CONFLICT fail", Some("UNIQUE (a) ON CONFLICT FAIL"));
        check("a, UNIQUE (a COLLATE nocase, [b c] DESC)", Some("UNIQUE (a COLLATE nocase, \"b c\" DESC)"));
        check(
            "a INTEGER PRIMARY KEY ON CONFLICT REPLACE AUTOINCREMENT",
            Some("PRIMARY KEY (a AUTOINCREMENT) ON CONFLICT REPLACE"),
        );
    }
}
