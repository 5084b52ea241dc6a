//! What one table of the file says, before it is put over the defaults.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use super::hook::{Hook, Words};
use super::keys::{HOOK_KEYS, unknown};
use super::places::{Lines, Places};
use super::{ConfigError, LockMode, ModelSettings, TransactionMode};
use crate::schema::{Filter, NamingConvention};
use crate::script::FileTemplate;
use crate::sql::Dialect;

/// The settings of one table of the file; those that it does not have are none.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) migrations: Option<Vec<String>>,
    pub(super) recursive: Option<bool>,
    pub(super) url: Option<String>,
    pub(super) scratch_url: Option<String>,
    pub(super) dialects: Option<Vec<Dialect>>,
    pub(super) transaction: Option<TransactionMode>,
    pub(super) transactional_ddl: Option<bool>,
    pub(super) lock: Option<LockMode>,
    pub(super) connect_timeout: Option<u64>,
    pub(super) wait: Option<u64>,
    pub(super) lock_timeout: Option<u64>,
    pub(super) statement_lock_timeout: Option<u64>,
    pub(super) statement_timeout: Option<u64>,
    pub(super) retries: Option<u32>,
    pub(super) session: Option<SessionTable>,
    pub(super) version_table: Option<String>,
    pub(super) version_table_schema: Option<String>,
    pub(super) file_template: Option<FileTemplate>,
    pub(super) truncate_slug_length: Option<usize>,
    pub(super) timezone: Option<String>,
    pub(super) hooks: Option<Vec<Hook>>,
    pub(super) templates: BTreeMap<String, String>,
    pub(super) naming: Option<NamingConvention>,
    pub(super) models: Option<ModelSettings>,
    pub(super) tables: Option<Filter>,
    pub(super) places: Places,
}

/// The same as TOML has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    migrations: Option<Folders>,
    recursive: Option<bool>,
    url: Option<String>,
    scratch_url: Option<String>,
    dialects: Option<Vec<Dialect>>,
    transaction: Option<TransactionMode>,
    transactional_ddl: Option<bool>,
    lock: Option<LockMode>,
    connect_timeout: Option<u64>,
    wait: Option<u64>,
    lock_timeout: Option<u64>,
    statement_lock_timeout: Option<u64>,
    statement_timeout: Option<u64>,
    retries: Option<u32>,
    session: Option<SessionTable>,
    version_table: Option<String>,
    version_table_schema: Option<String>,
    file_template: Option<FileTemplate>,
    truncate_slug_length: Option<usize>,
    timezone: Option<String>,
    hooks: Option<Vec<HookTable>>,
    #[serde(default)]
    templates: BTreeMap<String, String>,
    naming: Option<NamingConvention>,
    models: Option<ModelSettings>,
    tables: Option<Filter>,
}

/// `session = { time_zone = "Asia/Tokyo" }`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table such as `{ time_zone = \"UTC\" }`")]
pub(super) struct SessionTable {
    pub(super) time_zone: Option<String>,
    pub(super) role: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with a `command`")]
struct HookTable {
    command: Spanned<Words>,
    cwd: Option<String>,
}

/// `migrations = "migrations"`, or `migrations = ["migrations", "crates/billing/migrations"]`
#[derive(Deserialize)]
#[serde(untagged, expecting = "it must be a folder, or a list of folders")]
enum Folders {
    One(String),
    Several(Vec<String>),
}

impl Layer {
    /// Reads a table of settings out of the file with these `lines`. `known` are the keys that may stand there.
    pub(super) fn read(
        lines: &Lines,
        table: Spanned<DeTable<'_>>,
        known: &[&str],
    ) -> Result<Layer, ConfigError> {
        check_keys(lines, table.get_ref(), known)?;
        let mut places = Places::default();
        let mut starts: Vec<(usize, String)> = Vec::new();
        for (key, value) in table.get_ref() {
            places.insert(key.get_ref(), lines.line(&key.span()));
            starts.push((value.span().start, key.get_ref().to_string()));
        }
        if let Some(hooks) = table.get_ref().get("hooks").and_then(|hooks| hooks.get_ref().as_array()) {
            for hook in hooks {
                if let DeValue::Table(hook) = hook.get_ref() {
                    check_keys(lines, hook, HOOK_KEYS)?;
                }
            }
        }
        let read = Table::deserialize(Deserializer::from(table));
        let table = read.map_err(|error| located(lines, &error, &starts))?;
        let hook = |hook: HookTable| Hook {
            line: lines.line(&hook.command.span()),
            command: hook.command.into_inner(),
            cwd: hook.cwd,
        };
        Ok(Layer {
            migrations: table.migrations.map(|folders| match folders {
                Folders::One(folder) => vec![folder],
                Folders::Several(folders) => folders,
            }),
            recursive: table.recursive,
            url: table.url,
            scratch_url: table.scratch_url,
            dialects: table.dialects,
            transaction: table.transaction,
            transactional_ddl: table.transactional_ddl,
            lock: table.lock,
            connect_timeout: table.connect_timeout,
            wait: table.wait,
            lock_timeout: table.lock_timeout,
            statement_lock_timeout: table.statement_lock_timeout,
            statement_timeout: table.statement_timeout,
            retries: table.retries,
            session: table.session,
            version_table: table.version_table,
            version_table_schema: table.version_table_schema,
            file_template: table.file_template,
            truncate_slug_length: table.truncate_slug_length,
            timezone: table.timezone,
            hooks: table.hooks.map(|hooks| hooks.into_iter().map(hook).collect()),
            templates: table.templates,
            naming: table.naming,
            models: table.models,
            tables: table.tables,
            places,
        })
    }
}

/// Looks for the first key that is none of `known`.
fn check_keys(lines: &Lines, table: &DeTable<'_>, known: &[&str]) -> Result<(), ConfigError> {
    let others = table.keys().filter(|key| !known.contains(&key.get_ref().as_ref()));
    match others.min_by_key(|key| key.span().start) {
        Some(key) => Err(ConfigError::new(lines.line(&key.span()), unknown(key.get_ref(), known))),
        None => Ok(()),
    }
}

/// What is wrong with a value, with its line and the key that it belongs to: the last one before it.
fn located(lines: &Lines, error: &Error, starts: &[(usize, String)]) -> ConfigError {
    let span = error.span().unwrap_or_default();
    let before = starts.iter().filter(|(start, _)| *start <= span.start);
    let reason = match before.max() {
        Some((_, key)) => format!("`{key}`: {}", error.message()),
        None => error.message().to_owned(),
    };
    ConfigError::new(lines.line(&span), reason)
}
