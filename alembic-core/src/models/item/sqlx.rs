//! What attributes of sqlx say about the database. A model is read by `sqlx::FromRow`, so its names are honoured; whatever
//! else sqlx knows or will know is passed over.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::{Attribute, Ident, LitStr, Token, token};

use super::attribute::{each_key, list, skip_value, text};
use super::case::RenameRule;
use super::{Mistakes, Spanned};

/// `#[sqlx(…)]` of a struct or an enum.
#[derive(Debug, Default)]
pub(super) struct Container {
    pub(super) rename_all: Option<RenameRule>,
    pub(super) type_name: Option<Spanned<String>>,
    pub(super) transparent: bool,
}

/// `#[sqlx(…)]` of a field or a variant.
#[derive(Default)]
pub(super) struct Child {
    pub(super) rename: Option<String>,
    pub(super) skip: bool,
    pub(super) flatten: Option<Span>,
    /// Whether the column may be NULL.
    pub(super) json: Option<bool>,
    pub(super) try_from: Option<syn::Type>,
}

impl Container {
    pub(super) fn read(attributes: &[Attribute], mistakes: &mut Mistakes) -> Container {
        let mut container = Container::default();
        each_key(attributes, "sqlx", mistakes, |key, input| {
            match key.to_string().as_str() {
                "rename_all" => container.rename_all = RenameRule::from_name(&text(input)?),
                "type_name" => {
                    input.parse::<Token![=]>()?;
                    let literal: LitStr = input.parse()?;
                    container.type_name = Some(Spanned::new(literal.span(), literal.value()));
                }
                "transparent" => container.transparent = true,
                _ => skip_value(input)?,
            }
            Ok(())
        });
        container
    }
}

impl Child {
    pub(super) fn read(attributes: &[Attribute], mistakes: &mut Mistakes) -> Child {
        let mut child = Child::default();
        each_key(attributes, "sqlx", mistakes, |key, input| {
            match key.to_string().as_str() {
                "rename" => child.rename = Some(text(input)?),
                "skip" => child.skip = true,
                "flatten" => child.flatten = Some(key.span()),
                "json" => {
                    child.json = Some(false);
                    if input.peek(token::Paren) {
                        list(input, |input| {
                            child.json = Some(input.call(Ident::parse_any)? == "nullable");
                            Ok(())
                        })?;
                    }
                }
                "try_from" => {
                    input.parse::<Token![=]>()?;
                    child.try_from = Some(input.parse::<LitStr>()?.parse()?);
                }
                _ => skip_value(input)?,
            }
            Ok(())
        });
        child
    }
}
