//! One case for each type.

use super::check;

#[track_caller]
fn field(uses: &str, type_: &str, expected: &str) {
    check(
        &format!("{uses} #[derive(Table)] struct User {{ a: {type_} }}"),
        &format!("users\n  a: {expected}"),
    );
}

#[test]
fn the_standard_library() {
    let cases = [
        ("bool", "boolean"),
        ("i8", "tiny_integer"),
        ("i16", "small_integer"),
        ("i32", "integer"),
        ("i64", "big_integer"),
        ("u8", "unsigned_tiny_integer"),
        ("u16", "unsigned_small_integer"),
        ("u32", "unsigned_integer"),
        ("u64", "unsigned_big_integer"),
        ("f32", "real"),
        ("f64", "double"),
        ("std::num::NonZeroU32", "unsigned_integer"),
        ("std::num::NonZero<i64>", "big_integer"),
        ("String", "text"),
        ("std::string::String", "text"),
        ("&'static str", "text"),
        ("Box<str>", "text"),
        ("std::borrow::Cow<'static, str>", "text"),
        ("std::sync::Arc<str>", "text"),
        ("Vec<u8>", "bytes"),
        ("Box<[u8]>", "bytes"),
        ("[u8; 32]", "bytes"),
        ("&'static [u8]", "bytes"),
        ("std::time::Duration", "interval"),
        ("Option<i64>", "big_integer null"),
        ("std::option::Option<String>", "text null"),
        ("core::option::Option<Option<String>>", "text null"),
        ("Option<Vec<u8>>", "bytes null"),
        ("Vec<String>", "array(text)"),
        ("Vec<Option<i32>>", "array(integer)"),
        ("Vec<Vec<u8>>", "array(bytes)"),
        ("Option<Vec<i64>>", "array(big_integer) null"),
        ("(i32)", "integer"),
    ];
    for (type_, expected) in cases {
        field("", type_, expected);
    }
}

#[test]
fn dates_and_times() {
    let cases = [
        ("chrono::NaiveDate", "date"),
        ("chrono::NaiveTime", "time"),
        ("chrono::NaiveDateTime", "timestamp"),
        ("chrono::DateTime<chrono::Utc>", "timestamp_tz"),
        ("chrono::DateTime<chrono::FixedOffset>", "timestamp_tz"),
        ("chrono::Duration", "interval"),
        ("chrono::TimeDelta", "interval"),
        ("time::Date", "date"),
        ("time::Time", "time"),
        ("time::PrimitiveDateTime", "timestamp"),
        ("time::OffsetDateTime", "timestamp_tz"),
        ("time::UtcDateTime", "timestamp_tz"),
        ("time::Duration", "interval"),
        ("jiff::civil::Date", "date"),
        ("jiff::civil::Time", "time"),
        ("jiff::civil::DateTime", "timestamp"),
        ("jiff::Timestamp", "timestamp_tz"),
        ("jiff::Span", "interval"),
        ("jiff::SignedDuration", "interval"),
        ("jiff_sqlx::Timestamp", "timestamp_tz"),
        ("jiff_sqlx::DateTime", "timestamp"),
        ("sqlx::types::chrono::DateTime<sqlx::types::chrono::Utc>", "timestamp_tz"),
        ("sqlx::types::time::OffsetDateTime", "timestamp_tz"),
    ];
    for (type_, expected) in cases {
        field("", type_, expected);
    }
}

#[test]
fn other_crates() {
    let cases = [
        ("uuid::Uuid", "uuid"),
        ("sqlx::types::Uuid", "uuid"),
        ("rust_decimal::Decimal", "decimal"),
        ("bigdecimal::BigDecimal", "decimal"),
        ("sqlx::types::BigDecimal", "decimal"),
        ("serde_json::Value", "json"),
        ("uuid::fmt::Hyphenated", "char(36)"),
        ("sqlx::types::uuid::fmt::Simple", "char(32)"),
        ("Option<serde_json::Value>", "json null"),
        ("Box<serde_json::value::RawValue>", "json"),
        ("sqlx::types::Json<Vec<Anything>>", "json"),
        ("Option<sqlx::types::Json<(Any, Thing)>>", "json null"),
        ("sqlx::types::JsonValue", "json"),
        ("sqlx::types::Text<std::net::IpAddr>", "text"),
        ("sqlx::postgres::types::PgInterval", "interval"),
    ];
    for (type_, expected) in cases {
        field("", type_, expected);
    }
}

