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
pub use config::{Config, Hook, location};
#[cfg(feature = "sources")]
pub use error::ConfigError;
#[cfg(feature = "sources")]
pub use file::{CONFIG_FILE, ConfigFile, UnknownDatabase};
#[cfg(feature = "sources")]
pub use keys::{HOOK_KEYS, KEYS};
#[cfg(feature = "sources")]
pub use layer::Words;
#[cfg(feature = "sources")]
pub use models::{ModelSettings, ModelSource};
pub use run_settings::{Limits, RunSettings, TransactionMode, VersionTable};
#[cfg(feature = "sources")]
pub use url::{InterpolateError, interpolate};
