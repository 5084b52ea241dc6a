//! The settings of one database.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::hook::Hook;
use super::layer::Layer;
use super::places::Places;
use super::{
    ConfigError, ConnectionSettings, Limits, ModelSettings, RunSettings, ServerSettings, SessionSettings,
    TransactionMode, VersionTable,
};
use crate::schema::{Filter, NamingConvention};
use crate::script::{FileTemplate, Location};
use crate::sql::Dialect;

/// The settings of one database and its migrations. Every key has a default, so that a project without the file works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Folders of scripts, relative to the file. The lock lies in the first.
    pub migrations: Vec<String>,
    /// Whether the folders in these folders hold scripts too.
    pub recursive: bool,
    /// URL of the database. `${NAME}` stands for an environment variable.
    pub url: Option<String>,
    /// URL of the server for scratch databases; that of `url` if there is none. `${NAME}` stands for an environment
    /// variable.
    pub scratch_url: Option<String>,
    /// The dialects that sections without a dialect are written for. Empty: it is enough that one can read them.
    pub dialects: Vec<Dialect>,
    /// How much of a run is one transaction.
    pub transaction: TransactionMode,
    /// What is known of the server that it does not tell by itself.
    pub server: ServerSettings,
    /// How the database is reached.
    pub connection: ConnectionSettings,
    /// Seconds to wait for a migration that another process runs.
    pub lock_timeout: u64,
    /// What keeps a statement from standing in others' way.
    pub limits: Limits,
    /// The time zone of the sessions in which statements run, by its IANA name or as an offset.
    pub session_time_zone: String,
    /// The role of the sessions in which statements run.
    pub session_role: Option<String>,
    /// The name of the version table.
    pub version_table: String,
    /// The schema of the version table: PostgreSQL's schema, MySQL's database, SQLite's attached database.
    pub version_table_schema: Option<String>,
    /// How the files of new scripts are named.
    pub file_template: FileTemplate,
    /// How many characters of the message go into the name of a file.
    pub truncate_slug_length: usize,
    /// The time zone of `Created:` and of the names of files, by its IANA name.
    pub timezone: String,
    /// What is run on each new script, in this order.
    pub hooks: Vec<Hook>,
    /// Templates of scripts: their names, and their files relative to the configuration.
    pub templates: BTreeMap<String, String>,
    /// How constraints and indexes of the models are called that have no name.
    pub naming: NamingConvention,
    /// Where it is written what the database should look like.
    pub models: ModelSettings,
    /// Which schemas and tables are compared with it.
    pub tables: Filter,
    /// Where each key stands.
    pub(super) places: Places,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            migrations: vec!["migrations".into()],
            recursive: false,
            url: None,
            scratch_url: None,
            dialects: Vec::new(),
            transaction: TransactionMode::default(),
            server: ServerSettings::DEFAULT,
            connection: ConnectionSettings::DEFAULT,
            lock_timeout: 60,
            limits: Limits::DEFAULT,
            session_time_zone: SessionSettings::DEFAULT.time_zone.into_owned(),
            session_role: None,
            version_table: VersionTable::DEFAULT.name.into_owned(),
            version_table_schema: None,
            file_template: FileTemplate::default(),
            truncate_slug_length: 40,
            timezone: "UTC".into(),
            hooks: Vec::new(),
            templates: BTreeMap::new(),
            naming: NamingConvention::default(),
            models: ModelSettings::default(),
            tables: Filter::default(),
            places: Places::default(),
        }
    }
}

impl Config {
    /// These settings, with what `layer` says put over them.
    pub(super) fn with(mut self, layer: Layer) -> Config {
        let Layer { migrations, recursive, url, dialects, transaction, lock_timeout, .. } = layer;
        set(&mut self.migrations, migrations);
        set(&mut self.recursive, recursive);
        self.url = url.or(self.url);
        self.scratch_url = layer.scratch_url.or(self.scratch_url);
        set(&mut self.dialects, dialects);
        set(&mut self.transaction, transaction);
        set(&mut self.server.transactional_ddl, layer.transactional_ddl);
        set(&mut self.server.lock, layer.lock);
        set(&mut self.connection.timeout, layer.connect_timeout.map(Duration::from_secs));
        set(&mut self.connection.wait, layer.wait.map(Duration::from_secs));
        set(&mut self.lock_timeout, lock_timeout);
        set(&mut self.limits.statement_lock_timeout, layer.statement_lock_timeout);
        set(&mut self.limits.statement_timeout, layer.statement_timeout);
        set(&mut self.limits.retries, layer.retries);
        if let Some(session) = layer.session {
            set(&mut self.session_time_zone, session.time_zone);
            self.session_role = session.role.or(self.session_role);
        }
        set(&mut self.version_table, layer.version_table);
        self.version_table_schema = layer.version_table_schema.or(self.version_table_schema);
        set(&mut self.file_template, layer.file_template);
        set(&mut self.truncate_slug_length, layer.truncate_slug_length);
        set(&mut self.timezone, layer.timezone);
        set(&mut self.hooks, layer.hooks);
        self.templates.extend(layer.templates);
        set(&mut self.naming, layer.naming);
        set(&mut self.models, layer.models);
        set(&mut self.tables, layer.tables);
        self.places.extend(layer.places);
        self
    }

