//! Enums that are types of columns: `#[derive(alembic::Enum)]`.

use std::collections::BTreeSet;

use syn::ext::IdentExt as _;
use syn::{Attribute, Data, DeriveInput, Fields, Ident, Variant};

use super::attribute::{each_key, list, once, skip_value, text, unknown};
use super::case::RenameRule;
use super::reference::type_name;
use super::sqlx::{Child, Container};
use super::{Mistakes, Reading, unraw};
use crate::models::types::{Known, known};
use crate::models::{ColumnKind, ModelProblem};
use crate::schema::{Enum, ObjectName, Type};

/// An enum as a column type.
#[derive(Clone, Debug)]
pub struct EnumItem {
    /// What a column of it is.
    pub kind: ColumnKind,
}

pub(super) const KEYS: &[&str] = &["name", "schema", "rename_all", "renamed_from"];

/// Reads an enum that derives `Enum`.
///
/// Its values are strings, and on PostgreSQL it is a type of its own; with `#[repr(…)]` it is an integer, as sqlx has it.
#[must_use]
pub fn read_enum(input: &DeriveInput) -> Reading<EnumItem> {
    let span = input.ident.span();
    let Data::Enum(data) = &input.data else {
        return Reading::wrong(span, "a struct or a union", "an enum of the database");
    };
    let mut mistakes = Mistakes::default();
    let reading = |kind, mistakes| Reading { item: Some(EnumItem { kind }), mistakes };
    if let Some(integer) = repr(&input.attrs, &mut mistakes) {
        return reading(ColumnKind::new(integer), mistakes);
    }
    let sqlx = Container::read(&input.attrs, &mut mistakes);
    let (mut name, mut schema, mut rule, mut renamed_from) = (None, None, None, None);
    each_key(&input.attrs, "alembic", &mut mistakes, |key, input| match key.to_string().as_str() {
        "name" => once(&mut name, key, text(input)?),
        "schema" => once(&mut schema, key, text(input)?),
        "renamed_from" => once(&mut renamed_from, key, text(input)?),
        "rename_all" => {
            let value = text(input)?;
            let value = RenameRule::from_name(&value).ok_or_else(|| {
                let message = format!("`rename_all` is one of {}", RenameRule::NAMES);
                syn::Error::new(key.span(), message)
            })?;
            once(&mut rule, key, value)
        }
        _ => Err(unknown(key, KEYS)),
    });
    let rule = rule.or(sqlx.rename_all);
    let mut object = ObjectName::new(unraw(&input.ident).to_lowercase());
    if let Some(written) = &sqlx.type_name {
        match type_name(&written.value) {
            // The values are kept in a column of that type.
            Some(ObjectName { schema: None, name })
                if ["text", "varchar", "citext"].contains(&name.as_str()) =>
            {
                let type_ = if name == "text" { Type::Text } else { Type::Sql(name) };
                return reading(ColumnKind::new(type_), mistakes);
            }
            Some(name) => object = name,
            None => mistakes.say(written.span, format!("`{}` is not the name of a type", written.value)),
        }
    }
    object.name = name.unwrap_or(object.name);
    object.schema = schema.or(object.schema);
    let renamed_from = renamed_from.map(|from: String| object.earlier(&from));
    let mut definition = Enum { name: object, values: Vec::new(), renamed_values: Vec::new(), renamed_from };
    if data.variants.is_empty() {
        mistakes.push(span, ModelProblem::EmptyEnum { name: definition.name.clone() });
    }
    let mut seen = BTreeSet::new();
    for variant in &data.variants {
        let (value, old) = read_variant(variant, rule, &mut mistakes);
        if !seen.insert(value.clone()) {
            let problem =
                ModelProblem::DuplicateValue { name: definition.name.clone(), value: value.clone() };
            mistakes.push(variant.ident.span(), problem);
        }
        definition.renamed_values.extend(old.map(|old| (value.clone(), old)));
        definition.values.push(value);
    }
    reading(ColumnKind::of_enum(definition), mistakes)
}

/// The value of a variant, and the one that it had before.
fn read_variant(
    variant: &Variant,
    rule: Option<RenameRule>,
    mistakes: &mut Mistakes,
) -> (String, Option<String>) {
    if !matches!(variant.fields, Fields::Unit) {
        let message = "a value of an enum holds nothing: remove the fields of this variant";
        mistakes.say(variant.ident.span(), message);
    }
    let sqlx = Child::read(&variant.attrs, mistakes);
    let (mut name, mut renamed_from) = (None, None);
    each_key(&variant.attrs, "alembic", mistakes, |key, input| match key.to_string().as_str() {
        "name" => once(&mut name, key, text(input)?),
        "renamed_from" => once(&mut renamed_from, key, text(input)?),
        _ => Err(unknown(key, &["name", "renamed_from"])),
    });
    let rust_name = unraw(&variant.ident);
    let value =
        name.or(sqlx.rename).unwrap_or_else(|| rule.map_or(rust_name.clone(), |rule| rule.apply(&rust_name)));
    (value, renamed_from)
}

/// The integer of `#[repr(i32)]`.
fn repr(attributes: &[Attribute], mistakes: &mut Mistakes) -> Option<Type> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        let parsed = attribute.parse_args_with(|input: syn::parse::ParseStream<'_>| {
            let mut words = Vec::new();
            while !input.is_empty() {
                words.push(input.call(Ident::parse_any)?);
                if input.peek(syn::token::Paren) {
                    list(input, skip_value)?;
                }
                if !input.is_empty() {
                    input.parse::<syn::Token![,]>()?;
                }
            }
            Ok(words)
        });
        match parsed {
            Err(error) => mistakes.add(&error),
            Ok(words) => {
                let integer = |word: &Ident| known(&[&word.to_string()]);
                for known in words.iter().filter_map(integer) {
                    if let Known::Column(type_) = known {
                        found = Some(type_);
                    }
                }
            }
        }
    }
    found
}
