//! Constraints: keys, uniques, foreign keys, checks.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Token, token};

use super::attribute::{Name, action, deferrable, has_value, list, once, text, unknown};
use super::reference::{Target, target};
use super::unraw;
use crate::schema::{Check, Deferrable, ForeignKey, ObjectName, ReferentialAction};

/// `primary_key(a, b)` or `unique(a, b)` before the columns are looked up. None: the column that has the attribute.
#[derive(Clone)]
pub(super) struct KeyItem {
    pub(super) span: Span,
    pub(super) columns: Vec<Name>,
    pub(super) name: Option<String>,
    pub(super) nulls_not_distinct: bool,
    pub(super) deferrable: Option<Deferrable>,
}

/// A foreign key whose target is still to be looked up.
#[derive(Clone)]
pub struct ForeignKeyItem {
    /// Where it is written.
    pub span: Span,
    /// What it refers to.
    pub target: Target,
    /// All but what it refers to, which stands empty.
    pub key: ForeignKey,
}

/// A foreign key before its own columns are looked up. None: the column that has the attribute.
#[derive(Clone)]
pub(super) struct ReferenceItem {
    pub(super) columns: Vec<Name>,
    pub(super) item: ForeignKeyItem,
}

pub(super) const UNIQUE_KEYS: &[&str] = &["name", "nulls_not_distinct", "deferrable"];

impl KeyItem {
    fn new(span: Span) -> KeyItem {
        KeyItem { span, columns: Vec::new(), name: None, nulls_not_distinct: false, deferrable: None }
    }

    /// `primary_key(tenant_id, id, name = "…")`
    pub(super) fn primary(key: &Ident, input: ParseStream<'_>) -> syn::Result<KeyItem> {
        KeyItem::of_table(key, input, &["name"])
    }

    /// `unique(tenant_id, email, name = "…", nulls_not_distinct, deferrable)`
    pub(super) fn unique(key: &Ident, input: ParseStream<'_>) -> syn::Result<KeyItem> {
        KeyItem::of_table(key, input, UNIQUE_KEYS)
    }

    fn of_table(key: &Ident, input: ParseStream<'_>, keys: &[&str]) -> syn::Result<KeyItem> {
        let mut item = KeyItem::new(key.span());
        list(input, |input| {
            if input.peek(LitStr) {
                item.columns.push(input.parse()?);
                return Ok(());
            }
            let word = input.call(Ident::parse_any)?;
            if has_value(input) || keys.contains(&word.to_string().as_str()) {
                return item.key(&word, input, keys);
            }
            item.columns.push(Name::Field(word));
            Ok(())
        })?;
        if item.columns.is_empty() {
            return Err(syn::Error::new(key.span(), format!("`{key}` needs a column")));
        }
        Ok(item)
    }

    /// `unique`, `unique = "name"`, `unique(name = "…", nulls_not_distinct)`
    pub(super) fn of_column(key: &Ident, input: ParseStream<'_>) -> syn::Result<KeyItem> {
        let mut item = KeyItem::new(key.span());
        if input.peek(Token![=]) {
            item.name = Some(text(input)?);
        } else if input.peek(token::Paren) {
            list(input, |input| {
                let word = input.call(Ident::parse_any)?;
                item.key(&word, input, UNIQUE_KEYS)
            })?;
        }
        Ok(item)
    }

    fn key(&mut self, key: &Ident, input: ParseStream<'_>, known: &[&str]) -> syn::Result<()> {
        match key.to_string().as_str() {
            "name" => once(&mut self.name, key, text(input)?),
            "nulls_not_distinct" if known.contains(&"nulls_not_distinct") => {
                self.nulls_not_distinct = true;
                Ok(())
            }
            "deferrable" if known.contains(&"deferrable") => {
                once(&mut self.deferrable, key, deferrable(input)?)
            }
            _ => Err(unknown(key, known)),
        }
    }
}

pub(super) const REFERENCE_KEYS: &[&str] = &["on_delete", "on_update", "deferrable", "name"];

impl ReferenceItem {
    /// `references = "users(id)"`, `references(User, on_delete = cascade)`
    pub(super) fn of_column(key: &Ident, input: ParseStream<'_>) -> syn::Result<ReferenceItem> {
        let mut item = ReferenceItem::new(key.span());
        let mut references = None;
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            references = Some(target(input)?);
        } else {
            list(input, |input| {
                if references.is_none() {
                    references = Some(target(input)?);
                    return Ok(());
                }
                let word = input.call(Ident::parse_any)?;
                item.key(&word, input)
            })?;
        }
        item.to(references)
    }

    /// `foreign_key(tenant_id, user_id, references = "users(tenant_id, id)", on_delete = cascade)`
    pub(super) fn of_table(key: &Ident, input: ParseStream<'_>) -> syn::Result<ReferenceItem> {
        let mut item = ReferenceItem::new(key.span());
        let mut references = None;
        list(input, |input| {
            if input.peek(LitStr) {
                item.columns.push(input.parse()?);
                return Ok(());
            }
            let word = input.call(Ident::parse_any)?;
            let name = unraw(&word);
            if name == "references" {
                input.parse::<Token![=]>()?;
                once(&mut references, &word, target(input)?)
            } else if has_value(input) || name == "deferrable" {
                item.key(&word, input)
            } else {
                item.columns.push(Name::Field(word));
                Ok(())
            }
        })?;
        if item.columns.is_empty() {
            return Err(syn::Error::new(key.span(), "a foreign key needs a column"));
        }
        item.to(references)
    }

    fn to(mut self, target: Option<Target>) -> syn::Result<ReferenceItem> {
        self.item.target = target.ok_or_else(|| {
            let message = "a foreign key refers to a table: `references = \"users(id)\"`";
            syn::Error::new(self.item.span, message)
        })?;
        Ok(self)
    }

    fn new(span: Span) -> ReferenceItem {
        let key = ForeignKey {
            definition: None,
            name: None,
            columns: Vec::new(),
            references: ObjectName::new(""),
            referenced_columns: Vec::new(),
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
            deferrable: None,
        };
        let target = Target::Table(ObjectName::new(""), Vec::new());
        ReferenceItem { columns: Vec::new(), item: ForeignKeyItem { span, target, key } }
    }

    fn key(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let foreign_key = &mut self.item.key;
        match key.to_string().as_str() {
            "on_delete" => foreign_key.on_delete = action(input)?,
            "on_update" => foreign_key.on_update = action(input)?,
            "deferrable" => once(&mut foreign_key.deferrable, key, deferrable(input)?)?,
            "name" => once(&mut foreign_key.name, key, text(input)?)?,
            _ => return Err(unknown(key, REFERENCE_KEYS)),
        }
        Ok(())
    }
}

/// `check = "price > 0"`, `check("price > 0", name = "…")`
pub(super) fn check(key: &Ident, input: ParseStream<'_>) -> syn::Result<Check> {
    if input.peek(Token![=]) {
        return Ok(Check { definition: None, name: None, expression: text(input)? });
    }
    let mut name = None;
    let mut expression = None;
    list(input, |input| {
        if expression.is_none() {
            expression = Some(input.parse::<LitStr>()?.value());
            return Ok(());
        }
        let key = input.call(Ident::parse_any)?;
        match key.to_string().as_str() {
            "name" => once(&mut name, &key, text(input)?),
            _ => Err(unknown(&key, &["name"])),
        }
    })?;
    let expression =
        expression.ok_or_else(|| syn::Error::new(key.span(), "expected `check(\"price > 0\")`"))?;
    Ok(Check { definition: None, name, expression })
}
