//! The database that a caller names: a pool, or a URL.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions as _;

use super::connect::{self, Missing};
use super::connection::{Connection, Handle};
#[cfg(feature = "postgres")]
use super::hosts::Hosts;
use super::url::UrlMistake;
#[cfg(feature = "mysql")]
use super::url::mysql;
#[cfg(feature = "postgres")]
use super::url::postgresql;
#[cfg(feature = "sqlite")]
use super::url::sqlite::{self, SqliteUrl, is_in_memory};
use crate::config::{ConnectionSettings, RunSettings};
use crate::migrate::error::MigrateError;
use crate::sql::Dialect;

/// The database to migrate.
///
/// Made from a reference to a pool of sqlx, or from a URL: `sqlite://app.db`, `postgres://…`, `mysql://…`. A URL may
/// name a driver as SQLAlchemy's do (`postgresql+asyncpg://…`); the driver is ignored, but that `sqlite+aiosqlite:///app.db`
/// is a relative file, as it is there. A URL is parsed here, once; a mistake in it is reported by whatever uses the database
/// first.
#[derive(Clone)]
pub struct Database {
    source: Result<Source, BadUrl>,
    /// The time that a connection may take to be made, if it is said.
    timeout: Option<Duration>,
    /// The role of its sessions.
    pub(super) role: Option<Cow<'static, str>>,
}

/// How connections are made.
#[derive(Clone)]
pub(super) enum Source {
    #[cfg(feature = "sqlite")]
    SqlitePool(sqlx::SqlitePool),
    #[cfg(feature = "postgres")]
    PgPool(sqlx::PgPool),
    #[cfg(feature = "mysql")]
    MySqlPool(sqlx::MySqlPool),
    #[cfg(feature = "sqlite")]
    Sqlite(SqliteUrl),
    #[cfg(feature = "postgres")]
    Postgresql(Hosts),
    #[cfg(feature = "mysql")]
    Mysql(sqlx::mysql::MySqlConnectOptions),
}

/// The options of a driver.
pub(crate) enum Options {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::sqlite::SqliteConnectOptions),
    #[cfg(feature = "postgres")]
    Postgresql(sqlx::postgres::PgConnectOptions),
    #[cfg(feature = "mysql")]
    Mysql(sqlx::mysql::MySqlConnectOptions),
}

/// Why no connection can be made from a URL.
#[derive(Clone)]
enum BadUrl {
    Scheme {
        scheme: String,
    },
    #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
    NoDriver {
        dialect: Dialect,
    },
    Malformed {
        dialect: Dialect,
        mistake: UrlMistake,
    },
}

impl From<&BadUrl> for MigrateError {
    fn from(error: &BadUrl) -> MigrateError {
        match error.clone() {
            BadUrl::Scheme { scheme } => MigrateError::UnknownScheme { scheme },
            #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            BadUrl::NoDriver { dialect } => MigrateError::NoDriver { dialect },
            BadUrl::Malformed { mistake, .. } => mistake.into(),
        }
    }
}

impl From<UrlMistake> for MigrateError {
    fn from(UrlMistake { reason, help }: UrlMistake) -> MigrateError {
        MigrateError::BadUrl { reason, help }
    }
}

/// Shows the dialect alone: the options of a connection hold a password.
impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Database").field(&self.dialect().ok()).finish()
    }
}

#[cfg(feature = "sqlite")]
impl From<&sqlx::SqlitePool> for Database {
    fn from(pool: &sqlx::SqlitePool) -> Database {
        Database::of(Source::SqlitePool(pool.clone()))
    }
}

#[cfg(feature = "postgres")]
impl From<&sqlx::PgPool> for Database {
    fn from(pool: &sqlx::PgPool) -> Database {
        Database::of(Source::PgPool(pool.clone()))
    }
}

#[cfg(feature = "mysql")]
impl From<&sqlx::MySqlPool> for Database {
    fn from(pool: &sqlx::MySqlPool) -> Database {
        Database::of(Source::MySqlPool(pool.clone()))
    }
}

