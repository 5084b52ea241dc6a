//! `revision`: new scripts.

use alembic_core::cli::status;
use alembic_core::revision::{self, GraphError, NewRevision, Placement, Revision, RevisionId, Target};
use alembic_core::script::{LockFileError, NewScript, Problem, Script, ScriptDirectory};
use jiff::{Timestamp, Zoned};

use crate::args::{Arguments, RevisionArgs};
use crate::error::Failure;
use crate::hook::{self, Hook};
use crate::place::Place;
use crate::project::Project;
use crate::{autogenerate, dump, file, seal, template};

pub(crate) async fn create(
    project: &Project,
    arguments: &Arguments,
    args: &RevisionArgs,
) -> Result<(), Failure> {
    let migrator = project.migrator(project.scripts()?);
    let directory = migrator.directory();
    let new = NewRevision {
        id: id(args.rev_id.as_deref())?,
        heads: targets(&args.head)?,
        splice: args.splice,
        depends_on: targets(&args.depends_on)?,
        labels: args.branch_label.clone(),
    };
    let placement = revision::new_revision(directory.graph(), &new)
        .map_err(|error| Failure::new_revision(&project.folder, directory, &error))?;
    let mut revision = revision(directory, new, &placement);
    revision.message = printable(args.message.as_deref().unwrap_or_default());
    revision.tags = tags(&args.tag)?;
    let place = Place::find(project, directory, &placement, args.version_path.as_deref())?;
    let sections = if args.autogenerate.autogenerate {
        let generated = autogenerate::sections(project, arguments, &args.autogenerate, &migrator).await?;
        let Some(generated) = generated else {
            status("Finished", "no changes: nothing was written");
            return Ok(());
        };
        generated
    } else if let Some(file) = &args.from_dump {
        dump::sections(project, file)?
    } else {
        NewScript::EMPTY.to_owned()
    };
    let script = NewScript { revision, created: now(project)?, sections };
    write(project, arguments, directory, &script, &place, args.template.as_deref())
}

pub(crate) fn targets(texts: &[String]) -> Result<Vec<Target>, revision::TargetError> {
    texts.iter().map(|text| text.parse()).collect()
}

pub(crate) fn revision(directory: &ScriptDirectory, new: NewRevision, placement: &Placement) -> Revision {
    let mut revision = Revision::new(new.id, directory.graph().ids(placement.parents.iter().copied()));
    revision.depends_on.clone_from(&placement.depends_on);
    revision.labels = without_repetitions(new.labels);
    revision
}

/// The id that was asked for, or the last twelve digits of a random UUID, as Alembic makes them.
pub(crate) fn id(wanted: Option<&str>) -> Result<RevisionId, Failure> {
    let random = || uuid::Uuid::new_v4().simple().to_string()[20..].to_owned();
    if let Some(id) = wanted.filter(|id| id.starts_with('.') || id.contains(['/', '\\'])) {
        return Err(Failure::new(
            format!("`{id}` cannot be the id of a revision: it becomes part of a file name"),
            "leave out `/` and `\\`, and a point at the beginning",
        ));
    }
    Ok(RevisionId::new(wanted.map_or_else(random, str::to_owned))?)
}

/// A message without what a terminal would obey.
pub(crate) fn printable(message: &str) -> String {
    let is_control = |letter: char| letter.is_control() && letter != '\n';
    message.replace(is_control, " ")
}

/// Tags are a list in the header.
fn tags(wanted: &[String]) -> Result<Vec<String>, Failure> {
    let is_bad = |tag: &&String| {
        let forbidden = |letter: char| letter == ',' || letter.is_control();
        tag.trim().is_empty() || tag.contains(forbidden)
    };
    match wanted.iter().find(is_bad) {
        Some(tag) => Err(Failure::new(
            format!("{tag:?} cannot be a tag"),
            "a tag is a word or a few; give `--tag` once for each",
        )),
        None => Ok(without_repetitions(wanted.iter().map(|tag| tag.trim().to_owned()).collect())),
    }
}

fn without_repetitions(names: Vec<String>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    for name in names {
        if !unique.contains(&name) {
            unique.push(name);
        }
    }
    unique
}

