//! MySQL and MariaDB.

pub(crate) mod engine;
#[cfg(feature = "mysql")]
mod error;
#[cfg(feature = "mysql")]
mod lock;
#[cfg(all(feature = "sources", feature = "mysql"))]
pub(crate) mod reflect;
#[cfg(all(feature = "sources", feature = "mysql"))]
pub(crate) mod scratch;
#[cfg(feature = "mysql")]
pub(crate) mod server;
pub(crate) mod session;

#[cfg(feature = "mysql")]
pub(crate) use error::{error_kind, message};
#[cfg(feature = "mysql")]
pub(crate) use lock::MysqlLock;
