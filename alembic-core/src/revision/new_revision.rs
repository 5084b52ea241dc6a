//! What a new revision may revise and depend on, decided before any file is written.

use thiserror::Error;

use super::graph::Graph;
use super::id::{InvalidLabel, RevisionId, validate_label};
use super::load::list;
use super::nodes::Node;
use super::resolve::{ResolveError, resolve, resolve_one, settle};
use super::target::{Symbol, Target};

/// A revision that a user asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRevision {
    /// Its id.
    pub id: RevisionId,
    /// What it is to revise; none stands for the only head. [`Target::BASE`] starts a new line.
    pub heads: Vec<Target>,
    /// Whether it may revise what is revised already, which starts a branch.
    pub splice: bool,
    /// What it is to depend on.
    pub depends_on: Vec<Target>,
    /// The branch labels that it introduces.
    pub labels: Vec<String>,
}

/// Where a new revision goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// What it revises, in the order asked for.
    pub parents: Vec<Node>,
    /// What its script is to depend on: full ids, or branch labels where the user gave one.
    pub depends_on: Vec<String>,
}

/// Why a new revision cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NewRevisionError {
    /// A target has no clear meaning.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// Nothing was said about the head, and there are several.
    #[error("there are {} heads, {}; say with `--head` which one to revise, or join them with `cargo alembic merge`", .heads.len(), list(.heads))]
    SeveralHeads {
        /// The heads.
        heads: Vec<RevisionId>,
    },
    /// The id is taken.
    #[error("there is a revision `{id}` already; choose another id")]
    IdInUse {
        /// The id.
        id: RevisionId,
    },
    /// The id is a branch label.
    #[error("`{id}` is the branch label of revision `{owner}`; choose another id")]
    IdIsLabel {
        /// The id.
        id: RevisionId,
        /// The revision that introduces the label.
        owner: RevisionId,
    },
    /// The label is taken.
    #[error("branch label `{label}` is in use by revision `{owner}`; choose another label")]
    LabelInUse {
        /// The label.
        label: String,
        /// The revision that introduces it, or whose id it is.
        owner: RevisionId,
    },
    /// The label cannot be spelled in targets.
    #[error(transparent)]
    InvalidLabel(#[from] InvalidLabel),
    /// What it is to revise is revised already.
    #[error("revision `{revision}` is not a head: {} {} it; pass `--splice` to start a branch there", list(.children), if .children.len() == 1 { "revises" } else { "revise" })]
    NotAHead {
        /// The revision.
        revision: RevisionId,
        /// The revisions that revise it.
        children: Vec<RevisionId>,
    },
    /// It would revise one revision twice.
    #[error("revision `{revision}` is named twice; name each revision once")]
    Repeated {
        /// The revision.
        revision: RevisionId,
    },
    /// It would revise a revision together with one that comes before it.
    #[error(
        "`{ancestor}` comes before `{revision}`, so that revising both says nothing more; leave out `{ancestor}`"
    )]
    AlreadyIncluded {
        /// The earlier revision.
        ancestor: RevisionId,
        /// The later revision.
        revision: RevisionId,
    },
    /// A dependency that names nothing.
    #[error("`{target}` names no revision that one could depend on")]
    DependsOnNothing {
        /// The target as given.
        target: String,
    },
    /// A merge of fewer than two revisions.
    #[error("nothing to merge: {}; a merge joins two revisions or more", match .revisions.as_slice() { [] => "there is no revision yet".to_owned(), named => format!("only {} is there to join", list(named)) })]
    NothingToMerge {
        /// What there is.
        revisions: Vec<RevisionId>,
    },
}

/// Checks a new revision against the graph and says where it goes.
pub fn new_revision(graph: &Graph, new: &NewRevision) -> Result<Placement, NewRevisionError> {
    check_names(graph, new)?;
    let parents = parents(graph, new)?;
    let depends_on = dependencies(graph, &new.depends_on)?;
    Ok(Placement { parents, depends_on })
}

