//! What the history of a database says about its applied revisions.

use super::graph::Graph;
use super::missing::upgrade_nodes;
use super::nodes::Node;
use super::rows::Rows;

/// What the history of a database says about its applied revisions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Applied revisions in the order in which the database got them.
    pub order: Vec<Node>,
    /// Those that were recorded and never ran: the database has another side of a merge of alternatives.
    pub recorded: Vec<Node>,
}

impl Past {
    /// The past of a database that went from nothing to these rows in one upgrade.
    #[must_use]
    pub fn assumed(graph: &Graph, rows: &[Node]) -> Past {
        let steps = upgrade_nodes(graph, &mut Rows::new(graph, &[]), rows, &[]).unwrap_or_default();
        let recorded = steps.into_iter().filter(|step| step.is_recorded).map(|step| step.node);
        Past { order: Vec::new(), recorded: recorded.collect() }
    }
}
