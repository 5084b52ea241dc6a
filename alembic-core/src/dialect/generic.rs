//! Reflections in words that other dialects understand.
//!
//! A database shows types and defaults in its own spelling. Here they are written as models write them, wherever that makes
//! the same again: what is made of the generic form is reflected as what it was made of.

use super::ddl::type_word;
use crate::operation::drop_key_indexes;
use crate::schema::{Column, Schema, Sequence, Table, Type};
use crate::sql::expression::{identifier, tokens, without_parentheses};
use crate::sql::quote::name;
use crate::sql::{Dialect, TokenKind, unquote};

/// A reflected schema, as models would write it.
pub(crate) fn generic(schema: &Schema, dialect: Dialect) -> Schema {
    let mut schema = schema.clone();
    schema.tables.iter_mut().for_each(|table| generic_table(table, dialect));
    schema
}

fn generic_table(table: &mut Table, dialect: Dialect) {
    // The columns say by themselves how they are collated.
    table.options.collation = None;
    // The index of a foreign key comes by itself.
    if dialect == Dialect::Mysql {
        drop_key_indexes(table);
    }
    for column in &mut table.columns {
        generic_column(column, dialect);
    }
    let plain = |text: &mut String| *text = unquoted(without_parentheses(text, dialect), dialect);
    table.checks.iter_mut().for_each(|check| plain(&mut check.expression));
    for index in &mut table.indexes {
        index.condition.iter_mut().for_each(plain);
        index.parts.iter_mut().filter(|part| part.is_expression).for_each(|part| plain(&mut part.key));
    }
}

fn generic_column(column: &mut Column, dialect: Dialect) {
    let shown = column.type_.clone();
    if let Type::Sql(words) = &shown {
        column.type_ = generic_type(dialect, words);
    }
    if let Some(Sequence { type_: Type::Sql(words), .. }) = &column.sequence {
        let type_ = generic_type(dialect, words);
        column.sequence.iter_mut().for_each(|own| own.type_ = type_.clone());
    }
    if let Some(default) = &mut column.default {
        *default = generic_default(dialect, &shown, &column.type_, default);
    }
    let plain = |text: &mut String| *text = unquoted(without_parentheses(text, dialect), dialect);
    column.check.iter_mut().for_each(plain);
    column.generated.iter_mut().for_each(|generated| plain(&mut generated.expression));
}

/// The type that a database shows as `words`. [`Type::Sql`] where it is none that the dialect shows so again.
pub(crate) fn generic_type(dialect: Dialect, words: &str) -> Type {
    let (word, arguments) = split(words);
    let number = |place: usize| arguments.get(place).copied();
    let found = match dialect {
        Dialect::Sqlite => sqlite(&word, number(0), number(1)),
        Dialect::Postgresql => match words.strip_suffix("[]") {
            Some(element) => match generic_type(dialect, element) {
                // PostgreSQL shows arrays of arrays as arrays.
                Type::Sql(words) => Some(Type::Sql(format!("{words}[]"))),
                element => Some(Type::Array(Box::new(element))),
            },
            None => postgresql(&word, number(0), number(1)),
        },
        Dialect::Mysql => mysql(&word, number(0), number(1)),
    };
    let found = found.filter(|type_| shows_as(dialect, type_, words));
    found.unwrap_or_else(|| Type::Sql(words.to_owned()))
}

/// A type without its numbers, in lower case; and the numbers.
fn split(words: &str) -> (String, Vec<u32>) {
    let Some((before, rest)) = words.split_once('(') else { return (words.to_ascii_lowercase(), Vec::new()) };
    let (inner, after) = rest.split_once(')').unwrap_or((rest, ""));
    let numbers: Vec<u32> = inner.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    (format!("{}{after}", before.trim_end()).to_ascii_lowercase(), numbers)
}

