//! The missing revisions of an upgrade, in the order in which they run or are recorded.

use super::alternatives::decide;
use super::graph::Graph;
use super::nodes::{Node, NodeSet};
use super::plan_error::PlanError;
use super::rows::Rows;
use super::step::{Direction, Step};

/// What to run so that all these revisions are applied. What is recorded comes after what runs in its place.
pub(super) fn upgrade_nodes(
    graph: &Graph,
    rows: &mut Rows<'_>,
    wanted: &[Node],
    recorded: &[Node],
) -> Result<Vec<Step>, PlanError> {
    let needed = graph.ancestors(wanted.iter().copied());
    let missing: Vec<Node> =
        in_order(graph, &needed).filter(|&node| !rows.applied().contains(node)).collect();
    let records = decide(graph, rows.applied(), recorded, &missing)?.records;
    let is_recorded = |node: Node| records.iter().any(|(record, _)| *record == node);
    let step = |node| Step {
        node,
        direction: Direction::Upgrade,
        rows: rows.upgrade(node),
        is_recorded: is_recorded(node),
    };
    Ok(after_sides(graph, &missing, &records).into_iter().map(step).collect())
}

/// Missing nodes, each after what it needs, and each record after the side that runs in its place.
fn after_sides(graph: &Graph, missing: &[Node], records: &[(Node, Node)]) -> Vec<Node> {
    if records.is_empty() {
        return missing.to_vec();
    }
    let mut left = graph.empty_set();
    missing.iter().for_each(|node| {
        left.insert(*node);
    });
    let mut order = Vec::with_capacity(missing.len());
    for node in missing {
        let mut open = vec![(*node, false)];
        while let Some((node, is_ready)) = open.pop() {
            if is_ready {
                order.push(node);
            } else if left.remove(node) {
                open.push((node, true));
                let sides = records.iter().filter(|(record, _)| *record == node).map(|(_, side)| *side);
                open.extend(sides.chain(graph.prerequisites(node)).map(|node| (node, false)));
            }
        }
    }
    // Merges that exclude each other may want one side before the other, and the other before the one.
    let mut place = vec![0; graph.len()];
    order.iter().enumerate().for_each(|(position, node)| place[node.index()] = position);
    let is_right =
        |node: &Node| graph.prerequisites(*node).all(|before| place[before.index()] <= place[node.index()]);
    if order.iter().all(is_right) { order } else { missing.to_vec() }
}

/// The nodes of a set, each after what it needs.
pub(super) fn in_order<'a>(graph: &'a Graph, set: &'a NodeSet) -> impl DoubleEndedIterator<Item = Node> + 'a {
    graph.topological().iter().copied().filter(|&node| set.contains(node))
}
