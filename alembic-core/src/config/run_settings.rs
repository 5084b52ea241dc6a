//! How a service runs its migrations: what a program carries of its configuration.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;

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

/// How a service runs its migrations, unless a run says otherwise: what a program carries of its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSettings {
    /// What is one transaction.
    pub transaction: TransactionMode,
    /// How long to wait for another process that migrates the same database.
    pub lock_timeout: Duration,
    /// Which table says where a database is.
    pub version_table: VersionTable,
}

/// Which table says where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTable {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its schema; none for the one that the connection finds.
    pub schema: Option<Cow<'static, str>>,
}

impl VersionTable {
    /// Alembic's own.
    pub const DEFAULT: VersionTable = VersionTable { name: Cow::Borrowed("alembic_version"), schema: None };

    /// The table beside it that holds the history: `alembic_history`; for another version table its name and
    /// `_history`, so that several services can live in one database.
    #[must_use]
    pub fn history(&self) -> Cow<'static, str> {
        match self.name.as_ref() {
            "alembic_version" => Cow::Borrowed("alembic_history"),
            name => Cow::Owned(format!("{name}_history")),
        }
    }
}
