//! Do two branches contradict each other? What the revisions of each do to the same objects and rows, compared by their
//! text. Nothing runs: `autogenerate/orders.rs` tries both orders.

mod change;
mod column;
mod constraint;
mod need;
mod past;
mod rows;
mod step;
#[cfg(test)]
mod tests;
mod value;
mod write;

use self::change::{changes, exclude_each_other, is_same};
use self::need::needs;
use self::past::Past;
pub use self::step::ConflictingStatement;
use self::step::{Step, steps};
use super::ScriptDirectory;
use crate::revision::{Node, apart};
use crate::sql::facts::{Action, Change, Object, ObjectKind};
use crate::sql::{Dialect, Name};

/// Two statements, one of each branch, whose order matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What they are about, as a person calls it.
    pub object: String,
    /// One of them, and the other.
    pub statements: [ConflictingStatement; 2],
    /// Whether it shows only in a database with rows that no script inserts.
    pub needs_rows: bool,
    /// The database whose statements were read.
    pub dialect: Dialect,
}

/// Looks for statements of the branches that end in these heads that contradict each other, in any of the dialects.
///
/// Compared is what each branch does to a database beyond what the other one has applied: the same name taken by both;
/// an object created, dropped or renamed by one and used or altered by the other; the same part of a column altered by
/// both; constraints, defaults and triggers of one and rows that the other one writes; rows that both write, where
/// the order decides what they contain. `docs/merging.md` says what is not seen.
#[must_use]
pub fn conflicts(directory: &ScriptDirectory, heads: &[Node], dialects: &[Dialect]) -> Vec<Conflict> {
    let mut conflicts: Vec<Conflict> = Vec::new();
    for (index, left) in heads.iter().enumerate() {
        for right in &heads[index + 1..] {
            let [common, left, right] = apart(directory.graph(), *left, *right);
            for dialect in dialects {
                let past = Past::of(&steps(directory, &common, *dialect));
                let (left, right) = (side(directory, &left, *dialect), side(directory, &right, *dialect));
                for conflict in compare(&left, &right, &past) {
                    if !conflicts.iter().any(|known| known.statements == conflict.statements) {
                        conflicts.push(conflict);
                    }
                }
            }
        }
    }
    conflicts
}

/// The statements that a branch, without what it depends on, has beyond another, and of which that other has no counterpart: one that makes or changes
/// the same object, or has the same words.
#[must_use]
pub fn uncovered(directory: &ScriptDirectory, branch: Node, by: Node, dialect: Dialect) -> Vec<String> {
    let graph = directory.graph();
    let [_, mut own, other] = apart(graph, branch, by);
    // What it depends on is no part of it.
    let lineage = graph.versioned_ancestors([branch]);
    own.retain(|node| lineage.contains(*node));
    let (own, other) = (side(directory, &own, dialect), side(directory, &other, dialect));
    let is_covered = |read: &&Read<'_>| {
        other.iter().any(|other| {
            let are_one = |one: &Change| {
                other.changes.iter().any(|another| is_same(&one.object, &another.object, dialect))
            };
            read.step.is_same(&other.step) || read.changes.iter().any(are_one)
        })
    };
    let text = |read: &Read<'_>| read.step.text().to_owned();
    own.iter().filter(|read| !is_covered(read)).map(text).collect()
}

/// A statement with its changes.
struct Read<'d> {
    step: Step<'d>,
    changes: Vec<Change>,
}

/// The statements of a branch in their order. Objects that only exist in between are left out.
fn side<'d>(directory: &'d ScriptDirectory, nodes: &[Node], dialect: Dialect) -> Vec<Read<'d>> {
    let read = |step: Step<'d>| Read { changes: changes(&step), step };
    let mut side: Vec<Read<'_>> = steps(directory, nodes, dialect).into_iter().map(read).collect();
    let temporary = temporary(&side, dialect);
    let is_kept = |object: &Object| !temporary.iter().any(|other| is_same(other, object, dialect));
    for read in &mut side {
        read.changes.retain(|change| is_kept(&change.object));
        read.step.facts.uses.retain(|used| is_kept(&Object::table(used.table.clone())));
    }
    side
}

/// Objects that a branch creates first and drops or renames last, such as the `users_new` that replaces `users`.
fn temporary(side: &[Read<'_>], dialect: Dialect) -> Vec<Object> {
    let changes: Vec<&Change> = side.iter().flat_map(|read| &read.changes).collect();
    let is_gone = |(index, change): (usize, &&Change)| {
        let is_it = |other: &&&Change| is_same(&other.object, &change.object, dialect);
        let is_first = !changes[..index].iter().any(|other| is_it(&other));
        let last = changes.iter().rev().find(|other| is_it(other));
        let is_removed = last.is_some_and(|last| matches!(last.action, Action::Drops | Action::Renames));
        (change.action == Action::Creates && is_first && is_removed).then(|| change.object.clone())
    };
    changes.iter().enumerate().filter_map(is_gone).collect()
}

fn compare(left: &[Read<'_>], right: &[Read<'_>], past: &Past) -> Vec<Conflict> {
    let mut found: Vec<(Object, Conflict)> = Vec::new();
    for left in left {
        for right in right {
            let Some((object, [first, second], needs_rows)) = contradiction(left, right, past) else {
                continue;
            };
            let dialect = left.step.dialect;
            // One is enough for each object.
            if found.iter().any(|(known, _)| is_same(known, &object, dialect)) {
                continue;
            }
            let statements = [left.step.place(first), right.step.place(second)];
            let conflict = Conflict { object: object.to_string(), statements, needs_rows, dialect };
            found.push((object, conflict));
        }
    }
    found.into_iter().map(|(_, conflict)| conflict).collect()
}

/// The object of which two statements contradict each other, the effect of each on it, and whether rows are needed for it
/// to show.
fn contradiction(left: &Read<'_>, right: &Read<'_>, past: &Past) -> Option<(Object, [String; 2], bool)> {
    for one in &left.changes {
        let is_it = |other: &&Change| exclude_each_other((&left.step, one), (&right.step, other));
        if let Some(other) = right.changes.iter().find(is_it) {
            return Some((one.object.clone(), [effect(one.action), effect(other.action)], false));
        }
    }
    let uses = || "uses it".to_owned();
    let needed = |by: &Read<'_>, other: &Read<'_>| {
        // A statement that makes or changes something of this name means its own.
        let is_own = |object: &Object| {
            other.step.facts.changes.iter().any(|own| {
                let are_columns = own.object.kind == ObjectKind::Column;
                let are_of_one = own.object.of == object.of || !are_columns;
                own.object.kind == object.kind && own.object.name.name == object.name.name && are_of_one
            })
        };
        let is_needed =
            |change: &&Change| !is_own(&change.object) && needs(&other.step, change, &by.step, past);
        by.changes.iter().find(is_needed).cloned()
    };
    if let Some(Change { object, action, .. }) = needed(left, right) {
        return Some((object, [effect(action), uses()], false));
    }
    if let Some(Change { object, action, .. }) = needed(right, left) {
        return Some((object, [uses(), effect(action)], false));
    }
    let found = rows::contradiction(&left.step, &right.step, past)?;
    let table = Object::table(Name { schema: None, name: found.table });
    Some((table, found.effects.map(str::to_owned), found.needs_rows))
}

fn effect(action: Action) -> String {
    format!("{action} it")
}
