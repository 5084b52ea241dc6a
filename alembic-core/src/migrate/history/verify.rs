//! Compares the applied revisions with the scripts.

use std::collections::BTreeSet;

use super::below::{known, known_below};
#[cfg(feature = "cli")]
use super::reordered::reordered;
use super::state::State;
use crate::dialect::{Operation, Tables};
use crate::migrate::error::{EditedRevision, MigrateError, OtherAncestors, Provenance};
use crate::migrate::server::connection::Connection;
use crate::revision::{Node, RevisionId};
use crate::script::{Digest, Script, ScriptDirectory};

/// The result of a comparison of a database with the scripts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// The rows of the version table, sorted.
    pub rows: Vec<String>,
    /// Applied revisions that have a script, parents before children, with the digests in the history.
    pub applied: Vec<(RevisionId, Option<Digest>)>,
    /// Those of them that were only stamped, or recorded for a merge of alternatives: nothing of them ran here, so their scripts may be edited.
    pub stamped: Vec<RevisionId>,
    /// Revisions whose scripts were edited after they were applied.
    pub edited: Vec<EditedRevision>,
    /// Revisions whose downgrade is another one than when they were applied: it never ran, so it may have been corrected.
    pub downgrades: Vec<RevisionId>,
    /// The first revision that has other ancestors than when it was applied, if none is edited.
    pub moved: Option<OtherAncestors>,
    /// Rows of the version table without a script.
    pub unknown: Vec<String>,
    /// The time and the author of each of those, if the history has them.
    pub unknown_applied: Vec<Provenance>,
    /// Unfinished revisions.
    pub unfinished: Vec<String>,
    /// Revisions that are applied in the history, and not in the version table: a program that does not write the history,
    /// such as Alembic, took them back.
    pub taken_back: Vec<String>,
}

/// An applied revision, with its digests in the history.
struct Record {
    node: Node,
    digest: Option<Digest>,
    lineage: Option<Digest>,
    /// Whether it was only stamped or recorded.
    is_stamped: bool,
    /// The script that was applied, where its digest is another one.
    then: Option<String>,
    /// The known revisions on which it stands now, or stood then.
    before: Vec<Node>,
}

const READING: &str = "reading the history";

/// Compares the scripts with the applied revisions. Returns the applied revisions that are not in the history.
///
/// If the lineages of the rows agree, their ancestors do too, and nothing more is read.
pub(crate) async fn verify(
    connection: &mut Connection,
    tables: &Tables,
    directory: &ScriptDirectory,
    state: &State,
    nodes: &[Node],
) -> Result<Vec<RevisionId>, MigrateError> {
    if lineages_agree(directory, state) {
        return Ok(Vec::new());
    }
    let applied = recorded(connection, tables, directory, state, nodes).await?;
    let (edited, moved) = differences(directory, state, nodes, &applied);
    if let Some(moved) = moved {
        return Err(MigrateError::OtherAncestors(Box::new(moved)));
    }
    if !edited.is_empty() {
        return Err(MigrateError::Edited(edited));
    }
    let unverified = applied.into_iter().filter(|record| record.digest.is_none());
    Ok(unverified.map(|record| directory.graph().id(record.node).clone()).collect())
}

/// Whether the lineage of each row is that of its script.
fn lineages_agree(directory: &ScriptDirectory, state: &State) -> bool {
    state.rows.iter().all(|(id, lineage)| {
        let node = directory.graph().find(id);
        lineage.is_some() && node.map(|node| directory.lineage(node)) == *lineage
    })
}

/// The edited revisions among the applied ones; if there are none, the first with other ancestors.
fn differences(
    directory: &ScriptDirectory,
    state: &State,
    nodes: &[Node],
    applied: &[Record],
) -> (Vec<EditedRevision>, Option<OtherAncestors>) {
    if lineages_agree(directory, state) {
        return (Vec::new(), None);
    }
    let mut edited = edited(directory, nodes, applied);
    let moved = if edited.is_empty() { moved(directory, applied) } else { None };
    #[cfg(feature = "cli")]
    let way = {
        let ran = |edited: &&EditedRevision| {
            let is_it = |record: &&Record| directory.graph().id(record.node) == &edited.revision;
            applied.iter().find(is_it).is_some_and(|record| !record.is_stamped)
        };
        let nodes = applied.iter().map(|record| record.node).collect();
        reordered(directory, &nodes, edited.iter().filter(ran), &state.unfinished)
    };
    // Unfinished revisions may be edited after their last statement that is done: `resume` compares the rest.
    edited.retain(|edited| !state.unfinished.iter().any(|id| id == edited.revision.as_str()));
    // Messages name the edited revisions in this order, and the way stands below them.
    #[cfg(feature = "cli")]
    edited.last_mut().into_iter().for_each(|last| last.reordered.clone_from(&way));
    (edited, moved)
}

