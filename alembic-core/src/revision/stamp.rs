//! Declares what is applied without running anything.
//!
//! A stamp leaves what an upgrade or downgrade to the targets would leave: the targets and all that they need
//! count as applied, what revises a target does not, nor does anything that needs what no longer counts.
//! Other branches keep what they have.

use std::collections::BTreeSet;

use super::graph::Graph;
use super::missing::in_order;
use super::nodes::{Node, NodeSet};
use super::plan::dependents_within;
use super::plan_error::PlanError;
use super::resolve::{Branch, find_branch, resolve, settle};
use super::rows::RowChange;
use super::target::{Symbol, Target};

/// What a stamp does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampPlan {
    /// The rows afterwards, by id.
    pub rows: Vec<Node>,
    /// What counts as applied from now on, each after what it needs.
    pub stamped: Vec<Node>,
    /// What no longer counts as applied, each before what it needs.
    pub unstamped: Vec<Node>,
    /// What happens to the version table.
    pub change: RowChange,
}

/// What the version table says after these targets are stamped on a database with these rows.
///
/// For `--purge`, pass no rows. Where targets contradict each other, what any of them needs counts as applied,
/// whatever their order.
pub fn stamp(graph: &Graph, rows: &[Node], targets: &[Target]) -> Result<StampPlan, PlanError> {
    let before = graph.applied(rows);
    let mut wanted = Vec::new();
    let mut withdrawn = Vec::new();
    for target in targets {
        let settled = settle(graph, target);
        let nodes = resolve(graph, target)?;
        match settled.as_ref() {
            Target::Absolute { branch, symbol: Symbol::Base } => match find_branch(graph, branch.as_deref())?
            {
                Some(branch) => withdrawn.extend(branch_alone(graph, &before, &branch)),
                None => withdrawn.extend(graph.bases()),
            },
            // Steps that end before the first revision.
            _ if nodes.is_empty() => withdrawn.extend(graph.bases()),
            _ => withdrawn.extend(nodes.iter().flat_map(|&node| graph.children(node))),
        }
        wanted.extend(nodes);
    }
    let mut after = before.clone();
    for node in dependents_within(graph, withdrawn, &before).iter() {
        after.remove(node);
    }
    after.extend(&graph.ancestors(wanted));

    let mut final_rows = graph.maximal(&after);
    final_rows.sort_by_key(|&node| graph.id(node));
    Ok(StampPlan {
        change: RowChange::between(&distinct(rows), &final_rows),
        rows: final_rows,
        stamped: in_order(graph, &after).filter(|&node| !before.contains(node)).collect(),
        unstamped: in_order(graph, &before).rev().filter(|&node| !after.contains(node)).collect(),
    })
}

fn distinct(rows: &[Node]) -> Vec<Node> {
    let mut seen = BTreeSet::new();
    rows.iter().copied().filter(|&row| seen.insert(row)).collect()
}

/// What is applied of a branch and of no other: a trunk that an applied branch shares with it stays.
fn branch_alone(graph: &Graph, applied: &NodeSet, branch: &Branch<'_>) -> Vec<Node> {
    let tip = |node: &Node| !graph.children(*node).iter().any(|&child| applied.contains(child));
    let elsewhere = applied.iter().filter(tip).filter(|&node| !branch.lineage.contains(node));
    let shared = graph.versioned_ancestors(elsewhere);
    branch.lineage.iter().filter(|&node| applied.contains(node) && !shared.contains(node)).collect()
}
