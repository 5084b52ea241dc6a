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

/// What is known of a server that it does not tell by itself. What it does tell is found out by each run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// Whether DDL can be rolled back, where the database itself can do that. False: statements commit one by one, and
    /// are noted as on MySQL.
    pub transactional_ddl: bool,
    /// What keeps two runs apart.
    pub lock: LockMode,
}

impl ServerSettings {
    /// What holds where nothing is configured.
    pub const DEFAULT: ServerSettings = ServerSettings { transactional_ddl: true, lock: LockMode::Server };
}

/// What keeps two runs apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LockMode {
    /// A lock of the server; a lease on servers that are known to have none for all sessions.
    #[default]
    Server,
    /// A lease: a row that one statement takes, for a while, by the server's clock. Not on SQLite, which locks a file.
    Lease,
}

/// How a service runs its migrations, unless a run says otherwise: what a program carries of its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSettings {
    /// What is one transaction.
    pub transaction: TransactionMode,
    /// How the database is reached.
    pub connection: ConnectionSettings,
    /// How long to wait for another process that migrates the same database.
    pub lock_timeout: Duration,
    /// What keeps a statement from standing in others' way.
    pub limits: Limits,
    /// The session in which statements run.
    pub session: SessionSettings,
    /// What is known of the server.
    pub server: ServerSettings,
    /// Which table says where a database is.
    pub version_table: VersionTable,
}

/// How the database is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// How long a connection may take to be made; zero: any time.
    pub timeout: Duration,
    /// How long to wait for a server that cannot be reached yet.
    pub wait: Duration,
}

impl ConnectionSettings {
    /// What holds where nothing is configured.
    pub const DEFAULT: ConnectionSettings =
        ConnectionSettings { timeout: Duration::from_secs(30), wait: Duration::ZERO };
}

/// The session in which the statements of a migration run: the same on every server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSettings {
    /// The time zone, by its IANA name or as an offset (`+09:00`). Not on SQLite, which has none.
    pub time_zone: Cow<'static, str>,
    /// The role of the session; none for that of the user. Not on SQLite, which has none.
    pub role: Option<Cow<'static, str>>,
}

impl SessionSettings {
    /// Universal time: the zone that sqlx gives the queries of a service.
    pub const DEFAULT: SessionSettings = SessionSettings { time_zone: Cow::Borrowed("UTC"), role: None };
}

/// What keeps a statement of a migration from standing in others' way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Seconds that a statement waits for a lock of somebody else's; 0: for ever.
    pub statement_lock_timeout: u64,
    /// Seconds that a statement may take; 0: any time.
    pub statement_timeout: u64,
    /// How often a revision is tried again that had to wait for too long, or was the victim of a deadlock.
    pub retries: u32,
}

impl Limits {
    /// What holds where nothing is configured.
    pub const DEFAULT: Limits = Limits { statement_lock_timeout: 5, statement_timeout: 0, retries: 10 };
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
        self.beside("history")
    }

    /// The table beside it whose row is the lock of a run, where the server's own locks exclude nobody.
    #[must_use]
    pub fn lease(&self) -> Cow<'static, str> {
        self.beside("lease")
    }

    fn beside(&self, what: &str) -> Cow<'static, str> {
        let name = if self.name == "alembic_version" { "alembic" } else { &self.name };
        Cow::Owned(format!("{name}_{what}"))
    }
}
