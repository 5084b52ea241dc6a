//! What happened to a database: its history, read.

use serde::Serialize;

use crate::dialect::{ErrorKind, Tables};
use crate::migrate::error::MigrateError;
use crate::migrate::server::connect::Missing;
use crate::migrate::server::connection::Connection;
use crate::migrate::server::database::Database;
use crate::migrator::Migrator;

/// A row of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// Which revision.
    pub revision: String,
    /// `upgrade`, `downgrade`, `stamp` (counted as applied without a run) or `unstamp`.
    pub operation: String,
    /// The digest of its script then.
    pub digest: String,
    /// Its lineage then.
    pub lineage: String,
    /// How many of its statements are done.
    pub statements_done: usize,
    /// How many statements it had.
    pub statements_total: usize,
    /// When it began, by the database's clock, in UTC.
    pub started_at: String,
    /// When it ended; none where it has not.
    pub finished_at: Option<String>,
    /// Who ran it: user and host.
    pub applied_by: String,
    /// The version of this program that ran it.
    pub tool_version: String,
    /// What the database said of the statement at which it stopped.
    pub error: Option<String>,
}

impl Migrator {
    /// What happened to a database, newest first: at most `limit` entries, and only those of one revision if one is
    /// named by its full id. A database without a history has no entries. Reads, and never writes.
    ///
    /// # Errors
    /// The database cannot be reached or read.
    pub async fn log(
        &self,
        database: impl Into<Database>,
        revision: Option<&str>,
        limit: Option<usize>,
    ) -> Result<Vec<LogEntry>, MigrateError> {
        let mut connection: Connection = database.into().connect(Missing::Refuse).await?;
        let tables = Tables::new(connection.dialect(), &self.settings().version_table);
        match connection.rows(tables.log(revision, limit)).await {
            Ok(rows) => Ok(rows.into_iter().filter_map(entry).collect()),
            Err(error) if ErrorKind::of(&error) == ErrorKind::MissingTable => Ok(Vec::new()),
            Err(error) => Err(MigrateError::database("reading the history")(error)),
        }
    }
}

fn entry(row: Vec<Option<String>>) -> Option<LogEntry> {
    let [revision, operation, digest, lineage, done, total, started, finished_at, who, version, error] =
        <[Option<String>; 11]>::try_from(row).ok()?;
    Some(LogEntry {
        revision: revision?,
        operation: operation?,
        digest: digest?,
        lineage: lineage?,
        statements_done: done?.parse().ok()?,
        statements_total: total?.parse().ok()?,
        started_at: started?,
        finished_at,
        applied_by: who?,
        tool_version: version?,
        error,
    })
}