#[test]
fn names_are_looked_up() {
    let cases = [
        ("use chrono::{DateTime, Utc};", "DateTime<Utc>", "timestamp_tz"),
        ("use chrono::{self as time, DateTime as Moment};", "Moment<time::Utc>", "timestamp_tz"),
        ("use time::{Date as Day, self};", "Day", "date"),
        ("use time::*;", "OffsetDateTime", "timestamp_tz"),
        ("use sqlx::types::*;", "Json<X>", "json"),
        ("use sqlx::types::Json as J;", "Option<J<X>>", "json null"),
        ("use sqlx::types::chrono;", "chrono::NaiveDate", "date"),
        ("extern crate uuid as id;", "id::Uuid", "uuid"),
        ("use ::uuid::Uuid;", "Uuid", "uuid"),
        ("use std::borrow::Cow;", "Cow<'static, str>", "text"),
        ("type Id = i64;", "Id", "big_integer"),
        ("type Moment = chrono::DateTime<chrono::Utc>;", "Option<Moment>", "timestamp_tz null"),
        ("type Maybe<T> = Option<T>;", "Maybe<String>", "text null"),
        ("type Maybe<T> = Option<T>; type Texts = Vec<Maybe<String>>;", "Maybe<Texts>", "array(text) null"),
        ("type Both<A, B> = sqlx::types::Json<(A, B)>;", "Both<X, Y>", "json"),
        ("type Swap<A, B> = Second<B, A>; type Second<A, B> = B;", "Swap<i32, String>", "integer"),
        ("type Maybe<T = i32> = Option<T>;", "Maybe", "integer null"),
        ("type Maybe<T = i32> = Option<T>;", "Maybe<i64>", "big_integer null"),
        ("type Both<A, B = A> = Second<A, B>; type Second<A, B> = B;", "Both<i16>", "small_integer"),
        ("mod m { pub type Id<T = Key> = T; pub struct Key(i64); }", "m::Id", "big_integer"),
        ("struct Wrapped<T = String>(T);", "Option<Wrapped>", "text null"),
        ("struct UserId(i64);", "UserId", "big_integer"),
        ("pub struct Id<T>(pub uuid::Uuid, std::marker::PhantomData<T>);", "Id<User>", "uuid"),
        ("struct Wrapped<T>(T);", "Wrapped<Option<i16>>", "small_integer null"),
        ("struct A(B); struct B(C); type C = i32;", "A", "integer"),
        ("#[sqlx(transparent)] struct Email { value: String }", "Email", "text"),
        ("#[derive(Newtype)] struct Email { value: String }", "Email", "text"),
        // A type of one's own comes before one of the same name.
        ("struct Date(i32);", "Date", "integer"),
        ("mod chrono { pub struct NaiveDate(i32); }", "chrono::NaiveDate", "integer"),
        ("mod a { pub use super::b::Id as Key; } mod b { pub type Id = u32; }", "a::Key", "unsigned_integer"),
        ("mod a { pub use super::b::*; } mod b { pub struct Id(i16); }", "self::a::Id", "small_integer"),
        (
            "mod a { pub mod b { pub use super::super::Id; } } type Id = i8;",
            "crate::a::b::Id",
            "tiny_integer",
        ),
        ("use self::a::{self as things}; mod a { pub type Id = i8; }", "things::Id", "tiny_integer"),
    ];
    for (source, type_, expected) in cases {
        field(source, type_, expected);
    }
}

#[test]
fn what_is_not_known_is_an_error() {
    let cases = [
        ("", "HashMap<String, String>", "HashMap<String, String>"),
        ("", "(i32, i32)", "(i32, i32)"),
        ("", "Uuid", "Uuid"),
        ("", "Option<DateTime<Utc>>", "Option<DateTime<Utc>>"),
        ("use something::*;", "Uuid", "Uuid"),
        ("use something::Uuid;", "Uuid", "Uuid"),
        ("struct Point { x: i32, y: i32 }", "Point", "Point"),
        ("enum State { A }", "State", "State"),
        ("type A = B; type B = A;", "A", "A"),
        ("struct A(A);", "A", "A"),
        ("use a::B; mod a { pub use super::B; }", "B", "B"),
        ("mod a { pub use super::b::*; } mod b { pub use super::a::*; }", "a::X", "a::X"),
        ("type Grow<T> = Grow<Vec<T>>;", "Grow<i32>", "Grow<i32>"),
        ("", "Option", "Option"),
        ("", "usize", "usize"),
        ("", "fn()", "this type"),
        ("", "<X as Y>::Z", "Y::Z"),
    ];
    for (source, type_, shown) in cases {
        let help = "  help: for a type of your own derive `alembic::Enum` or `alembic::Newtype`; else write the type of the \
                    column, `#[column(type = \"…\")]` in the words of the database or `#[column(type = text)]` in those of \
                    alembic, or `#[column(skip)]` if it is no column";
        let expected = format!("src/lib.rs:2: no column type is known for `{shown}`\n{help}");
        check(&format!("{source} #[derive(Table)] struct User {{ a: {type_} }}"), &expected);
    }
}
