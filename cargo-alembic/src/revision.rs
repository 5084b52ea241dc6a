//! `revision` and `merge`: new scripts.

use std::io::Write as _;

use alembic_core::cli::status;
use alembic_core::revision::{self, NewRevision, Revision, RevisionId, Target};
use alembic_core::script::{LockFileError, NewScript, Script, ScriptDirectory};
use jiff::Timestamp;

use crate::args::{Arguments, MergeArgs, RevisionArgs};
use crate::error::Failure;
use crate::project::Project;
use crate::seal;

pub(crate) fn create(project: &Project, arguments: &Arguments, args: &RevisionArgs) -> Result<(), Failure> {
    let directory = project.scripts()?;
    let new = NewRevision {
        id: id(args.rev_id.as_deref())?,
        heads: vec![args.head.parse()?],
        splice: args.splice,
        depends_on: Vec::new(),
        labels: Vec::new(),
    };
    let placement = revision::new_revision(directory.graph(), &new)?;
    write(project, arguments, &directory, new, &placement, args.message.as_deref().unwrap_or_default())
}

pub(crate) fn merge(project: &Project, arguments: &Arguments, args: &MergeArgs) -> Result<(), Failure> {
    let directory = project.scripts()?;
    let heads: Result<Vec<Target>, _> = args.revisions.iter().map(|revision| revision.parse()).collect();
    let new = NewRevision {
        id: id(args.rev_id.as_deref())?,
        heads: heads?,
        splice: false,
        depends_on: Vec::new(),
        labels: Vec::new(),
    };
    let placement = revision::merge(directory.graph(), &new)?;
    let parents: Vec<String> =
        placement.parents.iter().map(|node| directory.graph().id(*node).to_string()).collect();
    let message = args.message.clone().unwrap_or_else(|| format!("Merge {}", parents.join(" and ")));
    write(project, arguments, &directory, new, &placement, &message)
}

/// The id that was asked for, or the last twelve digits of a random UUID, as Alembic makes them.
fn id(wanted: Option<&str>) -> Result<RevisionId, Failure> {
    let random = || uuid::Uuid::new_v4().simple().to_string()[20..].to_owned();
    if let Some(id) = wanted.filter(|id| id.starts_with('.') || id.contains(['/', '\\'])) {
        return Err(Failure::new(
            format!("`{id}` cannot be the id of a revision: it becomes part of a file name"),
            "leave out `/` and `\\`, and a point at the beginning",
        ));
    }
    Ok(RevisionId::new(wanted.map_or_else(random, str::to_owned))?)
}

/// A message that would be read as something else in the header, `Revises: …` for example, is refused.
fn check_message(script: &NewScript) -> Result<(), Failure> {
    let message = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    match Script::parse("", script.text()) {
        Ok(read) if message(&read.revision.message) == message(&script.revision.message) => Ok(()),
        _ => Err(Failure::new(
            format!("the message `{}` would be read as a part of the header", script.revision.message),
            "begin it with another word, and leave out empty lines",
        )),
    }
}

/// Writes the script and lists it in the lock: both or none.
fn write(
    project: &Project,
    arguments: &Arguments,
    directory: &ScriptDirectory,
    new: NewRevision,
    placement: &revision::Placement,
    message: &str,
) -> Result<(), Failure> {
    let parents = directory.graph().ids(placement.parents.iter().copied());
    let mut revision = Revision::new(new.id, parents);
    message.clone_into(&mut revision.message);
    revision.labels = new.labels;
    revision.depends_on.clone_from(&placement.depends_on);
    let id = revision.id.clone();
    let script = NewScript { revision, created: Timestamp::now() };
    check_message(&script)?;

    let lock = project.lock_file();
    if arguments.locked {
        let change = format!("revision {id} would be added");
        return Err(LockFileError::Locked { path: lock.shown(), change }.into());
    }
    lock.read()?;
    lock.check_writable()?;
    let location = project.first_location();
    let path = location.path.join(script.file_name());
    let failed = |error: &std::io::Error| Failure::file(&path, "write", error);
    // Appears whole: another process may read the folder at any moment.
    let written =
        tempfile::Builder::new().prefix(".alembic").tempfile_in(&location.path).and_then(|mut file| {
            file.write_all(script.text().as_bytes())?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
            }
            file.persist_noclobber(&path).map_err(|error| error.error).map(drop)
        });
    let listed = written.map_err(|error| failed(&error)).and_then(|()| {
        Ok(lock.update(|lock| {
            seal::list(lock, project, directory);
            lock.add(&id);
        })?)
    });
    if listed.is_err() {
        let _ = std::fs::remove_file(&path);
        return listed;
    }
    status("Created", format!("{}/{}", location.shown, script.file_name()));
    Ok(())
}
