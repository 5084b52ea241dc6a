//! The grammar that all attributes share: `key`, `key = value`, `key(…)`, separated by commas.

use proc_macro2::{Span, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitInt, LitStr, Meta, Token, parenthesized, token};

use super::{Mistakes, unraw};
use crate::revision::nearest;
use crate::schema::{Deferrable, ReferentialAction};

/// Reads the keys of `#[name(key, key = value, …)]`, of every attribute with that name.
pub(crate) fn each_key(
    attributes: &[Attribute],
    name: &str,
    mistakes: &mut Mistakes,
    mut read: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        let result = match &attribute.meta {
            Meta::List(_) => attribute.parse_args_with(|input: ParseStream<'_>| {
                separated(input, |input| {
                    let key = input.call(Ident::parse_any)?;
                    read(&key, input)
                })
            }),
            // `#[table]` says nothing.
            Meta::Path(_) => Ok(()),
            Meta::NameValue(_) => Err(syn::Error::new(span(attribute), format!("expected `#[{name}(…)]`"))),
        };
        if let Err(error) = result {
            mistakes.add(&error);
        }
    }
}

fn span(attribute: &Attribute) -> Span {
    attribute.path().segments.first().map_or_else(Span::call_site, |segment| segment.ident.span())
}

/// Reads what stands between commas.
fn separated(
    input: ParseStream<'_>,
    mut read: impl FnMut(ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    while !input.is_empty() {
        read(input)?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

/// Reads what stands between commas in parentheses.
pub(crate) fn list(
    input: ParseStream<'_>,
    read: impl FnMut(ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    let content;
    parenthesized!(content in input);
    separated(&content, read)
}

/// `= "text"`
pub(crate) fn text(input: ParseStream<'_>) -> syn::Result<String> {
    input.parse::<Token![=]>()?;
    input.parse::<LitStr>().map(|literal| literal.value())
}

/// `= 80`
pub(crate) fn number(input: ParseStream<'_>) -> syn::Result<u32> {
    input.parse::<Token![=]>()?;
    whole(input)
}

/// A number without a key.
pub(super) fn whole(input: ParseStream<'_>) -> syn::Result<u32> {
    let literal: LitInt = input.parse()?;
    literal.base10_parse().map_err(|_| {
        syn::Error::new(literal.span(), format!("expected a whole number from 0 to {}", u32::MAX))
    })
}

/// `= cascade`, `= "SET NULL"`
pub(crate) fn action(input: ParseStream<'_>) -> syn::Result<ReferentialAction> {
    input.parse::<Token![=]>()?;
    let (span, word) = word(input)?;
    Ok(match word.to_ascii_lowercase().replace(' ', "_").as_str() {
        "no_action" => ReferentialAction::NoAction,
        "restrict" => ReferentialAction::Restrict,
        "cascade" => ReferentialAction::Cascade,
        "set_null" => ReferentialAction::SetNull,
        "set_default" => ReferentialAction::SetDefault,
        _ => {
            let message = "expected `no_action`, `restrict`, `cascade`, `set_null` or `set_default`";
            return Err(syn::Error::new(span, message));
        }
    })
}

/// Nothing, or `= initially_immediate`, `= initially_deferred`
pub(super) fn deferrable(input: ParseStream<'_>) -> syn::Result<Deferrable> {
    if !input.peek(Token![=]) {
        return Ok(Deferrable::InitiallyImmediate);
    }
    input.parse::<Token![=]>()?;
    let (span, word) = word(input)?;
    match word.to_ascii_lowercase().replace(' ', "_").as_str() {
        "initially_immediate" => Ok(Deferrable::InitiallyImmediate),
        "initially_deferred" => Ok(Deferrable::InitiallyDeferred),
        _ => Err(syn::Error::new(span, "expected `initially_immediate` or `initially_deferred`")),
    }
}

/// A word, with or without quotes.
pub(super) fn word(input: ParseStream<'_>) -> syn::Result<(Span, String)> {
    if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        return Ok((literal.span(), literal.value()));
    }
    let ident = input.call(Ident::parse_any)?;
    Ok((ident.span(), unraw(&ident)))
}

/// Sets what may stand once.
pub(super) fn once<T>(place: &mut Option<T>, key: &Ident, value: T) -> syn::Result<()> {
    if place.replace(value).is_some() {
        return Err(syn::Error::new(key.span(), format!("`{key}` stands twice")));
    }
    Ok(())
}

/// Names the key that was probably meant.
pub(super) fn unknown(key: &Ident, known: &[&str]) -> syn::Error {
    let word = key.to_string();
    let message = match nearest(&word, known.iter().copied()).first() {
        Some(nearest) => format!("unknown key `{word}`; did you mean `{nearest}`?"),
        None => format!("unknown key `{word}`; the keys are {}", known.join(", ")),
    };
    syn::Error::new(key.span(), message)
}

/// Whether a key is followed by a value or a list.
pub(super) fn has_value(input: ParseStream<'_>) -> bool {
    input.peek(Token![=]) || input.peek(token::Paren)
}

/// Passes over the value of a key that is none of ours.
pub(crate) fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// A column as an attribute names it: a field, or as a string the name in the database.
#[derive(Clone)]
pub(super) enum Name {
    Field(Ident),
    Column(LitStr),
}

impl Name {
    pub(super) fn span(&self) -> Span {
        match self {
            Name::Field(ident) => ident.span(),
            Name::Column(literal) => literal.span(),
        }
    }
}

impl Parse for Name {
    fn parse(input: ParseStream<'_>) -> syn::Result<Name> {
        if input.peek(LitStr) {
            input.parse().map(Name::Column)
        } else {
            input.call(Ident::parse_any).map(Name::Field)
        }
    }
}

/// An SQL expression: a string, or a number or boolean as it is.
pub(crate) fn expression(input: ParseStream<'_>) -> syn::Result<String> {
    if input.peek(LitStr) {
        return input.parse::<LitStr>().map(|literal| literal.value());
    }
    if input.peek(syn::LitBool) {
        return Ok(if input.parse::<syn::LitBool>()?.value { "TRUE".into() } else { "FALSE".into() });
    }
    let sign = if input.peek(Token![-]) { input.parse::<Token![-]>().map(|_| "-")? } else { "" };
    let digits = if input.peek(syn::LitFloat) {
        input.parse::<syn::LitFloat>()?.base10_digits().to_owned()
    } else if input.peek(LitInt) {
        input.parse::<LitInt>()?.base10_digits().to_owned()
    } else {
        return Err(input.error("expected an SQL expression as a string, a number, `true` or `false`"));
    };
    Ok(format!("{sign}{digits}"))
}

/// The text of doc comments, without the blank that follows `///`.
pub(super) fn documentation(attributes: &[Attribute]) -> Option<String> {
    let lines: Vec<String> = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) => match &pair.value {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        })
        .map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned())
        .collect();
    let text = lines.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}
