//! From targets to nodes of a graph.

use std::borrow::Cow;
use std::collections::BTreeMap;

use thiserror::Error;

use super::graph::Graph;
use super::id::RevisionId;
use super::load::list;
use super::nearest::nearest;
use super::nodes::{Node, NodeSet};
use super::target::{Offset, Symbol, Target};
use super::walk::{self, WalkError};

/// Names of up to this length are only ever meant in full: they never match by their beginning.
const NEVER_PARTIAL: usize = 3;

/// Why a target means nothing, or not one thing, in a graph.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ResolveError {
    /// No id and no label is or starts like this.
    #[error("there is no revision or branch label `{name}`{}", hint(.nearest))]
    UnknownRevision {
        /// The name as given.
        name: String,
        /// Known names that may be meant, best first.
        nearest: Vec<String>,
    },
    /// Several ids or labels start like this.
    #[error("`{name}` is ambiguous: it is the beginning of {}; write more of the one you mean", list(.candidates))]
    AmbiguousName {
        /// The name as given.
        name: String,
        /// The ids and labels that start with it.
        candidates: Vec<String>,
    },
    /// What stands before `@` is no label and no revision.
    #[error("there is no branch `{branch}`{}", hint(.nearest))]
    UnknownBranch {
        /// The branch as given.
        branch: String,
        /// Known names that may be meant, best first.
        nearest: Vec<String>,
    },
    /// The revision is neither before nor after the one that names the branch.
    #[error(
        "revision `{revision}` is not on branch `{branch}`; leave out `{branch}@`, or name a revision of that branch"
    )]
    NotOnBranch {
        /// The revision.
        revision: RevisionId,
        /// The branch as given.
        branch: String,
    },
    /// One head is wanted and there are several.
    #[error("{}", several_heads(.target, .branch.as_deref(), .heads))]
    MultipleHeads {
        /// The target as given.
        target: String,
        /// The branch that it is limited to.
        branch: Option<String>,
        /// The heads.
        heads: Vec<RevisionId>,
    },
    /// One revision is wanted and the target names several.
    #[error("`{target}` names several revisions, {}, where one is wanted; name one of them", list(.revisions))]
    SeveralRevisions {
        /// The target as given.
        target: String,
        /// What it names.
        revisions: Vec<RevisionId>,
    },
    /// Steps from where the database is, in a place that does not ask the database.
    #[error(
        "`{target}` counts from where the database is, which has no meaning here; name a revision, as in `head-1`"
    )]
    RelativeNotAllowed {
        /// The target as given.
        target: String,
    },
    /// `current` in a place that does not ask the database.
    #[error("`current` has no meaning here; name a revision, a branch label, `head`, `heads` or `base`")]
    CurrentNotAllowed,
    /// The graph ends before the steps are done.
    #[error("`{target}` goes too far: {}", end(.from.as_ref(), *.offset, *.possible))]
    TooFar {
        /// The target as given.
        target: String,
        /// Where the steps begin; none stands for the place before the bases.
        from: Option<RevisionId>,
        /// The steps that were asked for.
        offset: Offset,
        /// How many steps there are.
        possible: u32,
    },
    /// A step can go several ways.
    #[error("{}", fork(.target, .at.as_ref(), .choices, *.offset))]
    AmbiguousWalk {
        /// The target as given.
        target: String,
        /// Where the ways part; none stands for the place before the bases.
        at: Option<RevisionId>,
        /// The revisions that could be next.
        choices: Vec<RevisionId>,
        /// The steps that were asked for.
        offset: Offset,
    },
}

/// What stands before `@`, found in the graph.
#[derive(Debug)]
pub(super) struct Branch<'t> {
    pub(super) name: &'t str,
    pub(super) node: Node,
    pub(super) lineage: NodeSet,
}

/// The nodes that a target names by itself, without asking a database. None for `base`.
///
/// Steps are allowed from a named place (`head-1`), not from where the database is (`-1`).
pub fn resolve(graph: &Graph, target: &Target) -> Result<Vec<Node>, ResolveError> {
    resolve_at(graph, None, target)
}

/// The one node that a target names; none for `base` (and for `head` of an empty graph).
pub fn resolve_one(graph: &Graph, target: &Target) -> Result<Option<Node>, ResolveError> {
    one(graph, target, &resolve(graph, target)?)
}