impl From<&str> for Database {
    fn from(url: &str) -> Database {
        match Source::parse(url) {
            Ok((source, timeout)) => Database { timeout, ..Database::of(source) },
            Err(error) => Database { source: Err(error), timeout: None, role: None },
        }
    }
}

impl From<String> for Database {
    fn from(url: String) -> Database {
        url.as_str().into()
    }
}

impl From<&String> for Database {
    fn from(url: &String) -> Database {
        url.as_str().into()
    }
}

impl From<&Database> for Database {
    fn from(database: &Database) -> Database {
        database.clone()
    }
}

impl Source {
    /// The source of a URL, and the time that it lets a connection take.
    fn parse(url: &str) -> Result<(Source, Option<Duration>), BadUrl> {
        let (scheme, rest) = url.split_once(':').unwrap_or_default();
        let (name, driver) =
            scheme.split_once('+').map_or((scheme, None), |(name, driver)| (name, Some(driver)));
        let dialect = match name {
            "sqlite" => Dialect::Sqlite,
            "postgres" | "postgresql" => Dialect::Postgresql,
            "mysql" | "mariadb" => Dialect::Mysql,
            // Another text than a URL may be a password, or have one.
            _ => {
                let is_scheme = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
                let scheme = if scheme.chars().all(is_scheme) { scheme } else { "" };
                return Err(BadUrl::Scheme { scheme: scheme.to_owned() });
            }
        };
        let parsed = match dialect {
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => sqlite::parse(driver, rest).map(|url| (Source::Sqlite(url), None)),
            #[cfg(feature = "postgres")]
            Dialect::Postgresql => postgresql::parse(rest).map(|url| {
                let timeout = url.timeout;
                (Source::Postgresql(Hosts::new(url)), timeout)
            }),
            #[cfg(feature = "mysql")]
            Dialect::Mysql => mysql::parse(rest).map(|(options, timeout)| (Source::Mysql(options), timeout)),
            #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            dialect => {
                let _ = (rest, driver);
                return Err(BadUrl::NoDriver { dialect });
            }
        };
        parsed.map_err(|mistake| BadUrl::Malformed { dialect, mistake })
    }

    fn dialect(&self) -> Dialect {
        match self {
            #[cfg(feature = "sqlite")]
            Source::SqlitePool(_) | Source::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Source::PgPool(_) | Source::Postgresql(_) => Dialect::Postgresql,
            #[cfg(feature = "mysql")]
            Source::MySqlPool(_) | Source::Mysql(_) => Dialect::Mysql,
        }
    }
}

impl Database {
    fn of(source: Source) -> Database {
        Database { source: Ok(source), timeout: None, role: None }
    }

    /// Limits the time that each connection may take to be made, unless the URL has a `connect_timeout`, or it is limited
    /// already. Zero: no limit. The connections of a pool have the limit of the pool.
    #[must_use]
    pub fn connect_timeout(self, timeout: Duration) -> Database {
        Database { timeout: Some(self.timeout.unwrap_or(timeout)), ..self }
    }

    /// Reaches it as the settings of a run say: with their time-out, unless there is one, and with their role.
    #[must_use]
    pub fn reached_by(self, settings: &RunSettings) -> Database {
        let role = settings.session.role.clone().or(self.role.clone());
        Database { role, ..self.connect_timeout(settings.connection.timeout) }
    }

    /// Gives its sessions this role, if there is one.
    pub(crate) fn with_role(self, role: Option<Cow<'static, str>>) -> Database {
        Database { role: role.or(self.role), ..self }
    }