fn postgresql(word: &str, first: Option<u32>, second: Option<u32>) -> Option<Type> {
    Some(match (word, first) {
        ("boolean", None) => Type::Boolean,
        ("smallint", None) => Type::SmallInteger,
        ("integer", None) => Type::Integer,
        ("bigint", None) => Type::BigInteger,
        ("real", None) => Type::Real,
        ("double precision", None) => Type::Double,
        ("numeric", precision) => Type::Decimal { precision, scale: second },
        ("text", None) => Type::Text,
        ("character varying", Some(length)) => Type::Varchar(length),
        ("character", Some(length)) => Type::Char(length),
        ("bytea", None) => Type::Bytes,
        ("date", None) => Type::Date,
        ("time without time zone", None) => Type::Time,
        ("timestamp without time zone", None) => Type::Timestamp,
        ("timestamp with time zone", None) => Type::TimestampTz,
        ("interval", None) => Type::Interval,
        ("uuid", None) => Type::Uuid,
        ("jsonb", None) => Type::Json,
        _ => return None,
    })
}

fn mysql(word: &str, first: Option<u32>, second: Option<u32>) -> Option<Type> {
    Some(match (word, first) {
        ("tinyint", Some(1)) => Type::Boolean,
        // MariaDB shows how wide a number may be.
        ("tinyint", None | Some(4)) => Type::TinyInteger,
        ("smallint", None | Some(6)) => Type::SmallInteger,
        ("int", None | Some(11)) => Type::Integer,
        ("bigint", None | Some(20)) => Type::BigInteger,
        ("tinyint unsigned", None | Some(3)) => Type::UnsignedTinyInteger,
        ("smallint unsigned", None | Some(5)) => Type::UnsignedSmallInteger,
        ("int unsigned", None | Some(10)) => Type::UnsignedInteger,
        ("bigint unsigned", None | Some(20)) => Type::UnsignedBigInteger,
        ("float", None) => Type::Real,
        ("double", None) => Type::Double,
        ("decimal", Some(65)) if second == Some(30) => Type::Decimal { precision: None, scale: None },
        ("decimal", precision) => Type::Decimal { precision, scale: second },
        ("longtext", None) => Type::Text,
        ("varchar", Some(length)) => Type::Varchar(length),
        ("char", Some(length)) => Type::Char(length),
        ("longblob", None) => Type::Bytes,
        ("varbinary", Some(length)) => Type::Varbinary(length),
        ("binary", Some(16)) => Type::Uuid,
        ("date", None) => Type::Date,
        ("time", Some(6)) => Type::Time,
        ("datetime", Some(6)) => Type::TimestampTz,
        ("json", None) => Type::Json,
        _ => return None,
    })
}

fn sqlite(word: &str, first: Option<u32>, second: Option<u32>) -> Option<Type> {
    Some(match (word, first) {
        ("boolean", None) => Type::Boolean,
        ("integer", None) => Type::BigInteger,
        ("real", None) => Type::Double,
        ("numeric", precision) => Type::Decimal { precision, scale: second },
        ("text", None) => Type::Text,
        ("varchar", Some(length)) => Type::Varchar(length),
        ("char", Some(length)) => Type::Char(length),
        ("blob", None) => Type::Bytes,
        ("date", None) => Type::Date,
        ("time", None) => Type::Time,
        ("datetime", None) => Type::TimestampTz,
        _ => return None,
    })
}

/// Whether a database shows the type with these words.
fn shows_as(dialect: Dialect, type_: &Type, words: &str) -> bool {
    let Some(written) = type_word(dialect, false, type_, &[]) else { return false };
    let squeeze = |text: &str| text.split_whitespace().collect::<String>().to_ascii_lowercase();
    match dialect {
        // SQLite keeps the words.
        Dialect::Sqlite => squeeze(&written) == squeeze(words),
        // The others were matched with what they show.
        Dialect::Postgresql | Dialect::Mysql => !written.is_empty(),
    }
}

