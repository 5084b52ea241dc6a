//! Parts of a schema as the Rust expressions that make them.

use alembic_core::schema::{
    Check, Deferrable, Enum, ForeignKey, Generated, Identity, Index, IndexPart, NameTemplate,
    NamingConvention, Nulls, ObjectName, PrimaryKey, ReferentialAction, Type, Unique,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

pub(crate) fn optional_text(text: Option<&String>) -> TokenStream {
    option(text, |text| quote!(#text.into()))
}

pub(crate) fn list(texts: &[String]) -> TokenStream {
    quote!(::std::vec![#(#texts.into()),*])
}

fn option<T>(value: Option<&T>, tokens: impl Fn(&T) -> TokenStream) -> TokenStream {
    value.map(tokens).map_or_else(
        || quote!(::core::option::Option::None),
        |tokens| quote!(::core::option::Option::Some(#tokens)),
    )
}

/// A value of an enum without fields, by the name that `Debug` gives.
fn variant(of: &str, value: &impl std::fmt::Debug) -> TokenStream {
    let [of, value] = [of.to_owned(), format!("{value:?}")].map(|name| Ident::new(&name, Span::call_site()));
    quote!(::alembic::schema::#of::#value)
}

pub(crate) fn object_name(name: &ObjectName) -> TokenStream {
    let ObjectName { schema, name } = name;
    let schema = optional_text(schema.as_ref());
    quote!(::alembic::schema::ObjectName { schema: #schema, name: #name.into() })
}

pub(crate) fn optional_name(name: Option<&ObjectName>) -> TokenStream {
    option(name, object_name)
}

pub(crate) fn type_(type_: &Type) -> TokenStream {
    let path = quote!(::alembic::schema::Type);
    match type_ {
        Type::Decimal { precision, scale } => {
            let [precision, scale] =
                [precision, scale].map(|number| option(number.as_ref(), |it| quote!(#it)));
            quote!(#path::Decimal { precision: #precision, scale: #scale })
        }
        Type::Varchar(length) => quote!(#path::Varchar(#length)),
        Type::Char(length) => quote!(#path::Char(#length)),
        Type::Varbinary(length) => quote!(#path::Varbinary(#length)),
        Type::Array(element) => {
            let element = self::type_(element);
            quote!(#path::Array(::std::boxed::Box::new(#element)))
        }
        Type::Enum(name) => {
            let name = object_name(name);
            quote!(#path::Enum(#name))
        }
        Type::Sql(words) => quote!(#path::Sql(#words.into())),
        Type::Worded { type_, sqlite, postgresql, mysql } => {
            let type_ = self::type_(type_);
            let [sqlite, postgresql, mysql] =
                [sqlite, postgresql, mysql].map(|words| optional_text(words.as_ref()));
            quote!(#path::Worded {
                type_: ::std::boxed::Box::new(#type_),
                sqlite: #sqlite,
                postgresql: #postgresql,
                mysql: #mysql,
            })
        }
        plain => variant("Type", plain),
    }
}

pub(crate) fn enumeration(definition: &Enum) -> TokenStream {
    let Enum { name, values, renamed_values, renamed_from } = definition;
    let (name, values, renamed_from) =
        (object_name(name), list(values), optional_name(renamed_from.as_ref()));
    let renamed = renamed_values.iter().map(|(new, old)| quote!((#new.into(), #old.into())));
    quote!(::alembic::schema::Enum {
        name: #name,
        values: #values,
        renamed_values: ::std::vec![#(#renamed),*],
        renamed_from: #renamed_from,
    })
}

pub(crate) fn identity(identity: Identity) -> TokenStream {
    variant("Identity", &identity)
}

pub(crate) fn generated(generated: &Generated) -> TokenStream {
    let Generated { expression, stored } = generated;
    quote!(::alembic::schema::Generated { expression: #expression.into(), stored: #stored })
}

pub(crate) fn primary_key(key: &PrimaryKey) -> TokenStream {
    // Models have no words for prefixes, nor for what only a definition says.
    let PrimaryKey { name, columns, prefixes: _, definition: _ } = key;
    let (name, columns) = (optional_text(name.as_ref()), list(columns));
    quote!(::alembic::schema::PrimaryKey { name: #name, columns: #columns, prefixes: ::std::vec![], definition: ::core::option::Option::None })
}

pub(crate) fn unique(unique: &Unique) -> TokenStream {
    let Unique { name, columns, nulls_not_distinct, deferrable, definition: _ } = unique;
    let (name, columns) = (optional_text(name.as_ref()), list(columns));
    let deferrable = self::deferrable(deferrable.as_ref());
    quote!(::alembic::schema::Unique {
        name: #name,
        columns: #columns,
        nulls_not_distinct: #nulls_not_distinct,
        deferrable: #deferrable,
        definition: ::core::option::Option::None,
    })
}

fn deferrable(deferrable: Option<&Deferrable>) -> TokenStream {
    option(deferrable, |deferrable| variant("Deferrable", deferrable))
}

pub(crate) fn foreign_key(
    key: &ForeignKey,
    references: &TokenStream,
    referenced_columns: &TokenStream,
) -> TokenStream {
    let ForeignKey {
        name,
        columns,
        references: _,
        referenced_columns: _,
        on_delete,
        on_update,
        deferrable,
        definition: _,
    } = key;
    let (name, columns) = (optional_text(name.as_ref()), list(columns));
    let action = |action: &ReferentialAction| variant("ReferentialAction", action);
    let (on_delete, on_update) = (action(on_delete), action(on_update));
    let deferrable = self::deferrable(deferrable.as_ref());
    quote!(::alembic::schema::ForeignKey {
        name: #name,
        columns: #columns,
        references: #references,
        referenced_columns: #referenced_columns,
        on_delete: #on_delete,
        on_update: #on_update,
        deferrable: #deferrable,
        definition: ::core::option::Option::None,
    })
}

pub(crate) fn check(check: &Check) -> TokenStream {
    let Check { name, expression, definition: _ } = check;
    let name = optional_text(name.as_ref());
    quote!(::alembic::schema::Check { name: #name, expression: #expression.into(), definition: ::core::option::Option::None })
}

pub(crate) fn index(index: &Index) -> TokenStream {
    let Index {
        name,
        parts,
        unique,
        nulls_not_distinct,
        method,
        include,
        condition,
        is_invalid: _,
        definition: _,
        renamed_from,
    } = index;
    let parts = parts.iter().map(part);
    let (method, condition) = (optional_text(method.as_ref()), optional_text(condition.as_ref()));
    let (include, renamed_from) = (list(include), optional_text(renamed_from.as_ref()));
    quote!(::alembic::schema::Index {
        name: #name.into(),
        parts: ::std::vec![#(#parts),*],
        unique: #unique,
        nulls_not_distinct: #nulls_not_distinct,
        method: #method,
        include: #include,
        condition: #condition,
        is_invalid: false,
        definition: ::core::option::Option::None,
        renamed_from: #renamed_from,
    })
}

fn part(part: &IndexPart) -> TokenStream {
    let IndexPart { key, is_expression, direction, nulls, collation, operator_class, prefix } = part;
    let direction = variant("Direction", direction);
    let nulls = option(nulls.as_ref(), |nulls: &Nulls| variant("Nulls", nulls));
    let (collation, operator_class) =
        (optional_text(collation.as_ref()), optional_text(operator_class.as_ref()));
    let prefix = option(prefix.as_ref(), |prefix| quote!(#prefix));
    quote!(::alembic::schema::IndexPart {
        key: #key.into(),
        is_expression: #is_expression,
        direction: #direction,
        nulls: #nulls,
        collation: #collation,
        operator_class: #operator_class,
        prefix: #prefix,
    })
}

pub(crate) fn naming(naming: &NamingConvention) -> TokenStream {
    let NamingConvention { primary_key, unique, foreign_key, index, check } = naming;
    let template = |template: &NameTemplate| {
        let text = template.as_str();
        quote!(::alembic::schema::NameTemplate::checked(#text))
    };
    let [primary_key, unique, foreign_key, index, check] =
        [primary_key, unique, foreign_key, index, check].map(template);
    quote!(::alembic::schema::NamingConvention {
        primary_key: #primary_key,
        unique: #unique,
        foreign_key: #foreign_key,
        index: #index,
        check: #check,
    })
}