/// The nodes that `show` shows: as [`resolve`], and `current` is where the database is, and `-N` counts
/// from each head.
pub fn show(graph: &Graph, rows: Option<&[Node]>, target: &Target) -> Result<Vec<Node>, ResolveError> {
    let settled = settle(graph, target);
    let Target::Relative { branch, from: None, offset: offset @ Offset::Down(_) } = settled.as_ref() else {
        return resolve_at(graph, rows, target);
    };
    let branch = find_branch(graph, branch.as_deref())?;
    let heads = match &branch {
        Some(branch) => branch_heads(graph, branch),
        None => graph.real_heads(),
    };
    let mut shown = Vec::new();
    let mut too_far = None;
    for head in heads {
        match steps_from(graph, target, Some(head), *offset, None) {
            Ok(node) => shown.extend(node.filter(|node| !shown.contains(node))),
            // A short line beside longer ones is no mistake.
            Err(error @ ResolveError::TooFar { .. }) => too_far = Some(error),
            Err(error) => return Err(error),
        }
    }
    if shown.is_empty() { too_far.map_or(Ok(shown), Err) } else { Ok(shown) }
}

/// As [`resolve`], with a meaning for `current` when the rows are known.
pub(super) fn resolve_at(
    graph: &Graph,
    rows: Option<&[Node]>,
    target: &Target,
) -> Result<Vec<Node>, ResolveError> {
    let settled = settle(graph, target);
    match settled.as_ref() {
        Target::Absolute { branch, symbol } => {
            let branch = find_branch(graph, branch.as_deref())?;
            find_symbol(graph, rows, branch.as_ref(), symbol)
        }
        Target::Relative { from: None, .. } => {
            Err(ResolveError::RelativeNotAllowed { target: target.to_string() })
        }
        Target::Relative { branch, from: Some(from), offset } => {
            let branch = find_branch(graph, branch.as_deref())?;
            let start = one(graph, target, &find_symbol(graph, rows, branch.as_ref(), from)?)?;
            Ok(steps_from(graph, target, start, *offset, branch.as_ref())?.into_iter().collect())
        }
    }
}

/// Decides between the two readings of `team-1`: an exact label wins over steps.
pub(super) fn settle<'t>(graph: &Graph, target: &'t Target) -> Cow<'t, Target> {
    match target {
        Target::Relative { branch, .. } => match target.as_label() {
            Some(label) if graph.find_label(&label).is_some() => {
                Cow::Owned(Target::Absolute { branch: branch.clone(), symbol: Symbol::Name(label) })
            }
            _ => Cow::Borrowed(target),
        },
        Target::Absolute { .. } => Cow::Borrowed(target),
    }
}

/// Finds what stands before `@`: an exact label or id, else the only name that starts like it.
pub(super) fn find_branch<'t>(
    graph: &Graph,
    name: Option<&'t str>,
) -> Result<Option<Branch<'t>>, ResolveError> {
    let Some(name) = name else { return Ok(None) };
    let node = find_name(graph, name, None).map_err(|error| match error {
        ResolveError::UnknownRevision { name, nearest } => {
            ResolveError::UnknownBranch { branch: name, nearest }
        }
        other => other,
    })?;
    Ok(Some(Branch { name, node, lineage: graph.lineage(node) }))
}

/// The heads on the line of a branch, over `Revises`.
pub(super) fn branch_heads(graph: &Graph, branch: &Branch<'_>) -> Vec<Node> {
    branch.lineage.iter().filter(|&node| graph.is_head(node)).collect()
}

/// Finds a symbol, on a branch if one is given.
pub(super) fn find_symbol(
    graph: &Graph,
    rows: Option<&[Node]>,
    branch: Option<&Branch<'_>>,
    symbol: &Symbol,
) -> Result<Vec<Node>, ResolveError> {
    match symbol {
        Symbol::Base => Ok(Vec::new()),
        Symbol::Heads => Ok(branch.map_or_else(|| graph.real_heads(), |branch| branch_heads(graph, branch))),
        Symbol::Head => {
            let heads = branch.map_or_else(|| graph.heads(), |branch| branch_heads(graph, branch));
            if heads.len() > 1 {
                let name = branch.map(|branch| branch.name.to_owned());
                let target = Target::Absolute { branch: name.clone(), symbol: Symbol::Head }.to_string();
                return Err(ResolveError::MultipleHeads { target, branch: name, heads: graph.ids(heads) });
            }
            Ok(heads)
        }
        Symbol::Current => {
            let rows = rows.ok_or(ResolveError::CurrentNotAllowed)?;
            let on_branch = |node: &&Node| branch.is_none_or(|branch| branch.lineage.contains(**node));
            Ok(rows.iter().filter(on_branch).copied().collect())
        }
        Symbol::Name(name) => {
            let node = find_name(graph, name, branch)?;
            match branch {
                Some(branch) if !branch.lineage.contains(node) => Err(ResolveError::NotOnBranch {
                    revision: graph.id(node).clone(),
                    branch: branch.name.to_owned(),
                }),
                _ => Ok(vec![node]),
            }
        }
    }
}

