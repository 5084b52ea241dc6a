//! `embed_migrations!`: from the folder of scripts to one static.

use std::path::PathBuf;

use alembic_core::config::{Limits, LockMode, RunSettings, ServerSettings, TransactionMode, location};
use alembic_core::script::{Guard, Invocation, LOCK_FILE, Location, ScriptErrors, pack};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token};

use crate::config::{here, package, path_literal, read};

/// `"folder", "another", heads = many, database = "name"`
pub(crate) struct Arguments {
    folders: Vec<LitStr>,
    many_heads: bool,
    database: Option<LitStr>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Arguments> {
        let mut arguments = Arguments { folders: Vec::new(), many_heads: false, database: None };
        while !input.is_empty() {
            if input.peek(LitStr) {
                arguments.folders.push(input.parse()?);
            } else {
                let key: Ident = input.parse()?;
                input.parse::<Token![=]>()?;
                match key.to_string().as_str() {
                    "heads" => arguments.many_heads = many(&input.parse()?)?,
                    "database" => arguments.database = Some(input.parse()?),
                    _ => {
                        let message = "expected the path of a folder as a string, `heads = many` or `database = \"name\"`";
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

/// The value of `heads`.
fn many(value: &Ident) -> syn::Result<bool> {
    match value.to_string().as_str() {
        "many" => Ok(true),
        "one" => Ok(false),
        _ => Err(syn::Error::new(value.span(), "`heads` is `one` or `many`")),
    }
}

pub(crate) fn expand(arguments: &Arguments) -> syn::Result<TokenStream> {
    let span = arguments.folders.first().map_or_else(Span::call_site, LitStr::span);
    let failed = |message: String| syn::Error::new(span, message);
    let package = package();
    let (file, tracked_config) = read(span)?;
    let database = arguments.database.as_ref();
    let config = file.database(database.map(LitStr::value).as_deref()).map_err(|error| match database {
        Some(name) => syn::Error::new(name.span(), error),
        None => failed(format!("{error}\n  help: name one: `embed_migrations!(database = \"…\")`")),
    })?;
    let locations: Vec<Location> = if arguments.folders.is_empty() {
        config.locations(&package)
    } else {
        let folders = arguments.folders.iter().map(|folder| location(&package, &folder.value()));
        folders.map(|folder| Location { recursive: config.recursive, ..folder }).collect()
    };
    let here = here();
    let name = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
    let database = database.map(LitStr::value);
    let invocation = Invocation::seen_from(&here, &package, &name, database.as_deref());
    let locations = locations.into_iter().map(|location| location.seen_from(&here, &package)).collect();
    let settings = settings(&config.run_settings());
    let guard = Guard { locations, dialects: config.dialects.clone(), many_heads: arguments.many_heads };
    let directory = guard.check().map_err(|errors| failed(message(&errors, &invocation)))?;

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
    let folders = [Some(package.as_path()), guard.locations.first().map(|first| first.path.as_path())];
    let folders = folders.into_iter().flatten().map(path_literal).collect::<syn::Result<Vec<_>>>()?;
    let tracked = tracked.iter().map(|path| path_literal(path)).collect::<syn::Result<Vec<_>>>()?;

    let heads = directory.heads().into_iter().map(|(id, lineage)| {
        let lineage = Literal::byte_string(lineage.as_bytes());
        quote!((#id, *#lineage))
    });
    let heads = quote!(&[#(#heads),*]);
    let scripts = Literal::byte_string(&pack(directory).map_err(failed)?);
    Ok(quote!({
        // Makes cargo compile this again when one of them changes; leaves nothing in the program.
        const _: &[&::core::primitive::str] = &[#(::core::include_str!(#tracked)),*];
        #tracked_config
        const HEADS: &[(&::core::primitive::str, [::core::primitive::u8; 32])] = #heads;
        // Of no use to a program that is not in development, nor to a test: see `Run::seal_in_development`.
        const SOURCE: ::core::option::Option<[&::core::primitive::str; 2]> =
            if ::core::cfg!(all(debug_assertions, not(test))) {
                ::core::option::Option::Some([#(#folders),*])
            } else {
                ::core::option::Option::None
            };
        ::alembic::Migrator::embedded(HEADS, #scripts, #settings, SOURCE)
    }))
}

/// The settings as an expression that is constant.
fn settings(settings: &RunSettings) -> TokenStream {
    let RunSettings { transaction, connection, lock_timeout, limits, session, server, version_table } =
        settings;
    let ServerSettings { transactional_ddl, lock } = *server;
    let lock = match lock {
        LockMode::Server => quote!(Server),
        LockMode::Lease => quote!(Lease),
    };
    let Limits { statement_lock_timeout, statement_timeout, retries } = *limits;
    let transaction = match transaction {
        TransactionMode::Run => quote!(Run),
        TransactionMode::Revision => quote!(Revision),
    };
    let (timeout, wait) = (connection.timeout.as_secs(), connection.wait.as_secs());
    let lock_timeout = lock_timeout.as_secs();
    let borrowed = |text: &str| quote!(::std::borrow::Cow::Borrowed(#text));
    let name = borrowed(&version_table.name);
    let time_zone = borrowed(&session.time_zone);
    let option = |text: Option<&str>| match text.map(borrowed) {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    };
    let (schema, role) = (option(version_table.schema.as_deref()), option(session.role.as_deref()));
    quote!(::alembic::config::RunSettings {
        transaction: ::alembic::config::TransactionMode::#transaction,
        connection: ::alembic::config::ConnectionSettings {
            timeout: ::core::time::Duration::from_secs(#timeout),
            wait: ::core::time::Duration::from_secs(#wait),
        },
        lock_timeout: ::core::time::Duration::from_secs(#lock_timeout),
        limits: ::alembic::config::Limits {
            statement_lock_timeout: #statement_lock_timeout,
            statement_timeout: #statement_timeout,
            retries: #retries,
        },
        server: ::alembic::config::ServerSettings {
            transactional_ddl: #transactional_ddl,
            lock: ::alembic::config::LockMode::#lock,
        },
        session: ::alembic::config::SessionSettings { time_zone: #time_zone, role: #role },
        version_table: ::alembic::config::VersionTable { name: #name, schema: #schema },
    })
}

/// All problems as one error of the compiler. Editors show its first line.
fn message(errors: &ScriptErrors, invocation: &Invocation) -> String {
    let told = errors.tell(invocation);
    match errors.0.len() {
        1 => told,
        count => format!("the migrations have {count} problems\n\n{told}"),
    }
}
