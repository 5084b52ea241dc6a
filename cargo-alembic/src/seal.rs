//! `alembic.lock` after a database was changed, and `seal` and `unseal`.

mod before;

use alembic_core::Migrator;
use alembic_core::cli::{note, status, warning};
use alembic_core::migrate::{MigrateError, Refusal, Report, Verification};
use alembic_core::revision::{Direction, Node, RevisionId, resolve};
use alembic_core::script::{Lock, LockFileError, Script, ScriptDirectory, ScriptErrors, Seal, Section};
use alembic_core::sql::{Dialect, tokens};

pub(crate) use before::{check, check_applied, for_downgrade, verify};

use self::before::is_edited_downgrade;
use crate::applied::{self, Intent};
use crate::args::{Arguments, SealArgs, UnsealArgs};
use crate::checkout;
use crate::error::Failure;
use crate::file;
use crate::git;
use crate::project::Project;

/// Says that a lock that git has, and that is not there, will be written without its seals.
pub(crate) fn warn_of_missing(project: &Project) {
    let file = project.lock_file();
    if !file.exists() && git::has_committed(&project.folder, &file.shown()) {
        let shown = file.shown();
        warning(format!(
            "{shown} is not there, and is written anew without its seals: `git checkout HEAD -- {shown}` brings them back"
        ));
    }
}

/// Whether a run may write seals.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    Allowed,
    /// `--locked`
    Refused,
    /// `--no-seal`
    Skipped,
}

/// Whether a run may go on: the seals that it will make necessary are right, and can be written.
pub(crate) fn approve(
    project: &Project,
    lock: &Lock,
    directory: &ScriptDirectory,
    writing: Writing,
    plan: &[(Direction, RevisionId)],
) -> Result<(), Refusal> {
    let file = project.lock_file();
    let upgrades = plan.iter().filter(|(direction, _)| *direction == Direction::Upgrade);
    let scripts = upgrades.filter_map(|(_, id)| Some(directory.script(directory.graph().find(id.as_str())?)));
    for script in scripts.clone().filter(|script| is_empty(script)) {
        let id = &script.revision.id;
        warning(format!("revision {id} has no statements: it will be applied and sealed as it is"));
    }
    let unsealed: Vec<&Script> =
        scripts.filter(|script| lock.seal_of(&script.revision.id).is_none()).collect();
    if let Err(errors) = readable(&unsealed, &project.config.dialects, Some(Direction::Upgrade)) {
        return Err(Refusal { reason: errors.to_string(), help: Some("nothing was run".to_owned()) });
    }
    match unsealed.first().map(|script| &script.revision.id) {
        None => Ok(()),
        Some(_) if writing == Writing::Skipped => Ok(()),
        Some(id) if writing == Writing::Refused => {
            let change = format!("revision {id} has no seal yet");
            let help = "nothing was run: run the command without `--locked`, and commit the lock".to_owned();
            let reason = LockFileError::Locked { path: file.shown(), change }.to_string();
            Err(Refusal { reason, help: Some(help) })
        }
        Some(_) => file.check_writable().map_err(|error| Refusal {
            reason: format!("{error}; nothing was run"),
            help: Some(
                "`--no-seal` runs without writing the lock; `cargo alembic seal --from-database` seals later what was applied"
                    .to_owned(),
            ),
        }),
    }
}

/// Whether the dialects that a project names can read scripts that get a seal. The build does not ask once they have it.
/// A downgrade that no database can read may still be corrected then.
fn readable(scripts: &[&Script], dialects: &[Dialect], only: Option<Direction>) -> Result<(), ScriptErrors> {
    let mistakes = scripts.iter().flat_map(|script| {
        let mut errors = Script::clone(script).read_statements(dialects);
        errors.retain(|error| {
            let section = script.sections.iter().rfind(|section| section.line as usize <= error.line);
            only.is_none() || section.map(|section| section.direction) == only
        });
        errors
    });
    ScriptErrors::check(mistakes.collect())
}

/// Whether somebody may have forgotten to write it. A merge has nothing to do.
fn is_empty(script: &Script) -> bool {
    let has_text = |section: &Section| {
        tokens(&script.text[section.start..section.end], Dialect::Sqlite).next().is_some()
    };
    script.revision.parents.len() < 2 && !script.sections.iter().any(has_text)
}

