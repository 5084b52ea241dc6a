//! Do two branches contradict each other? What the revisions of each do to the same objects, compared.

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::ScriptDirectory;
use super::touch::{Object, Touch, Verb, same};
use crate::revision::{Direction, Node, NodeSet, RevisionId};
use crate::sql::{Dialect, Name};

/// Two statements, one of each branch, that are about the same object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What they are about, as a person calls it.
    pub object: String,
    /// One of them, and the other.
    pub statements: [ConflictingStatement; 2],
}

/// A statement that contradicts another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictingStatement {
    /// Its revision.
    pub revision: RevisionId,
    /// Its script.
    pub path: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its place in the text of the script.
    pub span: Range<usize>,
    /// What it does to the object: `makes it`.
    pub what: String,
}

/// Looks for statements of the branches that end in these heads that contradict each other, in any of the dialects.
///
/// Compared is what each branch does to a database beyond what the other one has applied: the same table made, dropped
/// or renamed by one and touched by the other; the same column added, altered or dropped by both; the same index, view,
/// trigger, type or function made, altered or dropped by both. Data is not compared.
#[must_use]
pub fn conflicts(directory: &ScriptDirectory, heads: &[Node], dialects: &[Dialect]) -> Vec<Conflict> {
    let graph = directory.graph();
    let mut conflicts: Vec<Conflict> = Vec::new();
    for (index, left) in heads.iter().enumerate() {
        for right in &heads[index + 1..] {
            let (before_left, before_right) = (graph.ancestors([*left]), graph.ancestors([*right]));
            let only = |of: &NodeSet, other: &NodeSet| {
                let nodes = graph.topological().iter().copied();
                nodes.filter(|node| of.contains(*node) && !other.contains(*node)).collect::<Vec<_>>()
            };
            let (left, right) = (only(&before_left, &before_right), only(&before_right, &before_left));
            for dialect in dialects {
                let (left, right) = (side(directory, &left, *dialect), side(directory, &right, *dialect));
                for conflict in compare(&left, &right) {
                    if !conflicts.iter().any(|known| known.statements == conflict.statements) {
                        conflicts.push(conflict);
                    }
                }
            }
        }
    }
    conflicts
}

/// A statement of a branch, with what it does.
struct Step<'d> {
    directory: &'d ScriptDirectory,
    node: Node,
    span: Range<usize>,
    touch: Touch,
}

/// The statements of a branch in their order, without what is only there in between.
fn side<'d>(directory: &'d ScriptDirectory, nodes: &[Node], dialect: Dialect) -> Vec<Step<'d>> {
    let mut steps = Vec::new();
    for node in nodes {
        let script = directory.script(*node);
        let Some(section) = script.section(Direction::Upgrade, dialect) else { continue };
        // What is no SQL of this dialect says nothing about it.
        for statement in script.statements(section, dialect).unwrap_or_default() {
            let touch = Touch::of(script.statement_text(&statement), dialect);
            steps.push(Step { directory, node: *node, span: statement.start..statement.end, touch });
        }
    }
    let scratch = scratch(&steps);
    for step in &mut steps {
        step.touch.changes.retain(|(object, _)| !scratch.iter().any(|other| other.is(object)));
        step.touch.uses.retain(|table| !scratch.iter().any(|other| other.is(&Object::Table(table.clone()))));
    }
    steps
}

/// What a branch makes first and has removed in the end: `users_new`, that takes the place of `users`.
fn scratch(steps: &[Step<'_>]) -> Vec<Object> {
    let changes: Vec<&(Object, Verb)> = steps.iter().flat_map(|step| &step.touch.changes).collect();
    let is_gone = |(index, (object, verb)): (usize, &&(Object, Verb))| {
        let is_first = !changes[..index].iter().any(|(other, _)| other.is(object));
        let last = changes.iter().rev().find(|(other, _)| other.is(object));
        let is_removed = last.is_some_and(|(_, verb)| matches!(verb, Verb::Removes | Verb::Renames));
        (*verb == Verb::Makes && is_first && is_removed).then(|| object.clone())
    };
    changes.iter().enumerate().filter_map(is_gone).collect()
}

fn compare(left: &[Step<'_>], right: &[Step<'_>]) -> Vec<Conflict> {
    let mut found: Vec<(Object, Conflict)> = Vec::new();
    for left in left {
        for right in right {
            let Some((object, whats)) = contradiction(&left.touch, &right.touch) else { continue };
            // One is enough to see what it is about.
            if found.iter().any(|(known, _)| known.is(&object)) {
                continue;
            }
            let [first, second] = whats;
            let statements = [left.place(first), right.place(second)];
            found.push((object.clone(), Conflict { object: object.to_string(), statements }));
        }
    }
    found.into_iter().map(|(_, conflict)| conflict).collect()
}

impl Step<'_> {
    fn place(&self, what: String) -> ConflictingStatement {
        let script = self.directory.script(self.node);
        ConflictingStatement {
            revision: script.revision.id.clone(),
            path: script.path.clone(),
            line: script.place(self.span.start).0,
            span: self.span.clone(),
            what,
        }
    }
}

/// What two statements cannot both do, and what each of them does to it.
fn contradiction(left: &Touch, right: &Touch) -> Option<(Object, [String; 2])> {
    for (object, verb) in &left.changes {
        if let Some((_, other)) = right.changes.iter().find(|(other, _)| other.is(object)) {
            return Some((object.clone(), [does(*verb), does(*other)]));
        }
    }
    if let Some((object, verb, what)) = unsettled(left, right) {
        return Some((object, [does(verb), what]));
    }
    unsettled(right, left).map(|(object, verb, what)| (object, [what, does(verb)]))
}

fn does(verb: Verb) -> String {
    format!("{verb} it")
}

/// A table or a column that one statement makes, takes away or renames, while another one needs it as it was.
fn unsettled(by: &Touch, other: &Touch) -> Option<(Object, Verb, String)> {
    let touches = |table: &Name| {
        let alters = other.changes.iter().any(|(object, _)| match object {
            Object::Table(_) => false,
            Object::Column(of, _) | Object::Other(_, Some(of), _) => same(of, table),
            Object::Other(_, None, _) => false,
        });
        alters || other.uses.iter().any(|used| same(used, table))
    };
    by.changes.iter().find_map(|(object, verb)| match object {
        Object::Table(table) if touches(table) => Some((object.clone(), *verb, "uses it".to_owned())),
        Object::Column(table, column)
            if matches!(verb, Verb::Removes | Verb::Renames)
                && touches(table)
                && other.words.contains(&column.to_lowercase()) =>
        {
            Some((object.clone(), *verb, "uses it".to_owned()))
        }
        _ => None,
    })
}
