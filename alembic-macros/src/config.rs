//! `alembic.toml` of the package that is compiled.

use std::path::{Path, PathBuf};

use alembic_core::config::{CONFIG_FILE, ConfigError, ConfigFile};
use alembic_core::script::seen_from;
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;

/// The folder of the package.
pub(crate) fn package() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default())
}

/// The folder that paths in messages are read from: cargo runs the compiler at the root of the workspace.
pub(crate) fn here() -> PathBuf {
    std::env::current_dir().unwrap_or_default()
}

/// The configuration, and what makes cargo compile again when it changes. That leaves nothing in the program.
pub(crate) fn read(span: Span) -> syn::Result<(ConfigFile, TokenStream)> {
    let package = package();
    let config = ConfigFile::read(&package).map_err(|ConfigError { path, line, reason }| {
        let path = seen_from(&here(), &package, &path);
        syn::Error::new(span, ConfigError { path, line, reason })
    })?;
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
