//! `alembic.toml`: what a project sets once. Reads the file, and knows nothing of databases.

#[cfg(feature = "sources")]
#[expect(
    clippy::module_inception,
    reason = "the type that the room is about stands in the file of that name"
)]
mod config;
#[cfg(feature = "sources")]
mod error;
#[cfg(feature = "sources")]
mod file;
#[cfg(feature = "sources")]
mod hook;
#[cfg(feature = "sources")]
mod keys;
#[cfg(feature = "sources")]
mod layer;
#[cfg(feature = "sources")]
mod models;
#[cfg(feature = "sources")]
mod places;
mod run_settings;
#[cfg(all(test, feature = "sources"))]
mod tests;
#[cfg(feature = "sources")]
mod url;

#[cfg(feature = "sources")]
pub use config::{Config, location};
#[cfg(feature = "sources")]
pub use error::{CONFIG_FILE, ConfigError};
#[cfg(feature = "sources")]
pub use file::{ConfigFile, UnknownDatabase};
#[cfg(feature = "sources")]
pub use hook::{Hook, Words};
#[cfg(feature = "sources")]
pub use keys::{HOOK_KEYS, KEYS};
#[cfg(feature = "sources")]
pub use models::{ModelSettings, ModelSource};
pub use run_settings::{
    ConnectionSettings, Limits, LockMode, RunSettings, ServerSettings, SessionSettings, TransactionMode,
    VersionTable,
};
#[cfg(feature = "sources")]
pub use url::{InterpolateError, interpolate};
