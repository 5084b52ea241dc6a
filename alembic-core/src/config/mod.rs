//! `alembic.toml`: what a project sets once. Reads the file, and knows nothing of databases.

#[expect(
    clippy::module_inception,
    reason = "the type that the room is about stands in the file of that name"
)]
mod config;
mod error;
mod file;
mod keys;
mod layer;
mod models;
mod places;
mod run_settings;
#[cfg(test)]
mod tests;
mod url;

pub use config::{Config, Hook, location};
pub use error::ConfigError;
pub use file::{CONFIG_FILE, ConfigFile, UnknownDatabase};
pub use keys::{HOOK_KEYS, KEYS};
pub use layer::Words;
pub use models::{ModelSettings, ModelSource};
pub use run_settings::{Limits, RunSettings, TransactionMode, VersionTable};
pub use url::{InterpolateError, interpolate};