/// Walks from a node, up only on the line of the branch.
pub(super) fn steps_from(
    graph: &Graph,
    target: &Target,
    from: Option<Node>,
    offset: Offset,
    branch: Option<&Branch<'_>>,
) -> Result<Option<Node>, ResolveError> {
    let arrived = match offset {
        Offset::Up(steps) => walk::up(graph, from, steps, branch.map(|branch| &branch.lineage)),
        Offset::Down(steps) => walk::down(graph, from, steps),
    };
    arrived.map_err(|error| match error {
        WalkError::TooFar { possible } => ResolveError::TooFar {
            target: target.to_string(),
            from: from.map(|node| graph.id(node).clone()),
            offset,
            possible,
        },
        WalkError::Ambiguous { at, choices } => ResolveError::AmbiguousWalk {
            target: target.to_string(),
            at: at.map(|node| graph.id(node).clone()),
            choices: graph.ids(choices),
            offset,
        },
    })
}

/// The only node of several that a target named, or none.
pub(super) fn one(graph: &Graph, target: &Target, nodes: &[Node]) -> Result<Option<Node>, ResolveError> {
    match nodes {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        several => {
            let (target_text, revisions) = (target.to_string(), graph.ids(several.iter().copied()));
            let heads = matches!(
                target,
                Target::Absolute { symbol: Symbol::Heads, .. }
                    | Target::Relative { from: Some(Symbol::Heads), .. }
            );
            Err(if heads {
                let branch = target.branch().map(str::to_owned);
                ResolveError::MultipleHeads { target: target_text, branch, heads: revisions }
            } else {
                ResolveError::SeveralRevisions { target: target_text, revisions }
            })
        }
    }
}

/// An exact id or label, else the only one that starts with the name.
fn find_name(graph: &Graph, name: &str, branch: Option<&Branch<'_>>) -> Result<Node, ResolveError> {
    if let Some(node) = graph.find(name).or_else(|| graph.find_label(name)) {
        return Ok(node);
    }
    let ids = graph.nodes().map(|node| (graph.id(node).as_str(), node));
    let matches: BTreeMap<&str, Node> = ids
        .chain(graph.labels())
        .filter(|(known, _)| known.starts_with(name) && known.chars().count() > NEVER_PARTIAL)
        .filter(|&(_, node)| branch.is_none_or(|branch| branch.lineage.contains(node)))
        .collect();
    let mut nodes = matches.values();
    match nodes.next() {
        // What is found only elsewhere is known all the same: it is not on the branch.
        None if branch.is_some() => find_name(graph, name, None),
        None => {
            Err(ResolveError::UnknownRevision { name: name.to_owned(), nearest: nearest_names(graph, name) })
        }
        // An id and a label of the same revision are no contradiction.
        Some(&node) if nodes.all(|&other| other == node) => Ok(node),
        Some(_) => {
            let candidates = matches.keys().map(|&known| known.to_owned()).collect();
            Err(ResolveError::AmbiguousName { name: name.to_owned(), candidates })
        }
    }
}

fn nearest_names(graph: &Graph, name: &str) -> Vec<String> {
    let ids = graph.nodes().map(|node| graph.id(node).as_str());
    nearest(name, ids.chain(graph.labels().map(|(label, _)| label)))
}

fn hint(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return "; `history` lists all revisions".to_owned();
    }
    let names: Vec<String> = nearest.iter().map(|name| format!("`{name}`")).collect();
    format!("; did you mean {}?", names.join(" or "))
}

fn end(from: Option<&RevisionId>, offset: Offset, possible: u32) -> String {
    match (from, offset, possible) {
        (Some(from), Offset::Up(_), 0) => format!("`{from}` is a head already"),
        (None, Offset::Up(_), 0) => "there is no revision".to_owned(),
        (_, Offset::Down(_), 0) => "that is the base already".to_owned(),
        _ => format!("only {} possible", steps(possible)),
    }
}

fn steps(possible: u32) -> String {
    match possible {
        1 => "1 step is".to_owned(),
        0 => "0 steps are".to_owned(),
        more => format!("{more} steps are"),
    }
}

fn several_heads(target: &str, branch: Option<&str>, heads: &[RevisionId]) -> String {
    let (whose, all) = match branch {
        Some(branch) => (format!("branch `{branch}` has"), format!("{branch}@heads")),
        None => ("there are".to_owned(), "heads".to_owned()),
    };
    let way_out = if target == all {
        "name one of them".to_owned()
    } else {
        format!("name one of them, or take `{all}` for all")
    };
    format!("`{target}` is ambiguous: {whose} {} heads, {}; {way_out}", heads.len(), list(heads))
}

fn fork(target: &str, at: Option<&RevisionId>, choices: &[RevisionId], offset: Offset) -> String {
    let (way, mend) = match (offset, choices.first()) {
        (Offset::Up(steps), Some(choice)) => {
            ("up", format!("say which branch, as in `{choice}@+{steps}`, or name the revision"))
        }
        _ => ("down", "name the revision".to_owned()),
    };
    let place = at.map_or_else(|| "the base".to_owned(), |at| format!("`{at}`"));
    format!("`{target}` is ambiguous: {way} from {place} there are {}; {mend}", list(choices))
}
