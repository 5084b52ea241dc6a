//! The words of each database for the types of columns. Pure: needs no driver.

use std::fmt;

use crate::schema::{Enum, ObjectName, Type};
use crate::sql::Dialect;
use crate::sql::quote::plain_literal;

/// What has to be known to write a type down.
pub struct TypeWords<'a> {
    /// The database.
    pub dialect: Dialect,
    /// SQLite: whether the table is `STRICT`, which knows no more than `INTEGER`, `REAL`, `TEXT` and `BLOB`.
    pub strict: bool,
    /// The enums of the schema. MySQL spells their values out.
    pub enums: &'a [Enum],
    /// How the name of a type is quoted.
    pub quote: &'a dyn Fn(&ObjectName) -> String,
}

/// A database has nothing that holds values of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
pub enum NoSuchType {
    #[error("{dialect} has no arrays")]
    Array { dialect: Dialect },
    #[error("{dialect} has no type for a span of time")]
    Interval { dialect: Dialect },
    #[error("the enum {name} is not in the schema")]
    UnknownEnum { name: ObjectName },
}

impl fmt::Debug for TypeWords<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TypeWords { dialect, strict, enums, quote: _ } = self;
        formatter
            .debug_struct("TypeWords")
            .field("dialect", dialect)
            .field("strict", strict)
            .field("enums", enums)
            .finish_non_exhaustive()
    }
}

