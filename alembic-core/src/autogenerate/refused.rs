//! Reasons not to run a statement in a scratch database.

use std::fmt;

use crate::sql::Dialect;

/// A statement that does not run in a scratch database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// It reads or writes rows.
    Rows(Dialect),
    /// It runs code: a block, a procedure, a query that calls functions.
    Code,
    /// It reaches beyond its database.
    Outside(&'static str),
    /// MySQL, beside the compared database: it names a database where that name cannot be left out.
    Qualified(String),
    /// MySQL: it names another database.
    OtherDatabase(String),
    /// MySQL, beside the compared database: it builds statements from text.
    Dynamic,
    /// It has left the scratch database.
    Moved,
    /// It contains a second statement, or a string or comment without an end.
    Several,
    /// It is no definition.
    Unknown,
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Rows(_) => {
                formatter.write_str("the statement reads or writes rows; only definitions belong here")
            }
            Refused::Code => formatter.write_str("the statement runs code; only definitions belong here"),
            Refused::Outside(what) => write!(formatter, "the statement reaches beyond its database: {what}"),
            Refused::Qualified(name) => {
                write!(
                    formatter,
                    "the statement names the database, `{name}`, where the name cannot be left out"
                )
            }
            Refused::OtherDatabase(name) => {
                write!(formatter, "the statement names another database: `{name}`")
            }
            Refused::Dynamic => formatter.write_str("the statement builds another statement from text"),
            Refused::Moved => formatter.write_str("the statement left the scratch database"),
            Refused::Several => {
                formatter.write_str("an expression ends its statement, or leaves a string or a comment open")
            }
            Refused::Unknown => formatter.write_str("the statement is not a definition"),
        }
    }
}

impl Refused {
    /// The edit or setting that makes it work.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Refused::Rows(Dialect::Postgresql) => {
                "`pg_dump --schema-only` writes a dump without rows; nothing was run on the compared database"
            }
            Refused::Rows(Dialect::Mysql) => {
                "`mysqldump --no-data` (`mariadb-dump --no-data`) writes a dump without rows; nothing was run on the \
                 compared database"
            }
            Refused::Rows(Dialect::Sqlite) => {
                "`sqlite3 FILE .schema` writes a dump without rows; nothing was run on the compared database"
            }
            Refused::Code | Refused::Unknown => {
                "remove it: such a file describes the schema, and a revision changes data"
            }
            Refused::Outside(_) => {
                "remove it, or let a statement outside of the migrations do it: a comparison must not change the server"
            }
            Refused::Qualified(_) | Refused::Dynamic => {
                "a scratch database beside the compared one has another name; set `scratch_url` to another server, where \
                 it has the same name and the statement runs as it is"
            }
            Refused::OtherDatabase(_) => "only one database is compared; leave out the name",
            Refused::Moved => "set `scratch_url` to another server",
            Refused::Several => "correct the expression; nothing was run on the compared database",
        }
    }
}
