//! Revisions that a database has applied and no script has, brought back from its history.

use super::connection::Connection;
use super::database::{Database, Missing};
use super::error::MigrateError;
use crate::dialect::Tables;
use crate::migrator::Migrator;
use crate::script::{Script, ScriptDirectory};

const READING: &str = "reading the history";

impl Migrator {
    /// A migrator that also has the scripts that a database has applied and this one has not, as its history keeps them:
    /// to show or undo what was applied from another branch. Reads, and never writes.
    ///
    /// What the history does not keep stays unknown: revisions that Alembic applied.
    ///
    /// # Errors
    /// The database cannot be reached or read, or the scripts of both make no graph.
    pub async fn with_history(&self, database: impl Into<Database>) -> Result<Migrator, MigrateError> {
        let mut connection: Connection = database.into().connect(Missing::Refuse).await?;
        let tables = Tables::new(connection.dialect(), &self.settings().version_table);
        let mut scripts = self.directory().scripts().to_vec();
        let applied = match connection.rows(tables.digests(None)).await {
            Ok(rows) => rows,
            Err(error) if Connection::is_missing_table(&error) => Vec::new(),
            Err(error) => return Err(MigrateError::database(READING)(error)),
        };
        let ids = applied.into_iter().filter_map(|row| row.into_iter().next().flatten());
        for id in ids.filter(|id| self.directory().graph().find(id).is_none()).collect::<Vec<_>>() {
            let rows =
                connection.rows(tables.applied_script(&id)).await.map_err(MigrateError::database(READING))?;
            let text = rows.into_iter().flatten().flatten().next();
            // What cannot be read now could be read when it was applied: by another version of this program.
            let script =
                text.and_then(|text| Script::parse(&format!("(history of the database) {id}"), text).ok());
            scripts.extend(script);
        }
        Ok(Migrator::new(ScriptDirectory::new(scripts)?, self.settings().clone()))
    }
}
