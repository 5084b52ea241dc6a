//! SeaORM's column types, with the words that SeaQuery has for them on each database.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::TypeWords;
use crate::models::item::nesting;
use crate::schema::{ObjectName, Type};
use crate::sql::Dialect;

/// The column type of `column_type = "Decimal(Some((10, 2)))"`.
pub(super) fn column_type(text: &str) -> Option<Type> {
    read(nesting::tokens(text)?)
}

fn read(tokens: TokenStream) -> Option<Type> {
    // `ColumnType::String(…)`, `string_len(…)`: what counts is the last name before the arguments.
    let mut name = String::new();
    let mut arguments = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => name = ident.to_string(),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                arguments = group.stream()
            }
            _ => {}
        }
    }
    let mut found = Arguments::default();
    found.read(arguments.clone());
    match name.to_ascii_lowercase().replace('_', "").as_str() {
        "array" => Some(Type::Array(Box::new(read(arguments)?))),
        // `RcOrArc::new(ColumnType::Text)`
        "new" => read(arguments),
        "custom" => found.text.map(Type::Sql),
        name => named(name, &found),
    }
}

/// What stands in the parentheses of a type.
#[derive(Default)]
struct Arguments {
    numbers: Vec<u32>,
    is_max: bool,
    text: Option<String>,
}

impl Arguments {
    fn read(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Ident(ident) => self.is_max |= ident == "Max",
                TokenTree::Literal(literal) => match syn::Lit::new(literal) {
                    syn::Lit::Int(number) => self.numbers.extend(number.base10_parse::<u32>().ok()),
                    syn::Lit::Str(text) => self.text = Some(text.value()),
                    _ => {}
                },
                TokenTree::Punct(_) => {}
            }
        }
    }
}

/// The type with this name, in small letters.
fn named(name: &str, arguments: &Arguments) -> Option<Type> {
    let word = |words: &str| Type::Sql(words.to_owned());
    let sized = |name: &str| {
        let number = arguments.numbers.first();
        word(&number.map_or_else(|| name.to_owned(), |number| format!("{name}({number})")))
    };
    Some(match (name, arguments.numbers.as_slice()) {
        ("char", [length, ..]) => Type::Char(*length),
        ("char", []) => word("char"),
        ("string" | "stringlen", [length, ..]) => Type::Varchar(*length),
        ("string", []) if arguments.is_max => worded(Type::Text, ["varchar", "varchar", "varchar(65535)"]),
        ("string", []) => worded(Type::Text, ["varchar", "varchar", "varchar(255)"]),
        ("text", _) => worded(Type::Text, ["text", "text", "text"]),
        ("tinyinteger", _) => worded(Type::TinyInteger, ["tinyint", "smallint", "tinyint"]),
        ("smallinteger", _) => worded(Type::SmallInteger, ["smallint", "smallint", "smallint"]),
        ("integer", _) => Type::Integer,
        ("biginteger", _) => Type::BigInteger,
        ("tinyunsigned", _) => worded(Type::UnsignedTinyInteger, ["tinyint", "smallint", "tinyint unsigned"]),
        ("smallunsigned", _) => {
            worded(Type::UnsignedSmallInteger, ["smallint", "integer", "smallint unsigned"])
        }
        ("unsigned", _) => Type::UnsignedInteger,
        ("bigunsigned", _) => Type::UnsignedBigInteger,
        ("float", _) => worded(Type::Real, ["float", "real", "float"]),
        ("double", _) => worded(Type::Double, ["double", "double precision", "double"]),
        ("decimal" | "decimallen", [precision, scale]) => {
            let type_ = Type::Decimal { precision: Some(*precision), scale: Some(*scale) };
            let real = format!("real({precision}, {scale})");
            Type::Worded { type_: Box::new(type_), sqlite: Some(real), postgresql: None, mysql: None }
        }
        ("decimal", []) => {
            let type_ = Type::Decimal { precision: None, scale: None };
            worded(type_, ["real_decimal", "numeric", "decimal"])
        }
        ("datetime", _) => worded(Type::Timestamp, ["datetime_text", "timestamp", "datetime"]),
        ("timestamp", _) => worded(Type::Timestamp, ["timestamp_text", "timestamp", "timestamp"]),
        ("timestampwithtimezone", _) => {
            worded(Type::TimestampTz, ["timestamp_with_timezone_text", "timestamptz", "timestamp"])
        }
        ("time", _) => worded(Type::Time, ["time_text", "time", "time"]),
        ("date", _) => worded(Type::Date, ["date_text", "date", "date"]),
        ("interval", _) => Type::Interval,
        ("blob", _) => worded(Type::Bytes, ["blob", "bytea", "blob"]),
        ("binary", [length, ..]) => {
            let [blob, binary] = ["blob", "binary"].map(|name| format!("{name}({length})"));
            worded(Type::Bytes, [&blob, "bytea", &binary])
        }
        ("varbinary", [length, ..]) => {
            let [blob, binary] = ["varbinary_blob", "varbinary"].map(|name| format!("{name}({length})"));
            worded(Type::Bytes, [&blob, "bytea", &binary])
        }
        ("varbinary", []) if arguments.is_max => {
            worded(Type::Bytes, ["varbinary_blob", "bytea", "varbinary(65535)"])
        }
        ("varbinary", []) => worded(Type::Bytes, ["varbinary_blob", "bytea", "varbinary(255)"]),
        ("boolean", _) => Type::Boolean,
        ("money", numbers) => {
            let of = |name: &str| match numbers {
                [precision, scale] => format!("{name}({precision}, {scale})"),
                _ => name.to_owned(),
            };
            let precision = numbers.first().copied();
            let type_ = Type::Decimal { precision, scale: numbers.get(1).copied() };
            worded(type_, [&of("real_money"), "money", &of("decimal")])
        }
        ("json", _) => worded(Type::Json, ["json_text", "json", "json"]),
        ("jsonbinary", _) => worded(Type::Json, ["jsonb_text", "jsonb", "json"]),
        ("uuid", _) => worded(Type::Uuid, ["uuid_text", "uuid", "binary(16)"]),
        ("bit" | "varbit" | "vector", _) => sized(name),
        ("year" | "cidr" | "inet" | "macaddr" | "ltree", _) => word(name),
        _ => return None,
    })
}