/// Checks a merge point, which revises two revisions or more. Without any named it joins all heads.
pub fn merge(graph: &Graph, new: &NewRevision) -> Result<Placement, NewRevisionError> {
    let mut new = new.clone();
    if new.heads.is_empty() {
        let named = |id| Target::Absolute { branch: None, symbol: Symbol::Name(String::from(id)) };
        new.heads = graph.ids(graph.heads()).into_iter().map(named).collect();
    }
    let placement = if new.heads.is_empty() { None } else { Some(new_revision(graph, &new)?) };
    match placement {
        Some(placement) if placement.parents.len() > 1 => Ok(placement),
        other => {
            let parents = other.map(|placement| placement.parents).unwrap_or_default();
            Err(NewRevisionError::NothingToMerge { revisions: graph.ids(parents) })
        }
    }
}

fn check_names(graph: &Graph, new: &NewRevision) -> Result<(), NewRevisionError> {
    if graph.find(new.id.as_str()).is_some() {
        return Err(NewRevisionError::IdInUse { id: new.id.clone() });
    }
    if let Some(owner) = graph.find_label(new.id.as_str()) {
        return Err(NewRevisionError::IdIsLabel { id: new.id.clone(), owner: graph.id(owner).clone() });
    }
    for label in &new.labels {
        validate_label(label)?;
        let owner = graph.find_label(label).or_else(|| graph.find(label)).map(|owner| graph.id(owner));
        let owner = owner.or((label == new.id.as_str()).then_some(&new.id));
        if let Some(owner) = owner {
            return Err(NewRevisionError::LabelInUse { label: label.clone(), owner: owner.clone() });
        }
    }
    Ok(())
}

fn parents(graph: &Graph, new: &NewRevision) -> Result<Vec<Node>, NewRevisionError> {
    let mut parents = Vec::new();
    for target in if new.heads.is_empty() { &[Target::HEAD] } else { new.heads.as_slice() } {
        let nodes = match target {
            // A head that something depends on is no real head, yet it can be revised and merged like any
            // other, so `heads` means the versioned ones here.
            Target::Absolute { branch: None, symbol: Symbol::Heads } => graph.heads(),
            Target::Absolute { branch: None, symbol: Symbol::Head } if graph.heads().len() > 1 => {
                return Err(NewRevisionError::SeveralHeads { heads: graph.ids(graph.heads()) });
            }
            other => resolve(graph, other)?,
        };
        parents.extend(nodes);
    }
    for (position, &parent) in parents.iter().enumerate() {
        let revision = || graph.id(parent).clone();
        if parents[..position].contains(&parent) {
            return Err(NewRevisionError::Repeated { revision: revision() });
        }
        if !new.splice && !graph.is_head(parent) {
            let children = graph.ids(graph.children(parent).iter().copied());
            return Err(NewRevisionError::NotAHead { revision: revision(), children });
        }
    }
    for &parent in parents.iter().filter(|_| parents.len() > 1) {
        let before = graph.versioned_ancestors([parent]);
        if let Some(&ancestor) = parents.iter().find(|&&other| other != parent && before.contains(other)) {
            let (ancestor, revision) = (graph.id(ancestor).clone(), graph.id(parent).clone());
            return Err(NewRevisionError::AlreadyIncluded { ancestor, revision });
        }
    }
    Ok(parents)
}

fn dependencies(graph: &Graph, targets: &[Target]) -> Result<Vec<String>, NewRevisionError> {
    let mut names = Vec::new();
    for target in targets {
        let node = resolve_one(graph, target)?;
        let nothing = || NewRevisionError::DependsOnNothing { target: target.to_string() };
        let id = graph.id(node.ok_or_else(nothing)?).to_string();
        let name = match settle(graph, target).as_ref() {
            // A label stays one: it says more to the reader, and names the same revision.
            Target::Absolute { branch: None, symbol: Symbol::Name(name) }
                if graph.find_label(name).is_some() =>
            {
                name.clone()
            }
            _ => id,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}
