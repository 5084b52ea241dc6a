//! Which revisions to run, in which order, and what each does to the version table.
//!
//! With A(x) for x and all that it needs, D(x) for x and all that needs it, and cur for A(rows):
//! an upgrade to T runs A(T) ∖ cur; a downgrade to T takes back D(the children of T) ∩ cur.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::graph::Graph;
use super::id::RevisionId;
use super::load::list;
use super::nodes::{Node, NodeSet};
use super::range::Range;
use super::resolve::{Branch, ResolveError, find_branch, find_symbol, one, resolve, settle, steps_from};
use super::rows::{RowChange, Rows};
use super::target::{Offset, Target};
use super::undo::newest_first;

/// Which way a revision runs.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// It is applied.
    Upgrade,
    /// It is taken back.
    Downgrade,
}

/// One revision to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The revision.
    pub node: Node,
    /// Which way it runs.
    pub direction: Direction,
    /// What happens to the version table; afterwards its rows are the maximal elements of what is applied.
    pub rows: RowChange,
    /// It is recorded without running: the database has another side of a merge of alternatives.
    pub is_recorded: bool,
}

/// A plan for a database that is only assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfflinePlan {
    /// The rows that the database is assumed to have.
    pub rows: Vec<Node>,
    /// What to run.
    pub steps: Vec<Step>,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// The target itself has no clear meaning.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// A relative target, and the database is in several places.
    #[error("`{target}` is ambiguous: the database is at {}; say from which, as in `{}@{offset}`, or name the revision to end at", list(.rows), .rows.first().map_or("", RevisionId::as_str))]
    SeveralCurrent {
        /// The target as given.
        target: String,
        /// The places it could count from.
        rows: Vec<RevisionId>,
        /// The steps that were asked for.
        offset: Offset,
    },
    /// A relative target downwards, and nothing is applied.
    #[error("`{target}` has nothing to count from: no revision {}is applied", .branch.as_ref().map(|branch| format!("of branch `{branch}` ")).unwrap_or_default())]
    NothingApplied {
        /// The target as given.
        target: String,
        /// The branch that it is limited to.
        branch: Option<String>,
    },
    /// Steps from where the database is, of which none leads the way that was asked for.
    #[error("`{target}` does not lead the way of {}; give it as {}, and at least 1", match .direction { Direction::Upgrade => "an upgrade", Direction::Downgrade => "a downgrade" }, match .direction { Direction::Upgrade => "`+N`", Direction::Downgrade => "`-N`" })]
    WrongWay {
        /// The target as given.
        target: String,
        /// What was asked for.
        direction: Direction,
    },
    /// A downgrade to where the database is not above.
    #[error("{}", not_below(.revision, *.applied, .rows))]
    NotBelowCurrent {
        /// The revision to end at.
        revision: RevisionId,
        /// Whether it is applied.
        applied: bool,
        /// Where the database is.
        rows: Vec<RevisionId>,
    },
    /// A downgrade of one branch to where that branch does not go on.
    #[error("branch `{branch}` does not go on from {}: the ways are {}; name one of them before `@`, or leave out `{branch}@` for all", .revision.as_ref().map_or("the base".to_owned(), |id| format!("`{id}`")), list(.choices))]
    BranchElsewhere {
        /// The branch as given.
        branch: String,
        /// The revision to end at; none for the base.
        revision: Option<RevisionId>,
        /// The revisions that follow it.
        choices: Vec<RevisionId>,
    },
    /// A downgrade offline needs to be told where the database is.
    #[error("an offline downgrade needs to know where the database is; give it as `from:to`")]
    OfflineStartMissing,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
        })
    }
}

/// What to run so that the target is applied, from a database with these rows.
///
/// Nothing to do is an empty plan, also when the database is past the target.
pub fn upgrade(graph: &Graph, rows: &[Node], target: &Target) -> Result<Vec<Step>, PlanError> {
    upgrade_many(graph, rows, std::slice::from_ref(target))
}

/// What to run so that all targets are applied, from a database with these rows.
pub fn upgrade_many(graph: &Graph, rows: &[Node], targets: &[Target]) -> Result<Vec<Step>, PlanError> {
    let mut rows = Rows::new(graph, rows);
    let mut wanted = Vec::new();
    for target in targets {
        wanted.extend(upgrade_target(graph, &rows, target)?);
    }
    let needed = graph.ancestors(wanted);
    let missing: Vec<Node> =
        in_order(graph, &needed).filter(|&node| !rows.applied().contains(node)).collect();
    let recorded = recorded(graph, rows.applied(), &missing);
    Ok(missing
        .into_iter()
        .map(|node| Step {
            node,
            direction: Direction::Upgrade,
            rows: rows.upgrade(node),
            is_recorded: recorded.contains(node),
        })
        .collect())
}

