//! The macros of alembic: read the migrations of a package, and its models, while it is compiled.
//!
//! A service depends on `alembic`, which re-exports them.

#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

mod config;
mod embed;
#[cfg(feature = "models")]
mod model;
#[cfg(feature = "models")]
mod schema;

use proc_macro::TokenStream;

/// Embeds the migrations of this package, and refuses to compile when they are not what was applied.
///
/// ```text
/// static MIGRATOR: alembic::Migrator = alembic::embed_migrations!();
///
/// MIGRATOR.upgrade(&pool).await?;
/// ```
///
/// Without a path the folders are those of `alembic.toml`, else `migrations`; with one or more
/// (`embed_migrations!("db/migrations")`) they are relative to the package. The lock lies in the first folder.
/// `embed_migrations!(heads = many)` allows more heads than one. `embed_migrations!(database = "billing")` takes folders
/// and settings of `[databases.billing]` in `alembic.toml`.
///
/// All of these are errors of the compiler: a script that was edited or deleted after it was applied (`alembic.lock`
/// says so), a cycle, a parent that is missing, an id that stands twice, a malformed header, section or statement, more
/// heads than one.
#[proc_macro]
pub fn embed_migrations(input: TokenStream) -> TokenStream {
    match syn::parse(input).and_then(|arguments| embed::expand(&arguments)) {
        Ok(tokens) => tokens.into(),
        Err(error) => error.into_compile_error().into(),
    }
}

/// Makes a struct the model of a table: implements `alembic::Model`.
///
/// ```text
/// #[derive(sqlx::FromRow, alembic::Table)]
/// #[table(name = "books", index(author_id, desc(published)))]
/// struct Book {
///     #[column(primary_key, autoincrement)]
///     id: i64,
///     #[column(length = 200)]
///     title: String,
///     #[column(references("authors(id)", on_delete = cascade))]
///     author_id: i64,
///     published: Option<chrono::NaiveDate>,
/// }
/// ```
///
/// All attributes, and the column type of each Rust type, are in `docs/models.md`.
#[cfg(feature = "models")]
#[proc_macro_derive(Table, attributes(table, column))]
pub fn derive_table(input: TokenStream) -> TokenStream {
    expand(input, model::table)
}

/// Makes an enum the type of columns.
///
/// ```text
/// #[derive(sqlx::Type, alembic::Enum)]
/// #[sqlx(type_name = "order_status", rename_all = "snake_case")]
/// enum OrderStatus {
///     New,
///     #[alembic(renamed_from = "sent")]
///     Shipped,
/// }
/// ```
#[cfg(feature = "models")]
#[proc_macro_derive(Enum, attributes(alembic))]
pub fn derive_enum(input: TokenStream) -> TokenStream {
    expand(input, model::enum_)
}

/// Makes a struct with one field the type of columns: that of its field.
///
/// The command line knows newtypes without it; `models!` does not.
///
/// ```text
/// #[derive(sqlx::Type, alembic::Newtype)]
/// #[sqlx(transparent)]
/// struct UserId(i64);
/// ```
#[cfg(feature = "models")]
#[proc_macro_derive(Newtype)]
pub fn derive_newtype(input: TokenStream) -> TokenStream {
    expand(input, model::newtype)
}

/// The models of a service, for a comparison with its database.
///
/// ```text
/// let schema = alembic::models![User, Order, billing::Invoice].schema()?;
/// ```
///
/// Constraints and indexes that have no name get it from `alembic.toml`.
#[cfg(feature = "models")]
#[proc_macro]
pub fn models(input: TokenStream) -> TokenStream {
    match alembic_core::models::item::parse(input.into()).and_then(|list| model::models(&list)) {
        Ok(tokens) => tokens.into(),
        Err(error) => error.into_compile_error().into(),
    }
}

#[cfg(feature = "models")]
fn expand(
    input: TokenStream,
    derive: fn(&syn::DeriveInput) -> syn::Result<proc_macro2::TokenStream>,
) -> TokenStream {
    match alembic_core::models::item::parse(input.into()).and_then(|input| derive(&input)) {
        Ok(tokens) => tokens.into(),
        Err(error) => error.into_compile_error().into(),
    }
}