/// A default as it would be written, of a column whose type the database shows as `shown`.
fn generic_default(dialect: Dialect, shown: &Type, type_: &Type, default: &str) -> String {
    let default = without_parentheses(default, dialect);
    match dialect {
        Dialect::Sqlite => default.to_owned(),
        Dialect::Postgresql => without_cast(shown, default),
        Dialect::Mysql => match (type_, default) {
            (Type::Boolean, "0") => "false".to_owned(),
            (Type::Boolean, "1") => "true".to_owned(),
            (_, "current_timestamp()" | "CURRENT_TIMESTAMP") => "CURRENT_TIMESTAMP".to_owned(),
            (Type::TimestampTz, "current_timestamp(6)" | "CURRENT_TIMESTAMP(6)") => {
                "CURRENT_TIMESTAMP".to_owned()
            }
            _ => unquoted(default, dialect),
        },
    }
}

/// PostgreSQL writes the type of a column behind each literal that is its default. A cast to any other type is one that
/// somebody wrote, and may mean something else: a timestamp without time zone is read in that of each session.
fn without_cast(shown: &Type, default: &str) -> String {
    let found = tokens(default, Dialect::Postgresql);
    let [literal, cast, ..] = found.as_slice() else { return default.to_owned() };
    if literal.kind != TokenKind::String || !default.starts_with('\'') || cast.text(default) != "::" {
        return default.to_owned();
    }
    let (literal, to) = (literal.text(default), default[cast.end..].trim());
    if let Some(number) = negative_number(literal, to) {
        return number;
    }
    if is_cast_to(shown, to) { literal.to_owned() } else { default.to_owned() }
}

/// The number that is shown as a literal because it has a sign, where the cast is to what such a number is by itself.
fn negative_number(literal: &str, to: &str) -> Option<String> {
    let number = unquote(literal)?;
    let digits = number.strip_prefix('-')?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let own = if digits.contains('.') {
        "numeric"
    } else if number.parse::<i32>().is_ok() {
        "integer"
    } else if number.parse::<i64>().is_ok() {
        "bigint"
    } else {
        "numeric"
    };
    (is_number && own == to).then_some(number)
}

/// Whether `to` is the type that PostgreSQL writes behind a literal in a column of this type.
fn is_cast_to(shown: &Type, to: &str) -> bool {
    match shown {
        Type::Enum(own) => {
            let found = tokens(to, Dialect::Postgresql);
            matches!(found.len(), 1 | 3)
                && found.last().is_some_and(|token| identifier(token.text(to)) == own.name)
        }
        Type::Array(element) => to.strip_suffix("[]").is_some_and(|to| is_cast_to(element, to)),
        Type::Sql(words) => {
            // The cast says nothing of lengths and digits.
            let plain = match (words.split_once('('), words.split_once(')')) {
                (Some((before, _)), Some((_, after))) => format!("{before}{after}"),
                _ => words.clone(),
            };
            match plain.as_str() {
                "character" => to == "bpchar",
                "character[]" => to == "bpchar[]",
                "bit" => to == "\"bit\"",
                "bit[]" => to == "\"bit\"[]",
                plain => to == plain,
            }
        }
        _ => false,
    }
}

