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