    /// What is wrong with one of the settings, at its place in the file.
    #[must_use]
    pub fn error(&self, key: &str, reason: impl Into<String>) -> ConfigError {
        ConfigError::new(self.places.line(key), reason)
    }

    /// What no single key says: the settings that do not go together.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.migrations.is_empty() {
            return Err(self.error("migrations", "`migrations` must name at least one folder"));
        }
        for (index, folder) in self.migrations.iter().enumerate() {
            let folder = trimmed(folder);
            if folder.is_empty() {
                return Err(self.error("migrations", "the name of a folder in `migrations` is empty"));
            }
            if self.migrations[..index].iter().any(|other| trimmed(other) == folder) {
                return Err(self.error("migrations", format!("`migrations` names `{folder}` twice")));
            }
        }
        if self.version_table.is_empty() {
            return Err(self.error("version_table", "the name of the version table is empty"));
        }
        let schema = self.version_table_schema.as_deref().unwrap_or_default();
        let history = self.run_settings().version_table.history();
        for (key, name, longest) in
            [("version_table", &*self.version_table, &*history), ("version_table_schema", schema, schema)]
        {
            if let Some(letter) = name.chars().find(|letter| letter.is_control()) {
                let reason = format!("`{key}` has the character {letter:?}, which no name can have");
                return Err(self.error(key, reason));
            }
            if let Some((limit, dialect)) = too_long(longest, &self.dialects) {
                let reason = format!(
                    "`{key}` is too long: `{longest}` has more than {limit}, the longest name on {dialect}"
                );
                return Err(self.error(key, reason));
            }
        }
        if self.session_time_zone.trim().is_empty() {
            return Err(self.error("session", "`session.time_zone` is empty"));
        }
        if self.session_role.as_ref().is_some_and(|role| role.trim().is_empty()) {
            return Err(self.error("session", "`session.role` is empty"));
        }
        if self.file_template.has_folders() && !self.recursive {
            let reason =
                "`file_template` puts scripts into folders, which are only read with `recursive = true`";
            return Err(self.error("file_template", reason));
        }
        if let Some(mistake) = self.models.mistake() {
            return Err(self.error("models", mistake));
        }
        match self.hooks.iter().find(|hook| hook.command.is_empty()) {
            Some(hook) => Err(ConfigError::new(hook.line, "the `command` of the hook is empty")),
            None => Ok(()),
        }
    }

    /// How the service runs its migrations.
    #[must_use]
    pub fn run_settings(&self) -> RunSettings {
        RunSettings {
            transaction: self.transaction,
            connection: self.connection,
            lock_timeout: Duration::from_secs(self.lock_timeout),
            limits: self.limits,
            server: self.server,
            session: SessionSettings {
                time_zone: self.session_time_zone.clone().into(),
                role: self.session_role.clone().map(Cow::Owned),
            },
            version_table: VersionTable {
                name: self.version_table.clone().into(),
                schema: self.version_table_schema.clone().map(Cow::Owned),
            },
        }
    }

    /// Which schemas and tables are compared: without those in which the migrations keep their books.
    #[must_use]
    pub fn compared_tables(&self) -> Filter {
        let table = self.run_settings().version_table;
        let own = [table.name.clone(), table.history(), table.lease()];
        let own = own.into_iter().map(|name| match &table.schema {
            Some(schema) => format!("{schema}.{name}"),
            None => name.into_owned(),
        });
        let exclude = self.tables.exclude.iter().cloned().chain(own).collect();
        Filter { exclude, ..self.tables.clone() }
    }

    /// The folders of scripts of a package.
    #[must_use]
    pub fn locations(&self, package: &Path) -> Vec<Location> {
        let folders = self.migrations.iter();
        folders.map(|folder| Location { recursive: self.recursive, ..location(package, folder) }).collect()
    }
}

fn set<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}

/// The folder `folder` of a package, named as the configuration names it.
#[must_use]
pub fn location(package: &Path, folder: &str) -> Location {
    let path: PathBuf = package.join(folder);
    Location { path, shown: trimmed(folder).to_owned(), recursive: false }
}

fn trimmed(folder: &str) -> &str {
    folder.trim_end_matches('/')
}

/// The limit that a name exceeds. PostgreSQL cuts a longer name off, and finds another table then.
fn too_long(name: &str, dialects: &[Dialect]) -> Option<(&'static str, Dialect)> {
    let is_used = |dialect| dialects.is_empty() || dialects.contains(&dialect);
    if is_used(Dialect::Postgresql) && name.len() > 63 {
        Some(("63 bytes", Dialect::Postgresql))
    } else if is_used(Dialect::Mysql) && name.chars().count() > 64 {
        Some(("64 characters", Dialect::Mysql))
    } else {
        None
    }
}
