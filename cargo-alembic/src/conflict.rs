//! Whether branches contradict each other: by their text, and by running them in scratch databases where one can be had.

use alembic_core::Migrator;
use alembic_core::autogenerate::{AutogenerateError, Disagreement, try_orders};
use alembic_core::cli::{note, unless_interrupted};
use alembic_core::migrate::Database;
use alembic_core::revision::Node;
use alembic_core::script::{Conflict, conflicts};
use alembic_core::sql::Dialect;

use crate::args::{Arguments, TrialArgs};
use crate::error::Failure;
use crate::project::Project;

/// What is wrong with two branches.
#[derive(Default)]
pub(crate) struct Found {
    /// As their text shows it.
    pub(crate) conflicts: Vec<Conflict>,
    /// As a database says it, each with the heads of its branches.
    pub(crate) disagreements: Vec<(Disagreement, [Node; 2])>,
}

impl Found {
    pub(crate) fn is_empty(&self) -> bool {
        self.conflicts.is_empty() && self.disagreements.is_empty()
    }
}

/// A comparison of branches.
pub(crate) struct Comparison<'a> {
    pub(crate) project: &'a Project,
    pub(crate) migrator: &'a Migrator,
    /// Where both orders are tried; none where that is not possible or not wanted.
    place: Option<Place>,
    dialects: Vec<Dialect>,
}

struct Place {
    database: Database,
    server: Option<Database>,
    dialect: Dialect,
}

impl<'a> Comparison<'a> {
    /// Finds out where the branches can be tried, and says so where they cannot.
    pub(crate) fn new(
        project: &'a Project,
        arguments: &Arguments,
        trial: &TrialArgs,
        migrator: &'a Migrator,
    ) -> Result<Comparison<'a>, Failure> {
        let mut place = if trial.no_scratch { None } else { place(project, arguments, trial)? };
        let configured = &project.config.dialects;
        if let Some(own) =
            place.as_ref().filter(|own| !configured.is_empty() && !configured.contains(&own.dialect))
        {
            only_text(&format!("the migrations are not for {}", own.dialect));
            place = None;
        } else if place.is_none() && !trial.no_scratch {
            only_text("no database is configured");
        }
        let dialects = match &place {
            _ if !configured.is_empty() => configured.clone(),
            Some(place) => vec![place.dialect],
            None => Dialect::ALL.to_vec(),
        };
        Ok(Comparison { project, migrator, place, dialects })
    }

    /// Compares two branches. With `is_ordered` the second one only ever runs after the first.
    pub(crate) async fn compare(
        &mut self,
        first: Node,
        second: Node,
        is_ordered: bool,
    ) -> Result<Found, Failure> {
        let mut found = Found::default();
        let tried = self.tried(first, second, is_ordered).await?;
        for dialect in &self.dialects {
            let conflicts = conflicts(self.migrator.directory(), &[first, second], &[*dialect]);
            // Where both orders run and leave the same, the text is right only about rows that no script inserts.
            let is_refuted = match (&tried, &self.place) {
                (Some(tried), Some(place)) => tried.is_empty() && place.dialect == *dialect,
                _ => false,
            };
            let known =
                |conflict: &Conflict| found.conflicts.iter().any(|own| own.statements == conflict.statements);
            let new: Vec<Conflict> = conflicts
                .into_iter()
                .filter(|conflict| conflict.needs_rows || !is_refuted)
                .filter(|conflict| !is_ordered || excludes_in_order(conflict))
                .filter(|conflict| !known(conflict))
                .collect();
            found.conflicts.extend(new);
        }
        let disagreements = tried.into_iter().flatten();
        found.disagreements.extend(disagreements.map(|disagreement| (disagreement, [first, second])));
        Ok(found)
    }

    /// What a database says about the orders; nothing where it is not asked.
    async fn tried(
        &mut self,
        first: Node,
        second: Node,
        is_ordered: bool,
    ) -> Result<Option<Vec<Disagreement>>, Failure> {
        let Some(place) = &self.place else { return Ok(None) };
        let trial = try_orders(self.migrator, &place.database, first, second);
        let trial = if is_ordered { trial.one_way() } else { trial };
        let trial = match &place.server {
            // In memory.
            Some(_) if place.dialect == Dialect::Sqlite => trial,
            Some(server) => trial.scratch(server),
            None => trial,
        };
        match unless_interrupted(trial.on_note(note).into_future()).await {
            Some(Ok(disagreements)) => Ok(Some(disagreements)),
            Some(Err(error)) => {
                only_text(&reason(&error));
                self.place = None;
                Ok(None)
            }
            None => Err(Failure::interrupted("the trial was interrupted", "nothing was changed")),
        }
    }
}

/// Where a scratch database may be created.
fn place(project: &Project, arguments: &Arguments, trial: &TrialArgs) -> Result<Option<Place>, Failure> {
    let server = project.scratch_server(trial.scratch_url.as_deref())?;
    let memory = || project.config.dialects.contains(&Dialect::Sqlite).then(|| "sqlite::memory:".into());
    // A URL that needs a variable which is not set here is no reason not to merge.
    let configured = project.find_database(arguments).ok().flatten();
    let Some(database) = configured.or_else(|| server.clone()).or_else(memory) else { return Ok(None) };
    Ok(database.dialect().ok().map(|dialect| Place { database, server, dialect }))
}

/// Whether the second statement fails after the first, and not only before it.
fn excludes_in_order(conflict: &Conflict) -> bool {
    let [first, second] = conflict.statements.each_ref().map(|statement| statement.what.as_str());
    match first {
        "creates it" => second == "creates it",
        "drops it" | "renames it" => second != "creates it",
        _ => false,
    }
}

fn reason(error: &AutogenerateError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn only_text(why: &str) {
    note(format!(
        "only the text of the branches was compared: {why}. Where a scratch database can be created, both orders are run in \
         it: `--scratch-url` or `scratch_url` in alembic.toml names its server"
    ));
}
