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
        "revision `{revision}` is sealed: a database may have it applied; join the lines with `cargo alembic merge` instead"
    )]
    Sealed {
        /// The revision.
        revision: RevisionId,
    },
    /// What follows it was applied somewhere, and then it was too.
    #[error(
        "revision `{sealed}`, which needs `{revision}`, is sealed: a database may have both applied; join the lines with \
         `cargo alembic merge` instead"
    )]
    SealedAfter {
        /// The revision to move.
        revision: RevisionId,
        /// The one that is sealed.
        sealed: RevisionId,
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
    /// It is a base already.
    #[error("revision `{revision}` revises nothing already")]
    AlreadyBase {
        /// The revision to move.
        revision: RevisionId,
    },
    /// It joins several lines, and would join only one.
    #[error("revision `{revision}` is a merge point; rebase the revisions that it joins")]
    MergePoint {
        /// The revision to move.
        revision: RevisionId,
    },
}

/// Checks that a revision, with all that follows it, may be put onto another one; without one it becomes a base.
/// `sealed` says which revisions were applied somewhere.
pub fn check_rebase(
    graph: &Graph,
    node: Node,
    onto: Option<Node>,
    sealed: impl Fn(&RevisionId) -> bool,
) -> Result<(), RebaseError> {
    let revision = || graph.id(node).clone();
    if graph.is_merge_point(node) {
        return Err(RebaseError::MergePoint { revision: revision() });
    }
    let after = graph.descendants([node]);
    if let Some(onto) = onto {
        let target = || graph.id(onto).clone();
        if after.contains(onto) {
            return Err(RebaseError::Circular { revision: revision(), onto: target() });
        }
        if graph.parents(node).contains(&onto) {
            return Err(RebaseError::AlreadyThere { revision: revision(), onto: target() });
        }
    } else if graph.is_base(node) {
        return Err(RebaseError::AlreadyBase { revision: revision() });
    }
    if sealed(graph.id(node)) {
        return Err(RebaseError::Sealed { revision: revision() });
    }
    match after.iter().map(|node| graph.id(node)).find(|id| sealed(id)) {
        Some(sealed) => Err(RebaseError::SealedAfter { revision: revision(), sealed: sealed.clone() }),
        None => Ok(()),
    }
}