/// An expression without the quotes that its names do not need.
fn unquoted(text: &str, dialect: Dialect) -> String {
    if dialect == Dialect::Postgresql {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut copied = 0;
    for token in tokens(text, dialect) {
        let own = token.text(text);
        // A text in double quotes may be a string that SQLite forgives.
        if token.kind == TokenKind::QuotedIdentifier && !own.starts_with('"') {
            let written = name(dialect, &identifier(own));
            plain.push_str(&text[copied..token.start]);
            plain.push_str(&written);
            copied = token.end;
        }
    }
    plain + &text[copied..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ObjectName;

    #[test]
    fn types_are_named_as_models_name_them() {
        let check = |dialect, words: &str, expected: Type| {
            assert_eq!(generic_type(dialect, words), expected, "{words}");
        };
        use Dialect::{Mysql, Postgresql, Sqlite};
        let decimal = |precision, scale| Type::Decimal { precision, scale };
        check(Postgresql, "character varying(20)", Type::Varchar(20));
        check(Postgresql, "character varying", Type::Sql("character varying".into()));
        check(Postgresql, "numeric", decimal(None, None));
        check(Postgresql, "numeric(10,2)", decimal(Some(10), Some(2)));
        check(Postgresql, "integer[]", Type::Array(Box::new(Type::Integer)));
        check(
            Postgresql,
            "timestamp(3) without time zone",
            Type::Sql("timestamp(3) without time zone".into()),
        );
        check(Postgresql, "citext[]", Type::Sql("citext[]".into()));
        check(Mysql, "tinyint(1)", Type::Boolean);
        check(Mysql, "int(10) unsigned", Type::UnsignedInteger);
        check(Mysql, "int(5)", Type::Sql("int(5)".into()));
        check(Mysql, "decimal(65,30)", decimal(None, None));
        check(Mysql, "datetime", Type::Sql("datetime".into()));
        check(Mysql, "enum('a','b')", Type::Sql("enum('a','b')".into()));
        check(Sqlite, "integer", Type::BigInteger);
        check(Sqlite, "INT", Type::Sql("INT".into()));
        check(Sqlite, "NUMERIC(10,2)", decimal(Some(10), Some(2)));
        check(Sqlite, "", Type::Sql(String::new()));
    }

    #[test]
    fn literals_lose_the_casts_that_come_by_themselves() {
        let check = |shown: &str, default: &str, expected: &str| {
            assert_eq!(without_cast(&Type::Sql(shown.to_owned()), default), expected);
        };
        check("text", "'x'::text", "'x'");
        check("character varying(3)", "'it''s'::character varying", "'it''s'");
        check("character(3)", "'abc'::bpchar", "'abc'");
        check("timestamp(3) without time zone", "'2000-01-01'::timestamp without time zone", "'2000-01-01'");
        check("integer[]", "'{}'::integer[]", "'{}'");
        check("bigint", "'-1'::integer", "-1");
        check("real", "'-0.5'::numeric", "-0.5");
        check("bigint", "'-2147483648'::integer", "-2147483648");
        check("bigint", "'-2147483649'::bigint", "-2147483649");
        check("bigint", "'-1'::bigint", "'-1'");
        check("bigint", "'7'::bigint", "'7'");
        check("jsonb", "'{}'::jsonb", "'{}'");
        check(
            "timestamp with time zone",
            "'1970-01-01'::timestamp without time zone",
            "'1970-01-01'::timestamp without time zone",
        );
        check("character varying(3)", "'x'::text", "'x'::text");
        check("date", "('now'::text)::date", "('now'::text)::date");
        check("text", "'a'::text || 'b'::text", "'a'::text || 'b'::text");
        check("text", "lower('A'::text)", "lower('A'::text)");
        let own =
            |schema: Option<&str>| ObjectName { schema: schema.map(str::to_owned), name: "a mood".into() };
        assert_eq!(without_cast(&Type::Enum(own(None)), "'ok'::\"a mood\""), "'ok'");
        assert_eq!(without_cast(&Type::Enum(own(Some("s"))), "'ok'::s.\"a mood\""), "'ok'");
        assert_eq!(without_cast(&Type::Enum(own(None)), "'ok'::text"), "'ok'::text");
    }

    #[test]
    fn names_lose_the_quotes_that_they_do_not_need() {
        assert_eq!(unquoted("`a` > 0 and `order` < `B`", Dialect::Mysql), "a > 0 and `order` < B");
        assert_eq!(unquoted("[a] > 0 AND \"b\" = `c d`", Dialect::Sqlite), "a > 0 AND \"b\" = \"c d\"");
    }
}
