//! Which Rust type is which column type.

use crate::schema::Type;

/// A Rust type that a column can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustType {
    /// Its path: the crate that it comes from, and its name.
    pub path: &'static str,
    /// The type of the column.
    pub type_: Type,
}

const fn row(path: &'static str, type_: Type) -> RustType {
    RustType { path, type_ }
}

/// The Rust types that have a column type of their own.
///
/// They are the types that sqlx reads from a column. `docs/models.md` shows this table with the words of each database.
pub static RUST_TYPES: &[RustType] = &[
    row("bool", Type::Boolean),
    row("i8", Type::TinyInteger),
    row("i16", Type::SmallInteger),
    row("i32", Type::Integer),
    row("i64", Type::BigInteger),
    row("u8", Type::UnsignedTinyInteger),
    row("u16", Type::UnsignedSmallInteger),
    row("u32", Type::UnsignedInteger),
    row("u64", Type::UnsignedBigInteger),
    row("f32", Type::Real),
    row("f64", Type::Double),
    row("str", Type::Text),
    row("std::string::String", Type::Text),
    row("chrono::NaiveDate", Type::Date),
    row("chrono::NaiveTime", Type::Time),
    row("chrono::NaiveDateTime", Type::Timestamp),
    row("chrono::DateTime", Type::TimestampTz),
    row("time::Date", Type::Date),
    row("time::Time", Type::Time),
    row("time::PrimitiveDateTime", Type::Timestamp),
    row("time::PlainDateTime", Type::Timestamp),
    row("time::OffsetDateTime", Type::TimestampTz),
    row("time::UtcDateTime", Type::TimestampTz),
    row("jiff::civil::Date", Type::Date),
    row("jiff::civil::Time", Type::Time),
    row("jiff::civil::DateTime", Type::Timestamp),
    row("jiff::Timestamp", Type::TimestampTz),
    row("jiff_sqlx::Date", Type::Date),
    row("jiff_sqlx::Time", Type::Time),
    row("jiff_sqlx::DateTime", Type::Timestamp),
    row("jiff_sqlx::Timestamp", Type::TimestampTz),
    row("std::time::Duration", Type::Interval),
    row("chrono::Duration", Type::Interval),
    row("chrono::TimeDelta", Type::Interval),
    row("time::Duration", Type::Interval),
    row("time::SignedDuration", Type::Interval),
    row("jiff::Span", Type::Interval),
    row("jiff::SignedDuration", Type::Interval),
    row("jiff_sqlx::Span", Type::Interval),
    row("sqlx::postgres::types::PgInterval", Type::Interval),
    row("uuid::Uuid", Type::Uuid),
    row("uuid::fmt::Hyphenated", Type::Char(36)),
    row("uuid::fmt::Simple", Type::Char(32)),
    row("rust_decimal::Decimal", Type::Decimal { precision: None, scale: None }),
    row("bigdecimal::BigDecimal", Type::Decimal { precision: None, scale: None }),
    row("serde_json::Value", Type::Json),
    row("serde_json::value::RawValue", Type::Json),
    row("sqlx::types::Json", Type::Json),
    row("sqlx::types::Text", Type::Text),
];

/// What a path of Rust's stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// A column type.
    Column(Type),
    /// The same as its first argument: `Box<T>`.
    Same,
    /// The same as its first argument, and the column may be NULL.
    Optional,
    /// A list of its first argument: bytes, or an array.
    List,
}

/// What a full path stands for. The modules between crate and name do not matter: they differ between where a type is
/// defined and where it is exported.
pub(crate) fn known(path: &[&str]) -> Option<Known> {
    let (name, before) = path.split_last()?;
    if before.first() == Some(&"sea_orm") {
        return sea_orm(name).map(Known::Column);
    }
    let crate_ = match before.first() {
        Some(&("core" | "alloc")) => Some("std"),
        Some(&("sqlx" | "sqlx_core")) if before.get(1) == Some(&"types") => match before.get(2) {
            Some(&("json" | "text")) => Some("sqlx"),
            Some(reexported) => Some(*reexported),
            // `sqlx::types::Uuid`
            None => return reexported(name),
        },
        Some(&("sqlx_core" | "sqlx_postgres")) => Some("sqlx"),
        other => other.copied(),
    };
    if crate_ == Some("std") {
        match *name {
            "Option" => return Some(Known::Optional),
            "Vec" => return Some(Known::List),
            "Box" | "Rc" | "Arc" | "Cow" | "NonZero" => return Some(Known::Same),
            _ => {}
        }
        if let Some(integer) = name.strip_prefix("NonZero") {
            return find(None, &integer.to_ascii_lowercase());
        }
    }
    find(crate_, name)
}

/// The types of SeaORM's prelude.
fn sea_orm(name: &str) -> Option<Type> {
    Some(match name {
        "Json" => Type::Json,
        "Date" | "ChronoDate" | "TimeDate" => Type::Date,
        "Time" | "ChronoTime" | "TimeTime" => Type::Time,
        "DateTime" | "ChronoDateTime" | "TimeDateTime" => Type::Timestamp,
        "DateTimeUtc"
        | "DateTimeLocal"
        | "DateTimeWithTimeZone"
        | "ChronoDateTimeUtc"
        | "ChronoDateTimeLocal"
        | "ChronoDateTimeWithTimeZone"
        | "TimeDateTimeWithTimeZone" => Type::TimestampTz,
        "ChronoUnixTimestamp"
        | "ChronoUnixTimestampMillis"
        | "TimeUnixTimestamp"
        | "TimeUnixTimestampMillis" => Type::BigInteger,
        "Decimal" | "BigDecimal" => Type::Decimal { precision: None, scale: None },
        "Uuid" => Type::Uuid,
        "TextUuid" => Type::Text,
        "IpNetwork" => Type::Sql("inet".into()),
        "PgVector" => Type::Sql("vector".into()),
        _ => return None,
    })
}

