//! Steps along `Revises` from one revision, which must be unambiguous all the way.

use super::graph::Graph;
use super::nodes::{Node, NodeSet};

/// Why a walk did not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WalkError {
    /// The graph ended after so many steps.
    TooFar { possible: u32 },
    /// There are several ways to go on.
    Ambiguous { at: Option<Node>, choices: Vec<Node> },
}

/// Walks towards the heads, over nodes of `within` only. None stands for the place before the bases.
pub(super) fn up(
    graph: &Graph,
    from: Option<Node>,
    steps: u32,
    within: Option<&NodeSet>,
) -> Result<Option<Node>, WalkError> {
    let mut at = from;
    for possible in 0..steps {
        let mut choices = match at {
            Some(node) => graph.children(node).to_vec(),
            None => graph.bases(),
        };
        if let Some(within) = within {
            choices.retain(|&node| within.contains(node));
        }
        at = match choices.as_slice() {
            [] => return Err(WalkError::TooFar { possible }),
            [only] => Some(*only),
            _ => return Err(WalkError::Ambiguous { at, choices }),
        };
    }
    Ok(at)
}

/// Walks towards the bases; one step below a base is the place before it.
pub(super) fn down(graph: &Graph, from: Option<Node>, steps: u32) -> Result<Option<Node>, WalkError> {
    let mut at = from;
    for possible in 0..steps {
        let node = at.ok_or(WalkError::TooFar { possible })?;
        at = match graph.parents(node) {
            [] => None,
            [only] => Some(*only),
            choices => {
                return Err(WalkError::Ambiguous { at, choices: choices.to_vec() });
            }
        };
    }
    Ok(at)
}
