//! A schema as the source of models: the way in for a database that is there already.
//!
//! What is written is read again as the same schema by the reader of models.

mod attributes;
mod names;
mod types;

use std::fmt::Write as _;

use self::attributes::{Naming, column_attributes, name_twins, table_attributes};
use self::names::{Names, ident, rename_all, type_ident};
use self::types::Field;
use crate::schema::{Column, Enum, Filter, ForeignKey, Index, NamingConvention, Schema, Table};
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
        kept.foreign_keys.retain(|key| has_target(self.schema, self.filter, key));
        let naming = Naming::of(&kept, self.dialect, self.naming);
        if !naming.is_unnamed {
            name_twins(&mut kept, self.naming);
        }
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
        for line in table_attributes(table, naming, &field) {
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
            let Field { rust, attribute, select } = self.field(&column.type_);
            if let Some(select) = select {
                let name = crate::sql::quote::name(self.dialect, &column.name);
                let select = select.replace("{}", &name);
                let _ = writeln!(text, "    // sqlx does not read this type: select `{select} AS {name}`.");
            }
            let attributes = column_attributes(table, column, naming, attribute);
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
        let keys = table.foreign_keys.iter().filter(|key| !has_target(self.schema, self.filter, key));
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

/// Whether a foreign key refers to a key of a table, or to a table that need not be among the models.
pub(super) fn has_target(schema: &Schema, filter: &Filter, key: &ForeignKey) -> bool {
    let Some(target) = schema.table(&key.references) else { return filter.needs_no_model(&key.references) };
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
