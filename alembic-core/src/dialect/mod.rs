//! What differs between the databases: types, quoting, the SQL of our own tables, locks, and how they report failures.
//!
//! One folder for each database. This room knows nothing of revisions and scripts. Without a driver only what is pure
//! is compiled: the types.

#[cfg(feature = "driver")]
pub(crate) mod catalog;
#[cfg(all(feature = "sources", feature = "driver"))]
mod conversion;
#[cfg(all(feature = "sources", feature = "driver"))]
mod ddl;
#[cfg(feature = "driver")]
mod driver_error;
#[cfg(feature = "driver")]
mod error_kind;
#[cfg(feature = "driver")]
mod failure;
#[cfg(all(feature = "sources", feature = "driver"))]
mod generic;
#[cfg(feature = "driver")]
mod lease;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod lock_key;
#[cfg(feature = "driver")]
pub(crate) mod mysql;
#[cfg(all(feature = "sources", feature = "driver"))]
mod neutral;
#[cfg(feature = "driver")]
mod offline;
#[cfg(feature = "driver")]
pub(crate) mod postgresql;
#[cfg(all(feature = "sources", feature = "driver"))]
pub(crate) mod reflect;
#[cfg(all(feature = "sources", any(feature = "postgres", feature = "mysql")))]
pub(crate) mod scratch;
#[cfg(feature = "driver")]
mod server;
#[cfg(feature = "driver")]
pub(crate) mod sqlite;
#[cfg(feature = "driver")]
mod tables;
#[cfg(feature = "sources")]
mod types;

#[cfg(all(feature = "sources", feature = "driver"))]
pub(crate) use conversion::is_larger;
#[cfg(feature = "postgres")]
pub(crate) use conversion::{Side as TypeSide, asked_for};
#[cfg(all(feature = "sources", feature = "driver"))]
pub use ddl::DdlError;
#[cfg(all(feature = "sources", feature = "driver"))]
pub(crate) use ddl::{Retyped, Statement, retyped, script, statements, type_word};
#[cfg(feature = "driver")]
pub(crate) use error_kind::ErrorKind;
#[cfg(feature = "driver")]
pub use failure::DatabaseMessage;
#[cfg(all(feature = "sources", feature = "driver"))]
pub(crate) use generic::{generic, generic_type};
#[cfg(feature = "driver")]
pub(crate) use lease::{CATCH_UP, Lease};
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use lock_key::LockKey;
#[cfg(feature = "driver")]
pub(crate) use offline::Offline;
#[cfg(all(feature = "sources", feature = "driver"))]
pub(crate) use reflect::{Namespace, columns};
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use server::Engine;
#[cfg(feature = "driver")]
pub(crate) use server::{ReadOnly, ServerFacts};
#[cfg(feature = "driver")]
pub(crate) use tables::Tables;
#[cfg(feature = "driver")]
pub(crate) use tables::history::{DoneEntry, Entry, Operation};
#[cfg(feature = "driver")]
pub use tables::unfit_schema::UnfitSchema;
#[cfg(feature = "driver")]
pub(crate) use tables::version::ALEMBIC_WIDTH;
#[cfg(feature = "sources")]
pub use types::{NoSuchType, TypeWords};

/// The answer of a query all of whose columns are text.
#[cfg(feature = "driver")]
pub(crate) type Rows = Vec<Vec<Option<String>>>;