    /// The time that a connection may take to be made.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(ConnectionSettings::DEFAULT.timeout)
    }

    /// The dialect of the database.
    ///
    /// # Errors
    /// The scheme of the URL does not name a supported database.
    pub fn dialect(&self) -> Result<Dialect, MigrateError> {
        match &self.source {
            Ok(source) => Ok(source.dialect()),
            Err(BadUrl::Malformed { dialect, .. }) => Ok(*dialect),
            #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            Err(BadUrl::NoDriver { dialect }) => Ok(*dialect),
            Err(error @ BadUrl::Scheme { .. }) => Err(error.into()),
        }
    }

    /// Opens a file of SQLCipher with this key. The program has to be linked with SQLCipher; a pool has the key in its own
    /// options. Changes nothing for other databases.
    #[must_use]
    #[cfg_attr(not(feature = "sqlite"), expect(unused_variables, reason = "other databases have no keys"))]
    pub fn sqlite_key(self, key: &str) -> Database {
        match self.source {
            #[cfg(feature = "sqlite")]
            Ok(Source::Sqlite(url)) => Database { source: Ok(Source::Sqlite(url.with_key(key))), ..self },
            source => Database { source, ..self },
        }
    }

    /// Puts a relative SQLite file into `folder`. Changes nothing else.
    #[must_use]
    #[cfg_attr(not(feature = "sqlite"), expect(unused_variables, reason = "other databases are not files"))]
    pub fn relative_to(self, folder: &Path) -> Database {
        match self.source {
            #[cfg(feature = "sqlite")]
            Ok(Source::Sqlite(url)) => {
                Database { source: Ok(Source::Sqlite(url.relative_to(folder))), ..self }
            }
            source => Database { source, ..self },
        }
    }

    pub(super) fn source(&self) -> Result<&Source, MigrateError> {
        self.source.as_ref().map_err(MigrateError::from)
    }

    /// Opens the connection on which the work is done.
    #[cfg_attr(
        not(feature = "sqlite"),
        expect(unused_variables, reason = "only SQLite creates its databases")
    )]
    pub(crate) async fn connect(&self, missing: Missing) -> Result<Connection, MigrateError> {
        self.check_reach().await?;
        let mut connection = match self.source()? {
            #[cfg(feature = "sqlite")]
            Source::SqlitePool(pool) => {
                Connection::Sqlite(Handle::pooled(pool.acquire().await.map_err(MigrateError::pool)?))
            }
            #[cfg(feature = "postgres")]
            Source::PgPool(pool) => {
                Connection::Postgresql(Handle::pooled(pool.acquire().await.map_err(MigrateError::pool)?))
            }
            #[cfg(feature = "mysql")]
            Source::MySqlPool(pool) => {
                Connection::Mysql(Handle::pooled(pool.acquire().await.map_err(MigrateError::pool)?))
            }
            #[cfg(feature = "sqlite")]
            Source::Sqlite(url) => connect::sqlite(&url.settled()?, missing).await?,
            #[cfg(feature = "postgres")]
            Source::Postgresql(hosts) => hosts.connect(self.timeout(), self.role.as_deref()).await?,
            #[cfg(feature = "mysql")]
            Source::Mysql(options) => connect::mysql(options, self.timeout()).await?,
        };
        if self.role.is_some() {
            self.take_role(&mut connection).await?;
        }
        Ok(connection)
    }

    /// The name of a database in memory that several connections of this process share.
    pub(crate) fn shared_memory(&self) -> Option<std::path::PathBuf> {
        match self.options().ok()? {
            #[cfg(feature = "sqlite")]
            Options::Sqlite(options) if is_in_memory(&options) => {
                Some(options.get_filename().to_owned()).filter(|name| name.as_os_str() != ":memory:")
            }
            _ => None,
        }
    }

    /// Another database on the same server; of SQLite an empty one in memory, which exists until it is closed.
    #[cfg(feature = "sources")]
    #[cfg_attr(
        not(any(feature = "postgres", feature = "mysql")),
        expect(unused_variables, reason = "a database in memory has no name")
    )]
    pub(crate) async fn sibling(&self, name: &str) -> Result<Database, MigrateError> {
        self.settle().await?;
        let source = match self.options()? {
            #[cfg(feature = "sqlite")]
            Options::Sqlite(_) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().in_memory(true);
                let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
                let pool = pool.idle_timeout(None).max_lifetime(None).connect_with(options).await;
                Source::SqlitePool(pool.map_err(MigrateError::pool)?)
            }
            #[cfg(feature = "postgres")]
            Options::Postgresql(options) => {
                Source::Postgresql(Hosts::one(options.extra_float_digits(None).database(name)))
            }
            #[cfg(feature = "mysql")]
            Options::Mysql(options) => Source::Mysql(options.database(name)),
        };
        Ok(Database { source: Ok(source), ..self.clone() })
    }

    /// Finds out which of several hosts is meant, unless that is known.
    async fn settle(&self) -> Result<(), MigrateError> {
        #[cfg(feature = "postgres")]
        if let Source::Postgresql(hosts) = self.source()?
            && !hosts.is_settled()
        {
            hosts.connect(self.timeout(), None).await?;
        }
        Ok(())
    }

    /// The name that the URL or the pool has for the database on its server; none of SQLite.
    #[cfg(feature = "sources")]
    pub(crate) fn name(&self) -> Option<String> {
        match self.options().ok()? {
            #[cfg(feature = "sqlite")]
            Options::Sqlite(_) => None,
            #[cfg(feature = "postgres")]
            Options::Postgresql(options) => {
                Some(options.get_database().unwrap_or(options.get_username()).to_owned())
            }
            #[cfg(feature = "mysql")]
            Options::Mysql(options) => options.get_database().map(str::to_owned),
        }
    }

    /// Opens a connection that does not belong to a pool.
    pub(crate) async fn connect_apart(&self) -> Result<Connection, MigrateError> {
        self.settle().await?;
        match self.options()? {
            #[cfg(feature = "sqlite")]
            Options::Sqlite(options) => connect::sqlite(&options, Missing::Refuse).await,
            #[cfg(feature = "postgres")]
            Options::Postgresql(options) => {
                connect::postgresql(&options.extra_float_digits(None), self.timeout()).await
            }
            #[cfg(feature = "mysql")]
            Options::Mysql(options) => connect::mysql(&options, self.timeout()).await,
        }
    }

    /// Whether the database is in memory, or a file in the folder for temporary files; or cannot be named. One of the package
    /// itself is not, wherever that lies.
    #[cfg_attr(not(feature = "sqlite"), expect(unused_variables, reason = "a server has no files of ours"))]
    pub(crate) fn is_temporary(&self, package: &Path) -> bool {
        match self.options() {
            #[cfg(feature = "sqlite")]
            Ok(Options::Sqlite(options)) => {
                let file = options.get_filename().canonicalize();
                let full = |path: &Path| path.canonicalize().unwrap_or(path.to_owned());
                let (temporary, package) = (full(&std::env::temp_dir()), full(package));
                let is_there = |file: &Path| file.starts_with(&temporary) && !file.starts_with(&package);
                is_in_memory(&options) || file.map_or(true, |file| is_there(&file))
            }
            #[cfg(any(feature = "postgres", feature = "mysql"))]
            Ok(_) => false,
            Err(_) => true,
        }
    }

    /// The options by which another connection can be made. No driver logs what it sends: it may be a script.
    pub(crate) fn options(&self) -> Result<Options, MigrateError> {
        Ok(match self.source()? {
            #[cfg(feature = "sqlite")]
            Source::SqlitePool(pool) => {
                Options::Sqlite((*pool.connect_options()).clone().disable_statement_logging())
            }
            #[cfg(feature = "postgres")]
            Source::PgPool(pool) => {
                Options::Postgresql((*pool.connect_options()).clone().disable_statement_logging())
            }
            #[cfg(feature = "mysql")]
            Source::MySqlPool(pool) => {
                Options::Mysql((*pool.connect_options()).clone().disable_statement_logging())
            }
            #[cfg(feature = "sqlite")]
            Source::Sqlite(url) => Options::Sqlite(url.settled()?),
            #[cfg(feature = "postgres")]
            Source::Postgresql(hosts) => Options::Postgresql(hosts.options()),
            #[cfg(feature = "mysql")]
            Source::Mysql(options) => Options::Mysql(options.clone()),
        })
    }
}
