//! How values of one type become values of another.
//!
//! Every conversion keeps each value or makes the statement fail: where the database itself would round, cut or reinterpret
//! a value, a condition says for which values it does not. Where no such conversion is known there is none, and the user
//! has to write one. Pure: the casts of a server come in as data.

mod mysql;
mod postgresql;
mod spelling;
mod sqlite;

use spelling::Spelling;

use crate::schema::{Cast, Type};
use crate::sql::Dialect;

/// A way from one type to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conversion {
    /// The expression for the new value. None where the database converts by itself.
    pub(crate) using: Option<String>,
    /// A condition that is false for each value that the database would change without an error. None if there are no such
    /// values.
    pub(crate) check: Option<String>,
    /// Whether every value of the old type is converted without an error.
    pub(crate) is_total: bool,
}

impl Conversion {
    /// The database converts each value.
    fn total() -> Conversion {
        Conversion { is_total: true, ..Conversion::default() }
    }

    /// The database converts each value, or fails.
    fn partial() -> Conversion {
        Conversion::default()
    }

    fn total_if(is_total: bool) -> Conversion {
        Conversion { is_total, ..Conversion::default() }
    }

    fn using(self, expression: impl Into<String>) -> Conversion {
        Conversion { using: Some(expression.into()), ..self }
    }

    fn check(self, condition: impl Into<String>) -> Conversion {
        Conversion { check: Some(condition.into()), is_total: false, ..self }
    }

    fn check_if(self, is_needed: bool, condition: impl Into<String>) -> Conversion {
        if is_needed { self.check(condition) } else { self }
    }
}

/// A type with the words that the database has for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side<'a> {
    pub(crate) type_: &'a Type,
    pub(crate) words: &'a str,
}

/// The conversion of a column from one type to another. `name` is the column as SQL has it, `strict` whether the table is one
/// of SQLite's `STRICT` tables, `casts` what a PostgreSQL server was asked for.
pub(crate) fn conversion(
    dialect: Dialect,
    name: &str,
    [before, after]: [Side<'_>; 2],
    strict: bool,
    casts: &[Cast],
) -> Option<Conversion> {
    match dialect {
        Dialect::Sqlite => Some(sqlite::conversion(name, before.words, after.words, strict)),
        Dialect::Mysql => mysql::conversion(name, [before, after].map(|side| Spelling::read(side.words))),
        Dialect::Postgresql => {
            let [before, after] = [before, after].map(postgresql::Known::of);
            postgresql::conversion(name, &before, &after, casts)
        }
    }
}

/// The type of PostgreSQL whose casts a server has to be asked for, because nothing is known of it.
#[cfg(feature = "postgres")]
pub(crate) fn asked_for(side: Side<'_>) -> Option<String> {
    postgresql::Known::of(side).unknown()
}

/// Whether a type is another one without its length, precision, scale or fields.
pub(crate) fn is_larger(dialect: Dialect, own: &str, found: &str) -> bool {
    let [own, found] = [own, found].map(Spelling::read);
    let name = |of: &Spelling| match dialect {
        Dialect::Postgresql => postgresql::short_name(&of.name).to_owned(),
        Dialect::Sqlite | Dialect::Mysql => of.name.clone(),
    };
    own.listed.is_empty() && own.is_array == found.is_array && name(&own) == name(&found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a column `c`: `no conversion`; or the expression, the condition, and whether all values survive.
    fn shown(dialect: Dialect, before: &str, after: &str) -> String {
        let type_ = Type::Sql(String::new());
        let sides = [before, after].map(|words| Side { type_: &type_, words });
        let Some(found) = conversion(dialect, "c", sides, false, &[]) else {
            return "no conversion".to_owned();
        };
        let Conversion { using, check, is_total } = found;
        let using = using.map(|using| format!("using {using}"));
        let check = check.map(|check| format!("if {check}"));
        let all = is_total.then(|| "all".to_owned());
        [using, check, all].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn conversions_of_postgresql() {
        let check = |before, after, expected| {
            assert_eq!(shown(Dialect::Postgresql, before, after), expected, "{before} to {after}");
        };
        check("integer", "BIGINT", "all");
        check("bigint", "integer", "");
        check("integer", "double precision", "all");
        check("bigint", "real", "if c::real::bigint = c");
        check("numeric(10,2)", "numeric(12,2)", "all");
        check("numeric(10,2)", "numeric(12,1)", "if c::numeric(12,1) = c");
        check("\"char\"", "integer", "using c::integer, all");
        check("money", "numeric(10,2)", "");
        check("circle", "polygon", "no conversion");
        check("integer", "bit(8)", "using c::bit(8), if c::bit(8)::integer = c");
        check("integer", "uuid", "no conversion");
        check("integer", "integer[]", "no conversion");
        check("integer[]", "text[]", "all");
        check("numeric[]", "integer[]", "if c::integer[]::numeric[] = c");
        check("text", "varchar(3)", "if length(c) <= 3");
        check("text", "uuid", "using c::uuid");
        check("timestamptz", "text", "all");
        check("timestamp", "time", "no conversion");
        check("timestamp with time zone", "timestamp(3)", "if c::timestamp(3) = c");
        check("xml", "point", "no conversion");
    }

    #[test]
    fn conversions_of_mysql() {
        let check = |before, after, expected| {
            assert_eq!(shown(Dialect::Mysql, before, after), expected, "{before} to {after}");
        };
        check("int(11)", "BIGINT", "all");
        check("int unsigned", "INT", "");
        check("enum('a','b')", "INT", "no conversion");
        check("int", "enum('a','b')", "no conversion");
        check("varchar(9)", "enum('a','b')", "if c IN ('a','b')");
        check("decimal(10,2)", "INT", "if c = ROUND(c)");
        check("datetime(6)", "datetime(3)", "if MICROSECOND(c) % 1000 = 0");
        check("date", "BIGINT", "no conversion");
        check("varchar(20)", "LONGTEXT", "all");
    }

    #[test]
    fn conversions_of_sqlite() {
        let check = |before, after, expected| {
            assert_eq!(shown(Dialect::Sqlite, before, after), expected, "{before} to {after}");
        };
        check("INT", "BIGINT", "all");
        check("INTEGER", "TEXT", "all");
        check(
            "INTEGER",
            "REAL",
            "if typeof(c) <> 'integer' OR c BETWEEN -9007199254740992 AND 9007199254740992",
        );
        check("TEXT", "BLOB", "all");
        check("VARCHAR(10)", "text[]", "all");
    }

    #[test]
    fn a_size_that_is_not_written_is_any() {
        let check = |dialect, own, found, expected| {
            assert_eq!(is_larger(dialect, own, found), expected, "{own} {found}");
        };
        check(Dialect::Postgresql, "TIMESTAMP", "timestamp(3) without time zone", true);
        check(Dialect::Postgresql, "INTERVAL", "interval day to second", true);
        check(Dialect::Postgresql, "VARCHAR(3)", "VARCHAR(20)", false);
        check(Dialect::Postgresql, "TEXT", "character varying(20)", false);
        check(Dialect::Mysql, "DATETIME", "datetime(3)", true);
        check(Dialect::Mysql, "DATE", "datetime(3)", false);
    }
}
