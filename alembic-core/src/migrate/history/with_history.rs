//! Restores missing and edited scripts from the history of a database.

use std::collections::{HashMap, HashSet};

use crate::config::RunSettings;
use crate::dialect::{ErrorKind, Tables};
use crate::migrate::error::{MigrateError, is_another};
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

    /// The revisions of a database that have nothing to do with these scripts: another service applied them with the same
    /// version table.
    ///
    /// An id alone does not make a revision ours, since services that count their revisions all have a `0001`: an applied
    /// script with another message and another time is another revision. What stands on ours, on what a script here revises,
    /// or is what ours stand on, is ours.
    ///
    /// # Errors
    /// The database cannot be reached or read.
    pub async fn foreign(
        scripts: &[Script],
        settings: &RunSettings,
        database: impl Into<Database>,
    ) -> Result<Vec<String>, MigrateError> {
        let mut connection: Connection = database.into().connect(Missing::Refuse).await?;
        let tables = Tables::new(connection.dialect(), &settings.version_table)?;
        let applied = match connection.rows(tables.digests(None)).await {
            Err(error) if ErrorKind::of(&error) == ErrorKind::MissingTable => return Ok(Vec::new()),
            rows => rows.map_err(MigrateError::database(READING))?,
        };
        let mut found = Vec::new();
        for row in applied {
            let [Some(id), digest, ..] = row.as_slice() else { continue };
            let here = scripts.iter().find(|script| script.revision.id.as_str() == id);
            let digest = digest.as_ref().and_then(|text| text.parse().ok());
            if here.is_some_and(|script| digest.is_none_or(|digest| script.digests().upgrade == digest)) {
                found.push((id.clone(), here.cloned()));
                continue;
            }
            let rows = connection.rows(tables.applied_script(id)).await;
            let text = rows.map_err(MigrateError::database(READING))?.into_iter().flatten().flatten().next();
            found.push((id.clone(), text.and_then(|text| Script::parse(id, text).ok())));
        }
        Ok(foreign_among(scripts, found))
    }
}

/// Those of the applied revisions that have nothing to do with these scripts; each with its script as it was applied, if that is
/// known.
fn foreign_among(scripts: &[Script], applied: Vec<(String, Option<Script>)>) -> Vec<String> {
    let here: HashMap<&str, &Script> =
        scripts.iter().map(|script| (script.revision.id.as_str(), script)).collect();
    // A name whose script is here is that script's, whoever has applied something of that name.
    let missing = scripts.iter().flat_map(needs).filter(|name| !here.contains_key(name));
    let mut lines = Lines::new(missing.map(str::to_owned));
    for (id, then) in applied {
        let now = here.get(id.as_str());
        let is_ours = now.is_some_and(|now| then.as_ref().is_none_or(|then| !is_another(then, now)));
        lines.add(&id, then.as_ref().map(needs), is_ours);
    }
    lines.foreign()
}

/// What a revision stands on, by the names that its script has for it.
fn needs(script: &Script) -> impl Iterator<Item = &str> {
    let parents = script.revision.parents.iter().map(RevisionId::as_str);
    parents.chain(script.revision.depends_on.iter().map(String::as_str))
}

/// The applied revisions, and which of them hang together.
struct Lines {
    /// Each revision, and those beside it in either direction.
    beside: HashMap<String, Vec<String>>,
    applied: Vec<String>,
    /// Revisions that are ours for certain.
    ours: Vec<String>,
}

impl Lines {
    fn new(ours: impl Iterator<Item = String>) -> Lines {
        Lines { beside: HashMap::new(), applied: Vec::new(), ours: ours.collect() }
    }

    fn add<'a>(&mut self, id: &str, needs: Option<impl Iterator<Item = &'a str>>, is_ours: bool) {
        self.applied.push(id.to_owned());
        self.ours.extend(is_ours.then(|| id.to_owned()));
        for other in needs.into_iter().flatten() {
            self.beside.entry(id.to_owned()).or_default().push(other.to_owned());
            self.beside.entry(other.to_owned()).or_default().push(id.to_owned());
        }
    }

    /// Those that no way leads to from ours.
    fn foreign(self) -> Vec<String> {
        let mut reached = HashSet::new();
        let mut open = self.ours;
        while let Some(id) = open.pop() {
            if reached.insert(id.clone()) {
                open.extend(self.beside.get(&id).into_iter().flatten().cloned());
            }
        }
        self.applied.into_iter().filter(|id| !reached.contains(id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The scripts of a service that counts its revisions, each on one before it or on none.
    fn service(name: &str, parents: &[u8]) -> Vec<Script> {
        let script = |(number, parent): (usize, &u8)| {
            let parent = usize::from(*parent) % (number + 1);
            let revises = if parent == 0 { String::new() } else { format!("{parent:04}") };
            let id = number + 1;
            let minute = if name == "shop" { 1 } else { 2 };
            let text = format!(
                "-- {name} {id}\n--\n-- Revision: {id:04}\n-- Revises: {revises}\n\
                 -- Created: 2026-01-01T00:{minute:02}:00Z\n\n-- alembic: upgrade\nSELECT {id};\n"
            );
            Script::parse(&format!("{id:04}.sql"), text).expect("a script")
        };
        parents.iter().enumerate().map(script).collect()
    }

    fn applied(scripts: &[Script]) -> Vec<(String, Option<Script>)> {
        scripts.iter().map(|script| (script.revision.id.to_string(), Some(script.clone()))).collect()
    }

    proptest! {
        /// Whatever two services have, and however many ids are the same: nothing that one applied is the other's, and all
        /// of it is its own.
        #[test]
        fn services_that_count_alike_share_nothing(
            shop in prop::collection::vec(any::<u8>(), 1..8),
            billing in prop::collection::vec(any::<u8>(), 1..8),
        ) {
            let (shop, billing) = (service("shop", &shop), service("billing", &billing));
            let ids: Vec<String> = applied(&shop).into_iter().map(|(id, _)| id).collect();
            prop_assert_eq!(foreign_among(&billing, applied(&shop)), ids);
            prop_assert_eq!(foreign_among(&shop, applied(&shop)), Vec::<String>::new());
        }

        /// A script that is missing here, or edited, is no other service's as long as something here stands on it.
        #[test]
        fn a_missing_script_is_ours(
            parents in prop::collection::vec(any::<u8>(), 2..8),
            missing in any::<prop::sample::Index>(),
        ) {
            let all = service("shop", &parents);
            let mut here = all.clone();
            let gone = here.remove(missing.index(all.len()));
            let name = gone.revision.id.as_str();
            let is_needed = here.iter().any(|script| needs(script).any(|need| need == name));
            let stands = needs(&gone).next().is_some();
            let foreign = foreign_among(&here, applied(&all));
            prop_assert_eq!(foreign.is_empty(), is_needed || stands, "{:?}", foreign);
        }
    }
}
