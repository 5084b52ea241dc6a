//! The database that a run works on: how it is reached, and how SQL is sent to it.

pub(crate) mod batch;
pub(crate) mod boundary;
pub(crate) mod connect;
pub(crate) mod connection;
pub(crate) mod database;
mod exchange;
#[cfg(feature = "postgres")]
mod hosts;
pub(crate) mod patience;
pub(crate) mod primary;
pub(crate) mod server_facts;
mod url;
