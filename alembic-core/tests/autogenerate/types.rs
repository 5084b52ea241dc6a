//! The types of each database, each with values at its boundaries.

use alembic_core::sql::Dialect;

/// A type and some of its values, as SQL.
pub(crate) struct Sample {
    pub(crate) type_: &'static str,
    pub(crate) values: &'static [&'static str],
}

impl Sample {
    /// The value as a text that has all of it, to be compared with one of another type.
    pub(crate) fn shown(&self, dialect: Dialect, other: &Sample) -> &'static str {
        let type_ = self.type_.to_ascii_lowercase();
        let is_number = other.kind(dialect) != Shape::Text;
        match dialect {
            Dialect::Postgresql if type_ == "\"char\"" && is_number => "c::integer::text",
            Dialect::Postgresql if type_.starts_with("bit(") && is_number => "c::bigint::text",
            Dialect::Postgresql => "c::text",
            Dialect::Mysql if self.kind(dialect) == Shape::Bytes => "HEX(c)",
            Dialect::Mysql if type_ == "float" => "CAST(CAST(c AS DOUBLE) AS CHAR)",
            Dialect::Mysql if type_.starts_with("bit") => "CAST(c + 0 AS CHAR)",
            Dialect::Mysql => "CAST(c AS CHAR)",
            Dialect::Sqlite => {
                "CASE typeof(c) WHEN 'real' THEN quote(c) WHEN 'blob' THEN hex(c) ELSE CAST(c AS TEXT) END"
            }
        }
    }

    /// How its values are compared with others.
    pub(crate) fn kind(&self, dialect: Dialect) -> Shape {
        let type_ = self.type_.to_ascii_lowercase();
        match type_.split(['(', ' ']).next().unwrap_or_default() {
            "real" | "double" | "numeric" | "blob" if dialect == Dialect::Sqlite => Shape::Double,
            "real" | "float" => Shape::Single,
            "double" => Shape::Double,
            "bytea" | "binary" | "varbinary" | "blob" | "longblob" => Shape::Bytes,
            "point" | "box" | "circle" | "path" | "polygon" | "macaddr" => Shape::Opaque,
            "text" | "varchar" | "character" | "citext" | "name" | "char" | "\"char\"" => Shape::Text,
            _ => Shape::Plain,
        }
    }
}

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Alike everywhere.
    Plain,
    Text,
    /// As a float of 32 bits.
    Single,
    /// As a float of 64 bits.
    Double,
    Bytes,
    /// In a way of its own: only what comes back is compared.
    Opaque,
}

/// What has to be there before, by the place of the dialect.
pub(crate) const PRELUDE: [&str; 3] = [
    "",
    "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE other_mood AS ENUM ('ok', 'mad');
     CREATE DOMAIN positive AS integer CHECK (VALUE > 0); CREATE EXTENSION citext;",
    "",
];

const INTEGERS: &[&str] = &["0", "1", "-1", "5"];