/// The time, in the time zone of the project.
pub(crate) fn now(project: &Project) -> Result<Zoned, Failure> {
    let name = &project.config.timezone;
    let zone = jiff::tz::db().get(name).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
        let near = revision::nearest(name, known.iter().map(String::as_str)).into_iter().next();
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "a time zone is called as in `Europe/Berlin`; the default is `UTC`".to_owned(),
        };
        Failure::new(project.config.error("timezone", format!("there is no time zone `{name}`")), &help)
    })?;
    Ok(Timestamp::now().to_zoned(zone))
}

/// A message that would be read as something else in the header, `Revises: …` for example, is refused.
fn check_message(script: &NewScript) -> Result<(), Failure> {
    let message = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = NewScript { sections: NewScript::EMPTY.to_owned(), ..script.clone() };
    match Script::parse("", bare.text()) {
        Ok(read) if message(&read.revision.message) == message(&script.revision.message) => Ok(()),
        _ => Err(Failure::new(
            format!("the message `{}` would be read as a part of the header", script.revision.message),
            "begin it with another word, and leave out empty lines",
        )),
    }
}

/// Statements of models and databases that would be read as something else are refused: a default or a comment may have a line
/// that begins like a directive.
fn check_sections(script: &NewScript) -> Result<(), Failure> {
    let Err(errors) = Script::parse("", script.text()) else { return Ok(()) };
    let text = script.text();
    let places = errors.iter().map(|error| {
        let line = text.lines().nth(error.line.saturating_sub(1)).unwrap_or_default();
        format!("`{}`: {}", line.trim(), error.problem)
    });
    let places = places.collect::<Vec<_>>().join("; ");
    Err(Failure::new(
        format!("the statements would be read as something else in a script: {places}"),
        "change the default, the comment or the expression with this line, in which `-- alembic:` begins a directive",
    ))
}

/// Writes the script and lists it in the lock, both or none, and runs the hooks on it.
pub(crate) fn write(
    project: &Project,
    arguments: &Arguments,
    directory: &ScriptDirectory,
    script: &NewScript,
    place: &Place<'_>,
    template: Option<&str>,
) -> Result<(), Failure> {
    let id = script.revision.id.clone();
    check_message(script)?;
    check_sections(script)?;
    let text = template::text(project, template, script)?;
    let hooks = Hook::all(project)?;

    let lock = project.lock_file();
    if arguments.locked {
        let change = format!("revision {id} would be added");
        return Err(LockFileError::Locked { path: lock.shown(), change }.into());
    }
    if lock.read()?.seal_of(&id).is_some() {
        return Err(Failure::new(
            format!("revision {id} was applied already, as {} says, and its script is gone", lock.shown()),
            "choose another id, or bring the script back",
        ));
    }
    lock.check_writable()?;
    let name = script.file_name(&project.config.file_template, project.config.truncate_slug_length);
    let (path, shown) = (place.path(&name), place.shown(&name));
    file::create(&path, &text).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists if path.exists() => Failure::new(
            format!("there is a file {shown} already"),
            "write another message, or let `file_template` in alembic.toml have `%(rev)s`",
        ),
        _ => Failure::file(&path, "write", &error),
    })?;
    seal::warn_of_missing(project);
    let mut taken = false;
    let update = lock.update(|lock| {
        // Listed already: by a process that saw the file, or by one that took the same id at the same time.
        taken = lock.contains(&id) && is_taken(project, &id);
        if taken {
            file::remove(&path, &place.location.path);
        } else {
            seal::list(lock, project, directory);
            lock.add(&id);
        }
    });
    if let Err(error) = update {
        file::remove(&path, &place.location.path);
        return Err(error.into());
    }
    if taken {
        return Err(revision::NewRevisionError::IdInUse { id }.into());
    }
    status("Created", &shown);
    hook::run(project, &hooks, &path, &shown)
}

/// Whether two scripts have this id.
fn is_taken(project: &Project, id: &RevisionId) -> bool {
    let Err(errors) = ScriptDirectory::read(&project.locations) else { return false };
    errors.0.iter().any(|error| match &error.problem {
        Problem::Graph { error, .. } => {
            matches!(&**error, GraphError::DuplicateId { id: repeated, .. } if repeated == id)
        }
        _ => false,
    })
}
