//! The grammar of `table!` and `joinable!`.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Path, Token, Type, braced, parenthesized, token};

use crate::models::item::unraw;
use crate::models::source::{Use, uses};

/// `use …; #[sql_name = "…"] schema.table (key, …) { columns }`
pub(super) struct TableCall {
    pub(super) uses: Vec<Use>,
    pub(super) schema: Option<String>,
    pub(super) ident: Ident,
    pub(super) name: String,
    /// The key by the Rust names of its columns; Diesel's is `id` where none is written.
    pub(super) key: Option<Vec<Ident>>,
    pub(super) columns: Vec<ColumnCall>,
}

/// `#[max_length = 80] name -> Nullable<Varchar>`
pub(super) struct ColumnCall {
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) type_: Type,
    pub(super) max_length: Option<u32>,
    pub(super) auto_increment: bool,
}

/// `child -> parent (column)`
pub(super) struct JoinableCall {
    pub(super) child: Path,
    pub(super) parent: Path,
    pub(super) column: Ident,
}

impl Parse for TableCall {
    fn parse(input: ParseStream<'_>) -> syn::Result<TableCall> {
        let mut used = Vec::new();
        while input.peek(Token![use]) || input.peek(Token![pub]) {
            used.extend(uses(use_statement(input)?));
        }
        let attributes = input.call(Attribute::parse_outer)?;
        let mut ident = input.call(Ident::parse_any)?;
        let mut schema = None;
        if input.peek(Token![.]) {
            input.parse::<Token![.]>()?;
            schema = Some(unraw(&std::mem::replace(&mut ident, input.call(Ident::parse_any)?)));
        }
        let mut key = None;
        if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            key = Some(content.parse_terminated(Ident::parse_any, Token![,])?.into_iter().collect());
        }
        let content;
        braced!(content in input);
        let columns = content.parse_terminated(ColumnCall::parse, Token![,])?.into_iter().collect();
        // What newer versions may add.
        input.parse::<TokenStream>()?;
        let name = text(&attributes, "sql_name").unwrap_or_else(|| unraw(&ident));
        Ok(TableCall { uses: used, schema, ident, name, key, columns })
    }
}

/// What stands between `use` and `;`.
fn use_statement(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.peek(Token![;]) {
        let token: TokenTree = input.parse()?;
        if !matches!(&token, TokenTree::Ident(word) if word == "use" || word == "pub") {
            tokens.extend([token]);
        }
    }
    input.parse::<Token![;]>()?;
    Ok(tokens)
}

impl Parse for ColumnCall {
    fn parse(input: ParseStream<'_>) -> syn::Result<ColumnCall> {
        let attributes = input.call(Attribute::parse_outer)?;
        let ident = input.call(Ident::parse_any)?;
        input.parse::<Token![->]>()?;
        let type_ = input.parse()?;
        let max_length = literal(&attributes, "max_length").and_then(|literal| match literal {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        });
        let auto_increment = attributes.iter().any(|attribute| attribute.path().is_ident("auto_increment"));
        let name = text(&attributes, "sql_name").unwrap_or_else(|| unraw(&ident));
        Ok(ColumnCall { ident, name, type_, max_length, auto_increment })
    }
}

impl Parse for JoinableCall {
    fn parse(input: ParseStream<'_>) -> syn::Result<JoinableCall> {
        let child = input.call(Path::parse_mod_style)?;
        input.parse::<Token![->]>()?;
        let parent = input.call(Path::parse_mod_style)?;
        let content;
        parenthesized!(content in input);
        Ok(JoinableCall { child, parent, column: content.call(Ident::parse_any)? })
    }
}

/// The text of `#[name = "…"]`.
fn text(attributes: &[Attribute], name: &str) -> Option<String> {
    match literal(attributes, name)? {
        Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

fn literal<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Lit> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident(name) => match &pair.value {
            Expr::Lit(ExprLit { lit, .. }) => Some(lit),
            _ => None,
        },
        _ => None,
    })
}