/// The type that SeaORM gives to a field where nothing is said.
pub(super) fn usual(type_: Type) -> Type {
    let name = match &type_ {
        Type::TinyInteger => "tinyinteger",
        Type::SmallInteger => "smallinteger",
        Type::UnsignedTinyInteger => "tinyunsigned",
        Type::UnsignedSmallInteger => "smallunsigned",
        Type::Real => "float",
        Type::Double => "double",
        Type::Decimal { precision: None, .. } => "decimal",
        Type::Text => "string",
        Type::Bytes => "varbinary",
        Type::Date => "date",
        Type::Time => "time",
        Type::Timestamp => "datetime",
        Type::TimestampTz => "timestampwithtimezone",
        Type::Json => "json",
        // SeaORM keeps what only formats a UUID as one.
        Type::Uuid | Type::Char(_) => "uuid",
        Type::Array(element) => return Type::Array(Box::new(usual((**element).clone()))),
        _ => return type_,
    };
    named(name, &Arguments::default()).unwrap_or(type_)
}

/// A type with the words of SQLite, PostgreSQL and MySQL, where they are not those that we have.
fn worded(type_: Type, words: [&str; 3]) -> Type {
    let differs = |dialect: Dialect, words: &str| {
        let quote = |name: &ObjectName| name.to_string();
        let ours = TypeWords { dialect, strict: false, enums: &[], quote: &quote }.word(&type_);
        let same = ours.is_ok_and(|ours| ours.eq_ignore_ascii_case(words));
        (!same).then(|| words.to_owned())
    };
    let [sqlite, postgresql, mysql] = words;
    let sqlite = differs(Dialect::Sqlite, sqlite);
    let postgresql = differs(Dialect::Postgresql, postgresql);
    let mysql = differs(Dialect::Mysql, mysql);
    if sqlite.is_none() && postgresql.is_none() && mysql.is_none() {
        return type_;
    }
    Type::Worded { type_: Box::new(type_), sqlite, postgresql, mysql }
}