/// Seals what is applied after a run.
pub(crate) async fn applied(
    project: &Project,
    arguments: &Arguments,
    migrator: &Migrator,
    lock: &Lock,
    report: &Report,
) -> Result<(), LockFileError> {
    let graph = migrator.directory().graph();
    let rows: Vec<Node> = report.to.iter().filter_map(|row| graph.find(row)).collect();
    let mut applied: Vec<Node> = graph.applied(&rows).iter().collect();
    let is_known = |node: &Node| {
        let id = graph.id(*node);
        lock.seal_of(id).is_some() || report.done.iter().any(|done| done.revision == *id && !done.recorded)
    };
    // What this run did not apply, and nobody has sealed, may be stamped. It has no seal where the database does not say.
    if !applied.iter().all(is_known) {
        let found = match project.database(arguments) {
            Ok(database) => migrator.verify(database).await.unwrap_or_default(),
            Err(_) => Verification::default(),
        };
        let ran = |node: &Node| {
            let id = graph.id(*node);
            found.applied.iter().any(|(applied, _)| applied == id) && !found.stamped.contains(id)
        };
        applied.retain(|node| is_known(node) || ran(node));
    }
    seal_nodes(project, migrator.directory(), lock, &applied, arguments.locked)
}

/// Seals what is applied before a run that failed, where it is what the scripts say.
pub(crate) async fn applied_before(
    project: &Project,
    arguments: &Arguments,
    migrator: &Migrator,
    lock: &Lock,
) -> Option<()> {
    let found = migrator.verify(project.database(arguments).ok()?).await.ok()?;
    if !found.edited.is_empty() || !found.unknown.is_empty() {
        return None;
    }
    let ran = found.applied.iter().filter(|(id, _)| !found.stamped.contains(id));
    let nodes: Vec<Node> = ran.filter_map(|(id, _)| migrator.directory().graph().find(id.as_str())).collect();
    seal_nodes(project, migrator.directory(), lock, &nodes, arguments.locked).ok()
}

/// Seals revisions that ran, and tidies the lock up.
fn seal_nodes(
    project: &Project,
    directory: &ScriptDirectory,
    lock: &Lock,
    applied: &[Node],
    locked: bool,
) -> Result<(), LockFileError> {
    let graph = directory.graph();
    let file = project.lock_file();
    let are_sealed = applied.iter().all(|node| lock.seal_of(graph.id(*node)).is_some());
    let is_current = are_sealed
        && lock.repairs().is_empty()
        && graph.nodes().all(|node| lock.contains(graph.id(node)))
        && lock.reformatted(directory).is_empty();
    if is_current || (locked && are_sealed) {
        return Ok(());
    }
    if locked {
        let change = "applied revisions have no seal yet".to_owned();
        return Err(LockFileError::Locked { path: file.shown(), change });
    }
    let mut sealed = Vec::new();
    let update = file.update(|lock| {
        list(lock, project, directory);
        for id in applied.iter().map(|node| graph.id(*node)) {
            sealed.extend(Some(id).filter(|id| lock.seal_of(id).is_none()));
        }
        for node in applied {
            lock.seal(graph.id(*node), Seal::of(directory.script(*node)));
        }
    });
    match update {
        Ok(()) => {
            checkout::warn_of_lost_seals(project, &sealed);
            Ok(())
        }
        // Nothing that was applied just now is missing a seal: this run only wanted to tidy up.
        Err(LockFileError::Write { .. }) if are_sealed => Ok(()),
        Err(error) => Err(error),
    }
}

/// The database was changed, and the lock could not be: that fails where it is this run that has made seals necessary.
pub(crate) fn not_written(error: LockFileError, report: &Report, lock: &Lock) -> Result<(), Failure> {
    let mut done = report.done.iter().filter(|done| done.direction == Direction::Upgrade && !done.recorded);
    if report.done.is_empty() && report.from == report.to {
        return Err(error.into());
    }
    if done.any(|done| lock.seal_of(&done.revision).is_none()) {
        let help = "the database was changed all the same: `cargo alembic seal --from-database` seals what is applied";
        return Err(Failure::new(error, help));
    }
    warning(format!("{error}; `cargo alembic seal --from-database` seals what is applied"));
    Ok(())
}

