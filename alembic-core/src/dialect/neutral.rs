//! Values that stand for nothing.

use crate::schema::{Enum, Type};
use crate::sql::Dialect;

/// Zero of a type, or what is most like it: an SQL expression. None for types of whose values nothing is known.
pub(super) fn neutral_value(dialect: Dialect, type_: &Type, enums: &[Enum]) -> Option<String> {
    let text = match type_ {
        Type::Boolean => "false",
        Type::TinyInteger if dialect == Dialect::Postgresql => "0::\"char\"",
        Type::TinyInteger
        | Type::SmallInteger
        | Type::Integer
        | Type::BigInteger
        | Type::UnsignedTinyInteger
        | Type::UnsignedSmallInteger
        | Type::UnsignedInteger
        | Type::UnsignedBigInteger
        | Type::Real
        | Type::Double
        | Type::Decimal { .. } => "0",
        Type::Text | Type::Varchar(_) | Type::Char(_) => "''",
        Type::Bytes | Type::Varbinary(_) if dialect == Dialect::Sqlite => "X''",
        Type::Bytes | Type::Varbinary(_) => "''",
        Type::Date => "'1970-01-01'",
        Type::Time => "'00:00:00'",
        Type::Timestamp => "'1970-01-01 00:00:00'",
        Type::TimestampTz if dialect == Dialect::Postgresql => "'1970-01-01 00:00:00+00'",
        Type::TimestampTz => "'1970-01-01 00:00:00'",
        Type::Interval => "'0'",
        Type::Uuid if dialect == Dialect::Postgresql => "'00000000-0000-0000-0000-000000000000'",
        Type::Uuid => "X'00000000000000000000000000000000'",
        Type::Json => "'{}'",
        Type::Array(_) => "'{}'",
        Type::Enum(name) => {
            let own = enums.iter().find(|own| own.name == *name)?;
            return own.values.first().map(|value| crate::sql::quote::literal(dialect, value));
        }
        Type::Worded { type_, .. } => return neutral_value(dialect, type_, enums),
        Type::Sql(words) if words == "\"char\"" => "0::\"char\"",
        Type::Sql(_) => return None,
    };
    Some(text.to_owned())
}