/// What [`found_edited`] has found.
pub(super) struct Found {
    pub(super) edited: Vec<EditedRevision>,
    /// Whether none of the applied revisions is one of the scripts: what has a script's id is another revision.
    pub(super) is_foreign: bool,
}

/// The edited revisions among these nodes and their ancestors.
pub(super) async fn found_edited(
    connection: &mut Connection,
    tables: &Tables,
    directory: &ScriptDirectory,
    state: &State,
    nodes: &[Node],
) -> Result<Found, MigrateError> {
    let applied = recorded(connection, tables, directory, state, nodes).await?;
    let (edited, _) = differences(directory, state, nodes, &applied);
    let is_another = |revision: &EditedRevision| {
        let node = directory.graph().find(revision.revision.as_str());
        node.is_some_and(|node| revision.is_another(directory.script(node)))
    };
    let others = edited.iter().filter(|revision| is_another(revision)).count();
    Ok(Found { is_foreign: others == applied.len(), edited })
}

/// The revisions among these that are applied in the history: another program took them back.
pub(crate) async fn taken_back(
    connection: &mut Connection,
    tables: &Tables,
    state: &State,
    revisions: &[RevisionId],
) -> Result<Vec<RevisionId>, MigrateError> {
    if !state.has_history || revisions.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = revisions.iter().map(RevisionId::as_str).collect();
    let rows = connection.rows(tables.digests(Some(&ids))).await.map_err(MigrateError::database(READING))?;
    let found: Vec<String> = rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
    Ok(revisions.iter().filter(|id| found.iter().any(|found| found == id.as_str())).cloned().collect())
}

/// Those of these revisions that are applied by a stamp alone.
pub(crate) async fn stamped(
    connection: &mut Connection,
    tables: &Tables,
    revisions: &[RevisionId],
) -> Result<Vec<RevisionId>, MigrateError> {
    let ids: Vec<&str> = revisions.iter().map(RevisionId::as_str).collect();
    let rows = connection.rows(tables.digests(Some(&ids))).await.map_err(MigrateError::database(READING))?;
    let stamps = rows.iter().filter(|row| is_stamp(row)).filter_map(|row| row.first()?.as_deref());
    let stamps: Vec<&str> = stamps.collect();
    Ok(revisions.iter().filter(|id| stamps.contains(&id.as_str())).cloned().collect())
}

/// Whether a row of [`Tables::digests`] is a stamp.
fn is_stamp(row: &[Option<String>]) -> bool {
    row.get(3).and_then(Option::as_deref) == Some(Operation::Stamp.name())
}

/// Whether a row of [`Tables::digests`] is a record: the database has another side of a merge of alternatives.
pub(crate) fn is_record(row: &[Option<String>]) -> bool {
    row.get(3).and_then(Option::as_deref) == Some(Operation::Record.name())
}

/// Whether nothing of a revision in a row of [`Tables::digests`] ever ran.
pub(super) fn never_ran(row: &[Option<String>]) -> bool {
    is_stamp(row) || is_record(row)
}

/// The revisions that are applied by a stamp alone, and those that are not applied.
pub(crate) async fn stamped_and_pending(
    connection: &mut Connection,
    tables: &Tables,
    directory: &ScriptDirectory,
    state: &State,
) -> Result<(Vec<RevisionId>, Vec<RevisionId>), MigrateError> {
    let nodes: Vec<Node> = state.rows.iter().filter_map(|(id, _)| directory.graph().find(id)).collect();
    let applied = recorded(connection, tables, directory, state, &nodes).await?;
    Ok((only_stamped(directory, &applied), pending(directory, &nodes)))
}

fn only_stamped(directory: &ScriptDirectory, applied: &[Record]) -> Vec<RevisionId> {
    let stamped = applied.iter().filter(|record| record.is_stamped);
    directory.graph().ids(stamped.map(|record| record.node))
}

fn pending(directory: &ScriptDirectory, rows: &[Node]) -> Vec<RevisionId> {
    let graph = directory.graph();
    let applied = graph.applied(rows);
    graph.ids(graph.topological().iter().copied().filter(|node| !applied.contains(*node)))
}

