//! PostgreSQL.

pub(crate) mod deferred;
#[cfg(feature = "postgres")]
mod error;
pub(crate) mod index;
#[cfg(feature = "postgres")]
mod lock;
#[cfg(all(feature = "sources", feature = "postgres"))]
pub(crate) mod reflect;
#[cfg(all(feature = "sources", feature = "postgres"))]
pub(crate) mod scratch;
#[cfg(feature = "postgres")]
pub(crate) mod server;
pub(crate) mod session;

#[cfg(feature = "postgres")]
pub(crate) use error::{error_kind, message};
#[cfg(feature = "postgres")]
pub(crate) use lock::PostgresqlLock;
