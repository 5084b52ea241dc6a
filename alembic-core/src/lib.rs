//! The engine behind `alembic` and `cargo alembic`.
//!
//! Each module is a *room* with one subject, and imports only from the rooms above it in this list.
//! `ARCHITECTURE.md` at the root of the repository is the map.

#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

pub mod file;

pub mod revision;
pub mod sql;

pub mod script;

#[cfg(feature = "sources")]
pub mod schema;

#[cfg(feature = "sources")]
pub mod operation;

pub mod config;

mod migrator;

mod dialect;

#[cfg(feature = "sources")]
pub mod models;

#[cfg(feature = "driver")]
pub mod migrate;

#[cfg(all(feature = "sources", feature = "driver"))]
pub mod autogenerate;

#[cfg(feature = "build")]
pub mod build_script;

#[cfg(all(feature = "cli", feature = "driver"))]
pub mod cli;

#[cfg(feature = "driver")]
pub use dialect::{DatabaseMessage, UnfitSchema};
#[cfg(feature = "sources")]
pub use dialect::{NoSuchType, TypeWords};
pub use migrator::Migrator;
