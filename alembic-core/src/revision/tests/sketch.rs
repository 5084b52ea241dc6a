//! Graphs in one line: `a #lib; b <a; c <a ^b` are `a` with the label `lib`, `b` after `a`, and `c` after
//! `a`, depending on `b`.

use crate::revision::{Graph, Node, Revision, RevisionId, Step};

/// The revisions of a sketch.
pub(super) fn revisions(sketch: &str) -> Vec<Revision> {
    let entries = sketch.split(';').map(str::trim).filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let mut words = entry.split_whitespace();
            let mut revision = Revision::new(id(words.next().unwrap()), Vec::new());
            for word in words {
                match word.split_at(1) {
                    ("<", parent) => revision.parents.push(id(parent)),
                    ("^", dependency) => revision.depends_on.push(dependency.to_owned()),
                    ("#", label) => revision.labels.push(label.to_owned()),
                    _ => panic!("{word} in {sketch}"),
                }
            }
            revision
        })
        .collect()
}

/// The graph of a sketch.
pub(super) fn graph(sketch: &str) -> Graph {
    Graph::new(revisions(sketch)).unwrap_or_else(|errors| panic!("{sketch}: {errors:?}"))
}

/// The id with this text.
pub(super) fn id(text: &str) -> RevisionId {
    RevisionId::new(text).unwrap()
}

/// The nodes of ids with spaces between them.
pub(super) fn nodes(graph: &Graph, ids: &str) -> Vec<Node> {
    graph.locate(&ids.split_whitespace().collect::<Vec<_>>()).unwrap()
}

/// The ids of nodes, with spaces between them.
pub(super) fn show(graph: &Graph, nodes: &[Node]) -> String {
    nodes.iter().map(|&node| graph.id(node).as_str()).collect::<Vec<_>>().join(" ")
}

/// Each step as `+a` or `-a`, and what it does to the rows: `(x-) (x>y) (y+)`.
pub(super) fn show_steps(graph: &Graph, steps: &[Step]) -> String {
    let steps = steps.iter().map(|step| {
        let sign = if step.direction == crate::revision::Direction::Upgrade { '+' } else { '-' };
        let id = |node: Node| graph.id(node);
        let deleted = step.rows.delete.iter().map(|&row| format!("{}-", id(row)));
        let updated = step.rows.update.iter().map(|&(from, to)| format!("{}>{}", id(from), id(to)));
        let inserted = step.rows.insert.iter().map(|&row| format!("{}+", id(row)));
        let changes: Vec<String> = deleted.chain(updated).chain(inserted).collect();
        format!("{sign}{}({})", id(step.node), changes.join(" "))
    });
    steps.collect::<Vec<_>>().join(" ")
}
