//! The macro of alembic: reads the migrations of a package while it is compiled.
//!
//! A service depends on `alembic`, which re-exports it.

mod embed;

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