impl TypeWords<'_> {
    /// The type as a column definition has it.
    ///
    /// # Errors
    /// The database has no such type.
    pub fn word(&self, type_: &Type) -> Result<String, NoSuchType> {
        let dialect = self.dialect;
        let of = |[sqlite, strict, postgresql, mysql]: [&str; 4]| {
            let word = match dialect {
                Dialect::Sqlite if self.strict => strict,
                Dialect::Sqlite => sqlite,
                Dialect::Postgresql => postgresql,
                Dialect::Mysql => mysql,
            };
            word.to_owned()
        };
        // An integer on SQLite is `INTEGER`, whatever its size: only that word makes a primary key the row's own number.
        // PostgreSQL has no unsigned integers: the next larger type holds their values, but for those of 64 bits.
        // On MySQL a type without a limit is the largest of its kind, and a moment is `DATETIME`: `TIMESTAMP` ends in
        // 2038, and sqlx keeps the session in UTC.
        Ok(match type_ {
            Type::Boolean => of(["BOOLEAN", "INTEGER", "BOOLEAN", "BOOLEAN"]),
            // What sqlx reads an `i8` from.
            Type::TinyInteger => of(["INTEGER", "INTEGER", "\"char\"", "TINYINT"]),
            Type::SmallInteger => of(["INTEGER", "INTEGER", "SMALLINT", "SMALLINT"]),
            Type::Integer => of(["INTEGER", "INTEGER", "INTEGER", "INT"]),
            Type::BigInteger => of(["INTEGER", "INTEGER", "BIGINT", "BIGINT"]),
            Type::UnsignedTinyInteger => of(["INTEGER", "INTEGER", "SMALLINT", "TINYINT UNSIGNED"]),
            Type::UnsignedSmallInteger => of(["INTEGER", "INTEGER", "INTEGER", "SMALLINT UNSIGNED"]),
            Type::UnsignedInteger => of(["INTEGER", "INTEGER", "BIGINT", "INT UNSIGNED"]),
            Type::UnsignedBigInteger => of(["INTEGER", "INTEGER", "BIGINT", "BIGINT UNSIGNED"]),
            Type::Real => of(["REAL", "REAL", "REAL", "FLOAT"]),
            Type::Double => of(["REAL", "REAL", "DOUBLE PRECISION", "DOUBLE"]),
            // DECIMAL alone is DECIMAL(10, 0) on MySQL, which cuts what stands after the point.
            Type::Decimal { precision: None, .. } => of(["NUMERIC", "TEXT", "NUMERIC", "DECIMAL(65, 30)"]),
            Type::Decimal { precision: Some(precision), scale } => {
                let scale = scale.map_or_else(String::new, |scale| format!(", {scale}"));
                let [numeric, decimal] =
                    ["NUMERIC", "DECIMAL"].map(|word| format!("{word}({precision}{scale})"));
                of([&numeric, "TEXT", &numeric, &decimal])
            }
            Type::Text => of(["TEXT", "TEXT", "TEXT", "LONGTEXT"]),
            Type::Varchar(length) => {
                let varchar = format!("VARCHAR({length})");
                of([&varchar, "TEXT", &varchar, &varchar])
            }
            Type::Char(length) => {
                let char_ = format!("CHAR({length})");
                of([&char_, "TEXT", &char_, &char_])
            }
            Type::Bytes => of(["BLOB", "BLOB", "BYTEA", "LONGBLOB"]),
            Type::Varbinary(length) => of(["BLOB", "BLOB", "BYTEA", &format!("VARBINARY({length})")]),
            Type::Date => of(["DATE", "TEXT", "DATE", "DATE"]),
            Type::Time => of(["TIME", "TEXT", "TIME", "TIME(6)"]),
            Type::Timestamp => of(["DATETIME", "TEXT", "TIMESTAMP", "DATETIME(6)"]),
            Type::TimestampTz => of(["DATETIME", "TEXT", "TIMESTAMPTZ", "DATETIME(6)"]),
            Type::Interval if dialect == Dialect::Postgresql => "INTERVAL".into(),
            Type::Interval => return Err(NoSuchType::Interval { dialect }),
            Type::Uuid => of(["BLOB", "BLOB", "UUID", "BINARY(16)"]),
            Type::Json => of(["TEXT", "TEXT", "JSONB", "JSON"]),
            Type::Array(element) if dialect == Dialect::Postgresql => format!("{}[]", self.word(element)?),
            Type::Array(_) => return Err(NoSuchType::Array { dialect }),
            Type::Enum(name) => of(["TEXT", "TEXT", &(self.quote)(name), &self.values(name)?]),
            Type::Sql(words) => words.clone(),
            Type::Worded { type_, sqlite, postgresql, mysql } => {
                let words = match dialect {
                    Dialect::Sqlite => sqlite,
                    Dialect::Postgresql => postgresql,
                    Dialect::Mysql => mysql,
                };
                words.as_ref().map_or_else(|| self.word(type_), |words| Ok(words.clone()))?
            }
        })
    }

    /// The values of an enum in the definition of a column on MySQL.
    fn values(&self, name: &ObjectName) -> Result<String, NoSuchType> {
        if self.dialect != Dialect::Mysql {
            return Ok(String::new());
        }
        let found = self.enums.iter().find(|candidate| candidate.name == *name);
        let found = found.ok_or_else(|| NoSuchType::UnknownEnum { name: name.clone() })?;
        let quoted = |value: &String| plain_literal(self.dialect, value);
        let values: Vec<String> = found.values.iter().map(quoted).collect();
        Ok(format!("ENUM({})", values.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(type_: &Type) -> String {
        let name = ObjectName { schema: Some("shop".into()), name: "state".into() };
        let values = vec!["new".into(), "it's".into(), "a\\b".into()];
        let enums = [Enum { name, values, renamed_values: Vec::new(), renamed_from: None }];
        let word = |dialect, strict| {
            let quote = |name: &ObjectName| format!("«{name}»");
            TypeWords { dialect, strict, enums: &enums, quote: &quote }
                .word(type_)
                .unwrap_or_else(|error| format!("({error})"))
        };
        [
            word(Dialect::Sqlite, false),
            word(Dialect::Sqlite, true),
            word(Dialect::Postgresql, false),
            word(Dialect::Mysql, false),
        ]
        .join(" | ")
    }

    #[test]
    fn each_database_has_its_word() {
        let decimal = |precision, scale| Type::Decimal { precision, scale };
        let state = ObjectName { schema: Some("shop".into()), name: "state".into() };
        let worded = |sqlite: Option<&str>, postgresql: Option<&str>, mysql: Option<&str>| Type::Worded {
            type_: Box::new(Type::Text),
            sqlite: sqlite.map(Into::into),
            postgresql: postgresql.map(Into::into),
            mysql: mysql.map(Into::into),
        };
        let cases = [
            (Type::Boolean, "BOOLEAN | INTEGER | BOOLEAN | BOOLEAN"),
            (Type::TinyInteger, "INTEGER | INTEGER | \"char\" | TINYINT"),
            (Type::SmallInteger, "INTEGER | INTEGER | SMALLINT | SMALLINT"),
            (Type::Integer, "INTEGER | INTEGER | INTEGER | INT"),
            (Type::BigInteger, "INTEGER | INTEGER | BIGINT | BIGINT"),
            (Type::UnsignedTinyInteger, "INTEGER | INTEGER | SMALLINT | TINYINT UNSIGNED"),
            (Type::UnsignedSmallInteger, "INTEGER | INTEGER | INTEGER | SMALLINT UNSIGNED"),
            (Type::UnsignedInteger, "INTEGER | INTEGER | BIGINT | INT UNSIGNED"),
            (Type::UnsignedBigInteger, "INTEGER | INTEGER | BIGINT | BIGINT UNSIGNED"),
            (Type::Real, "REAL | REAL | REAL | FLOAT"),
            (Type::Double, "REAL | REAL | DOUBLE PRECISION | DOUBLE"),
            (decimal(None, None), "NUMERIC | TEXT | NUMERIC | DECIMAL(65, 30)"),
            (decimal(Some(8), None), "NUMERIC(8) | TEXT | NUMERIC(8) | DECIMAL(8)"),
            (decimal(Some(8), Some(2)), "NUMERIC(8, 2) | TEXT | NUMERIC(8, 2) | DECIMAL(8, 2)"),
            (Type::Text, "TEXT | TEXT | TEXT | LONGTEXT"),
            (Type::Varchar(80), "VARCHAR(80) | TEXT | VARCHAR(80) | VARCHAR(80)"),
            (Type::Char(2), "CHAR(2) | TEXT | CHAR(2) | CHAR(2)"),
            (Type::Bytes, "BLOB | BLOB | BYTEA | LONGBLOB"),
            (Type::Varbinary(32), "BLOB | BLOB | BYTEA | VARBINARY(32)"),
            (Type::Date, "DATE | TEXT | DATE | DATE"),
            (Type::Time, "TIME | TEXT | TIME | TIME(6)"),
            (Type::Timestamp, "DATETIME | TEXT | TIMESTAMP | DATETIME(6)"),
            (Type::TimestampTz, "DATETIME | TEXT | TIMESTAMPTZ | DATETIME(6)"),
            (
                Type::Interval,
                "(sqlite has no type for a span of time) | (sqlite has no type for a span of time) | INTERVAL | \
                 (mysql has no type for a span of time)",
            ),
            (Type::Uuid, "BLOB | BLOB | UUID | BINARY(16)"),
            (Type::Json, "TEXT | TEXT | JSONB | JSON"),
            (
                Type::Array(Box::new(Type::Array(Box::new(Type::Varchar(9))))),
                "(sqlite has no arrays) | (sqlite has no arrays) | VARCHAR(9)[][] | (mysql has no arrays)",
            ),
            (Type::Enum(state), "TEXT | TEXT | «shop.state» | ENUM('new', 'it''s', 'a\\\\b')"),
            (
                Type::Enum(ObjectName::new("mood")),
                "TEXT | TEXT | «mood» | (the enum mood is not in the schema)",
            ),
            (Type::Sql("citext".into()), "citext | citext | citext | citext"),
            (worded(None, Some("citext"), None), "TEXT | TEXT | citext | LONGTEXT"),
            (worded(Some("a"), None, Some("c")), "a | a | TEXT | c"),
            (
                Type::Array(Box::new(worded(None, Some("citext"), None))),
                "(sqlite has no arrays) | (sqlite has no arrays) | citext[] | (mysql has no arrays)",
            ),
        ];
        for (type_, expected) in cases {
            assert_eq!(words(&type_), expected, "{type_:?}");
        }
    }
}
