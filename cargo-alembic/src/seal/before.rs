//! Compares scripts, lock and database before anything is done.

use alembic_core::Migrator;
use alembic_core::cli::warning;
use alembic_core::migrate::Database;
use alembic_core::revision::RevisionId;
use alembic_core::script::{Lock, LockProblem, Problem, ScriptDirectory, ScriptError, ScriptErrors};

use crate::args::Arguments;
use crate::error::Failure;
use crate::project::Project;

/// The seals before a downgrade: a rollback needs no valid lock. Only a downgrade that was edited is in its way.
pub(crate) fn for_downgrade(project: &Project, directory: &ScriptDirectory) -> Result<Option<Lock>, Failure> {
    let file = project.lock_file();
    let lock = match file.read() {
        Ok(lock) => lock,
        Err(error) => {
            warning(format!("{error}; the downgrade does without the lock"));
            return Ok(None);
        }
    };
    let (edited, other): (Vec<_>, Vec<_>) =
        lock.verify(&file.shown(), directory).into_iter().partition(is_edited_downgrade);
    ScriptErrors::check(edited).map_err(|errors| project.explain(&errors))?;
    if let Some(error) = other.first() {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        warning(format!("{first}; the downgrade does without the lock"));
        return Ok(None);
    }
    Ok(Some(lock))
}

pub(super) fn is_edited_downgrade(error: &ScriptError) -> bool {
    matches!(&error.problem, Problem::Lock(problem) if matches!(**problem, LockProblem::EditedDowngrade { .. }))
}

/// Whether the build accepts scripts and lock, as far as the lock is there.
pub(crate) fn check(project: &Project, directory: &ScriptDirectory) -> Result<(), Failure> {
    let file = project.lock_file();
    let lock = file.read()?;
    let mut errors = lock.verify(&file.shown(), directory);
    errors.extend(lock.conflict(&file.shown()));
    if !file.exists() && !directory.graph().is_empty() {
        let problem = Problem::Lock(Box::new(LockProblem::Missing));
        errors.push(ScriptError { path: file.shown(), line: 0, problem });
    }
    ScriptErrors::check(errors).map_err(|errors| project.explain(&errors))
}

/// Whether all that is applied to a database is sealed. It is asked only where the lock lacks a seal.
pub(crate) async fn check_applied(
    project: &Project,
    migrator: &Migrator,
    database: Database,
) -> Result<(), Failure> {
    let lock = project.lock_file().read()?;
    let lacks = |id: &RevisionId| lock.seal_of(id).is_none();
    if !migrator.directory().scripts().iter().any(|script| lacks(&script.revision.id)) {
        return Ok(());
    }
    let found = migrator.verify(database).await;
    let found = found.map_err(|error| Failure::command(&error.into(), migrator))?;
    let unsealed = found.applied.iter().find(|(id, _)| lacks(id) && !found.stamped.contains(id));
    unsealed.map_or(Ok(()), |(id, _)| {
        Err(Failure::new(
            format!("revision {id} is applied to the database, but not sealed in the lock"),
            "`cargo alembic seal --from-database` seals it",
        ))
    })
}

/// Compares the scripts with the seals before anything is done with a database.
pub(crate) fn verify(
    project: &Project,
    arguments: &Arguments,
    directory: &ScriptDirectory,
) -> Result<Lock, Failure> {
    let file = project.lock_file();
    let lock = file.read()?;
    let mut errors = lock.verify(&file.shown(), directory);
    // The command will repair it, if it may.
    errors.extend(lock.conflict(&file.shown()).filter(|_| arguments.locked));
    ScriptErrors::check(errors).map_err(|errors| project.explain(&errors))?;
    Ok(lock)
}

/// Whether it is about a revision with two different seals.
pub(super) fn has_two_seals(error: &ScriptError) -> bool {
    matches!(&error.problem, Problem::Lock(problem) if matches!(**problem, LockProblem::TwoSeals { .. }))
}