/// Says what a merge of branches has left in the lock that is written now.
fn tell_repairs(lock: &Lock, project: &Project) {
    for repair in lock.repairs() {
        note(format!("repaired {} after a merge: {repair}", project.lock_file().shown()));
    }
}

/// Lists every script in the lock, and only them.
///
/// Called while the lock file is held: what is in the folders is looked up now, since another process may have written
/// a script after `directory` was read.
pub(crate) fn list(lock: &mut Lock, project: &Project, directory: &ScriptDirectory) {
    tell_repairs(lock, project);
    for script in directory.scripts() {
        lock.add(&script.revision.id);
    }
    for script in lock.reformatted(directory) {
        lock.renew(&script.revision.id, Seal::of(script));
    }
    if lock.has_missing(directory)
        && let Ok(now) = ScriptDirectory::read(&project.locations)
    {
        lock.forget_missing(&now);
    }
}

/// `seal --repair`: writes the lock without what a merge has left in it.
fn repair(project: &Project, arguments: &Arguments) -> Result<(), Failure> {
    let file = project.lock_file();
    let lock = file.read()?;
    if !file.exists() {
        let help = "`cargo alembic seal --from-database` writes it anew, with seals of what is applied";
        return Err(Failure::new(format!("{} is not there", file.shown()), help));
    }
    let is_tidy = file::read_to_string(file.path()).is_ok_and(|text| text == lock.to_string());
    if !lock.repairs().is_empty() || !is_tidy {
        if arguments.locked {
            let change = "it is not as `cargo alembic` writes it".to_owned();
            return Err(LockFileError::Locked { path: file.shown(), change }.into());
        }
        file.update(|lock| tell_repairs(lock, project))?;
        status("Repaired", file.shown());
    }
    // Which of two seals is right only a person can say.
    let mut errors = lock.verify(&file.shown(), &ScriptDirectory::new(Vec::new()).map_err(Failure::plain)?);
    errors.retain(before::has_two_seals);
    ScriptErrors::check(errors).map_err(|errors| project.explain(&errors))?;
    if lock.repairs().is_empty() && is_tidy {
        status("Repaired", format!("nothing: {} is as `cargo alembic` writes it", file.shown()));
    }
    Ok(())
}

/// `seal`: records without running.
pub(crate) async fn seal(project: &Project, arguments: &Arguments, args: &SealArgs) -> Result<(), Failure> {
    if args.repair {
        return repair(project, arguments);
    }
    if args.downgrade {
        return seal_downgrades(project, arguments, args);
    }
    let migrator = project.migrator(project.scripts()?);
    let directory = migrator.directory();
    let lock = verify(project, arguments, directory)?;
    let graph = directory.graph();
    let mut nodes = Vec::new();
    if args.from_database {
        let found = migrator.verify(project.database(arguments)?).await;
        let found = found.map_err(|error| Failure::command(&error.into(), &migrator))?;
        if !found.edited.is_empty() {
            return Err(Failure::command(&MigrateError::Edited(found.edited).into(), &migrator));
        }
        let ran = found.applied.iter().filter(|(id, _)| !found.stamped.contains(id));
        nodes.extend(ran.filter_map(|(id, _)| graph.find(id.as_str())));
        if !found.stamped.is_empty() {
            let ids: Vec<&str> = found.stamped.iter().map(RevisionId::as_str).collect();
            note(format!("only stamped or recorded, and so not sealed: {}", ids.join(", ")));
        }
    } else if args.revisions.is_empty() {
        nodes = graph.topological().to_vec();
    } else {
        for revision in &args.revisions {
            nodes.extend(resolve(graph, &revision.parse()?)?);
        }
        // What is applied stands on its ancestors.
        nodes = graph.applied(&nodes).iter().collect();
    }
    let reformatted = lock.reformatted(directory);
    let is_reformatted =
        |node: &Node| reformatted.iter().any(|script| script.revision.id == *graph.id(*node));
    nodes.retain(|node| lock.seal_of(graph.id(*node)).is_none() || is_reformatted(node));
    if nodes.is_empty() {
        status("Sealed", "nothing: all of them have a seal");
        return Ok(());
    }
    let scripts: Vec<&Script> = nodes.iter().map(|node| directory.script(*node)).collect();
    readable(&scripts, &project.config.dialects, None).map_err(|errors| project.explain(&errors))?;
    let file = project.lock_file();
    if arguments.locked {
        let missing =
            if is_reformatted(&nodes[0]) { "has another text than its seal" } else { "has no seal yet" };
        let change = format!("revision {} {missing}", graph.id(nodes[0]));
        return Err(LockFileError::Locked { path: file.shown(), change }.into());
    }
    file.update(|lock| {
        list(lock, project, directory);
        for node in &nodes {
            lock.seal(graph.id(*node), Seal::of(directory.script(*node)));
        }
    })?;
    for node in nodes {
        status("Sealed", graph.id(node));
    }
    Ok(())
}

