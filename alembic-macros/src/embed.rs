//! `embed_migrations!`: from the folder of scripts to one static.

use std::path::PathBuf;

use alembic_core::config::{TransactionMode, location};
use alembic_core::script::{Guard, LOCK_FILE, ScriptErrors, pack};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token};

use crate::config::{package, path_literal, read};

/// `"folder", "another", heads = many`
pub(crate) struct Arguments {
    folders: Vec<LitStr>,
    many_heads: bool,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Arguments> {
        let mut arguments = Arguments { folders: Vec::new(), many_heads: false };
        while !input.is_empty() {
            if input.peek(LitStr) {
                arguments.folders.push(input.parse()?);
            } else {
                let key: Ident = input.parse()?;
                input.parse::<Token![=]>()?;
                let value: Ident = input.parse()?;
                match (key.to_string().as_str(), value.to_string().as_str()) {
                    ("heads", "many") => arguments.many_heads = true,
                    ("heads", "one") => arguments.many_heads = false,
                    ("heads", _) => return Err(syn::Error::new(value.span(), "`heads` is `one` or `many`")),
                    _ => {
                        let message = "expected the path of a folder as a string, or `heads = many`";
                        return Err(syn::Error::new(key.span(), message));
                    }
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    }
}

pub(crate) fn expand(arguments: &Arguments) -> syn::Result<TokenStream> {
    let span = arguments.folders.first().map_or_else(Span::call_site, LitStr::span);
    let failed = |message: String| syn::Error::new(span, message);
    let package = package();
    let (config, tracked_config) = read(span)?;
    let locations = if arguments.folders.is_empty() {
        config.locations(&package)
    } else {
        arguments.folders.iter().map(|folder| location(&package, &folder.value())).collect()
    };
    let guard = Guard { locations, dialects: config.dialects, many_heads: arguments.many_heads };
    let directory = guard.check().map_err(|errors| failed(message(&errors)))?;

    let mut tracked: Vec<PathBuf> = directory
        .scripts()
        .iter()
        .filter_map(|script| {
            guard.locations.iter().find_map(|location| {
                let name = script.path.strip_prefix(&location.shown)?.strip_prefix('/')?;
                Some(location.path.join(name))
            })
        })
        .collect();
    tracked
        .extend(guard.locations.first().map(|first| first.path.join(LOCK_FILE)).filter(|lock| lock.exists()));
    let tracked = tracked.iter().map(|path| path_literal(path)).collect::<syn::Result<Vec<_>>>()?;

    let heads = directory.heads().into_iter().map(|(id, lineage)| {
        let lineage = Literal::byte_string(lineage.as_bytes());
        quote!((#id, *#lineage))
    });
    let heads = quote!(&[#(#heads),*]);
    let one_transaction = config.transaction == TransactionMode::Run;
    let lock_timeout = config.lock_timeout;
    let scripts = Literal::byte_string(&pack(directory).map_err(failed)?);
    Ok(quote!({
        // Makes cargo compile this again when one of them changes; leaves nothing in the program.
        const _: &[&::core::primitive::str] = &[#(::core::include_str!(#tracked)),*];
        #tracked_config
        const HEADS: &[(&::core::primitive::str, [::core::primitive::u8; 32])] = #heads;
        ::alembic::Migrator::embedded(HEADS, #scripts, #one_transaction, #lock_timeout)
    }))
}

/// All problems as one error of the compiler. Editors show its first line.
fn message(errors: &ScriptErrors) -> String {
    match errors.0.len() {
        1 => errors.to_string(),
        count => format!("the migrations have {count} problems\n\n{errors}"),
    }
}
