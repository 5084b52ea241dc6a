//! What differs between the databases: types, quoting, the SQL of our own tables, locks, and how they report failures.
//!
//! One folder for each database. This room knows nothing of revisions and scripts. Without a driver only what is pure
//! is compiled: the types.

#[cfg(feature = "driver")]
pub(crate) mod catalog;
#[cfg(feature = "driver")]
mod ddl;
#[cfg(feature = "driver")]
mod failure;
#[cfg(feature = "driver")]
mod generic;
#[cfg(feature = "driver")]
mod lease;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod lock_key;
#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "driver")]
mod neutral;
#[cfg(feature = "driver")]
mod offline;
#[cfg(feature = "postgres")]
pub(crate) mod postgresql;
#[cfg(feature = "driver")]
pub(crate) mod quote;
#[cfg(feature = "driver")]
pub(crate) mod reflect;
#[cfg(feature = "driver")]
mod server;
#[cfg(feature = "driver")]
pub(crate) mod sqlite;
#[cfg(feature = "driver")]
mod tables;
mod types;

#[cfg(feature = "driver")]
pub use ddl::DdlError;
#[cfg(feature = "driver")]
pub(crate) use ddl::{Statement, script, statements, type_word};
#[cfg(feature = "driver")]
pub use failure::DatabaseMessage;
#[cfg(feature = "driver")]
pub(crate) use generic::{generic, generic_type};
#[cfg(feature = "driver")]
pub(crate) use lease::Lease;
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use lock_key::LockKey;
#[cfg(feature = "driver")]
pub(crate) use offline::Offline;
#[cfg(feature = "driver")]
pub(crate) use quote::literal;
#[cfg(feature = "driver")]
pub(crate) use reflect::{Namespace, Rows, columns};
#[cfg(feature = "driver")]
pub(crate) use server::{ReadOnly, ServerFacts};
#[cfg(feature = "driver")]
pub(crate) use tables::{ALEMBIC_WIDTH, Entry, Operation, Tables};
pub use types::{NoSuchType, TypeWords};