fn reexported(name: &str) -> Option<Known> {
    match name {
        "JsonValue" => find(Some("serde_json"), "Value"),
        "JsonRawValue" => find(Some("serde_json"), "RawValue"),
        _ => RUST_TYPES
            .iter()
            .find(|row| row.path.ends_with(&format!("::{name}")))
            .map(|row| Known::Column(row.type_.clone())),
    }
}

fn find(crate_: Option<&str>, name: &str) -> Option<Known> {
    let found = RUST_TYPES.iter().find(|row| match crate_ {
        None => row.path == name,
        Some(crate_) => row
            .path
            .rsplit_once("::")
            .is_some_and(|(before, last)| last == name && before.split("::").next() == Some(crate_)),
    })?;
    Some(Known::Column(found.type_.clone()))
}

/// The words of `#[column(type = …)]`. A length that is still to be said is 0.
pub(crate) static WORDS: &[(&str, Type)] = &[
    ("boolean", Type::Boolean),
    ("tiny_integer", Type::TinyInteger),
    ("small_integer", Type::SmallInteger),
    ("integer", Type::Integer),
    ("big_integer", Type::BigInteger),
    ("unsigned_tiny_integer", Type::UnsignedTinyInteger),
    ("unsigned_small_integer", Type::UnsignedSmallInteger),
    ("unsigned_integer", Type::UnsignedInteger),
    ("unsigned_big_integer", Type::UnsignedBigInteger),
    ("real", Type::Real),
    ("double", Type::Double),
    ("decimal", Type::Decimal { precision: None, scale: None }),
    ("text", Type::Text),
    ("varchar", Type::Varchar(0)),
    ("char", Type::Char(0)),
    ("bytes", Type::Bytes),
    ("varbinary", Type::Varbinary(0)),
    ("date", Type::Date),
    ("time", Type::Time),
    ("timestamp", Type::Timestamp),
    ("timestamp_tz", Type::TimestampTz),
    ("interval", Type::Interval),
    ("uuid", Type::Uuid),
    ("json", Type::Json),
];

/// A type as `#[column(type = …)]` has it.
pub(crate) fn words(type_: &Type) -> String {
    match type_ {
        Type::Sql(words) => format!("\"{words}\""),
        Type::Enum(name) => format!("enum {name}"),
        Type::Worded { type_, sqlite, postgresql, mysql } => {
            let words = [("sqlite", sqlite), ("postgresql", postgresql), ("mysql", mysql)];
            let words = words
                .into_iter()
                .filter_map(|(name, words)| Some(format!(" {name} \"{}\"", words.as_ref()?)));
            format!("{}{}", self::words(type_), words.collect::<String>())
        }
        Type::Array(element) => format!("array({})", words(element)),
        Type::Varchar(length) => format!("varchar({length})"),
        Type::Char(length) => format!("char({length})"),
        Type::Varbinary(length) => format!("varbinary({length})"),
        Type::Decimal { precision: Some(precision), scale: None } => format!("decimal({precision})"),
        Type::Decimal { precision: Some(precision), scale: Some(scale) } => {
            format!("decimal({precision}, {scale})")
        }
        other => {
            let word = WORDS.iter().find(|(_, type_)| type_ == other);
            word.map_or_else(|| format!("{other:?}"), |(word, _)| (*word).to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str) -> String {
        let path: Vec<&str> = path.split("::").collect();
        match known(&path) {
            Some(Known::Column(type_)) => format!("{type_:?}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_type_is_found_by_crate_and_name() {
        let cases = [
            ("i32", "Integer"),
            ("alloc::string::String", "Text"),
            ("std::string::String", "Text"),
            ("core::option::Option", "Some(Optional)"),
            ("alloc::vec::Vec", "Some(List)"),
            ("std::borrow::Cow", "Some(Same)"),
            ("std::num::NonZeroU16", "UnsignedSmallInteger"),
            ("core::num::nonzero::NonZero", "Some(Same)"),
            ("chrono::DateTime", "TimestampTz"),
            ("chrono::datetime::DateTime", "TimestampTz"),
            ("chrono::time_delta::TimeDelta", "Interval"),
            ("sqlx::types::chrono::NaiveDate", "Date"),
            ("time::time::Time", "Time"),
            ("time::Duration", "Interval"),
            ("std::time::Duration", "Interval"),
            ("jiff::civil::datetime::DateTime", "Timestamp"),
            ("jiff::timestamp::Timestamp", "TimestampTz"),
            ("uuid::Uuid", "Uuid"),
            ("sqlx::types::Uuid", "Uuid"),
            ("sqlx::types::uuid::Uuid", "Uuid"),
            ("sqlx::types::Decimal", "Decimal { precision: None, scale: None }"),
            ("sqlx::types::Json", "Json"),
            ("sqlx_core::types::json::Json", "Json"),
            ("sqlx_core::types::text::Text", "Text"),
            ("sqlx_postgres::types::interval::PgInterval", "Interval"),
            ("sqlx::types::JsonValue", "Json"),
            ("serde_json::value::Value", "Json"),
            // Of the same name, from elsewhere.
            ("app::Uuid", "None"),
            ("diesel::sql_types::Date", "None"),
            ("Date", "None"),
            ("std::net::IpAddr", "None"),
            ("Option", "None"),
            ("std::num::NonZeroUsize", "None"),
        ];
        for (path, expected) in cases {
            assert_eq!(shown(path), expected, "{path}");
        }
    }
}