/// The whole comparison.
pub(crate) async fn compare(
    connection: &mut Connection,
    tables: &Tables,
    directory: &ScriptDirectory,
    state: &State,
) -> Result<Verification, MigrateError> {
    let graph = directory.graph();
    let mut nodes: Vec<Node> = state.rows.iter().filter_map(|(id, _)| graph.find(id)).collect();
    let mut found =
        Verification { rows: state.ids(), unfinished: state.unfinished.clone(), ..Verification::default() };
    if let Err(unknown) = graph.locate(&found.rows) {
        found.unknown_applied = state.provenance(connection, tables, &unknown).await?;
        found.unknown = unknown.unknown.into_iter().map(|unknown| unknown.id).collect();
        // What they stand on is applied too.
        nodes.extend(known_below(connection, tables, directory, state).await?.unwrap_or_default());
    }
    let applied = recorded(connection, tables, directory, state, &nodes).await?;
    if state.has_history && found.unknown.is_empty() {
        let rows = connection.rows(tables.digests(None)).await.map_err(MigrateError::database(READING))?;
        let ids = rows.into_iter().filter_map(|row| row.into_iter().next().flatten());
        let known = graph.applied(&nodes);
        let is_pending = |id: &String| graph.find(id).is_some_and(|node| !known.contains(node));
        found.taken_back = ids.filter(is_pending).collect();
        found.taken_back.sort();
    }
    found.stamped = only_stamped(directory, &applied);
    (found.edited, found.moved) = differences(directory, state, &nodes, &applied);
    // What an edited script stood on when it was applied was not taken back: the script leaves it out now.
    let left_out = found.edited.iter().filter_map(EditedRevision::applied_script).flat_map(|script| {
        script
            .revision
            .parents
            .iter()
            .map(ToString::to_string)
            .chain(script.revision.depends_on)
            .collect::<Vec<_>>()
    });
    let left_out: Vec<Node> = left_out.filter_map(|id| graph.find(&id)).collect();
    let left_out = graph.applied(&left_out);
    found.taken_back.retain(|id| !graph.find(id).is_some_and(|node| left_out.contains(node)));
    if state.has_history {
        found.downgrades = other_downgrades(connection, tables, directory, &applied).await?;
    }
    found.applied =
        applied.into_iter().map(|record| (graph.id(record.node).clone(), record.digest)).collect();
    Ok(found)
}

/// The applied revisions, parents before children, each with its digests in the history: these nodes, and what they stood on when
/// they were applied. A script that has changed since does not say that.
async fn recorded(
    connection: &mut Connection,
    tables: &Tables,
    directory: &ScriptDirectory,
    state: &State,
    nodes: &[Node],
) -> Result<Vec<Record>, MigrateError> {
    let graph = directory.graph();
    let mut digests = vec![(None, None, false); graph.len()];
    if state.has_history {
        let rows = connection.rows(tables.digests(None)).await.map_err(MigrateError::database(READING))?;
        for row in rows {
            let [Some(id), digest, lineage, ..] = row.as_slice() else { continue };
            let Some(node) = graph.find(id) else { continue };
            let read = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
            digests[node.index()] = (read(digest), read(lineage), never_ran(&row));
        }
    }
    let mut applied: Vec<Option<Record>> = graph.nodes().map(|_| None).collect();
    let mut open = nodes.to_vec();
    while let Some(node) = open.pop() {
        if applied[node.index()].is_some() {
            continue;
        }
        let (digest, lineage, is_stamped) = digests[node.index()];
        let mut then = None;
        if digest.is_some_and(|digest| digest != directory.digest(node)) {
            let rows = connection.rows(tables.applied_script(graph.id(node).as_str())).await;
            then = rows.map_err(MigrateError::database(READING))?.into_iter().flatten().flatten().next();
        }
        let before = match then.as_deref().and_then(|text| stood_on(directory, node, text)) {
            Some((names, dependencies)) => {
                let known = known(connection, tables, directory, names, false).await?;
                known.into_iter().flatten().chain(dependencies).collect()
            }
            None => graph.prerequisites(node).collect::<Vec<_>>(),
        };
        open.extend(&before);
        applied[node.index()] = Some(Record { node, digest, lineage, is_stamped, then, before });
    }
    Ok(graph.topological().iter().filter_map(|node| applied[node.index()].take()).collect())
}

