//! Builds a graph from what scripts declare, and reports everything that is wrong with it at once.

use std::collections::{BTreeMap, HashMap, HashSet};

use thiserror::Error;

use super::cycle::circles;
use super::edges::Edges;
use super::graph::Graph;
use super::id::{InvalidLabel, RevisionId, validate_label};
use super::labels::Membership;
use super::nearest::nearest;
use super::nodes::Node;
use super::revision::Revision;

/// How many missing names get a suggestion: looking for one reads all ids.
const SUGGESTIONS: usize = 8;

/// A mistake in the graph.
///
/// Numbers are indices into the revisions that [`Graph::new`] got, so that the caller can name their files.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GraphError {
    /// Several revisions have the same id.
    #[error("revision id `{id}` is used {} times; give each revision its own", .revisions.len())]
    DuplicateId {
        /// The id.
        id: RevisionId,
        /// All revisions that use it.
        revisions: Vec<usize>,
    },
    /// A parent that no revision is.
    #[error("revision `{id}` revises `{parent}`, which does not exist{}", suggestion(.nearest.as_ref().map(RevisionId::as_str)))]
    MissingParent {
        /// The revision that names it.
        revision: usize,
        /// The id of that revision.
        id: RevisionId,
        /// The parent that is missing.
        parent: RevisionId,
        /// The known id that is probably meant.
        nearest: Option<RevisionId>,
    },
    /// A dependency that is neither the id of a revision nor a branch label.
    #[error("revision `{id}` depends on `{dependency}`, which is neither a revision nor a branch label{}", suggestion(.nearest.as_deref()))]
    MissingDependency {
        /// The revision that names it.
        revision: usize,
        /// The id of that revision.
        id: RevisionId,
        /// The dependency as written.
        dependency: String,
        /// The known id or label that is probably meant.
        nearest: Option<String>,
    },
    /// Several revisions introduce the same branch label.
    #[error("branch label `{label}` is introduced by {}; one revision introduces a label, and its descendants share it", list(.ids))]
    DuplicateLabel {
        /// The label.
        label: String,
        /// All revisions that introduce it.
        revisions: Vec<usize>,
        /// The ids of those revisions.
        ids: Vec<RevisionId>,
    },
    /// A branch label that is also the id of a revision.
    #[error("branch label `{label}` of revision `{id}` is also the id of a revision; rename the label")]
    LabelIsId {
        /// The label.
        label: String,
        /// The revision that introduces it.
        revision: usize,
        /// The id of that revision.
        id: RevisionId,
        /// The revision whose id it is.
        named: usize,
    },
    /// A branch label that targets could not spell.
    #[error("revision `{id}`: {reason}")]
    InvalidLabel {
        /// The revision that introduces it.
        revision: usize,
        /// The id of that revision.
        id: RevisionId,
        /// What is wrong with the label.
        reason: InvalidLabel,
    },
    /// Revisions that come before themselves.
    #[error("{}", circle(.ids, *.through_dependency))]
    Cycle {
        /// The members in order: each revises or depends on the next, and the last on the first.
        revisions: Vec<usize>,
        /// The ids of the members.
        ids: Vec<RevisionId>,
        /// Whether the circle needs a dependency to close; otherwise `Revises` alone closes it.
        through_dependency: bool,
    },
}

impl GraphError {
    /// The revisions that the mistake concerns, the one to show first in front.
    pub fn revisions(&self) -> &[usize] {
        match self {
            Self::DuplicateId { revisions, .. }
            | Self::DuplicateLabel { revisions, .. }
            | Self::Cycle { revisions, .. } => revisions,
            Self::MissingParent { revision, .. }
            | Self::MissingDependency { revision, .. }
            | Self::LabelIsId { revision, .. }
            | Self::InvalidLabel { revision, .. } => std::slice::from_ref(revision),
        }
    }
}

