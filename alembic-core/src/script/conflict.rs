//! Do two branches contradict each other? What the revisions of each do to the same objects, compared.

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::ScriptDirectory;
use crate::revision::{Direction, Node, NodeSet, RevisionId};
use crate::sql::facts::{Action, Change, Facts, Object, ObjectKind, mentions};
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
    /// Its effect on the object, such as `creates it`.
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

/// A statement of a branch.
struct Step<'d> {
    directory: &'d ScriptDirectory,
    node: Node,
    span: Range<usize>,
    dialect: Dialect,
    facts: Facts,
}

/// The statements of a branch in their order. Objects that only exist in between are left out.
fn side<'d>(directory: &'d ScriptDirectory, nodes: &[Node], dialect: Dialect) -> Vec<Step<'d>> {
    let mut steps = Vec::new();
    for node in nodes {
        let script = directory.script(*node);
        let Some(section) = script.section(Direction::Upgrade, dialect) else { continue };
        // Text that is not SQL of this dialect shows nothing.
        for statement in script.statements(section, dialect).unwrap_or_default() {
            let mut facts = Facts::of(script.statement_text(&statement), dialect);
            facts.changes.retain(|change| !is_shared(change));
            steps.push(Step { directory, node: *node, span: statement.start..statement.end, dialect, facts });
        }
    }
    let temporary = temporary(&steps);
    let is_kept = |object: &Object| !temporary.iter().any(|other| is_same(other, object));
    for step in &mut steps {
        step.facts.changes.retain(|change| is_kept(&change.object));
        step.facts.uses.retain(|used| is_kept(&Object::table(used.table.clone())));
    }
    steps
}

/// Objects that a branch creates first and drops or renames last, such as the `users_new` that replaces `users`.
fn temporary(steps: &[Step<'_>]) -> Vec<Object> {
    let changes: Vec<&Change> = steps.iter().flat_map(|step| &step.facts.changes).collect();
    let is_gone = |(index, change): (usize, &&Change)| {
        let is_first = !changes[..index].iter().any(|other| is_same(&other.object, &change.object));
        let last = changes.iter().rev().find(|other| is_same(&other.object, &change.object));
        let is_removed = last.is_some_and(|last| matches!(last.action, Action::Drops | Action::Renames));
        (change.action == Action::Creates && is_first && is_removed).then(|| change.object.clone())
    };
    changes.iter().enumerate().filter_map(is_gone).collect()
}

fn compare(left: &[Step<'_>], right: &[Step<'_>]) -> Vec<Conflict> {
    let mut found: Vec<(Object, Conflict)> = Vec::new();
    for left in left {
        for right in right {
            let Some((object, [first, second])) = contradiction(left, right) else { continue };
            // One is enough for each object.
            if found.iter().any(|(known, _)| is_same(known, &object)) {
                continue;
            }
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

    fn text(&self) -> &str {
        self.directory.script(self.node).text.get(self.span.clone()).unwrap_or_default()
    }

    /// Whether the statement is about a table or a part of it, without changing the table itself.
    fn needs(&self, table: &Name) -> bool {
        let alters = self.facts.changes.iter().any(|change| {
            let owner = change.object.of.as_ref();
            change.object.kind != ObjectKind::EnumValue && owner.is_some_and(|of| same(of, table))
        });
        alters || self.facts.uses.iter().any(|used| same(&used.table, table))
    }
}

/// The object of which two statements contradict each other, and the effect of each on it.
fn contradiction(left: &Step<'_>, right: &Step<'_>) -> Option<(Object, [String; 2])> {
    for Change { object, action, .. } in &left.facts.changes {
        if let Some(other) = right.facts.changes.iter().find(|other| is_same(&other.object, object)) {
            return Some((object.clone(), [effect(*action), effect(other.action)]));
        }
    }
    let uses = || "uses it".to_owned();
    if let Some(Change { object, action, .. }) = unsettled(left, right) {
        return Some((object.clone(), [effect(*action), uses()]));
    }
    let Change { object, action, .. } = unsettled(right, left)?;
    Some((object.clone(), [uses(), effect(*action)]))
}

fn effect(action: Action) -> String {
    format!("{action} it")
}

/// A table or column that one statement creates, drops or renames, while the other one needs it as it was.
fn unsettled<'s>(by: &'s Step<'_>, other: &Step<'_>) -> Option<&'s Change> {
    by.facts.changes.iter().find(|Change { object, action, .. }| match (object.kind, &object.of) {
        (ObjectKind::Table, _) => other.needs(&object.name),
        (ObjectKind::Column, Some(table)) => {
            matches!(action, Action::Drops | Action::Renames)
                && other.needs(table)
                && mentions(other.text(), other.dialect, &object.name.name)
        }
        _ => false,
    })
}

/// Whether several branches may contain the change without contradiction: each may need the object.
fn is_shared(change: &Change) -> bool {
    use ObjectKind::{Database, Extension, Role, Schema};
    change.is_conditional
        && change.action == Action::Creates
        && matches!(change.object.kind, Schema | Database | Extension | Role)
}

/// Whether two statements may mean the same object. Tables and views share their names.
fn is_same(left: &Object, right: &Object) -> bool {
    let names_a_relation = |kind| matches!(kind, ObjectKind::Table | ObjectKind::View);
    let same_kind = left.kind == right.kind || names_a_relation(left.kind) && names_a_relation(right.kind);
    let owners = left.of.as_ref().zip(right.of.as_ref());
    same_kind && same(&left.name, &right.name) && owners.is_none_or(|(left, right)| same(left, right))
}

/// Whether two names may be those of one object. A missing schema may be any, and letter case is ignored.
fn same(left: &Name, right: &Name) -> bool {
    let equal = |left: &str, right: &str| left.to_lowercase() == right.to_lowercase();
    let schemas = left.schema.as_deref().zip(right.schema.as_deref());
    equal(&left.name, &right.name) && schemas.is_none_or(|(left, right)| equal(left, right))
}
