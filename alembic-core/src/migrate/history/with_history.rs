//! Restores missing and edited scripts from the history of a database.

use crate::dialect::{ErrorKind, Tables};
use crate::migrate::error::MigrateError;
use crate::migrate::history::verify::is_stamp;
use crate::migrate::server::connect::Missing;
use crate::migrate::server::connection::Connection;
use crate::migrate::server::database::Database;
use crate::migrator::Migrator;
use crate::script::{Script, ScriptDirectory};

const READING: &str = "reading the history";

impl Migrator {
    /// A migrator that also has the scripts that were applied to a database and are missing here, and edited scripts as
    /// they were applied: to show or undo them. Reads, and never writes.
    ///
    /// Revisions that are not in the history, such as those that Alembic applied, stay unknown.
    ///
    /// # Errors
    /// The database cannot be reached or read, or the scripts of both make no graph.
    pub async fn with_history(&self, database: impl Into<Database>) -> Result<Migrator, MigrateError> {
        let mut connection: Connection = database.into().connect(Missing::Refuse).await?;
        let tables = Tables::new(connection.dialect(), &self.settings().version_table);
        let mut scripts = self.directory().scripts().to_vec();
        let applied = match connection.rows(tables.digests(None)).await {
            Ok(rows) => rows,
            Err(error) if ErrorKind::of(&error) == ErrorKind::MissingTable => Vec::new(),
            Err(error) => return Err(MigrateError::database(READING)(error)),
        };
        for row in applied {
            let [Some(id), Some(digest), ..] = row.as_slice() else { continue };
            let known = self.directory().graph().find(id);
            let is_unchanged = |node| self.directory().digest(node).to_string() == *digest;
            // Of a stamp the present script says as much as the one that was stamped.
            if known.is_some_and(|node| is_stamp(&row) || is_unchanged(node)) {
                continue;
            }
            let rows =
                connection.rows(tables.applied_script(id)).await.map_err(MigrateError::database(READING))?;
            let text = rows.into_iter().flatten().flatten().next();
            // A script that cannot be read was applied by another version of this program.
            let script =
                text.and_then(|text| Script::parse(&format!("(history of the database) {id}"), text).ok());
            match (script, known) {
                (Some(script), Some(node)) => scripts[node.index()] = script,
                (script, _) => scripts.extend(script),
            }
        }
        Ok(Migrator::new(ScriptDirectory::new(scripts)?, self.settings().clone()))
    }
}
