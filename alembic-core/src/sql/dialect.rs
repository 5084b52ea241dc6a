//! The databases that a script can speak to, by the names that sections use.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A family of databases that share their SQL.
///
/// ```
/// use alembic_core::sql::Dialect;
///
/// assert_eq!(Dialect::from_name("postgresql"), Some(Dialect::Postgresql));
/// assert_eq!(Dialect::Mysql.name(), "mysql");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL and what speaks its protocol.
    Postgresql,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// All dialects, in the order in which they are listed everywhere.
    pub const ALL: [Dialect; 3] = [Dialect::Sqlite, Dialect::Postgresql, Dialect::Mysql];

    /// The name that section headers and `alembic.toml` use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgresql => "postgresql",
            Dialect::Mysql => "mysql",
        }
    }

    /// The dialect with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Dialect> {
        Dialect::ALL.into_iter().find(|dialect| dialect.name() == name)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
