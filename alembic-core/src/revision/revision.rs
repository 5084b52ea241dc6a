//! A node of the graph as its script declares it.

use serde::{Deserialize, Serialize};

use super::id::RevisionId;

/// What a script says about its place in the graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The revision's own id.
    pub id: RevisionId,
    /// What it revises, as written: none is a base, several are a merge point.
    pub parents: Vec<RevisionId>,
    /// Revisions of other branches that must be applied before it: full ids or branch labels, as written.
    pub depends_on: Vec<String>,
    /// Whether its parents are alternatives: a database runs one side of the merge, and records the others.
    pub alternatives: bool,
    /// Branch labels that the revision introduces.
    pub labels: Vec<String>,
    /// Free words to find it by. They mean nothing to the graph.
    pub tags: Vec<String>,
    /// What it is for, in one paragraph.
    pub message: String,
}

impl Revision {
    /// A revision that declares nothing but its id and its parents.
    pub fn new(id: RevisionId, parents: Vec<RevisionId>) -> Self {
        Self {
            id,
            parents,
            depends_on: Vec::new(),
            alternatives: false,
            labels: Vec::new(),
            tags: Vec::new(),
            message: String::new(),
        }
    }
}
