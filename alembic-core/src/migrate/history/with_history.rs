//! Restores missing and edited scripts from the history of a database.

use std::collections::{HashMap, HashSet};

use crate::config::RunSettings;
use crate::dialect::{ErrorKind, Tables};
use crate::migrate::error::MigrateError;
use crate::migrate::history::verify::never_ran;
use crate::migrate::server::connect::Missing;
use crate::migrate::server::connection::Connection;
use crate::migrate::server::database::Database;
use crate::migrator::Migrator;
use crate::revision::{Node, RevisionId};
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
        let scripts = self.directory().scripts().to_vec();
        Migrator::restored(scripts, self.settings().clone(), database).await
    }

    /// The revisions of `restored` that are not what the scripts here say: they have no script, or another upgrade, or other
    /// revisions before them. `restored` is this migrator [with the history](Migrator::with_history) of a database, so it is
    /// applied there otherwise.
    #[must_use]
    pub fn others_in(&self, restored: &Migrator) -> Vec<RevisionId> {
        let (here, there) = (self.directory(), restored.directory());
        let is_other = |node: &Node| {
            let Some(same) = here.graph().find(there.graph().id(*node).as_str()) else { return true };
            let before = |directory: &ScriptDirectory, node| {
                let mut ids = directory.graph().ids(directory.graph().prerequisites(node));
                ids.sort();
                ids
            };
            there.digest(*node) != here.digest(same) || before(there, *node) != before(here, same)
        };
        there.graph().ids(there.graph().topological().iter().copied().filter(is_other))
    }

    /// The same for scripts that need not make a graph: a missing parent may be in the history.
    ///
    /// # Errors
    /// The database cannot be reached or read, or the scripts of both make no graph, not even those that are applied.
    pub async fn restored(
        mut scripts: Vec<Script>,
        settings: RunSettings,
        database: impl Into<Database>,
    ) -> Result<Migrator, MigrateError> {
        let mut connection: Connection = database.into().connect(Missing::Refuse).await?;
        let tables = Tables::new(connection.dialect(), &settings.version_table)?;
        let applied = match connection.rows(tables.digests(None)).await {
            Ok(rows) => rows,
            Err(error) if ErrorKind::of(&error) == ErrorKind::MissingTable => Vec::new(),
            Err(error) => return Err(MigrateError::database(READING)(error)),
        };
        let indexes =
            scripts.iter().enumerate().map(|(index, script)| (script.revision.id.to_string(), index));
        let indexes: HashMap<String, usize> = indexes.collect();
        let mut is_in_history = HashSet::new();
        for row in applied {
            let [Some(id), Some(digest), ..] = row.as_slice() else { continue };
            is_in_history.insert(id.clone());
            let known = indexes.get(id).copied();
            let is_unchanged = |index: usize| scripts[index].digests().upgrade.to_string() == *digest;
            // Of what never ran the present script says as much as the one of then.
            if known.is_some_and(|index| never_ran(&row) || is_unchanged(index)) {
                continue;
            }
            let rows =
                connection.rows(tables.applied_script(id)).await.map_err(MigrateError::database(READING))?;
            let text = rows.into_iter().flatten().flatten().next();
            // A script that cannot be read was applied by another version of this program.
            let script =
                text.and_then(|text| Script::parse(&format!("(history of the database) {id}"), text).ok());
            match (script, known) {
                (Some(script), Some(index)) => scripts[index] = script,
                (script, _) => scripts.extend(script),
            }
        }
        let is_applied = |script: &Script| is_in_history.contains(script.revision.id.as_str());
        let directory = match ScriptDirectory::new(scripts.clone()) {
            // What is not applied may be in the way of what is.
            Err(errors) => {
                scripts.retain(is_applied);
                ScriptDirectory::new(scripts).map_err(|_| errors)?
            }
            directory => directory?,
        };
        Ok(Migrator::new(directory, settings))
    }
}
