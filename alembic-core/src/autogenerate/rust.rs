//! A schema as the source of models: the way in for a database that is there already.
//!
//! What is written is read again as the same schema by the reader of models.

mod attributes;
mod names;

use std::fmt::Write as _;

use self::attributes::{column_attributes, name_twins, table_attributes};
use self::names::{Names, ident, rename_all, type_ident};
use crate::schema::{Column, Enum, Filter, ForeignKey, Index, NamingConvention, Schema, Table, Type};
use crate::sql::Dialect;
use crate::sql::quote::identifier;

/// The source of models for a schema that [`generic`](super::generic) gave.
#[must_use]
pub fn rust_source(schema: &Schema, dialect: Dialect, naming: &NamingConvention, filter: &Filter) -> String {
    let writer = RustWriter { schema, dialect, naming, filter, names: Names::of(schema) };
    let mut text = String::from("//! Models of the database, written by `cargo alembic inspect`.\n\n");
    // An enum that no column has is none of the models' business.
    let has = |table: &Table, own: &Enum| {
        table.columns.iter().any(|column| column.type_.enum_name() == Some(&own.name))
    };
    let enums: Vec<&Enum> =
        schema.enums.iter().filter(|own| schema.tables.iter().any(|table| has(table, own))).collect();
    let uses = if enums.is_empty() { "alembic::Table" } else { "alembic::{Enum, Table}" };
    let _ = writeln!(text, "use {uses};");
    for own in enums {
        text.push('\n');
        writer.enumeration(own, &mut text);
    }
    for table in &schema.tables {
        text.push('\n');
        writer.table(table, &mut text);
    }
    text
}

struct RustWriter<'a> {
    schema: &'a Schema,
    dialect: Dialect,
    naming: &'a NamingConvention,
    filter: &'a Filter,
    names: Names,
}

impl RustWriter<'_> {
    fn enumeration(&self, own: &Enum, text: &mut String) {
        let _ = writeln!(text, "#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, Enum)]");
        // sqlx asks PostgreSQL for the type as it is written here.
        let schema = own.name.schema.as_ref().map_or_else(String::new, |schema| quoted(schema) + ".");
        let type_name = literal(&(schema + &quoted(&own.name.name)));
        let mut taken = vec!["Self".to_owned()];
        let variants: Vec<String> =
            own.values.iter().map(|value| names::unused(type_ident(value), &mut taken)).collect();
        let rule = rename_all(&variants, own.values.iter());
        let all = rule.map_or_else(String::new, |rule| format!(", rename_all = {}", literal(rule)));
        let _ = writeln!(text, "#[sqlx(type_name = {type_name}{all})]");
        let _ = writeln!(text, "pub enum {} {{", self.names.enum_(&own.name));
        for (value, variant) in own.values.iter().zip(&variants) {
            if rule.is_none() && variant != value {
                let _ = writeln!(text, "    #[sqlx(rename = {})]", literal(value));
            }
            let _ = writeln!(text, "    {variant},");
        }
        text.push_str("}\n");
    }

    fn table(&self, table: &Table, text: &mut String) {
        let mut kept = table.clone();
        kept.foreign_keys.retain(|key| self.has_target(key));
        name_twins(&mut kept, self.naming);
        let (all, table) = (table, &kept);
        let _ = writeln!(text, "#[derive(Clone, Debug, sqlx::FromRow, Table)]");
        let mut taken = Vec::new();
        let fields: Vec<String> =
            table.columns.iter().map(|column| names::unused(ident(&column.name), &mut taken)).collect();
        let field = |name: &str| {
            let place = table.columns.iter().position(|column| column.name == name);
            let field = place.map(|place| fields[place].clone());
            // A word that means something in an attribute is no field there.
            field.filter(|field| !OPTIONS.contains(&field.as_str())).unwrap_or_else(|| literal(name))
        };
        for left_out in self.left_out(all) {
            let _ = writeln!(text, "// {left_out}");
        }
        for line in table_attributes(table, self.naming, &field) {
            let _ = writeln!(text, "#[table({line})]");
        }
        let rule = rename_all(&fields, table.columns.iter().map(|column| &column.name));
        if let Some(rule) = rule {
            let _ = writeln!(text, "#[sqlx(rename_all = {})]", literal(rule));
        }
        let _ = writeln!(text, "pub struct {} {{", self.names.table(&table.name));
        for (column, field) in table.columns.iter().zip(&fields) {
            if rule.is_none() && names::bare(field) != column.name {
                let _ = writeln!(text, "    #[sqlx(rename = {})]", literal(&column.name));
            }
            let (rust, of_type) = self.rust_type(&column.type_);
            let attributes = column_attributes(table, column, self.naming, of_type);
            if !attributes.is_empty() {
                let _ = writeln!(text, "    #[column({})]", attributes.join(", "));
            }
            let rust = if column.nullable { format!("Option<{rust}>") } else { rust };
            let _ = writeln!(text, "    pub {field}: {rust},");
        }
        text.push_str("}\n");
    }

    /// What models cannot have: foreign keys to tables that are not among them, or to columns that no key says are unique;
    /// a primary key of the first characters of a column.
    fn left_out(&self, table: &Table) -> Vec<String> {
        let keys = table.foreign_keys.iter().filter(|key| !self.has_target(key));
        let line = |key: &ForeignKey| {
            let (columns, others) = (key.columns.join(", "), key.referenced_columns.join(", "));
            format!("Left out: the foreign key ({columns}) to {} ({others}).", key.references)
        };
        let prefixes = table.primary_key.iter().flat_map(|key| key.columns.iter().zip(&key.prefixes));
        let prefixes = prefixes.filter_map(|(column, prefix)| {
            let length = (*prefix)?;
            Some(format!("Left out: the primary key has only the first {length} characters of {column}."))
        });
        keys.map(line).chain(prefixes).collect()
    }

    /// Whether a foreign key refers to a key of a table, or to a table that need not be among the models.
    fn has_target(&self, key: &ForeignKey) -> bool {
        match self.schema.table(&key.references) {
            Some(target) => is_key(target, key),
            None => self.filter.needs_no_model(&key.references),
        }
    }

    /// The Rust type of a column, and what an attribute has to say of the type besides.
    fn rust_type(&self, type_: &Type) -> (String, Option<String>) {
        let sqlite = self.dialect == Dialect::Sqlite;
        let own = |rust: &str| (rust.to_owned(), None);
        let with = |rust: &str, attribute: String| (rust.to_owned(), Some(attribute));
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
            // sqlx has no decimal numbers on SQLite.
            Type::Decimal { precision, scale } if sqlite => {
                with("f64", format!("type = {}", decimal(*precision, *scale)))
            }
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
                with("String", format!("type = {}", literal(&(schema + &quoted(&name.name)))))
            }
            Type::Array(element) => match self.rust_type(element) {
                (rust, None) => (format!("Vec<{rust}>"), None),
                (rust, Some(_)) => {
                    let words = crate::dialect::type_word(self.dialect, false, type_, &[]);
                    let words = words.map(|words| format!("type = {}", literal(&words)));
                    (format!("Vec<{rust}>"), words)
                }
            },
            Type::Sql(words) => with(rust_of_words(words), format!("type = {}", literal(words))),
            Type::Worded { type_, .. } => self.rust_type(type_),
        }
    }
}

