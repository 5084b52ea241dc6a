//! The history of a database, for people.

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
    /// The id of the revision.
    pub revision: String,
    /// `upgrade`, `downgrade`, `stamp` (marked as applied without a run), `unstamp`, `move` (stamped on other revisions than those on which
    /// it ran), or `record` and `unrecord` (the database has another side of a merge of alternatives).
    pub operation: String,
    /// The digest of its script at that time.
    pub digest: String,
    /// Its lineage at that time.
    pub lineage: String,
    /// The number of its statements that are done.
    pub statements_done: usize,
    /// The number of its statements.
    pub statements_total: usize,
    /// The time at which it began, by the database's clock, in UTC.
    pub started_at: String,
    /// The time at which it ended, if it has.
    pub finished_at: Option<String>,
    /// The author: user and host.
    pub applied_by: String,
    /// The version of this program that ran it.
    pub tool_version: String,
    /// The error of the statement at which it stopped.
    pub error: Option<String>,
}

impl Migrator {
    /// The history of a database, newest first: at most `limit` entries, and only those of one revision if its full id is
    /// given. A database without a history has no entries. Reads, and never writes.
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
        let tables = Tables::new(connection.dialect(), &self.settings().version_table)?;
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