fn sample(type_: &'static str, values: &'static [&'static str]) -> Sample {
    Sample { type_, values }
}

pub(crate) fn samples(dialect: Dialect) -> Vec<Sample> {
    match dialect {
        Dialect::Sqlite => sqlite(),
        Dialect::Postgresql => postgresql(),
        Dialect::Mysql => mysql(),
    }
}

const TEXTS: &[&str] = &[
    "'1'",
    "'1.5'",
    "'abc'",
    "'sad'",
    "'true'",
    "'2020-01-02'",
    "'2020-01-02 03:04:05'",
    "'2020-01-02 03:04:05.123456'",
    "'03:04:05'",
    "'9007199254740993'",
    "'0.12345678901234567'",
    "'a '",
    "'ä'",
];

fn sqlite() -> Vec<Sample> {
    const NUMBERS: &[&str] = &[
        "0",
        "-1",
        "9007199254740993",
        "-9223372036854775808",
        "9223372036854775807",
        "1.5",
        "0.1 + 0.2",
        "1e300",
    ];
    const WHOLE: &[&str] = &["0", "-1", "9007199254740993", "9223372036854775807"];
    vec![
        sample("INTEGER", WHOLE),
        sample("INT", WHOLE),
        sample("BIGINT", WHOLE),
        sample("BOOLEAN", &["0", "1"]),
        sample("REAL", &["0.5", "0.1 + 0.2", "1e300", "-2.0", "9007199254740992.0"]),
        sample("DOUBLE", &["0.5", "0.1 + 0.2"]),
        sample("NUMERIC(10, 2)", NUMBERS),
        sample("TEXT", TEXTS),
        sample("VARCHAR(20)", TEXTS),
        sample("BLOB", &["x'00ff'", "'text'", "1", "0.1 + 0.2", "9007199254740993"]),
        sample("DATE", &["'2020-01-02'"]),
        sample("DATETIME", &["'2020-01-02 03:04:05'", "1577934245"]),
    ]
}

fn postgresql() -> Vec<Sample> {
    vec![
        sample("smallint", &["0", "1", "-32768", "32767"]),
        sample("integer", &["0", "1", "16777217", "2147483647"]),
        sample("bigint", &["1", "9007199254740993", "9223372036854775807", "-9223372036854775808"]),
        sample("real", &["0.1", "1", "1.5", "3.4e38", "16777216"]),
        sample("double precision", &["0.1", "0.1::float8 + 0.2", "1", "1e300", "9007199254740992", "'NaN'"]),
        sample("numeric", &["1", "1.5", "0.12345678901234567890", "12345678901234567890", "-3"]),
        sample("numeric(10,2)", &["1", "1.5", "99999999.99"]),
        sample("numeric(6,1)", &["1", "1.5"]),
        sample("money", &["1", "1.55", "-1000"]),
        sample("boolean", &["true", "false"]),
        sample("\"char\"", &["53::\"char\"", "1::\"char\"", "'-'"]),
        sample("text", TEXTS),
        sample("character varying(20)", &["'1'", "'abc'", "'a '", "'2020-01-02'"]),
        sample("character varying(3)", &["'1'", "'abc'", "'a '"]),
        sample("character(5)", &["'1'", "'abc'"]),
        sample("citext", &["'Abc'"]),
        sample("name", &["'abc'"]),
        sample("bytea", &["'abc'", "'\\x00ff'", "'\\x0102030405060708090a0b0c0d0e0f10'"]),
        sample("date", &["'2020-01-02'", "'infinity'"]),
        sample("time", &["'03:04:05.123456'", "'00:00'"]),
        sample("time(0)", &["'03:04:05'"]),
        sample("timetz", &["'03:04:05+02'", "'03:04:05+00'"]),
        sample("timestamp", &["'2020-01-02 03:04:05.123456'", "'2020-01-02'", "'infinity'"]),
        sample("timestamp(3)", &["'2020-01-02 03:04:05.123'"]),
        sample("timestamptz", &["'2020-01-02 03:04:05.123456+00'", "'2020-01-02 00:00+00'"]),
        sample("interval", &["'1 day 03:04:05'", "'03:04:05.123456'"]),
        sample("interval day to second", &["'1 day 03:04:05'"]),
        sample("interval year to month", &["'1 year 2 mons'"]),
        sample("uuid", &["'01020304-0506-0708-090a-0b0c0d0e0f10'"]),
        sample("json", &["'5'", "'1.5'", "'true'", "'{\"a\": 1}'", "'\"abc\"'", "'null'"]),
        sample("jsonb", &["'5'", "'1.5'", "'true'", "'{\"a\": 1}'", "'\"abc\"'", "'null'"]),
        sample("inet", &["'1.2.3.4'", "'1.2.3.4/24'"]),
        sample("cidr", &["'1.2.3.0/24'"]),
        sample("bit(8)", &["'00000101'", "'11111111'"]),
        sample("point", &["'(1,2)'"]),
        sample("box", &["'(2,2),(1,1)'", "'(1,1),(1,1)'"]),
        sample("circle", &["'<(1,2),3>'", "'<(1,2),0>'"]),
        sample("path", &["'[(1,1),(2,2)]'", "'((1,1),(2,2))'"]),
        sample("polygon", &["'((1,1),(1,2),(2,2),(2,1))'", "'((0,0),(3,1),(1,4))'"]),
        sample("mood", &["'sad'", "'ok'"]),
        sample("other_mood", &["'ok'"]),
        sample("positive", &["5"]),
        sample("integer[]", &["'{1,2}'", "'{}'"]),
        sample("bigint[]", &["'{9223372036854775807}'"]),
        sample("numeric[]", &["'{1.5}'", "'{1}'"]),
        sample("text[]", &["'{a,b}'", "'{1,2}'", "'{sad}'"]),
        sample("mood[]", &["'{sad,ok}'"]),
        sample("int4range", &["'[1,3)'"]),
        sample("macaddr", &["'08:00:2b:01:02:03'"]),
        sample("xml", &["'<a/>'"]),
    ]
}

fn mysql() -> Vec<Sample> {
    vec![
        sample("tinyint(1)", INTEGERS),
        sample("tinyint unsigned", &["0", "255"]),
        sample("int", &["0", "1", "2", "16777217", "2147483647"]),
        sample("bigint", &["1", "9007199254740993", "-9223372036854775808", "20200102"]),
        sample("bigint unsigned", &["18446744073709551615"]),
        sample("float", &["0.1", "1", "1.5", "16777216", "123456789"]),
        sample("double", &["0.1", "0.1e0 + 0.2e0", "1e300", "1", "9007199254740992"]),
        sample("decimal(10,2)", &["1", "1.5", "99999999.99"]),
        sample("decimal(65,30)", &["1", "0.1", "0.123456789012345678901234567890", "12345678901234567890"]),
        sample("varchar(40)", TEXTS),
        sample("varchar(3)", &["'1'", "'abc'", "'a '"]),
        sample("char(5)", &["'1'", "'abc'"]),
        sample("longtext", TEXTS),
        sample("varbinary(16)", &["'abc'", "x'00ff'"]),
        sample("binary(16)", &["x'0102030405060708090a0b0c0d0e0f10'", "'abc'"]),
        sample("longblob", &["'abc'", "x'00ff'"]),
        sample("date", &["'2020-01-02'", "'1000-01-01'"]),
        sample("datetime", &["'2020-01-02 03:04:05'", "'2020-01-02 00:00:00'"]),
        sample("datetime(6)", &["'2020-01-02 03:04:05.123456'", "'2020-01-02 03:04:05'"]),
        sample("timestamp(3)", &["'2020-01-02 03:04:05.123'"]),
        sample("time", &["'03:04:05'"]),
        sample("time(6)", &["'03:04:05.123456'", "'03:04:05'"]),
        sample("year", &["2020"]),
        sample("bit(8)", &["b'101'"]),
        sample("enum('sad','ok')", &["'sad'", "'ok'"]),
        sample("enum('ok','mad')", &["'ok'", "'mad'"]),
        sample("set('sad','ok')", &["'sad'", "'sad,ok'"]),
        sample("json", &["'5'", "'{\"a\": 1}'", "'\"abc\"'"]),
        sample("uuid", &["'01020304-0506-0708-090a-0b0c0d0e0f10'"]),
    ]
}
