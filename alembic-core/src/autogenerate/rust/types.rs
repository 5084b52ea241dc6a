//! The Rust types that sqlx reads columns as.

use super::{RustWriter, literal, quoted};
use crate::schema::Type;
use crate::sql::Dialect;

/// How a column is read.
pub(super) struct Field {
    /// The Rust type, without `Option`.
    pub(super) rust: String,
    /// What an attribute says of the type besides.
    pub(super) attribute: Option<String>,
    /// What has to be selected instead of the column, with `{}` for it, where sqlx does not read its type.
    pub(super) select: Option<&'static str>,
}

/// The Rust type of words of a database, and what has to be selected for it.
type Read = (&'static str, Option<&'static str>);

const TEXT_OF_POSTGRESQL: &str = "{}::text";
const TEXT: &str = "CAST({} AS TEXT)";
const NUMBER: &str = "CAST({} AS REAL)";

impl RustWriter<'_> {
    pub(super) fn field(&self, type_: &Type) -> Field {
        let of =
            |rust: &str, attribute: Option<String>| Field { rust: rust.to_owned(), attribute, select: None };
        let own = |rust: &str| of(rust, None);
        let with = |rust: &str, attribute: String| of(rust, Some(attribute));
        match type_ {
            Type::Boolean => own("bool"),
            Type::TinyInteger => own("i8"),
            Type::SmallInteger => own("i16"),
            Type::Integer => own("i32"),
            Type::BigInteger => own("i64"),
            Type::UnsignedTinyInteger => own("u8"),
            Type::UnsignedSmallInteger => own("u16"),
            Type::UnsignedInteger => own("u32"),
            Type::UnsignedBigInteger => own("u64"),
            Type::Real => own("f32"),
            Type::Double => own("f64"),
            // sqlx has no decimal numbers on SQLite, which stores whole ones as integers.
            Type::Decimal { precision, scale } if self.dialect == Dialect::Sqlite => Field {
                select: Some(NUMBER),
                ..with("f64", format!("type = {}", decimal(*precision, *scale)))
            },
            Type::Decimal { precision: None, .. } => own("rust_decimal::Decimal"),
            Type::Decimal { precision: Some(precision), scale } => {
                let scale = scale.map_or_else(String::new, |scale| format!(", scale = {scale}"));
                with("rust_decimal::Decimal", format!("precision = {precision}{scale}"))
            }
            Type::Text => own("String"),
            Type::Varchar(length) => with("String", format!("length = {length}")),
            Type::Char(length) => with("String", format!("type = char({length})")),
            Type::Bytes => own("Vec<u8>"),
            Type::Varbinary(length) => with("Vec<u8>", format!("length = {length}")),
            Type::Date => own("chrono::NaiveDate"),
            Type::Time => own("chrono::NaiveTime"),
            Type::Timestamp => own("chrono::NaiveDateTime"),
            Type::TimestampTz => own("chrono::DateTime<chrono::Utc>"),
            Type::Interval => own("sqlx::postgres::types::PgInterval"),
            Type::Uuid => own("uuid::Uuid"),
            Type::Json => own("serde_json::Value"),
            Type::Enum(name) if self.schema.enums.iter().any(|own| own.name == *name) => {
                own(&self.names.enum_(name))
            }
            // It is in a schema that was not looked at.
            Type::Enum(name) => {
                let schema = name.schema.as_ref().map_or_else(String::new, |schema| quoted(schema) + ".");
                let attribute = format!("type = {}", literal(&(schema + &quoted(&name.name))));
                Field { select: Some(TEXT_OF_POSTGRESQL), ..with("String", attribute) }
            }
            Type::Array(element) => {
                let Field { rust, attribute, select } = self.field(element);
                let words =
                    attribute.and_then(|_| crate::dialect::type_word(self.dialect, false, type_, &[]));
                Field {
                    rust: format!("Vec<{rust}>"),
                    attribute: words.map(|words| format!("type = {}", literal(&words))),
                    select: select.map(|_| "{}::text[]"),
                }
            }
            Type::Sql(words) => {
                let (rust, select) = self.of_words(words);
                Field { select, ..with(&rust, format!("type = {}", literal(words))) }
            }
            Type::Worded { type_, .. } => self.field(type_),
        }
    }

    fn of_words(&self, words: &str) -> (String, Option<&'static str>) {
        let lower = words.to_ascii_lowercase();
        let (rust, select) = match self.dialect {
            Dialect::Sqlite => of_sqlite(&lower),
            Dialect::Mysql => of_mysql(&lower),
            Dialect::Postgresql => return self.of_postgresql(words, &lower),
        };
        (rust.to_owned(), select)
    }

    fn of_postgresql(&self, words: &str, lower: &str) -> (String, Option<&'static str>) {
        if let Some(element) = words.strip_suffix("[]") {
            let element_type = crate::dialect::generic_type(self.dialect, element);
            let Field { rust, select, .. } = self.field(&element_type);
            // Only the element itself is read as a text.
            let rust = if element == "citext" { "sqlx::postgres::types::PgCiText".to_owned() } else { rust };
            return (format!("Vec<{rust}>"), select.map(|_| "{}::text[]"));
        }
        let domain =
            self.schema.objects.iter().find(|own| own.kind == "domain" && own.name.to_string() == words);
        if let Some(base) = domain.and_then(|domain| base_of(domain.definition.as_deref()?)) {
            // A server sends its values as those of the type that it is made of.
            let Field { rust, select, .. } = self.field(&crate::dialect::generic_type(self.dialect, base));
            return (rust, select);
        }
        let (rust, select) = of_postgresql(lower);
        (rust.to_owned(), select)
    }
}

