//! Diesel's SQL types. Their names are the words of a database, and `diesel print-schema` writes the word of the one at
//! hand: where a word means something else than the type of ours, it stays a word.

use crate::schema::Type;

/// The column type of one of Diesel's types, with `#[max_length]`.
pub(super) fn column_type(name: &str, max_length: Option<u32>) -> Option<Type> {
    let word = |word: &str| Some(Type::Sql(word.to_owned()));
    let sized = |word: &str, length: u32| Some(Type::Sql(format!("{word}({length})")));
    match (name, max_length) {
        ("Bool", _) => Some(Type::Boolean),
        ("TinyInt" | "Tinyint", _) => Some(Type::TinyInteger),
        ("SmallInt" | "Smallint" | "Int2" | "SmallSerial", _) => Some(Type::SmallInteger),
        ("Integer" | "Int4" | "Serial", _) => Some(Type::Integer),
        ("BigInt" | "Bigint" | "Int8" | "BigSerial", _) => Some(Type::BigInteger),
        ("Float" | "Float4", _) => Some(Type::Real),
        ("Double" | "Float8", _) => Some(Type::Double),
        ("Numeric" | "Decimal", _) => Some(Type::Decimal { precision: None, scale: None }),
        ("VarChar" | "Varchar", Some(length)) => Some(Type::Varchar(length)),
        ("Char" | "Bpchar", Some(length)) => Some(Type::Char(length)),
        ("Binary", Some(length)) => sized("BINARY", length),
        ("Varbinary", Some(length)) => Some(Type::Varbinary(length)),
        ("Bit", Some(length)) => sized("BIT", length),
        ("Bytea" | "Binary", _) => Some(Type::Bytes),
        ("Date", _) => Some(Type::Date),
        ("Timestamptz", _) => Some(Type::TimestampTz),
        ("Interval", _) => Some(Type::Interval),
        ("Uuid", _) => Some(Type::Uuid),
        ("CChar", _) => word("\"char\""),
        ("PgLsn", _) => word("PG_LSN"),
        ("TimestamptzSqlite", _) => word("TIMESTAMPTZ"),
        (
            "Bit" | "Blob" | "Bpchar" | "Char" | "Cidr" | "Citext" | "Datemultirange" | "Daterange"
            | "Datetime" | "Inet" | "Int4multirange" | "Int4range" | "Int8multirange" | "Int8range" | "Json"
            | "Jsonb" | "Longblob" | "Longtext" | "MacAddr" | "MacAddr8" | "Macaddr" | "Macaddr8"
            | "Mediumblob" | "Mediumtext" | "Money" | "Nummultirange" | "Numrange" | "Oid" | "Text" | "Time"
            | "Timestamp" | "Tinyblob" | "Tinytext" | "Tsmultirange" | "Tsquery" | "Tsrange"
            | "Tstzmultirange" | "Tstzrange" | "Tsvector" | "VarChar" | "Varbinary" | "Varchar",
            _,
        ) => word(&name.to_ascii_uppercase()),
        _ => None,
    }
}

/// The range type over another type.
pub(super) fn range(element: &Type, multi: bool) -> Option<Type> {
    let word = match element {
        Type::Integer => "INT4",
        Type::BigInteger => "INT8",
        Type::Decimal { .. } => "NUM",
        Type::Date => "DATE",
        Type::TimestampTz => "TSTZ",
        Type::Sql(word) if word == "TIMESTAMP" => "TS",
        _ => return None,
    };
    Some(Type::Sql(format!("{word}{}", if multi { "MULTIRANGE" } else { "RANGE" })))
}

/// The same integer without a sign.
pub(super) fn unsigned(type_: &Type) -> Option<Type> {
    Some(match type_ {
        Type::TinyInteger => Type::UnsignedTinyInteger,
        Type::SmallInteger => Type::UnsignedSmallInteger,
        Type::Integer => Type::UnsignedInteger,
        Type::BigInteger => Type::UnsignedBigInteger,
        _ => return None,
    })
}
