//! What differs between the databases: quoting, the SQL of our own tables, locks, and how they report failures.
//!
//! One folder for each database. This room knows nothing of revisions and scripts.

pub(crate) mod expression;
mod failure;
#[cfg(feature = "mysql")]
pub(crate) mod mysql;
#[cfg(feature = "postgres")]
pub(crate) mod postgresql;
mod quote;
pub(crate) mod reflect;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
mod tables;

pub use failure::DatabaseMessage;
pub(crate) use reflect::{Namespace, Rows, columns};
pub(crate) use tables::{ALEMBIC_WIDTH, Entry, Operation, Tables};
