//! What is wrong with an `alembic.toml`.

/// The name of the configuration file, in the folder of the package.
pub const CONFIG_FILE: &str = "alembic.toml";

/// `alembic.toml` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", place(.path, *.line))]
pub struct ConfigError {
    /// The file.
    pub path: String,
    /// Line, from 1; zero where the whole file is meant.
    pub line: usize,
    /// What is wrong, and where it can be said what mends it.
    pub reason: String,
}

impl ConfigError {
    pub(super) fn new(line: usize, reason: impl Into<String>) -> ConfigError {
        ConfigError { path: CONFIG_FILE.into(), line, reason: reason.into() }
    }
}

fn place(path: &str, line: usize) -> String {
    if line == 0 { path.to_owned() } else { format!("{path}:{line}") }
}
