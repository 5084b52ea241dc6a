//! What differs between the databases: quoting, the SQL of our own tables, locks, and how they report failures.
//!
//! One folder for each database. This room knows nothing of revisions and scripts.

pub(crate) mod catalog;
mod failure;
mod lease;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod lock_key;
#[cfg(feature = "mysql")]
pub(crate) mod mysql;
mod offline;
#[cfg(feature = "postgres")]
pub(crate) mod postgresql;
mod quote;
mod server;
pub(crate) mod sqlite;
mod tables;

pub use failure::DatabaseMessage;
pub(crate) use lease::Lease;
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use lock_key::LockKey;
pub(crate) use offline::Offline;
pub(crate) use server::{ReadOnly, ServerFacts};
pub(crate) use tables::{ALEMBIC_WIDTH, Entry, Operation, Tables};