impl Graph {
    /// Checks the revisions, given in load order, and connects them.
    ///
    /// # Errors
    /// All mistakes, ordered by the first revision that each one is about.
    pub fn new(revisions: Vec<Revision>) -> Result<Graph, Vec<GraphError>> {
        let mut errors = Vec::new();
        let by_id = index_ids(&revisions, &mut errors);
        let by_label = index_labels(&revisions, &by_id, &mut errors);
        let edges = connect(&revisions, &by_id, &by_label, &mut errors);
        let topological = sort(&edges);
        if !is_topological(&edges, &topological) {
            find_circles(&revisions, &edges, &mut errors);
        }
        if !errors.is_empty() {
            errors.sort_by_key(|error| error.revisions().first().copied());
            return Err(errors);
        }
        let membership = Membership::new(&revisions, &edges, &topological);
        Ok(Graph { revisions, edges, by_id, by_label, topological, membership })
    }
}

fn index_ids(revisions: &[Revision], errors: &mut Vec<GraphError>) -> HashMap<RevisionId, Node> {
    let mut by_id = HashMap::with_capacity(revisions.len());
    let mut repeated: BTreeMap<&RevisionId, Vec<usize>> = BTreeMap::new();
    for (index, revision) in revisions.iter().enumerate() {
        let first = *by_id.entry(revision.id.clone()).or_insert(Node::new(index));
        if first.index() != index {
            repeated.entry(&revision.id).or_insert_with(|| vec![first.index()]).push(index);
        }
    }
    errors.extend(
        repeated.into_iter().map(|(id, revisions)| GraphError::DuplicateId { id: id.clone(), revisions }),
    );
    by_id
}

fn index_labels(
    revisions: &[Revision],
    by_id: &HashMap<RevisionId, Node>,
    errors: &mut Vec<GraphError>,
) -> BTreeMap<String, Node> {
    let mut introduced: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, revision) in revisions.iter().enumerate() {
        let id = || revision.id.clone();
        for label in &revision.labels {
            if let Err(reason) = validate_label(label) {
                errors.push(GraphError::InvalidLabel { revision: index, id: id(), reason });
            } else if let Some(named) = by_id.get(label.as_str()) {
                let (label, named) = (label.clone(), named.index());
                errors.push(GraphError::LabelIsId { label, revision: index, id: id(), named });
            }
            let by = introduced.entry(label).or_default();
            if by.last() != Some(&index) {
                by.push(index);
            }
        }
    }
    for (label, by) in introduced.iter().filter(|(_, by)| by.len() > 1) {
        errors.push(GraphError::DuplicateLabel {
            label: (*label).to_owned(),
            revisions: by.clone(),
            ids: by.iter().map(|&index| revisions[index].id.clone()).collect(),
        });
    }
    introduced.into_iter().map(|(label, by)| (label.to_owned(), Node::new(by[0]))).collect()
}

fn connect(
    revisions: &[Revision],
    by_id: &HashMap<RevisionId, Node>,
    by_label: &BTreeMap<String, Node>,
    errors: &mut Vec<GraphError>,
) -> Vec<Edges> {
    let mut edges = vec![Edges::default(); revisions.len()];
    let mut suggestions = SUGGESTIONS;
    let mut nearest_known = |name: &str, labels: bool| {
        suggestions = suggestions.checked_sub(1)?;
        let labels = by_label.keys().filter(|_| labels).map(String::as_str);
        nearest(name, by_id.keys().map(RevisionId::as_str).chain(labels)).into_iter().next()
    };
    for (index, revision) in revisions.iter().enumerate() {
        let node = Node::new(index);
        let mut seen = HashSet::new();
        for parent in &revision.parents {
            match by_id.get(parent) {
                Some(&parent) => {
                    edges[index].parents.extend(Some(parent).filter(|it| seen.insert((false, *it))))
                }
                None => errors.push(GraphError::MissingParent {
                    revision: index,
                    id: revision.id.clone(),
                    parent: parent.clone(),
                    nearest: nearest_known(parent.as_str(), false).and_then(|id| RevisionId::new(id).ok()),
                }),
            }
        }
        for dependency in &revision.depends_on {
            match by_id.get(dependency.as_str()).or_else(|| by_label.get(dependency)) {
                Some(&dependency) => {
                    let new = Some(dependency).filter(|it| seen.insert((true, *it)));
                    edges[index].dependencies.extend(new);
                }
                None => errors.push(GraphError::MissingDependency {
                    revision: index,
                    id: revision.id.clone(),
                    dependency: dependency.clone(),
                    nearest: nearest_known(dependency, true),
                }),
            }
        }
        for parent in edges[index].parents.clone() {
            edges[parent.index()].children.push(node);
        }
        for dependency in edges[index].dependencies.clone() {
            edges[dependency.index()].dependents.push(node);
        }
    }
    edges
}

