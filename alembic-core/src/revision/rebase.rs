//! Whether a revision may be given another parent.

use thiserror::Error;

use super::graph::Graph;
use super::id::RevisionId;
use super::nodes::Node;

/// Why a revision cannot be put onto another.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RebaseError {
    /// It was applied somewhere, and what it revises is part of its digest.
    #[error(
        "revision `{revision}` is sealed: a database may have it applied; join the lines with `merge` instead"
    )]
    Sealed {
        /// The revision.
        revision: RevisionId,
    },
    /// It would come before itself.
    #[error("revision `{onto}` needs `{revision}`, so `{revision}` cannot come after it")]
    Circular {
        /// The revision to move.
        revision: RevisionId,
        /// Where it was to go.
        onto: RevisionId,
    },
    /// It is there already.
    #[error("revision `{revision}` revises `{onto}` already")]
    AlreadyThere {
        /// The revision to move.
        revision: RevisionId,
        /// Where it was to go.
        onto: RevisionId,
    },
    /// It joins several lines, and would join only one.
    #[error("revision `{revision}` is a merge point; rebase the revisions that it joins")]
    MergePoint {
        /// The revision to move.
        revision: RevisionId,
    },
}

/// Checks that a revision, with all that follows it, may be put onto another one.
pub fn check_rebase(graph: &Graph, node: Node, onto: Node, sealed: bool) -> Result<(), RebaseError> {
    let revision = || graph.id(node).clone();
    let target = || graph.id(onto).clone();
    if graph.is_merge_point(node) {
        return Err(RebaseError::MergePoint { revision: revision() });
    }
    if graph.descendants([node]).contains(onto) {
        return Err(RebaseError::Circular { revision: revision(), onto: target() });
    }
    if graph.parents(node).contains(&onto) {
        return Err(RebaseError::AlreadyThere { revision: revision(), onto: target() });
    }
    if sealed {
        return Err(RebaseError::Sealed { revision: revision() });
    }
    Ok(())
}
