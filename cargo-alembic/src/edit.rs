//! `edit`: opens a copy of a script in the user's editor, and takes it over only where nothing breaks by it.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use alembic_core::cli::{diff, note, status, warning};
use alembic_core::revision::{self, Node, RevisionId, Symbol, Target};
use alembic_core::script::{LockFile, LockFileError, Script, ScriptDirectory, ScriptErrors, Seal};
use tempfile::TempPath;

use crate::applied::Intent;
use crate::args::{Arguments, EditArgs};
use crate::error::Failure;
use crate::project::Project;
use crate::{applied, editor, file, seal};

pub(crate) async fn edit(project: &Project, arguments: &Arguments, args: &EditArgs) -> Result<(), Failure> {
    let mut directory = project.scripts()?;
    let nodes = find(project, arguments, &directory, &args.revision).await?;
    if nodes.is_empty() {
        return Err(Failure::new(
            format!("`{}` names no revision", args.revision),
            "name one that has a script",
        ));
    }
    for node in nodes {
        if let Some(edited) = edit_one(project, arguments, args, &directory, node).await? {
            directory = edited;
        }
    }
    Ok(())
}

/// The revisions that are meant. Only `current` asks the database.
async fn find(
    project: &Project,
    arguments: &Arguments,
    directory: &ScriptDirectory,
    revision: &str,
) -> Result<Vec<Node>, Failure> {
    let target: Target = revision.parse()?;
    let graph = directory.graph();
    if !matches!(target, Target::Absolute { symbol: Symbol::Current, .. }) {
        return Ok(revision::show(graph, None, &target)?);
    }
    let migrator = project.migrator(project.scripts()?);
    let state = migrator.status(project.database(arguments)?).await;
    let state = state.map_err(|error| Failure::command(&error.into(), &migrator))?;
    let rows: Vec<Node> = state.rows.iter().filter_map(|row| graph.find(row)).collect();
    Ok(revision::show(graph, Some(&rows), &target)?)
}

/// Returns the scripts with the edited one; none where nothing was edited.
async fn edit_one(
    project: &Project,
    arguments: &Arguments,
    args: &EditArgs,
    directory: &ScriptDirectory,
    node: Node,
) -> Result<Option<ScriptDirectory>, Failure> {
    let script = directory.script(node);
    let path = project.folder.join(&script.path);
    check_before(project, arguments, args, script).await?;
    let before = file::read_to_string(&path).map_err(|error| Failure::file(&path, "read", &error))?;
    let copy = copy_beside(&path, &before).map_err(|error| Failure::file(&path, "copy", &error))?;
    let opened = editor::open(&copy);
    let edited = file::read_to_string(&copy);
    if edited.as_ref().is_ok_and(|edited| *edited == before) {
        opened?;
        status("Kept", format!("{} as it was", script.path));
        return Ok(None);
    }
    let edited = opened
        .and_then(|()| edited.map_err(|error| Failure::file(&copy, "read", &error)))
        .and_then(|edited| check(project, directory, node, edited));
    let taken = match edited {
        Ok(edited) => take_over(project, arguments, args, directory, node, &before, edited).await,
        Err(failure) => Err(failure),
    };
    match taken {
        Ok(directory) => Ok(Some(directory)),
        Err(failure) => {
            failure.print();
            let kept = copy
                .keep()
                .map_err(|error| Failure::file(&path, "keep what was written for", &error.error))?;
            let kept = kept.strip_prefix(&project.folder).unwrap_or(&kept).display().to_string();
            Err(Failure::new(
                format!("{} is as it was; what you wrote is in {kept}", script.path),
                "mend it there, and copy it over; or throw it away",
            ))
        }
    }
}

/// Refuses what no text could change, and says what will be refused, before anybody writes it: what is sealed or applied may only be
/// commented.
async fn check_before(
    project: &Project,
    arguments: &Arguments,
    args: &EditArgs,
    script: &Script,
) -> Result<(), Failure> {
    let id = &script.revision.id;
    let lock = project.lock_file();
    let listed = lock.read()?;
    check_listed(arguments, &lock, listed.contains(id), id)?;
    let only = "only its comments, its blanks and its message may change";
    if listed.seal_of(id).is_some() {
        // Somebody is about to write it.
        if std::io::stderr().is_terminal() {
            note(format!("revision {id} is sealed: {only}"));
        }
    } else if !args.offline
        && let Some(databases) = applied::have_applied(project, arguments, id).await?
    {
        warning(format!("{databases} revision {id} applied: {only}"));
    }
    Ok(())
}

