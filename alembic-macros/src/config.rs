//! `alembic.toml` of the package that is compiled.

use std::path::{Path, PathBuf};

use alembic_core::config::{CONFIG_FILE, Config};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;

/// The folder of the package.
pub(crate) fn package() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default())
}

/// The configuration, and what makes cargo compile again when it changes. That leaves nothing in the program.
pub(crate) fn read(span: Span) -> syn::Result<(Config, TokenStream)> {
    let package = package();
    let config = Config::read(&package).map_err(|error| syn::Error::new(span, error.to_string()))?;
    let file = Some(package.join(CONFIG_FILE)).filter(|file| file.exists());
    let file = file.iter().map(|file| path_literal(file)).collect::<syn::Result<Vec<_>>>()?;
    Ok((config, quote!(#(const _: &::core::primitive::str = ::core::include_str!(#file);)*)))
}

pub(crate) fn path_literal(path: &Path) -> syn::Result<Literal> {
    let text = path.to_str().ok_or_else(|| {
        let message =
            format!("the path {} is not UTF-8, which the compiler needs to read it", path.display());
        syn::Error::new(Span::call_site(), message)
    })?;
    Ok(Literal::string(text))
}