/// The type that a domain is made of: what stands behind `AS`, before its collation, default and constraints.
fn base_of(definition: &str) -> Option<&str> {
    let (_, rest) = definition.split_once(" AS ")?;
    let ends = [" COLLATE ", " DEFAULT ", " NOT NULL", " CONSTRAINT "]
        .into_iter()
        .filter_map(|word| rest.find(word));
    rest.get(..ends.min().unwrap_or(rest.len()))
}

fn decimal(precision: Option<u32>, scale: Option<u32>) -> String {
    match (precision, scale) {
        (Some(precision), Some(scale)) => format!("decimal({precision}, {scale})"),
        (Some(precision), None) => format!("decimal({precision})"),
        (None, _) => "decimal".to_owned(),
    }
}

/// The words without what stands in parentheses.
fn without_size(words: &str) -> String {
    match (words.split_once('('), words.split_once(')')) {
        (Some((before, _)), Some((_, after))) => format!("{}{after}", before.trim_end()),
        _ => words.to_owned(),
    }
}

fn of_postgresql(words: &str) -> Read {
    let rust = match without_size(words).as_str() {
        "\"char\"" => "i8",
        "character varying" | "character" | "name" | "citext" | "bpchar" => "String",
        "json" => "serde_json::Value",
        "money" => "sqlx::postgres::types::PgMoney",
        "oid" => "sqlx::postgres::types::Oid",
        "inet" | "cidr" => "sqlx::types::ipnetwork::IpNetwork",
        "macaddr" => "sqlx::types::mac_address::MacAddress",
        "bit" | "bit varying" => "sqlx::types::BitVec",
        "time without time zone" => "chrono::NaiveTime",
        "time with time zone" => "sqlx::postgres::types::PgTimeTz<chrono::NaiveTime, chrono::FixedOffset>",
        "timestamp without time zone" => "chrono::NaiveDateTime",
        "timestamp with time zone" => "chrono::DateTime<chrono::Utc>",
        "int4range" => "sqlx::postgres::types::PgRange<i32>",
        "int8range" => "sqlx::postgres::types::PgRange<i64>",
        "numrange" => "sqlx::postgres::types::PgRange<rust_decimal::Decimal>",
        "daterange" => "sqlx::postgres::types::PgRange<chrono::NaiveDate>",
        "tsrange" => "sqlx::postgres::types::PgRange<chrono::NaiveDateTime>",
        "tstzrange" => "sqlx::postgres::types::PgRange<chrono::DateTime<chrono::Utc>>",
        "point" => "sqlx::postgres::types::PgPoint",
        "line" => "sqlx::postgres::types::PgLine",
        "lseg" => "sqlx::postgres::types::PgLSeg",
        "box" => "sqlx::postgres::types::PgBox",
        "path" => "sqlx::postgres::types::PgPath",
        "polygon" => "sqlx::postgres::types::PgPolygon",
        "circle" => "sqlx::postgres::types::PgCircle",
        "hstore" => "sqlx::postgres::types::PgHstore",
        "ltree" => "sqlx::postgres::types::PgLTree",
        "lquery" => "sqlx::postgres::types::PgLQuery",
        "cube" => "sqlx::postgres::types::PgCube",
        words if words.starts_with("interval") => "sqlx::postgres::types::PgInterval",
        _ => return ("String", Some(TEXT_OF_POSTGRESQL)),
    };
    (rust, None)
}

