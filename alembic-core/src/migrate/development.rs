//! Seals what a service applies while it is developed: see [`Run::seal_in_development`](super::Run::seal_in_development).

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::error::MigrateError;
use super::history::state::State;
use super::history::verify::compare;
use super::server::connect::Missing;
use super::server::database::Database;
use crate::dialect::Tables;
use crate::migrator::{Migrator, Source};
use crate::revision::{Node, RevisionId};
use crate::script::{Location, LockFile, LockFileError, Seal};

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
enum Unsealed {
    #[error(transparent)]
    Database(#[from] MigrateError),
    #[error(transparent)]
    Lock(#[from] LockFileError),
}

/// Seals the revisions that are applied to a database with these rows, if this is a service in development.
pub(super) async fn seal(migrator: &Migrator, database: &Database, rows: &[String]) {
    if !cfg!(debug_assertions) || is_test() {
        return;
    }
    let Some(source) = migrator.source().filter(is_run_by_cargo) else { return };
    if database.is_temporary(Path::new(source.package)) {
        return;
    }
    match write(migrator, database, rows, source).await {
        Ok(sealed) if sealed.is_empty() => {}
        Ok(sealed) => tracing::info!(?sealed, "sealed applied revisions in alembic.lock"),
        Err(error) => tracing::warn!(%error, "applied revisions were not sealed in alembic.lock"),
    }
}

async fn write(
    migrator: &Migrator,
    database: &Database,
    rows: &[String],
    source: Source,
) -> Result<Vec<RevisionId>, Unsealed> {
    let path = PathBuf::from(source.folder);
    let file = LockFile::of(&Location { path, shown: source.folder.to_owned(), recursive: false });
    let lock = file.read()?;
    let directory = migrator.directory();
    let graph = directory.graph();
    let rows: Vec<Node> = rows.iter().filter_map(|row| graph.find(row)).collect();
    if graph.applied(&rows).iter().all(|node| lock.seal_of(graph.id(node)).is_some()) {
        return Ok(Vec::new());
    }
    let mut connection = database.connect(Missing::Refuse).await?;
    let tables =
        Tables::new(connection.dialect(), &migrator.settings().version_table).map_err(MigrateError::from)?;
    let state = State::read(&mut connection, &tables).await?;
    let found = compare(&mut connection, &tables, directory, &state).await?;
    // What ran here, as the history says: not what was only stamped, or applied by something that writes no history.
    let ran = |id: &RevisionId| {
        found.applied.iter().any(|(applied, digest)| applied == id && digest.is_some())
            && !found.stamped.contains(id)
            && !found.edited.iter().any(|edited| edited.revision == *id)
    };
    let scripts = directory.scripts().iter().filter(|script| {
        let id = &script.revision.id;
        lock.seal_of(id).is_none() && ran(id)
    });
    let seals: Vec<(RevisionId, Seal)> =
        scripts.map(|script| (script.revision.id.clone(), Seal::of(script))).collect();
    if !seals.is_empty() {
        file.update(|lock| {
            for repair in lock.repairs() {
                tracing::warn!(repair, "alembic.lock was repaired after a merge");
            }
            seals.iter().for_each(|(id, seal)| lock.seal(id, *seal));
        })?;
    }
    Ok(seals.into_iter().map(|(id, _)| id).collect())
}

/// Whether cargo runs the package that embeds the migrations.
fn is_run_by_cargo(source: &Source) -> bool {
    std::env::var_os("CARGO_MANIFEST_DIR").is_some_and(|folder| folder == source.package)
}

/// Whether this program is a test, or is run by one.
fn is_test() -> bool {
    let this = std::env::current_exe().ok();
    #[cfg(unix)]
    let parent = std::fs::read_link(format!("/proc/{}/exe", std::os::unix::process::parent_id())).ok();
    #[cfg(not(unix))]
    let parent = None;
    this.as_deref().is_none_or(is_test_program) || parent.as_deref().is_some_and(is_test_program)
}

/// Whether this is the path of a test: cargo builds tests in `deps`, and rustdoc builds each doc test in a folder `rustdoctest…`.
fn is_test_program(path: &Path) -> bool {
    path.parent().and_then(Path::file_name) == Some(OsStr::new("deps"))
        || path.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"rustdoctest"))
}
