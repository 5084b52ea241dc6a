//! A stretch of the graph, newest first.

use thiserror::Error;

use super::graph::Graph;
use super::id::RevisionId;
use super::load::list;
use super::missing::in_order;
use super::nodes::{Node, NodeSet};
use super::plan::upgrade_target;
use super::plan_error::PlanError;
use super::range::Range;
use super::resolve::{Branch, ResolveError, branch_heads, find_branch, resolve_at, settle, steps_from};
use super::rows::Rows;
use super::target::{Offset, Target};
use super::walk;

/// Why a range shows nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HistoryError {
    /// One end of the range has no clear meaning.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The end counts from the start, and cannot.
    #[error(transparent)]
    End(#[from] PlanError),
    /// The end does not come after the start.
    #[error("no history leads from {} to {}; give the older revision first, and both on one line", list(.start), list(.end))]
    NotConnected {
        /// What its start names, as far as it does not come before the end.
        start: Vec<RevisionId>,
        /// What its end names.
        end: Vec<RevisionId>,
    },
}

/// The revisions of a range, both ends included, newest first.
///
/// Without a start it begins with the first revision, without an end it ends with all heads. `current` needs the
/// rows. `-N` as start counts down from the end, from each one where there are several; `+N` as end counts up
/// from the start. A branch named at the start limits the end to it.
pub fn history(graph: &Graph, rows: Option<&[Node]>, range: &Range) -> Result<Vec<Node>, HistoryError> {
    let branch = find_branch(graph, range.start.as_ref().and_then(Target::branch))?;
    let settled = range.start.as_ref().map(|start| settle(graph, start));
    let included = match settled.as_deref() {
        Some(start @ Target::Relative { from: None, offset: Offset::Down(steps), .. }) => {
            last(graph, start, *steps, ends(graph, rows, &[], range, branch.as_ref())?)?
        }
        Some(start) => {
            let starts = resolve_at(graph, rows, start)?;
            let ends = ends(graph, rows, &starts, range, branch.as_ref())?;
            connected(graph, &starts, &ends)?
        }
        None => graph.ancestors(ends(graph, rows, &[], range, None)?),
    };
    Ok(in_order(graph, &included).rev().collect())
}

/// The revisions from some to others, both included, newest first. No starts stand for the base.
pub fn between(graph: &Graph, starts: &[Node], ends: &[Node]) -> Result<Vec<Node>, HistoryError> {
    Ok(in_order(graph, &connected(graph, starts, ends)?).rev().collect())
}

fn ends(
    graph: &Graph,
    rows: Option<&[Node]>,
    starts: &[Node],
    range: &Range,
    branch: Option<&Branch<'_>>,
) -> Result<Vec<Node>, HistoryError> {
    let Some(end) = &range.end else {
        return Ok(branch.map_or_else(|| graph.real_heads(), |branch| branch_heads(graph, branch)));
    };
    let mut ends = match settle(graph, end).as_ref() {
        relative @ Target::Relative { from: None, .. } => {
            upgrade_target(graph, &Rows::new(graph, starts), relative)?
        }
        absolute => resolve_at(graph, rows, absolute)?,
    };
    if let Some(branch) = branch {
        ends.retain(|&end| branch.lineage.contains(end));
    }
    Ok(ends)
}

/// From so many steps below each end up to it. A line that is shorter is taken whole.
fn last(graph: &Graph, start: &Target, steps: u32, ends: Vec<Node>) -> Result<NodeSet, ResolveError> {
    let mut included = graph.empty_set();
    for end in ends {
        let first = match walk::down(graph, Some(end), steps) {
            Err(walk::WalkError::TooFar { .. }) => None,
            _ => steps_from(graph, start, Some(end), Offset::Down(steps), None)?,
        };
        included.extend(&stretch(graph, first.as_slice(), &graph.ancestors([end])));
    }
    Ok(included)
}

fn connected(graph: &Graph, starts: &[Node], ends: &[Node]) -> Result<NodeSet, HistoryError> {
    let needed = graph.ancestors(ends.iter().copied());
    let apart: Vec<Node> = starts.iter().copied().filter(|&start| !needed.contains(start)).collect();
    if !apart.is_empty() {
        let (start, end) = (graph.ids(apart), graph.ids(ends.iter().copied()));
        return Err(HistoryError::NotConnected { start, end });
    }
    Ok(stretch(graph, starts, &needed))
}

/// The part of `needed` that comes after the starts over `Revises`, with them; all of it without starts.
fn stretch(graph: &Graph, starts: &[Node], needed: &NodeSet) -> NodeSet {
    if starts.is_empty() {
        return needed.clone();
    }
    let after = graph.versioned_descendants(starts.iter().copied());
    let before = graph.ancestors(starts.iter().copied());
    let mut included = graph.empty_set();
    for node in needed.iter().filter(|&node| after.contains(node) && !before.contains(node)) {
        included.insert(node);
    }
    for &start in starts {
        included.insert(start);
    }
    included
}