/// The revisions that are recorded and not run: of each merge of alternatives, the sides that the database has nothing of,
/// if it has something of another side; else all sides but that of the first parent.
fn recorded(graph: &Graph, applied: &NodeSet, missing: &[Node]) -> NodeSet {
    let mut recorded = graph.empty_set();
    for merge in missing.iter().filter(|node| graph.revision(**node).alternatives) {
        let parents = graph.parents(*merge);
        let side = |parent: Node| {
            let others = graph.ancestors(parents.iter().copied().filter(|other| *other != parent));
            graph.ancestors([parent]).iter().filter(|node| !others.contains(*node)).collect::<Vec<Node>>()
        };
        let sides: Vec<Vec<Node>> = parents.iter().map(|parent| side(*parent)).collect();
        let has_some = |side: &&Vec<Node>| side.iter().any(|node| applied.contains(*node));
        let is_begun = sides.iter().any(|side| has_some(&side));
        for (place, side) in sides.iter().enumerate() {
            let runs = if is_begun { has_some(&side) } else { place == 0 };
            for node in side.iter().filter(|_| !runs) {
                recorded.insert(*node);
            }
        }
    }
    recorded
}

/// What to take back so that nothing after the target is applied, from a database with these rows.
///
/// What depends on a revision goes with it, on whatever branch; what it depends on stays. `order` has applied revisions in
/// the order in which this database got them: what was applied last is taken back first, where the graph leaves a choice.
pub fn downgrade(
    graph: &Graph,
    rows: &[Node],
    target: &Target,
    order: &[Node],
) -> Result<Vec<Step>, PlanError> {
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
    Ok(take_back(graph, &mut rows, &dropped, order))
}

/// What to take back so that none of these revisions is applied, from a database with these rows: what needs them goes with
/// them. `order` is that of [`downgrade`].
#[must_use]
pub fn undo(graph: &Graph, rows: &[Node], revisions: &[Node], order: &[Node]) -> Vec<Step> {
    let mut rows = Rows::new(graph, rows);
    let dropped = dependents_within(graph, revisions.iter().copied(), rows.applied());
    take_back(graph, &mut rows, &dropped, order)
}

fn take_back(graph: &Graph, rows: &mut Rows<'_>, dropped: &NodeSet, order: &[Node]) -> Vec<Step> {
    let step =
        |node| Step { node, direction: Direction::Downgrade, rows: rows.downgrade(node), is_recorded: false };
    newest_first(graph, dropped, order).into_iter().map(step).collect()
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
/// end, an upgrade goes to all heads and a downgrade to the base.
pub fn offline(graph: &Graph, direction: Direction, range: &Range) -> Result<OfflinePlan, PlanError> {
    let rows = match (&range.start, direction) {
        (Some(start), _) => resolve(graph, start)?,
        (None, Direction::Upgrade) => Vec::new(),
        (None, Direction::Downgrade) => return Err(PlanError::OfflineStartMissing),
    };
    let steps = match direction {
        Direction::Upgrade => upgrade(graph, &rows, range.end.as_ref().unwrap_or(&Target::HEADS))?,
        Direction::Downgrade => downgrade(graph, &rows, range.end.as_ref().unwrap_or(&Target::BASE), &[])?,
    };
    Ok(OfflinePlan { rows, steps })
}

/// The nodes of a set, each after what it needs.
pub(super) fn in_order<'a>(graph: &'a Graph, set: &'a NodeSet) -> impl DoubleEndedIterator<Item = Node> + 'a {
    graph.topological().iter().copied().filter(|&node| set.contains(node))
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

fn not_below(revision: &RevisionId, applied: bool, rows: &[RevisionId]) -> String {
    let place = if rows.is_empty() { "empty".to_owned() } else { format!("at {}", list(rows)) };
    if applied {
        format!(
            "cannot downgrade to `{revision}`: nothing that revises it is applied; the database is {place}"
        )
    } else {
        format!("cannot downgrade to `{revision}`: it is not applied; the database is {place}")
    }
}
