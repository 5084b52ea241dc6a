//! Which of the configured databases have a revision applied: all that share its scripts are asked, and the one of `--url`.

use alembic_core::cli::{note, warning};
use alembic_core::config::ConfigFile;
use alembic_core::migrate::{Database, LogEntry, MigrateError};
use alembic_core::revision::RevisionId;
use alembic_core::script::ScriptDirectory;

use crate::args::Arguments;
use crate::error::Failure;
use crate::project::Project;

/// The answers of the databases.
#[derive(Default)]
struct Answers {
    /// Whether there is a database at all.
    is_configured: bool,
    /// The databases in which one of the revisions is applied, each with the first that is.
    applied: Vec<(String, RevisionId)>,
    /// The files that would be databases.
    missing: Vec<String>,
    /// The databases that could not be asked, each with the reason.
    unasked: Vec<(String, String)>,
}

/// What is to be done with revisions that no database has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Another text. What was only stamped or is unfinished may get it.
    Edit,
    /// Another parent. What a database says of itself is then another thing, however it came to say it.
    Move,
    /// No seal any more. Every database must have answered.
    Unseal,
}

/// Refuses a change of revisions that a database has applied. A database that cannot be asked is named, or in the way.
pub(crate) async fn check_unapplied(
    project: &Project,
    arguments: &Arguments,
    ids: &[RevisionId],
    intent: Intent,
) -> Result<(), Failure> {
    let must_answer = intent == Intent::Unseal;
    let Answers { is_configured, applied, missing, unasked } = ask(project, arguments, ids, intent).await?;
    if !is_configured {
        note(format!("no database is configured that could have {} applied", names(ids)));
    }
    for path in missing.iter().filter(|_| must_answer) {
        note(format!("the database file {path} does not exist: nothing is applied there"));
    }
    if let Some((_, id)) = applied.first() {
        let help = format!(
            "`cargo alembic downgrade` to the parent of {id} there first; if that cannot be, write a new revision: `cargo \
             alembic revision -m \"…\"`"
        );
        let message = format!("{} revision {id} applied; nothing was changed", have(&applied));
        return Err(Failure::new(message, &help));
    }
    let names = names(ids);
    match unasked.as_slice() {
        [(name, reason), ..] if must_answer => Err(Failure::new(
            format!("{name} cannot be asked whether it has {names} applied: {reason}"),
            "make it reachable; or, if you know that it does not, add `--offline`, which asks no database",
        )),
        unasked => {
            for (name, reason) in unasked {
                warning(format!("{name} was not asked whether it has {names} applied: {reason}"));
            }
            Ok(())
        }
    }
}

/// Which databases have a revision applied, as the beginning of a sentence: "the database `eu` has". None: no database has, of those
/// that answer.
pub(crate) async fn have_applied(
    project: &Project,
    arguments: &Arguments,
    id: &RevisionId,
) -> Result<Option<String>, Failure> {
    let Answers { applied, .. } = ask(project, arguments, std::slice::from_ref(id), Intent::Edit).await?;
    Ok((!applied.is_empty()).then(|| have(&applied)))
}

fn have(applied: &[(String, RevisionId)]) -> String {
    let names: Vec<&str> = applied.iter().map(|(name, _)| name.as_str()).collect();
    format!("{} {}", names.join(" and "), if names.len() == 1 { "has" } else { "have" })
}

fn names(ids: &[RevisionId]) -> String {
    ids.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(", ")
}

async fn ask(
    project: &Project,
    arguments: &Arguments,
    ids: &[RevisionId],
    intent: Intent,
) -> Result<Answers, Failure> {
    let mut answers = Answers::default();
    let mut databases = Vec::new();
    if arguments.url.is_some() {
        databases.extend(
            project
                .find_database(arguments)?
                .map(|found| ("the database of --url".to_owned(), project.clone(), found)),
        );
    }
    for other in sharing(project)? {
        let name = match other.databases.first() {
            Some(name) => format!("the database `{name}`"),
            None => "the configured database".to_owned(),
        };
        let first = other.settings_database().transpose().map(|found| (name, found.ok()));
        for (name, found) in first.into_iter().chain(other.hidden_databases()?) {
            match found {
                Some(found) => databases.push((name, other.clone(), found)),
                None => {
                    answers.unasked.push((name, "its `url` in alembic.toml has no value here".to_owned()));
                }
            }
        }
    }
    answers.is_configured = !databases.is_empty() || !answers.unasked.is_empty();
    for (name, project, database) in databases {
        match first_applied(&project, &database, ids, intent).await {
            Ok(None) => {}
            Ok(Some(id)) => answers.applied.push((name, id)),
            Err(MigrateError::NoFile { path }) => answers.missing.push(path),
            Err(error) => answers.unasked.push((name, error.to_string())),
        }
    }
    Ok(answers)
}

/// The databases of the package that have scripts in common with a project, itself included.
fn sharing(project: &Project) -> Result<Vec<Project>, Failure> {
    let mut all = Project::all(&project.folder, &ConfigFile::read(&project.folder)?);
    all.retain(|other| other.shares_scripts(project));
    Ok(all)
}

async fn first_applied(
    project: &Project,
    database: &Database,
    ids: &[RevisionId],
    intent: Intent,
) -> Result<Option<RevisionId>, MigrateError> {
    for id in ids {
        if is_applied(project, database.clone(), id, intent).await? {
            return Ok(Some(id.clone()));
        }
    }
    Ok(None)
}

/// Whether a revision has run on a database. What is half done or half undone has to be fixed, and for that changed.
async fn is_applied(
    project: &Project,
    database: Database,
    id: &RevisionId,
    intent: Intent,
) -> Result<bool, MigrateError> {
    let Ok(directory) = project.scripts() else {
        // The scripts make no graph. The history knows what ran, whatever they are.
        let migrator = project.migrator(ScriptDirectory::new(Vec::new())?);
        let is_row = migrator.status(&database).await?.rows.iter().any(|row| row == id.as_str());
        let last = migrator.log(&database, Some(id.as_str()), Some(1)).await?;
        let ran = |entry: &LogEntry| {
            matches!(entry.operation.as_str(), "upgrade" | "move") && entry.finished_at.is_some()
        };
        return Ok(is_row && last.is_empty() || last.first().is_some_and(ran));
    };
    let found = project.migrator(directory).verify(database).await?;
    let is_applied = found.rows.iter().any(|row| row == id.as_str())
        || found.applied.iter().any(|(applied, _)| applied == id);
    let is_unfinished = found.unfinished.iter().any(|revision| revision == id.as_str());
    Ok(match intent {
        Intent::Move => is_applied || is_unfinished,
        Intent::Edit | Intent::Unseal => is_applied && !is_unfinished && !found.stamped.contains(id),
    })
}
