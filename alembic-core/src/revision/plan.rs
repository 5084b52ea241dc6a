//! Which revisions to run, in which order, and what each does to the version table.
//!
//! With A(x) for x and all that it needs, D(x) for x and all that needs it, and cur for A(rows):
//! an upgrade to T runs A(T) ∖ cur; a downgrade to T takes back D(the children of T) ∩ cur.

use super::alternatives::take_back_records;
use super::graph::Graph;
use super::missing::upgrade_nodes;
use super::nodes::{Node, NodeSet};
use super::past::Past;
use super::plan_error::PlanError;
use super::range::Range;
use super::resolve::{Branch, find_branch, find_symbol, one, resolve, settle, steps_from};
use super::rows::Rows;
use super::step::{Direction, Step};
use super::target::{Offset, Target};
use super::undo::newest_first;

/// A plan for a database that is only assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfflinePlan {
    /// The rows that the database is assumed to have.
    pub rows: Vec<Node>,
    /// The past that it is assumed to have.
    pub past: Past,
    /// What to run.
    pub steps: Vec<Step>,
}

/// What to run so that the target is applied, from a database with these rows. Of its past, what was recorded counts.
///
/// Nothing to do is an empty plan, also when the database is past the target.
///
/// # Errors
/// The target means nothing here, or the database has something of several sides of a merge of alternatives.
pub fn upgrade(graph: &Graph, rows: &[Node], target: &Target, past: &Past) -> Result<Vec<Step>, PlanError> {
    upgrade_many(graph, rows, std::slice::from_ref(target), past)
}

/// What to run so that all targets are applied, from a database with these rows.
///
/// # Errors
/// Those of [`upgrade`].
pub fn upgrade_many(
    graph: &Graph,
    rows: &[Node],
    targets: &[Target],
    past: &Past,
) -> Result<Vec<Step>, PlanError> {
    let mut rows = Rows::new(graph, rows);
    let mut wanted = Vec::new();
    for target in targets {
        wanted.extend(upgrade_target(graph, &rows, target)?);
    }
    upgrade_nodes(graph, &mut rows, &wanted, &past.recorded)
}

/// What to take back so that nothing after the target is applied, from a database with these rows.
///
/// What depends on a revision goes with it, on whatever branch; what it depends on stays. With a merge of alternatives go
/// the records that were made for it. What was applied last is taken back first, where the graph leaves a choice.
///
/// # Errors
/// The target means nothing here, or the database is not above it.
pub fn downgrade(graph: &Graph, rows: &[Node], target: &Target, past: &Past) -> Result<Vec<Step>, PlanError> {
    let given = rows;
    let mut rows = Rows::new(graph, rows);
    let (end, branch) = downgrade_target(graph, &rows, target)?;
    let roots = downgrade_roots(graph, end, branch.as_ref())?;
    let dropped = dependents_within(graph, roots, rows.applied());
    if let Some(end) = end
        && dropped.is_empty()
        && !given.contains(&end)
    {
        let (revision, applied) = (graph.id(end).clone(), rows.applied().contains(end));
        return Err(PlanError::NotBelowCurrent { revision, applied, rows: graph.ids(rows.essential()) });
    }
    Ok(take_back(graph, &mut rows, dropped, past))
}

/// What to take back so that none of these revisions is applied, from a database with these rows: what needs them goes with
/// them, as in a [`downgrade`].
#[must_use]
pub fn undo(graph: &Graph, rows: &[Node], revisions: &[Node], past: &Past) -> Vec<Step> {
    let mut rows = Rows::new(graph, rows);
    let dropped = dependents_within(graph, revisions.iter().copied(), rows.applied());
    take_back(graph, &mut rows, dropped, past)
}

fn take_back(graph: &Graph, rows: &mut Rows<'_>, mut dropped: NodeSet, past: &Past) -> Vec<Step> {
    take_back_records(graph, rows.applied(), &mut dropped, &past.recorded);
    let step = |node| Step {
        node,
        direction: Direction::Downgrade,
        rows: rows.downgrade(node),
        is_recorded: past.recorded.contains(&node),
    };
    newest_first(graph, &dropped, &past.order).into_iter().map(step).collect()
}

/// The step of a single revision: up where all that it needs is applied, down where nothing applied needs it.
#[must_use]
pub fn step(graph: &Graph, rows: &[Node], node: Node, direction: Direction) -> Step {
    let mut rows = Rows::new(graph, rows);
    let rows = match direction {
        Direction::Upgrade => rows.upgrade(node),
        Direction::Downgrade => rows.downgrade(node),
    };
    Step { node, direction, rows, is_recorded: false }
}

/// The plan for a script that is written without a database, `start:end`.
///
/// The start is where the database is assumed to be; an upgrade without one starts from nothing. Without an
/// end, an upgrade goes to all heads and a downgrade to the base. Of a merge of alternatives the database is assumed to have
/// what a new one gets.
pub fn offline(graph: &Graph, direction: Direction, range: &Range) -> Result<OfflinePlan, PlanError> {
    let rows = match (&range.start, direction) {
        (Some(start), _) => resolve(graph, start)?,
        (None, Direction::Upgrade) => Vec::new(),
        (None, Direction::Downgrade) => return Err(PlanError::OfflineStartMissing),
    };
    let past = Past::assumed(graph, &rows);
    let steps = match direction {
        Direction::Upgrade => upgrade(graph, &rows, range.end.as_ref().unwrap_or(&Target::HEADS), &past)?,
        Direction::Downgrade => downgrade(graph, &rows, range.end.as_ref().unwrap_or(&Target::BASE), &past)?,
    };
    Ok(OfflinePlan { rows, past, steps })
}