fn decimal(precision: Option<u32>, scale: Option<u32>) -> String {
    match (precision, scale) {
        (Some(precision), Some(scale)) => format!("decimal({precision}, {scale})"),
        (Some(precision), None) => format!("decimal({precision})"),
        (None, _) => "decimal".to_owned(),
    }
}

/// The Rust type that sqlx most probably reads a type of a database as.
fn rust_of_words(words: &str) -> &'static str {
    let words = words.to_ascii_lowercase();
    let word = words.split(['(', ' ']).next().unwrap_or_default();
    if let Some(element) = words.strip_suffix("[]") {
        return match rust_of_words(element) {
            "i32" => "Vec<i32>",
            "i64" => "Vec<i64>",
            "f64" => "Vec<f64>",
            _ => "Vec<String>",
        };
    }
    match word {
        "int" | "mediumint" | "int2" | "int4" | "year" => "i32",
        "int8" | "integer" => "i64",
        "float" | "double" => "f64",
        "timestamp" if words.contains("with time zone") => "chrono::DateTime<chrono::Utc>",
        "timestamp" | "datetime" => "chrono::NaiveDateTime",
        "time" => "chrono::NaiveTime",
        "blob" | "tinyblob" | "mediumblob" | "binary" | "geometry" => "Vec<u8>",
        "json" => "serde_json::Value",
        _ => "String",
    }
}

/// The words with which options of lists of columns begin.
const OPTIONS: [&str; 15] = [
    "asc",
    "column",
    "deferrable",
    "desc",
    "expression",
    "include",
    "method",
    "name",
    "nulls_not_distinct",
    "on_delete",
    "on_update",
    "references",
    "renamed_from",
    "unique",
    "where",
];

/// Whether a foreign key refers to columns of a table that one of its keys has.
fn is_key(target: &Table, key: &ForeignKey) -> bool {
    let same = |columns: &[String]| {
        columns.len() == key.referenced_columns.len()
            && columns.iter().all(|column| key.referenced_columns.contains(column))
    };
    let of_index = |index: &Index| {
        let columns: Vec<String> = index.parts.iter().map(|part| part.key.clone()).collect();
        index.unique && same(&columns)
    };
    target.primary_key.as_ref().is_some_and(|key| same(&key.columns))
        || target.uniques.iter().any(|unique| same(&unique.columns))
        || target.indexes.iter().any(of_index)
}

/// A name in SQL, in quotes where it is no simple word.
fn quoted(name: &str) -> String {
    let plain =
        name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
            && name.starts_with(|first: char| !first.is_ascii_digit());
    if plain { name.to_owned() } else { identifier(Dialect::Postgresql, name) }
}

/// `text` as a literal of Rust.
fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// The columns as attributes name them: by their fields, where they have some.
fn list(columns: &[String], field: &dyn Fn(&str) -> String) -> String {
    columns.iter().map(|column| field(column)).collect::<Vec<_>>().join(", ")
}

/// Whether a column alone is what a constraint is about.
fn is_single(columns: &[String], column: &Column) -> bool {
    matches!(columns, [only] if *only == column.name)
}
