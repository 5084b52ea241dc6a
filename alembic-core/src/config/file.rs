//! The whole file: the settings at its top, and those of each named database.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{DATABASES, KEYS};
use super::layer::Layer;
use super::places::Lines;
use super::{CONFIG_FILE, Config, ConfigError};
use crate::revision::nearest;

/// What an `alembic.toml` says.
///
/// ```
/// use alembic_core::config::{ConfigFile, TransactionMode};
///
/// let text = r#"
/// transaction = "revision"
///
/// [databases.billing]
/// migrations = "billing"
/// "#;
/// let file = ConfigFile::parse(text).unwrap();
/// let billing = file.database(Some("billing")).unwrap();
/// assert_eq!(billing.migrations, ["billing"]);
/// assert_eq!(billing.transaction, TransactionMode::Revision);
/// assert!(file.database(None).is_err(), "there is no other database than `billing`");
///
/// assert!(ConfigFile::parse("transactions = 1").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFile {
    /// What stands at the top of the file.
    top: Config,
    /// Whether the top of the file describes a database, and not only what the named ones have in common.
    is_database: bool,
    /// `[databases.NAME]`, in the order of the file.
    named: Vec<(String, Config)>,
}

/// There is no such database in the configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownDatabase {
    /// The name is none of them.
    #[error("alembic.toml has no database `{name}`; {}", known(.databases, .nearest.as_deref()))]
    Name {
        /// The name as given.
        name: String,
        /// The names that there are.
        databases: Vec<String>,
        /// The one that is probably meant.
        nearest: Option<String>,
    },
    /// None was named, and there are only named ones.
    #[error("alembic.toml has only named databases: {}", .databases.join(", "))]
    Unnamed {
        /// Their names.
        databases: Vec<String>,
    },
}

fn known(databases: &[String], nearest: Option<&str>) -> String {
    match (databases, nearest) {
        (_, Some(name)) => format!("did you mean `{name}`?"),
        ([], None) => "it has no table `[databases.NAME]`".to_owned(),
        (databases, None) => format!("it has {}", databases.join(", ")),
    }
}

impl ConfigFile {
    /// Reads `alembic.toml` in the folder of a package; the defaults where there is none.
    ///
    /// # Errors
    /// The file is unreadable, is not TOML, has an unknown key or a value that cannot be.
    pub fn read(package: &Path) -> Result<ConfigFile, ConfigError> {
        let path = package.join(CONFIG_FILE);
        match crate::file::read_to_string(&path) {
            Ok(text) => ConfigFile::parse(&text),
            // A link that leads to nothing is a mistake, not the wish for the defaults.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !path.is_symlink() => {
                ConfigFile::parse("")
            }
            Err(error) => Err(ConfigError::new(0, error.to_string())),
        }
    }

    /// Reads the text of an `alembic.toml`.
    ///
    /// # Errors
    /// See [`read`](ConfigFile::read).
    pub fn parse(text: &str) -> Result<ConfigFile, ConfigError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = Lines::of(text);
        let mut table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(0, |span| lines.line(&span));
            ConfigError::new(line, error.message())
        })?;
        let databases = table.get_mut().remove(DATABASES);
        let layer = Layer::read(&lines, table, &[KEYS, &[DATABASES]].concat())?;
        let is_database = layer.migrations.is_some() || layer.url.is_some();
        let top = Config::default().with(layer);
        top.check()?;
        let mut named = Vec::new();
        for (name, line, table) in tables(&lines, databases)? {
            // A URL that is not its own would migrate another database than the one that was named.
            let defaults = Config { url: None, ..top.clone() };
            let database = defaults.with(Layer::read(&lines, table, KEYS)?);
            database.check().map_err(|error| ConfigError { line: error.line.max(line), ..error })?;
            named.push((name, database));
        }
        Ok(ConfigFile { is_database: is_database || named.is_empty(), top, named })
    }

    /// The settings of a database: of the one with this name; without a name, of the one that the top of the file
    /// describes.
    ///
    /// # Errors
    /// There is none.
    pub fn database(&self, name: Option<&str>) -> Result<&Config, UnknownDatabase> {
        let databases = || self.named.iter().map(|(name, _)| name.clone()).collect();
        match name {
            None if self.is_database => Ok(&self.top),
            None => Err(UnknownDatabase::Unnamed { databases: databases() }),
            Some(name) => {
                let found = self.named.iter().find(|(known, _)| known == name);
                found.map(|(_, database)| database).ok_or_else(|| {
                    let names = self.named.iter().map(|(name, _)| name.as_str());
                    let nearest = nearest(name, names).into_iter().next();
                    UnknownDatabase::Name { name: name.to_owned(), databases: databases(), nearest }
                })
            }
        }
    }

    /// What the databases have in common: the settings at the top of the file.
    #[must_use]
    pub fn shared(&self) -> &Config {
        &self.top
    }

    /// The names of the databases that have one, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|(name, _)| name.as_str())
    }

    /// All databases: the one without a name first, if there is one.
    pub fn databases(&self) -> impl Iterator<Item = (Option<&str>, &Config)> {
        let top = self.is_database.then_some((None, &self.top));
        top.into_iter().chain(self.named.iter().map(|(name, database)| (Some(name.as_str()), database)))
    }
}

/// The tables `[databases.NAME]` in the order of the file, each with its name and its line.
fn tables<'t>(
    lines: &Lines,
    databases: Option<Spanned<DeValue<'t>>>,
) -> Result<Vec<(String, usize, Spanned<DeTable<'t>>)>, ConfigError> {
    let Some(databases) = databases else { return Ok(Vec::new()) };
    let no_table = |line: usize, key: &str| {
        ConfigError::new(line, format!("`{key}` is no setting: a database is a table `[databases.NAME]`"))
    };
    let line = lines.line(&databases.span());
    let DeValue::Table(databases) = databases.into_inner() else {
        return Err(no_table(line, DATABASES));
    };
    let mut tables = Vec::new();
    for (key, value) in databases {
        let (start, span) = (key.span().start, value.span());
        let (line, name) = (lines.line(&key.span()), key.into_inner().into_owned());
        if name.is_empty() || name.starts_with('-') || name == "*" {
            let reason = format!("{name:?} cannot be the name of a database: `-n` could not name it");
            return Err(ConfigError::new(line, reason));
        }
        match value.into_inner() {
            DeValue::Table(table) => tables.push((start, (name, line, Spanned::new(span, table)))),
            _ => return Err(no_table(line, &format!("{DATABASES}.{name}"))),
        }
    }
    tables.sort_by_key(|(start, _)| *start);
    Ok(tables.into_iter().map(|(_, table)| table).collect())
}
