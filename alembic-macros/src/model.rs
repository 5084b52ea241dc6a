//! `#[derive(Table)]`, `#[derive(Enum)]`, `#[derive(Newtype)]`: from what was read of an item to the code that describes it.

use alembic_core::models::item::{
    ColumnItem, ForeignKeyItem, Spanned, TableItem, Target, read_enum, read_newtype, read_table,
};
use alembic_core::models::{ColumnKind, Modifiers};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::DeriveInput;

use crate::schema::{
    check, enumeration, foreign_key, generated, identity, index, list, object_name, optional_name,
    optional_text, primary_key, type_, unique,
};

pub(crate) fn table(input: &DeriveInput) -> syn::Result<TokenStream> {
    let item = read_table(input).result()?;
    let ident = &input.ident;
    let (generics, arguments, conditions) = input.generics.split_for_impl();
    let TableItem { name, columns, comment, options, renamed_from, unnamed_constraints, .. } = &item;
    let schema = borrowed(name.value.schema.as_ref());
    let table = &name.value.name;
    let pairs = columns.iter().map(|column| {
        let (field, name) = (&column.field, &column.draft.column.name);
        quote!((#field, #name))
    });
    let start = line(name.span);
    let object = object_name(&name.value);
    let comment = optional_text(comment.as_ref());
    let renamed_from = optional_name(renamed_from.as_ref());
    let (strict, without_rowid) = (options.strict, options.without_rowid);
    let columns = columns.iter().map(column);
    let primary_key = item
        .primary_key
        .as_ref()
        .map(|key| at(key, primary_key))
        .map(|key| quote!(draft.primary_key = ::core::option::Option::Some(#key);));
    let uniques = item.uniques.iter().map(|spanned| at(spanned, unique));
    let foreign_keys = item.foreign_keys.iter().map(reference);
    let checks = item.checks.iter().map(|spanned| {
        at(spanned, |(value, column)| {
            let (value, column) = (check(value), optional_text(column.as_ref()));
            quote!((#value, #column))
        })
    });
    let indexes = item.indexes.iter().map(|spanned| at(spanned, index));
    Ok(quote! {
        #[automatically_derived]
        impl #generics ::alembic::Model for #ident #arguments #conditions {
            const TABLE: ::alembic::models::TableModel = ::alembic::models::TableModel {
                schema: #schema,
                name: #table,
                columns: &[#(#pairs),*],
                draft: || {
                    // Whatever else is named, the type of a field might be called the same.
                    use ::alembic::models::ByName as _;

                    let mut draft = ::alembic::models::Draft::new(::core::file!(), #start, #object);
                    #(#columns)*
                    #primary_key
                    #(draft.uniques.push(#uniques);)*
                    #(draft.foreign_keys.push(#foreign_keys);)*
                    #(draft.checks.push(#checks);)*
                    #(draft.indexes.push(#indexes);)*
                    draft.comment = #comment;
                    draft.options.strict = #strict;
                    draft.options.without_rowid = #without_rowid;
                    draft.renamed_from = #renamed_from;
                    draft.unnamed_constraints = #unnamed_constraints;
                    draft
                },
            };
        }
    })
}

pub(crate) fn enum_(input: &DeriveInput) -> syn::Result<TokenStream> {
    let kind = kind(&read_enum(input).result()?.kind);
    Ok(column_type(input, &quote!(::core::result::Result::Ok(#kind))))
}

pub(crate) fn newtype(input: &DeriveInput) -> syn::Result<TokenStream> {
    let wrapped = read_newtype(input).result()?.wrapped;
    let probe = probe(&wrapped);
    Ok(column_type(input, &quote!({ use ::alembic::models::ByName as _; #probe })))
}

fn column_type(input: &DeriveInput, kind: &TokenStream) -> TokenStream {
    let ident = &input.ident;
    let (generics, arguments, conditions) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #generics ::alembic::models::ColumnType for #ident #arguments #conditions {
            fn column_kind() -> ::core::result::Result<
                ::alembic::models::ColumnKind,
                ::alembic::models::UnknownType,
            > {
                #kind
            }
        }
    }
}

fn probe(rust: &syn::Type) -> TokenStream {
    quote!(::alembic::models::Probe::<#rust>::column_kind())
}

fn kind(kind: &ColumnKind) -> TokenStream {
    if let [definition] = kind.enums.as_slice() {
        let definition = enumeration(definition);
        return quote!(::alembic::models::ColumnKind::of_enum(#definition));
    }
    let (type_, nullable) = (type_(&kind.type_), kind.nullable);
    quote!(::alembic::models::ColumnKind {
        nullable: #nullable,
        ..::alembic::models::ColumnKind::new(#type_)
    })
}

/// Adds a column to the draft. Only what is said of it is set.
fn column(item: &ColumnItem) -> TokenStream {
    let kind = match (&item.rust, &item.draft.kind) {
        (Some(rust), _) => probe(rust),
        (None, Ok(given)) => {
            let kind = kind(given);
            quote!(::core::result::Result::Ok(#kind))
        }
        (None, Err(unknown)) => {
            let rust = &unknown.rust;
            quote!(::core::result::Result::Err(::alembic::models::UnknownType { rust: #rust.into() }))
        }
    };
    let column = &item.draft.column;
    let name = &column.name;
    let mut rest = TokenStream::new();
    let mut set = |field: TokenStream, value: Option<TokenStream>| {
        rest.extend(value.map(|value| quote!(column.#field = ::core::option::Option::Some(#value);)));
    };
    let text = |text: &String| quote!(#text.into());
    set(quote!(column.default), column.default.as_ref().map(text));
    set(quote!(column.identity), column.identity.map(identity));
    set(quote!(column.generated), column.generated.as_ref().map(generated));
    set(quote!(column.collation), column.collation.as_ref().map(text));
    set(quote!(column.comment), column.comment.as_ref().map(text));
    set(quote!(column.renamed_from), column.renamed_from.as_ref().map(text));
    set(quote!(column.using), column.using.as_ref().map(text));
    let Modifiers { length, precision, scale, sqlite, postgresql, mysql } = &item.draft.modifiers;
    let number = |number: &u32| quote!(#number);
    set(quote!(modifiers.length), length.as_ref().map(number));
    set(quote!(modifiers.precision), precision.as_ref().map(number));
    set(quote!(modifiers.scale), scale.as_ref().map(number));
    set(quote!(modifiers.sqlite), sqlite.as_ref().map(text));
    set(quote!(modifiers.postgresql), postgresql.as_ref().map(text));
    set(quote!(modifiers.mysql), mysql.as_ref().map(text));
    set(quote!(nullable), item.draft.nullable.map(|nullable| quote!(#nullable)));
    let line = line(item.span);
    let changed = if rest.is_empty() { quote!() } else { quote!(mut) };
    quote!({
        let #changed column = ::alembic::models::DraftColumn::new(#name, #kind);
        #rest
        draft.columns.push(::alembic::models::At { line: #line, value: column });
    })
}

/// A foreign key. What it refers to is a name, or what another model says of itself.
fn reference(item: &ForeignKeyItem) -> TokenStream {
    let line = line(item.span);
    let key = match &item.target {
        Target::Table(name, columns) => foreign_key(&item.key, &object_name(name), &list(columns)),
        Target::Model(model, field) => {
            let columns = field.iter().map(|field| {
                let field = alembic_core::models::item::unraw(field);
                quote!(model.column(#field).unwrap_or(#field).into())
            });
            let key =
                foreign_key(&item.key, &quote!(model.object_name()), &quote!(::std::vec![#(#columns),*]));
            quote!({
                let model = <#model as ::alembic::Model>::TABLE;
                #key
            })
        }
    };
    quote!(::alembic::models::At { line: #line, value: #key })
}

fn at<T>(spanned: &Spanned<T>, value: impl Fn(&T) -> TokenStream) -> TokenStream {
    let (line, value) = (line(spanned.span), value(&spanned.value));
    quote!(::alembic::models::At { line: #line, value: #value })
}

fn line(span: Span) -> usize {
    span.unwrap().line()
}

fn borrowed(text: Option<&String>) -> TokenStream {
    text.map_or_else(
        || quote!(::core::option::Option::None),
        |text| quote!(::core::option::Option::Some(#text)),
    )
}

/// `models![User, Order]`
pub(crate) struct ModelList {
    models: syn::punctuated::Punctuated<syn::Type, syn::Token![,]>,
}

impl syn::parse::Parse for ModelList {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<ModelList> {
        input.parse_terminated(syn::Type::parse, syn::Token![,]).map(|models| ModelList { models })
    }
}

pub(crate) fn models(list: &ModelList) -> syn::Result<TokenStream> {
    let (config, tracked) = crate::config::read(Span::call_site())?;
    let models = list.models.iter().map(ToTokens::to_token_stream);
    let naming = crate::schema::naming(&config.shared().naming);
    Ok(quote!({
        #tracked
        ::alembic::models::Models {
            tables: ::std::vec![#(<#models as ::alembic::Model>::TABLE),*],
            naming: #naming,
        }
    }))
}