/// The names of the revisions on which one stood that was applied as this text, and its dependencies where they are as they were; none if
/// the text cannot be read.
fn stood_on(directory: &ScriptDirectory, node: Node, text: &str) -> Option<(Vec<String>, Vec<Node>)> {
    let now = directory.script(node);
    let then = Script::parse(&now.path, text.to_owned()).ok()?.revision;
    let mut names: Vec<String> = then.parents.iter().map(RevisionId::to_string).collect();
    if then.depends_on == now.revision.depends_on {
        // They may be labels.
        return Some((names, directory.graph().dependencies(node).to_vec()));
    }
    names.extend(then.depends_on);
    Some((names, Vec::new()))
}

/// The revisions whose scripts were edited after they ran, each with the script that was applied. Of those that were only stamped the
/// ones that were moved, if the nodes would not stand for the same revisions any more: one would count as applied that is not, or run
/// that is.
fn edited(directory: &ScriptDirectory, nodes: &[Node], applied: &[Record]) -> Vec<EditedRevision> {
    let graph = directory.graph();
    let now = graph.applied(nodes);
    let is_same =
        now.iter().count() == applied.len() && applied.iter().all(|record| now.contains(record.node));
    let mut edited = Vec::new();
    for Record { node, digest, is_stamped, then, before, .. } in applied {
        let found = directory.digest(*node);
        let Some(applied) = digest.filter(|digest| *digest != found) else { continue };
        let is_moved =
            before.iter().copied().collect::<BTreeSet<_>>() != graph.prerequisites(*node).collect();
        if *is_stamped && (is_same || !is_moved) {
            continue;
        }
        let path = directory.script(*node).path.clone();
        if then.as_deref().is_some_and(|text| is_equal(&path, text, found)) {
            continue;
        }
        let (revision, script) = (graph.id(*node).clone(), then.clone());
        edited.push(EditedRevision { revision, path, applied, found, script, reordered: None });
    }
    edited
}

/// The revisions whose downgrade is another one than in the script that was applied.
async fn other_downgrades(
    connection: &mut Connection,
    tables: &Tables,
    directory: &ScriptDirectory,
    applied: &[Record],
) -> Result<Vec<RevisionId>, MigrateError> {
    let rows = connection.rows(tables.applied_scripts()).await.map_err(MigrateError::database(READING))?;
    let mut others = Vec::new();
    for row in rows {
        let [Some(id), Some(text)] = row.as_slice() else { continue };
        let Some(node) = directory.graph().find(id) else { continue };
        let script = directory.script(node);
        if script.text == *text || !applied.iter().any(|record| record.node == node) {
            continue;
        }
        let before = Script::parse(&script.path, text.clone()).map(|script| script.digests().downgrade);
        if before.is_ok_and(|before| before != script.digests().downgrade) {
            others.push(script.revision.id.clone());
        }
    }
    others.sort();
    Ok(others)
}

/// Whether the applied text is the same to this version: another one may have had another digest for it.
fn is_equal(path: &str, applied: &str, found: Digest) -> bool {
    Script::parse(path, applied.to_owned()).is_ok_and(|script| script.digests().upgrade == found)
}

/// The first revision whose script is unchanged, and whose ancestors are not: a label on which it depends has moved to
/// another revision, or an ancestor was edited that is not in the history.
fn moved(directory: &ScriptDirectory, applied: &[Record]) -> Option<OtherAncestors> {
    let graph = directory.graph();
    let is_unchanged = |record: &Record| record.digest == Some(directory.digest(record.node));
    // Equal texts with other digests are of another version of this program, and so are the lineages above them.
    let other: Vec<Node> = applied
        .iter()
        .filter(|record| record.digest.is_some() && !is_unchanged(record))
        .map(|record| record.node)
        .collect();
    let is_moved = |record: &&Record| {
        is_unchanged(record)
            && !record.is_stamped
            && record.lineage.is_some_and(|lineage| lineage != directory.lineage(record.node))
            && !graph.applied(&[record.node]).iter().any(|node| other.contains(&node))
    };
    let Record { node, .. } = applied.iter().find(is_moved)?;
    let script = directory.script(*node);
    let dependencies = script.revision.depends_on.iter().zip(graph.dependencies(*node));
    let by_other_names = dependencies.filter(|(name, node)| *name != graph.id(**node).as_str());
    let below = graph.applied(&[*node]);
    let unrecorded = applied.iter().filter(|record| record.digest.is_none() && below.contains(record.node));
    Some(OtherAncestors {
        revision: graph.id(*node).clone(),
        path: script.path.clone(),
        dependencies: by_other_names.map(|(name, node)| (name.clone(), graph.id(*node).clone())).collect(),
        unrecorded: unrecorded.map(|record| graph.id(record.node).clone()).collect(),
    })
}