/// `seal REVISION… --downgrade`: accepts downgrades that were corrected after their revisions were applied.
fn seal_downgrades(project: &Project, arguments: &Arguments, args: &SealArgs) -> Result<(), Failure> {
    let directory = project.scripts()?;
    let graph = directory.graph();
    let mut nodes = Vec::new();
    for revision in &args.revisions {
        nodes.extend(resolve(graph, &revision.parse()?)?);
    }
    let file = project.lock_file();
    let lock = file.read()?;
    // Each of several is accepted by a command of its own.
    let (downgrades, errors): (Vec<_>, Vec<_>) =
        lock.verify(&file.shown(), &directory).into_iter().partition(is_edited_downgrade);
    ScriptErrors::check(errors).map_err(|errors| project.explain(&errors))?;
    nodes.retain(|node| {
        lock.seal_of(graph.id(*node)).is_some_and(|seal| *seal != Seal::of(directory.script(*node)))
    });
    if nodes.is_empty() {
        ScriptErrors::check(downgrades).map_err(|errors| project.explain(&errors))?;
        status("Sealed", "nothing: their downgrades are those of the seals");
        return Ok(());
    }
    if arguments.locked {
        let change = format!("the downgrade of revision {} would get another seal", graph.id(nodes[0]));
        return Err(LockFileError::Locked { path: file.shown(), change }.into());
    }
    file.update(|lock| {
        tell_repairs(lock, project);
        for node in &nodes {
            lock.renew(graph.id(*node), Seal::of(directory.script(*node)));
        }
    })?;
    for node in nodes {
        status("Sealed", format!("the downgrade of {}", graph.id(node)));
    }
    Ok(())
}

/// `unseal`: takes the seal off, unless the database has the revision applied.
pub(crate) async fn unseal(
    project: &Project,
    arguments: &Arguments,
    args: &UnsealArgs,
) -> Result<(), Failure> {
    let file = project.lock_file();
    let lock = file.read()?;
    // A deleted script can be unsealed too, by its whole id; also where what is left makes no graph.
    let id = match RevisionId::new(args.revision.as_str()) {
        Ok(id) if lock.contains(&id) => id,
        _ => {
            let directory = project.scripts()?;
            match resolve(directory.graph(), &args.revision.parse()?)?.as_slice() {
                [node] => directory.graph().id(*node).clone(),
                _ => return Err(Failure::plain(format!("`{}` is not one revision", args.revision))),
            }
        }
    };
    if lock.seal_of(&id).is_none() {
        status("Unsealed", format!("nothing: {id} has no seal"));
        return Ok(());
    }
    if !args.offline {
        applied::check_unapplied(project, arguments, std::slice::from_ref(&id), Intent::Unseal).await?;
    }
    if arguments.locked {
        let change = format!("revision {id} would lose its seal");
        return Err(LockFileError::Locked { path: file.shown(), change }.into());
    }
    file.update(|lock| {
        lock.unseal(&id);
        match ScriptDirectory::read(&project.locations) {
            Ok(directory) => list(lock, project, &directory),
            Err(_) => tell_repairs(lock, project),
        }
    })?;
    status("Unsealed", &id);
    Ok(())
}