fn of_mysql(words: &str) -> Read {
    let unsigned = words.contains("unsigned") || words.contains("zerofill");
    let plain = without_size(words);
    let word = plain.split(' ').next().unwrap_or_default();
    let rust = match (word, unsigned) {
        ("tinyint", true) => "u8",
        ("tinyint", false) => "i8",
        ("smallint", true) | ("year", _) => "u16",
        ("smallint", false) => "i16",
        ("mediumint" | "int", true) => "u32",
        ("mediumint" | "int", false) => "i32",
        ("bigint", true) | ("bit", _) => "u64",
        ("bigint", false) => "i64",
        ("float", _) => "f32",
        ("double", _) => "f64",
        ("decimal", _) => "rust_decimal::Decimal",
        ("timestamp", _) => "chrono::DateTime<chrono::Utc>",
        ("datetime", _) => "chrono::NaiveDateTime",
        ("date", _) => "chrono::NaiveDate",
        ("time", _) => "chrono::NaiveTime",
        ("json", _) => "serde_json::Value",
        ("binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob", _) => "Vec<u8>",
        ("inet4", _) => "std::net::Ipv4Addr",
        ("inet6", _) => "std::net::Ipv6Addr",
        ("uuid", _) => "uuid::fmt::Hyphenated",
        (
            "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
            | "multipolygon" | "geometrycollection" | "geomcollection",
            _,
        ) => return ("Vec<u8>", Some("ST_AsBinary({})")),
        _ => "String",
    };
    (rust, None)
}

/// SQLite stores values by the affinity of their column, whatever its type is called, and sqlx looks at what is stored.
fn of_sqlite(words: &str) -> Read {
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    let plain = without_size(words);
    let rust = match plain.split(' ').next().unwrap_or_default() {
        _ if has(&["int"]) => "i64",
        _ if has(&["char", "clob", "text"]) => "String",
        _ if has(&["blob"]) => "Vec<u8>",
        _ if has(&["real", "floa", "doub"]) => "f64",
        "bool" | "boolean" => "bool",
        "date" => "chrono::NaiveDate",
        "time" => "chrono::NaiveTime",
        "timestamptz" => "chrono::DateTime<chrono::Utc>",
        "timestamp" if has(&["with time zone"]) => "chrono::DateTime<chrono::Utc>",
        "timestamp" | "datetime" => "chrono::NaiveDateTime",
        "json" | "jsonb" => "serde_json::Value",
        "decimal" | "numeric" | "number" | "money" => return ("f64", Some(NUMBER)),
        _ => return ("String", Some(TEXT)),
    };
    (rust, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_sqlite_go_by_their_affinity() {
        let cases = [
            ("bigint", "i64"),
            ("unsigned big int", "i64"),
            ("tinyint(1)", "i64"),
            ("varchar", "String"),
            ("nvarchar(20)", "String"),
            ("double precision", "f64"),
            ("bool", "bool"),
            ("timestamp", "chrono::NaiveDateTime"),
            ("datetime(6)", "chrono::NaiveDateTime"),
            ("timestamp with time zone", "chrono::DateTime<chrono::Utc>"),
            ("decimal(10, 2)", "f64 of CAST({} AS REAL)"),
            ("uuid", "String of CAST({} AS TEXT)"),
            ("", "String of CAST({} AS TEXT)"),
        ];
        for (words, expected) in cases {
            let (rust, select) = of_sqlite(words);
            let shown = select.map_or_else(|| rust.to_owned(), |select| format!("{rust} of {select}"));
            assert_eq!(shown, expected, "{words}");
        }
    }
}
