//! `rebase`: another parent for a revision that was applied nowhere.

use alembic_core::cli::{note, status};
use alembic_core::revision::{Node, RebaseError, RevisionId, check_rebase, resolve_one};
use alembic_core::script::ScriptDirectory;

use crate::applied::{self, Intent};
use crate::args::{Arguments, RebaseArgs};
use crate::conflict::Comparison;
use crate::error::Failure;
use crate::file;
use crate::project::Project;

pub(crate) async fn rebase(
    project: &Project,
    arguments: &Arguments,
    args: &RebaseArgs,
) -> Result<(), Failure> {
    let directory = project.scripts()?;
    let graph = directory.graph();
    let lock = project.lock_file().read()?;
    let node = resolve_one(graph, &args.revision.parse()?)?.ok_or_else(|| {
        Failure::new(format!("`{}` names no revision", args.revision), "name the revision that is to move")
    })?;
    let onto = resolve_one(graph, &args.onto.parse()?)?;
    check_rebase(graph, node, onto, |id| lock.seal_of(id).is_some())?;
    if !args.offline {
        let moved = graph.ids(graph.descendants([node]).iter());
        applied::check_unapplied(project, arguments, &moved, Intent::Move).await?;
    }
    if let Some(onto) = onto.filter(|_| !args.unchecked) {
        check_order(project, arguments, args, (node, onto)).await?;
    }

    let script = directory.script(node);
    let from = script.revision.parents.clone();
    let parents = graph.ids(onto);
    let mut scripts = directory.scripts().to_vec();
    let path = project.folder.join(&script.path);
    let file = file::read_to_string(&path).map_err(|error| Failure::file(&path, "read", &error))?;
    let text = script.with_parents(&file, &parents);
    scripts[node.index()] = project.parse(&script.path, text.clone())?;
    let rebased = ScriptDirectory::new(scripts).map_err(|errors| project.explain(&errors))?;
    file::replace(&path, &text).map_err(|error| Failure::file(&path, "write", &error))?;

    let id = graph.id(node);
    status("Rebased", format!("{id} from {} onto {} ({})", names(&from), names(&parents), script.path));
    tell(&rebased, node);
    Ok(())
}

/// Whether the revision, and all that follows it, runs after the one that it is to follow.
async fn check_order(
    project: &Project,
    arguments: &Arguments,
    args: &RebaseArgs,
    (node, onto): (Node, Node),
) -> Result<(), Failure> {
    let migrator = project.migrator(project.scripts()?);
    let directory = migrator.directory();
    let graph = directory.graph();
    let mut comparison = Comparison::new(project, arguments, &args.trial, &migrator)?;
    let moved = graph.descendants([node]);
    for head in moved.iter().filter(|node| !graph.children(*node).iter().any(|child| moved.contains(*child)))
    {
        let found = comparison.compare(onto, head, true).await?;
        if !found.is_empty() {
            let help = "nothing was changed; write the revision so that it runs after the other one, or leave out the check: \
                        `--unchecked`";
            return Err(Failure::conflicts(&found.conflicts, &found.disagreements, directory, help));
        }
    }
    Ok(())
}

/// What follows from it.
fn tell(rebased: &ScriptDirectory, node: Node) {
    let graph = rebased.graph();
    let after = graph.ids(graph.descendants([node]).iter().filter(|after| *after != node));
    match after.as_slice() {
        [] => {}
        [only] => note(format!("{only} comes with it")),
        several => note(format!("{} come with it", names(several))),
    }
    let heads = graph.ids(graph.heads());
    if heads.len() > 1 {
        note(format!("there are {} heads: {}; `cargo alembic merge` joins them", heads.len(), names(&heads)));
    }
}

fn names(ids: &[RevisionId]) -> String {
    if ids.is_empty() {
        return "the base".to_owned();
    }
    ids.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(", ")
}

impl From<RebaseError> for Failure {
    fn from(error: RebaseError) -> Failure {
        match &error {
            RebaseError::Sealed { revision } | RebaseError::SealedAfter { sealed: revision, .. } => {
                let help = format!(
                    "if {revision} was applied to no database but your own: downgrade that one, then `cargo alembic unseal \
                     {revision}`; nothing was changed"
                );
                Failure::new(error, &help)
            }
            _ => Failure::new(error, "nothing was changed"),
        }
    }
}
