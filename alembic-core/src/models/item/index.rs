//! Indexes: `#[table(index(…))]` and `#[column(index)]`.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Token, token};

use super::attribute::{Name, has_value, list, number, text, unknown};
use super::unraw;
use crate::schema::{Direction, Index, IndexPart, Nulls};

/// An index before its columns are looked up.
#[derive(Clone)]
pub(super) struct IndexItem {
    pub(super) span: Span,
    pub(super) index: Index,
    /// What is indexed. Without a name it is an expression, or the column that has the attribute.
    pub(super) parts: Vec<(Option<Name>, IndexPart)>,
    pub(super) include: Vec<Name>,
}

pub(super) const KEYS: &[&str] =
    &["name", "unique", "where", "method", "include", "nulls_not_distinct", "renamed_from"];
pub(super) const PART_KEYS: &[&str] =
    &["asc", "desc", "nulls_first", "nulls_last", "collation", "operator_class", "prefix"];
pub(super) const FORMS: &[&str] = &["column", "expression", "asc", "desc"];

impl IndexItem {
    fn new(span: Span) -> IndexItem {
        let index = Index {
            definition: None,
            is_invalid: false,
            name: String::new(),
            parts: Vec::new(),
            unique: false,
            nulls_not_distinct: false,
            method: None,
            include: Vec::new(),
            condition: None,
            renamed_from: None,
        };
        IndexItem { span, index, parts: Vec::new(), include: Vec::new() }
    }

    /// `index(tenant_id, desc(created_at), expression("lower(email)"), unique, where = "…")`
    pub(super) fn of_table(key: &Ident, input: ParseStream<'_>) -> syn::Result<IndexItem> {
        let mut item = IndexItem::new(key.span());
        list(input, |input| {
            if input.peek(LitStr) {
                item.parts.push((Some(input.parse()?), plain()));
                return Ok(());
            }
            let word = input.call(Ident::parse_any)?;
            let name = unraw(&word);
            if input.peek(token::Paren) && FORMS.contains(&name.as_str()) {
                item.parts.push(part(&word, input)?);
            } else if has_value(input) || ["unique", "nulls_not_distinct"].contains(&name.as_str()) {
                item.key(&word, input)?;
            } else {
                item.parts.push((Some(Name::Field(word)), plain()));
            }
            Ok(())
        })?;
        if item.parts.is_empty() {
            return Err(syn::Error::new(key.span(), "an index needs a column or an expression"));
        }
        Ok(item)
    }

    /// `index`, `index = "name"`, `index(unique, desc, where = "…")`
    pub(super) fn of_column(key: &Ident, input: ParseStream<'_>) -> syn::Result<IndexItem> {
        let mut item = IndexItem::new(key.span());
        let mut part = plain();
        if input.peek(Token![=]) {
            item.index.name = text(input)?;
        } else if input.peek(token::Paren) {
            list(input, |input| {
                let word = input.call(Ident::parse_any)?;
                if PART_KEYS.contains(&word.to_string().as_str()) {
                    part_key(&mut part, &word, input)
                } else {
                    item.key(&word, input)
                }
            })?;
        }
        item.parts.push((None, part));
        Ok(item)
    }

    fn key(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        match key.to_string().as_str() {
            "name" => self.index.name = text(input)?,
            "unique" => self.index.unique = true,
            "where" => self.index.condition = Some(text(input)?),
            "method" => self.index.method = Some(text(input)?),
            "nulls_not_distinct" => self.index.nulls_not_distinct = true,
            "renamed_from" => self.index.renamed_from = Some(text(input)?),
            "include" => list(input, |input| {
                self.include.push(input.parse()?);
                Ok(())
            })?,
            _ => return Err(unknown(key, &[KEYS, PART_KEYS, FORMS].concat())),
        }
        Ok(())
    }
}

fn plain() -> IndexPart {
    IndexPart {
        key: String::new(),
        is_expression: false,
        direction: Direction::Ascending,
        nulls: None,
        collation: None,
        operator_class: None,
        prefix: None,
    }
}

/// `column(title, desc, collation = "C")`, `desc(title)`, `expression("lower(title)", desc)`
fn part(word: &Ident, input: ParseStream<'_>) -> syn::Result<(Option<Name>, IndexPart)> {
    let form = unraw(word);
    let mut part = plain();
    let mut name = None;
    let mut is_first = true;
    if form == "desc" {
        part.direction = Direction::Descending;
    }
    list(input, |input| {
        if !std::mem::replace(&mut is_first, false) {
            let key = input.call(Ident::parse_any)?;
            return part_key(&mut part, &key, input);
        }
        if form == "expression" {
            part.key = input.parse::<LitStr>()?.value();
            part.is_expression = true;
        } else {
            name = Some(input.parse()?);
        }
        Ok(())
    })?;
    if is_first {
        return Err(syn::Error::new(word.span(), format!("`{form}(…)` needs what is indexed")));
    }
    Ok((name, part))
}

fn part_key(part: &mut IndexPart, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    match key.to_string().as_str() {
        "asc" => part.direction = Direction::Ascending,
        "desc" => part.direction = Direction::Descending,
        "nulls_first" => part.nulls = Some(Nulls::First),
        "nulls_last" => part.nulls = Some(Nulls::Last),
        "collation" => part.collation = Some(text(input)?),
        "operator_class" => part.operator_class = Some(text(input)?),
        "prefix" => part.prefix = Some(number(input)?),
        _ => return Err(unknown(key, PART_KEYS)),
    }
    Ok(())
}