/// Whether the lock may get the line of a revision that it lacks.
fn check_listed(
    arguments: &Arguments,
    lock: &LockFile,
    is_listed: bool,
    id: &RevisionId,
) -> Result<(), Failure> {
    if is_listed {
        return Ok(());
    }
    if arguments.locked {
        let change = format!("revision {id} would get another line");
        return Err(LockFileError::Locked { path: lock.shown(), change }.into());
    }
    Ok(lock.check_writable()?)
}

/// A copy in the same folder, whose name no reader of scripts takes for one.
fn copy_beside(path: &Path, text: &str) -> std::io::Result<TempPath> {
    let (folder, name) = (path.parent().unwrap_or(Path::new(".")), path.file_name().unwrap_or_default());
    let suffix = format!("-{}", name.to_string_lossy());
    let mut copy = tempfile::Builder::new().prefix(".edit-").suffix(&suffix).tempfile_in(folder)?;
    copy.write_all(text.as_bytes())?;
    Ok(copy.into_temp_path())
}

/// A script that was edited, and all scripts with it.
struct Edited {
    text: String,
    script: Script,
    directory: ScriptDirectory,
}

/// Whether the text is a script that keeps the graph whole, and does what was applied.
fn check(
    project: &Project,
    directory: &ScriptDirectory,
    node: Node,
    text: String,
) -> Result<Edited, Failure> {
    let before = directory.script(node);
    let mut script = project.parse(&before.path, text.clone())?;
    let explain = |errors: ScriptErrors| {
        Failure::scripts(&errors, |path| {
            let is_edited = path == before.path;
            if is_edited { Some(text.clone()) } else { file::read_to_string(project.folder.join(path)).ok() }
        })
    };
    ScriptErrors::check(script.read_statements(&project.config.dialects)).map_err(explain)?;
    if let Some(seal) = project.lock_file().read()?.seal_of(&before.revision.id)
        && script.digests() != seal.digests
    {
        return Err(sealed(before, &script));
    }
    let mut scripts = directory.scripts().to_vec();
    scripts[node.index()] = script.clone();
    let directory = ScriptDirectory::new(scripts).map_err(explain)?;
    Ok(Edited { text, script, directory })
}

/// Replaces the script, if no database has it applied otherwise.
async fn take_over(
    project: &Project,
    arguments: &Arguments,
    args: &EditArgs,
    directory: &ScriptDirectory,
    node: Node,
    on_disk: &str,
    edited: Edited,
) -> Result<ScriptDirectory, Failure> {
    let before = directory.script(node);
    let Edited { text, script: after, directory } = edited;
    let path = project.folder.join(&before.path);
    let lock = project.lock_file();
    let listed = lock.read()?;
    if !args.offline && after.digests().upgrade != before.digests().upgrade {
        let id = std::slice::from_ref(&before.revision.id);
        applied::check_unapplied(project, arguments, id, Intent::Edit).await?;
    }
    let id = after.revision.id.clone();
    let is_listed = match listed.seal_of(&id) {
        Some(seal) => *seal == Seal::of(&after),
        None => listed.contains(&id),
    };
    check_listed(arguments, &lock, is_listed, &id)?;
    if file::read_to_string(&path).is_ok_and(|now| now != on_disk) {
        return Err(Failure::plain(format!("{} was changed by somebody else meanwhile", before.path)));
    }
    file::replace(&path, &text).map_err(|error| Failure::file(&path, "write", &error))?;
    if !is_listed {
        seal::warn_of_missing(project);
        lock.update(|lock| seal::list(lock, project, &directory))?;
    }
    status("Edited", &before.path);
    Ok(directory)
}

/// What was applied may not change what it does.
fn sealed(before: &Script, after: &Script) -> Failure {
    let id = &before.revision.id;
    let differences = diff(&before.path, &before.text, &after.text);
    Failure::new(
        format!("revision {id} is sealed, and would do something else:\n{}", differences.trim_end()),
        &format!(
            "only its comments, its blanks and its message may change. The change belongs into a new revision: `cargo \
             alembic revision -m \"…\"`; or, if {id} was applied to no database but your own: downgrade that one, then \
             `cargo alembic unseal {id}`"
        ),
    )
}