/// Circles over `Revises` alone, then those that only dependencies close.
fn find_circles(revisions: &[Revision], edges: &[Edges], errors: &mut Vec<GraphError>) {
    let index = |node: &Node| node.index();
    let versioned: Vec<Vec<usize>> =
        edges.iter().map(|edges| edges.parents.iter().map(index).collect()).collect();
    let all: Vec<Vec<usize>> = edges
        .iter()
        .map(|edges| edges.parents.iter().chain(&edges.dependencies).map(index).collect())
        .collect();
    let mut known = vec![false; revisions.len()];
    for (through_dependency, targets) in [(false, versioned), (true, all)] {
        for circle in circles(&targets) {
            if circle.iter().any(|&member| known[member]) {
                continue;
            }
            for &member in &circle {
                known[member] = true;
            }
            let ids = circle.iter().map(|&member| revisions[member].id.clone()).collect();
            errors.push(GraphError::Cycle { revisions: circle, ids, through_dependency });
        }
    }
}

/// Whether each node comes after what it needs. With a circle no order can do that.
fn is_topological(edges: &[Edges], order: &[Node]) -> bool {
    let mut done = vec![false; edges.len()];
    order.iter().all(|node| {
        let Edges { parents, dependencies, .. } = &edges[node.index()];
        let ready = parents.iter().chain(dependencies).all(|before| done[before.index()]);
        done[node.index()] = true;
        ready
    })
}

/// Depth first in load order, what is needed before what needs it, as written.
fn sort(edges: &[Edges]) -> Vec<Node> {
    let needed = |node: Node, position: usize| {
        let Edges { parents, dependencies, .. } = &edges[node.index()];
        parents.iter().chain(dependencies).nth(position).copied()
    };
    let mut sorted = Vec::with_capacity(edges.len());
    let mut entered = vec![false; edges.len()];
    for root in (0..edges.len()).map(Node::new) {
        let mut path = Vec::new();
        if !std::mem::replace(&mut entered[root.index()], true) {
            path.push((root, 0));
        }
        while let Some((node, position)) = path.pop() {
            match needed(node, position) {
                Some(before) => {
                    path.push((node, position + 1));
                    if !std::mem::replace(&mut entered[before.index()], true) {
                        path.push((before, 0));
                    }
                }
                None => sorted.push(node),
            }
        }
    }
    sorted
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// `` `a`, `b` and `c` ``
pub(super) fn list<T: std::fmt::Display>(names: &[T]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [only] => format!("`{only}`"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and `{last}`", first.join(", "))
        }
    }
}

fn circle(ids: &[RevisionId], through_dependency: bool) -> String {
    let how = if through_dependency { "`Depends-On`" } else { "`Revises`" };
    if let [only] = ids {
        return format!("revision `{only}` comes before itself: it names itself in {how}");
    }
    const SHOWN: usize = 10;
    let mut way: Vec<String> = ids.iter().take(SHOWN).map(|id| format!("`{id}`")).collect();
    if ids.len() > SHOWN {
        way.push(format!("({} more)", ids.len() - SHOWN));
    }
    way.extend(ids.first().map(|id| format!("`{id}`")));
    format!("revisions follow each other in a circle over {how}: {}", way.join(" after "))
}
