//! `alembic.toml`: what a project sets once. Reads the file, and knows nothing of databases.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::schema::NamingConvention;
use crate::script::{Dialect, Location};

/// The name of the configuration file, in the folder of the package.
pub const CONFIG_FILE: &str = "alembic.toml";

/// The settings of a project. Every key has a default, so that a project without the file works.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Folders of scripts, relative to the file. New ones are written to the first.
    pub migrations: Folders,
    /// URL of the database. `${NAME}` stands for an environment variable.
    pub url: Option<String>,
    /// The dialects that sections without a dialect are written for. Empty: it is enough that one can read them.
    pub dialects: Vec<Dialect>,
    /// How much of a run is one transaction.
    pub transaction: TransactionMode,
    /// Seconds to wait for a migration that another process runs.
    pub lock_timeout: u64,
    /// How constraints and indexes of the models are called that have no name.
    pub naming: NamingConvention,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            migrations: Folders::One("migrations".into()),
            url: None,
            dialects: Vec::new(),
            transaction: TransactionMode::default(),
            lock_timeout: 60,
            naming: NamingConvention::default(),
        }
    }
}

/// One folder, or a list of folders.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "a folder, or a list of folders")]
pub enum Folders {
    /// `migrations = "migrations"`
    One(String),
    /// `migrations = ["migrations", "crates/billing/migrations"]`
    Several(Vec<String>),
}

/// How much of a run is one transaction, where the database can roll back DDL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransactionMode {
    /// The whole run commits, or nothing does.
    #[default]
    Run,
    /// Each revision commits by itself.
    Revision,
}

/// `alembic.toml` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", place(.path, *.line))]
pub struct ConfigError {
    /// The file.
    pub path: String,
    /// Line, from 1; zero where the whole file is meant.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

fn place(path: &str, line: usize) -> String {
    if line == 0 { path.to_owned() } else { format!("{path}:{line}") }
}

impl Config {
    /// Reads `alembic.toml` in the folder of a package; the defaults where there is none.
    ///
    /// # Errors
    /// The file is unreadable, is not TOML, has an unknown key or a value of the wrong type.
    pub fn read(package: &Path) -> Result<Config, ConfigError> {
        match std::fs::read_to_string(package.join(CONFIG_FILE)) {
            Ok(text) => Config::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Config::default()),
            Err(error) => Err(ConfigError { path: CONFIG_FILE.into(), line: 0, reason: error.to_string() }),
        }
    }

    /// Reads the text of an `alembic.toml`.
    ///
    /// ```
    /// use alembic_core::config::{Config, TransactionMode};
    ///
    /// let config = Config::parse("transaction = \"revision\"").unwrap();
    /// assert_eq!(config.transaction, TransactionMode::Revision);
    /// assert!(Config::parse("transactions = 1").is_err());
    /// ```
    ///
    /// # Errors
    /// See [`read`](Config::read).
    pub fn parse(text: &str) -> Result<Config, ConfigError> {
        let config: Config = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| {
                1 + text.as_bytes()[..span.start.min(text.len())]
                    .iter()
                    .filter(|byte| **byte == b'\n')
                    .count()
            });
            ConfigError { path: CONFIG_FILE.into(), line, reason: error.message().to_owned() }
        })?;
        if matches!(&config.migrations, Folders::Several(folders) if folders.is_empty()) {
            let reason = "`migrations` must name at least one folder".to_owned();
            return Err(ConfigError { path: CONFIG_FILE.into(), line: 0, reason });
        }
        Ok(config)
    }

    /// The folders of scripts of a package.
    #[must_use]
    pub fn locations(&self, package: &Path) -> Vec<Location> {
        let folders = match &self.migrations {
            Folders::One(folder) => std::slice::from_ref(folder),
            Folders::Several(folders) => folders,
        };
        folders.iter().map(|folder| location(package, folder)).collect()
    }
}

/// The folder `folder` of a package, named as the configuration names it.
#[must_use]
pub fn location(package: &Path, folder: &str) -> Location {
    let path: PathBuf = package.join(folder);
    Location { path, shown: folder.trim_end_matches('/').to_owned() }
}

/// Replaces `${NAME}` by the value that `variable` gives for it.
///
/// ```
/// use alembic_core::config::interpolate;
///
/// let variable = |name: &str| (name == "HOST").then(|| "db".to_owned());
/// assert_eq!(interpolate("postgres://${HOST}/app", variable), Ok("postgres://db/app".to_owned()));
/// assert_eq!(interpolate("postgres://${PORT}", variable), Err("PORT".to_owned()));
/// ```
///
/// # Errors
/// The name of the first variable that has no value.
pub fn interpolate(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        result.push_str(before);
        result.push_str(&variable(name).ok_or_else(|| name.to_owned())?);
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}