/// The roots and all that needs them, as far as applied.
pub(super) fn dependents_within(
    graph: &Graph,
    roots: impl IntoIterator<Item = Node>,
    applied: &NodeSet,
) -> NodeSet {
    let mut found = graph.descendants(roots);
    let beyond: Vec<Node> = found.iter().filter(|&node| !applied.contains(node)).collect();
    for node in beyond {
        found.remove(node);
    }
    found
}

/// What an upgrade goes to, for a database with these rows.
pub(super) fn upgrade_target(
    graph: &Graph,
    rows: &Rows<'_>,
    target: &Target,
) -> Result<Vec<Node>, PlanError> {
    let settled = settle(graph, target);
    let Target::Relative { branch, from: None, offset } = settled.as_ref() else {
        return Ok(resolve(graph, target)?);
    };
    let Offset::Up(1..) = offset else {
        return Err(PlanError::WrongWay { target: target.to_string(), direction: Direction::Upgrade });
    };
    let branch = find_branch(graph, branch.as_deref())?;
    let starts = match &branch {
        None => rows.essential(),
        Some(branch) => {
            let mut starts = on_branch(rows.essential(), branch);
            if starts.is_empty() {
                // The branch is applied only as far as other rows imply it: count from its tips.
                let mut active = graph.empty_set();
                for node in on_branch(rows.applied().iter().collect(), branch) {
                    active.insert(node);
                }
                starts = graph.maximal(&active);
            }
            starts
        }
    };
    let start = single_start(graph, target, &starts, *offset)?;
    Ok(steps_from(graph, target, start, *offset, branch.as_ref())?.into_iter().collect())
}

/// Where a downgrade ends, and the branch that it is limited to.
fn downgrade_target<'t>(
    graph: &Graph,
    rows: &Rows<'_>,
    target: &'t Target,
) -> Result<(Option<Node>, Option<Branch<'t>>), PlanError> {
    let branch = find_branch(graph, target.branch())?;
    let settled = settle(graph, target);
    match settled.as_ref() {
        Target::Absolute { symbol, .. } => {
            let end = one(graph, target, &find_symbol(graph, None, branch.as_ref(), symbol)?)?;
            Ok((end, branch))
        }
        Target::Relative { from: Some(from), offset, .. } => {
            let start = one(graph, target, &find_symbol(graph, None, branch.as_ref(), from)?)?;
            Ok((steps_from(graph, target, start, *offset, branch.as_ref())?, branch))
        }
        Target::Relative { from: None, offset, .. } => {
            let Offset::Down(1..) = offset else {
                return Err(PlanError::WrongWay {
                    target: target.to_string(),
                    direction: Direction::Downgrade,
                });
            };
            let starts = match &branch {
                None => rows.essential(),
                Some(branch) => {
                    let mut starts = on_branch(rows.essential(), branch);
                    if starts.is_empty() {
                        let applied = rows.applied();
                        let tip =
                            |node: &Node| !graph.children(*node).iter().any(|&child| applied.contains(child));
                        starts = on_branch(applied.iter().filter(tip).collect(), branch);
                    }
                    starts
                }
            };
            let Some(start) = single_start(graph, target, &starts, *offset)? else {
                let branch = target.branch().map(str::to_owned);
                return Err(PlanError::NothingApplied { target: target.to_string(), branch });
            };
            let end = steps_from(graph, target, Some(start), *offset, None)?;
            // Without a branch, the steps themselves are one: other ways from the end are not meant.
            let branch =
                branch.unwrap_or_else(|| Branch { name: "", node: start, lineage: graph.lineage(start) });
            Ok((end, Some(branch)))
        }
    }
}

/// The first revisions to go: what follows the end, on the branch if there is a choice.
fn downgrade_roots(
    graph: &Graph,
    end: Option<Node>,
    branch: Option<&Branch<'_>>,
) -> Result<Vec<Node>, PlanError> {
    let roots = match end {
        Some(end) => graph.children(end).to_vec(),
        None => graph.bases(),
    };
    let Some(branch) = branch.filter(|_| roots.len() > 1) else {
        return Ok(roots);
    };
    let before = graph.versioned_ancestors([branch.node]);
    let on_way: Vec<Node> = roots.iter().copied().filter(|&root| before.contains(root)).collect();
    if on_way.is_empty() {
        return Err(PlanError::BranchElsewhere {
            branch: branch.name.to_owned(),
            revision: end.map(|end| graph.id(end).clone()),
            choices: graph.ids(roots),
        });
    }
    Ok(on_way)
}

fn on_branch(nodes: Vec<Node>, branch: &Branch<'_>) -> Vec<Node> {
    nodes.into_iter().filter(|&node| branch.lineage.contains(node)).collect()
}

fn single_start(
    graph: &Graph,
    target: &Target,
    starts: &[Node],
    offset: Offset,
) -> Result<Option<Node>, PlanError> {
    match starts {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        several => {
            let rows = graph.ids(several.iter().copied());
            Err(PlanError::SeveralCurrent { target: target.to_string(), rows, offset })
        }
    }
}
