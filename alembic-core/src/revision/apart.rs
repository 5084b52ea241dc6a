//! Two revisions, and what each of them needs alone.

use super::alternatives::{Merge, without};
use super::graph::Graph;
use super::missing::upgrade_nodes;
use super::nodes::Node;
use super::rows::Rows;

/// What runs on a new database for two revisions: what both need, and what each needs alone; each in an order that works.
///
/// Of a merge of alternatives only one side runs. Where the two revisions need different sides of one, the merge belongs to
/// what both need: no database runs both.
#[must_use]
pub fn apart(graph: &Graph, left: Node, right: Node) -> [Vec<Node>; 3] {
    let (before_left, before_right) = (graph.ancestors([left]), graph.ancestors([right]));
    let mut common = graph.empty_set();
    before_left.iter().filter(|node| before_right.contains(*node)).for_each(|node| {
        common.insert(node);
    });
    for merge in Merge::all(graph) {
        if merge.separates(&without(&before_left, &common), &without(&before_right, &common)) {
            common.extend(&merge.within);
        }
    }
    let mut rows = Rows::new(graph, &[]);
    let mut recorded = Vec::new();
    [graph.maximal(&common), vec![left], vec![right]].map(|wanted| {
        let steps = upgrade_nodes(graph, &mut rows, &wanted, &recorded).unwrap_or_default();
        recorded.extend(steps.iter().filter(|step| step.is_recorded).map(|step| step.node));
        steps.into_iter().filter(|step| !step.is_recorded).map(|step| step.node).collect()
    })
}
