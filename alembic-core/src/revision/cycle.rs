//! Finds circles in a directed graph, without recursion.

use std::collections::VecDeque;

/// The strongly connected components that are circles, each as one shortest circle through its lowest member.
///
/// `edges[n]` are the nodes that `n` points to. The result is ordered by lowest member, and each circle starts
/// with it and follows the edges.
pub(super) fn circles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let component = components(edges);
    let mut sizes = vec![0_usize; edges.len()];
    for &of in &component {
        sizes[of] += 1;
    }
    let mut reported = vec![false; edges.len()];
    let mut found = Vec::new();
    for start in 0..edges.len() {
        let of = component[start];
        if reported[of] || (sizes[of] == 1 && !edges[start].contains(&start)) {
            continue;
        }
        reported[of] = true;
        found.push(shortest_circle(start, edges, &component));
    }
    found
}

/// For each node the number of its strongly connected component (Tarjan, with an explicit stack).
fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let mut order = vec![UNSEEN; edges.len()];
    let mut low = vec![UNSEEN; edges.len()];
    let mut component = vec![UNSEEN; edges.len()];
    let mut open = Vec::new();
    let mut visited = 0;
    let mut count = 0;
    for root in 0..edges.len() {
        if order[root] != UNSEEN {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                order[node] = visited;
                low[node] = visited;
                visited += 1;
                open.push(node);
            }
            match edges[node].get(next) {
                Some(&target) => {
                    path.push((node, next + 1));
                    if order[target] == UNSEEN {
                        path.push((target, 0));
                    } else if component[target] == UNSEEN {
                        low[node] = low[node].min(order[target]);
                    }
                }
                None => {
                    if low[node] == order[node] {
                        while let Some(member) = open.pop() {
                            component[member] = count;
                            if member == node {
                                break;
                            }
                        }
                        count += 1;
                    }
                    if let Some(&(above, _)) = path.last() {
                        low[above] = low[above].min(low[node]);
                    }
                }
            }
        }
    }
    component
}

/// Breadth first from `start` back to `start`, inside its component.
fn shortest_circle(start: usize, edges: &[Vec<usize>], component: &[usize]) -> Vec<usize> {
    let mut came_from = std::collections::HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &target in &edges[node] {
            if target == start {
                let mut circle = vec![node];
                let mut at = node;
                while at != start {
                    at = came_from[&at];
                    circle.push(at);
                }
                circle.reverse();
                return circle;
            }
            if component[target] == component[start] && !came_from.contains_key(&target) {
                came_from.insert(target, node);
                queue.push_back(target);
            }
        }
    }
    // A component of one node without an edge to itself is no circle, and `circles` never asks about one.
    vec![start]
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn one_circle_per_component() {
        let check = |edges: &[&[usize]], expected: &[&[usize]]| {
            let edges: Vec<Vec<usize>> = edges.iter().map(|targets| targets.to_vec()).collect();
            assert_eq!(circles(&edges), expected);
        };
        check(&[], &[]);
        check(&[&[], &[0], &[0, 1]], &[]);
        check(&[&[0]], &[&[0]]);
        check(&[&[2], &[0], &[1]], &[&[0, 2, 1]]);
        check(&[&[1], &[0], &[3, 1], &[2]], &[&[0, 1], &[2, 3]]);
        check(&[&[1], &[2, 0], &[0]], &[&[0, 1]]);
    }

    #[test]
    fn a_long_circle_does_not_recurse() {
        let edges: Vec<Vec<usize>> = (0..100_000).map(|n| vec![(n + 1) % 100_000]).collect();
        assert_eq!(circles(&edges)[0].len(), 100_000);
    }
}
