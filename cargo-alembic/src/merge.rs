//! `merge`: a revision that joins branches.

use alembic_core::cli::note;
use alembic_core::revision::{self, NewRevision, Node, Revision, RevisionId, Target};
use alembic_core::script::{NewScript, ScriptDirectory, uncovered};
use alembic_core::sql::Dialect;

use crate::args::{Arguments, MergeArgs};
use crate::conflict::{Comparison, Found};
use crate::error::Failure;
use crate::place::Place;
use crate::project::Project;
use crate::revision::{id, now, printable, revision, targets, write};

pub(crate) async fn merge(project: &Project, arguments: &Arguments, args: &MergeArgs) -> Result<(), Failure> {
    let migrator = project.migrator(project.scripts()?);
    let directory = migrator.directory();
    let new = NewRevision {
        id: id(args.rev_id.as_deref())?,
        heads: targets(&args.revisions)?,
        splice: args.splice,
        depends_on: Vec::new(),
        labels: args.branch_label.clone(),
    };
    let placement = revision::merge(directory.graph(), &new)?;
    if args.alternatives {
        return alternatives(project, arguments, args, directory, (new, &placement.parents));
    }
    // Whoever says `heads` has not looked at them.
    if args.revisions.iter().all(|revision| revision == "heads") {
        let mut comparison = Comparison::new(project, arguments, &args.trial, &migrator)?;
        check(&mut comparison, directory, &placement.parents).await?;
    }
    join(project, arguments, args, directory, new)
}

/// Writes the revision that joins others.
fn join(
    project: &Project,
    arguments: &Arguments,
    args: &MergeArgs,
    directory: &ScriptDirectory,
    new: NewRevision,
) -> Result<(), Failure> {
    let placement = revision::merge(directory.graph(), &new)?;
    let mut revision = revision(directory, new, &placement);
    let parents: Vec<&str> = revision.parents.iter().map(RevisionId::as_str).collect();
    let default = || format!("Merge {}", parents.join(" and "));
    revision.message = args.message.as_deref().map_or_else(default, printable);
    revision.alternatives = args.alternatives;
    let place = Place::find(project, directory, &placement, None)?;
    let script = NewScript { revision, created: now(project)?, sections: NewScript::EMPTY.to_owned() };
    write(project, arguments, directory, &script, &place, None)
}

/// Heads that nobody named are only joined where they do not contradict each other.
async fn check(
    comparison: &mut Comparison<'_>,
    directory: &ScriptDirectory,
    heads: &[Node],
) -> Result<(), Failure> {
    let mut all = Found::default();
    for (index, left) in heads.iter().enumerate() {
        for right in &heads[index + 1..] {
            let found = comparison.compare(*left, *right, false).await?;
            all.conflicts.extend(found.conflicts);
            all.disagreements.extend(found.disagreements);
        }
    }
    if all.is_empty() {
        return Ok(());
    }
    let names: Vec<String> =
        directory.graph().ids(heads.iter().copied()).iter().map(ToString::to_string).collect();
    let names = names.join(" ");
    let lock = comparison.project.lock_file().read()?;
    let is_sealed = |conflict: &alembic_core::script::Conflict| {
        conflict.statements.iter().all(|statement| lock.seal_of(&statement.revision).is_some())
    };
    let help = if all.conflicts.iter().any(is_sealed) {
        format!(
            "both are applied somewhere; if they do the same, `cargo alembic merge {names} --alternatives`: each database \
             keeps the one that it has, and records the other; if they are right as they are: `cargo alembic merge {names}`"
        )
    } else {
        format!("change one of the two; or, if they are right as they are: `cargo alembic merge {names}`")
    };
    Err(Failure::conflicts(&all.conflicts, &all.disagreements, directory, &help))
}

/// Joins branches of which a database applies one. What a branch has and another lacks is added to that by a revision.
fn alternatives(
    project: &Project,
    arguments: &Arguments,
    args: &MergeArgs,
    directory: &ScriptDirectory,
    (mut new, parents): (NewRevision, &[Node]),
) -> Result<(), Failure> {
    let graph = directory.graph();
    let dialects = &project.config.dialects;
    let mut heads: Vec<RevisionId> = Vec::new();
    for parent in parents {
        let others: Vec<Node> = parents.iter().copied().filter(|other| other != parent).collect();
        let Some(sections) = missing(directory, *parent, &others, dialects) else {
            heads.push(graph.id(*parent).clone());
            continue;
        };
        let id = id(None)?;
        let mut revision = Revision::new(id.clone(), vec![graph.id(*parent).clone()]);
        let names: Vec<String> = graph.ids(others).iter().map(ToString::to_string).collect();
        revision.message = format!("Even out with {}", names.join(" and "));
        let step = NewRevision {
            id: id.clone(),
            heads: vec![target(graph.id(*parent))?],
            splice: true,
            depends_on: Vec::new(),
            labels: Vec::new(),
        };
        let placement = revision::new_revision(graph, &step)
            .map_err(|error| Failure::new_revision(&project.folder, directory, &error))?;
        let place = Place::find(project, directory, &placement, None)?;
        let script = NewScript { revision, created: now(project)?, sections };
        write(project, arguments, directory, &script, &place, None)?;
        note(format!(
            "{id} has what {} lacks: read it, and change it before it is applied",
            graph.id(*parent)
        ));
        heads.push(id);
    }
    new.heads = heads.iter().map(target).collect::<Result<_, _>>()?;
    join(project, arguments, args, &project.scripts()?, new)
}

fn target(id: &RevisionId) -> Result<Target, revision::TargetError> {
    id.as_str().parse()
}

/// The sections of a revision that adds to a branch what others have and it lacks; none where it lacks nothing.
fn missing(
    directory: &ScriptDirectory,
    branch: Node,
    others: &[Node],
    dialects: &[Dialect],
) -> Option<String> {
    let dialects = if dialects.is_empty() { &Dialect::ALL[..] } else { dialects };
    let text = |dialect: &Dialect| {
        // Two others may have the same.
        let mut found: Vec<String> = Vec::new();
        for statement in others.iter().flat_map(|other| uncovered(directory, *other, branch, *dialect)) {
            if !found.contains(&statement) {
                found.push(statement);
            }
        }
        found.iter().map(|statement| format!("{statement};\n")).collect::<String>()
    };
    let texts: Vec<String> = dialects.iter().map(text).collect();
    if texts.iter().all(String::is_empty) {
        return None;
    }
    let is_one = texts.iter().all(|text| *text == texts[0]);
    let sections = match is_one {
        true => format!("-- alembic: upgrade\n{}\n", texts[0]),
        false => dialects
            .iter()
            .zip(&texts)
            .map(|(dialect, text)| format!("-- alembic: upgrade {}\n{text}\n", dialect.name()))
            .collect(),
    };
    Some(sections + "-- alembic: irreversible\n")
}
