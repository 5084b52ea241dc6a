//! Statements whose order decides which rows there are, and what they contain.

use super::constraint::{Constraint, constraints};
use super::past::Past;
use super::step::Step;
use super::value::{Value, are_apart, is_literal, may_match, values};
use super::write::{Insert, Update, Write};
use crate::sql::facts::{Access, Action, ObjectKind};

/// Two effects on the rows of a table.
pub(super) struct Contradiction {
    pub(super) table: String,
    pub(super) effects: [&'static str; 2],
    /// Whether it shows only where a database has rows that no script inserts.
    pub(super) needs_rows: bool,
}

/// The first reason for which the order of two statements matters to rows.
pub(super) fn contradiction(left: &Step<'_>, right: &Step<'_>, past: &Past) -> Option<Contradiction> {
    let writes = [Write::of(left), Write::of(right)];
    if let [Some(one), Some(other)] = &writes
        && one.table() == other.table()
        && let Some((effects, needs_rows)) = both_write(one, other, left.is_same(right), past)
    {
        return Some(Contradiction { table: one.table().to_owned(), effects, needs_rows });
    }
    let [left_writes, right_writes] = &writes;
    let first = right_writes.as_ref().and_then(|write| write_against(left, write, past));
    first.or_else(|| {
        let found = left_writes.as_ref().and_then(|write| write_against(right, write, past))?;
        let [one, other] = found.effects;
        Some(Contradiction { effects: [other, one], ..found })
    })
}

/// Two statements that write rows of one table.
fn both_write(one: &Write, other: &Write, is_same: bool, past: &Past) -> Option<([&'static str; 2], bool)> {
    match (one, other) {
        (Write::Insert(one), Write::Insert(other)) => {
            both_insert(one, other, past).then_some((["inserts rows", "inserts rows"], false))
        }
        (Write::Update(one), Write::Update(other)) => {
            let is_repeatable = is_same && one.sets.iter().all(|(_, value)| is_literal(value));
            let meet = !is_repeatable && !is_same && updates_meet(one, other);
            meet.then_some((["changes rows", "changes rows"], true))
        }
        (Write::Update(update), Write::Insert(insert)) => {
            may_match(insert, &update.filter, past).then_some((["changes rows", "inserts rows"], false))
        }
        (Write::Delete { filter, .. }, Write::Insert(insert)) => {
            may_match(insert, filter, past).then_some((["deletes rows", "inserts rows"], false))
        }
        (Write::Delete { filter, .. }, Write::Update(update)) => {
            let decides = update.sets.iter().any(|(column, _)| filter.contains(column));
            decides.then_some((["deletes rows", "changes rows"], true))
        }
        (Write::Insert(_), _) | (Write::Update(_), Write::Delete { .. }) => {
            let ([first, second], needs_rows) = both_write(other, one, is_same, past)?;
            Some(([second, first], needs_rows))
        }
        (Write::Delete { .. }, Write::Delete { .. }) => None,
    }
}

/// Whether both insert the same key, or let the database choose one.
fn both_insert(one: &Insert, other: &Insert, past: &Past) -> bool {
    if one.is_lenient && other.is_lenient && one.rows == other.rows {
        return false;
    }
    let Some(table) = past.table(&one.table) else { return false };
    let same = |column: &String| {
        let others = values(other, column, past);
        values(one, column, past).into_iter().any(|value| {
            let Value::Words(value) = value else { return false };
            let equals = |other: &Value<'_>| matches!(other, Value::Words(other) if *other == value);
            is_literal(value) && value != ["null"] && others.iter().any(equals)
        })
    };
    let is_chosen = table.generated.as_ref().is_some_and(|key| one.omits(key) && other.omits(key));
    is_chosen || table.keys.iter().any(|key| !key.is_empty() && key.iter().all(same))
}

/// Whether the result of two updates depends on their order.
fn updates_meet(one: &Update, other: &Update) -> bool {
    let sets = |update: &Update, column: &String| update.sets.iter().any(|(own, _)| own == column);
    let key = one.filter.first();
    let is_key_set = key.is_some_and(|key| sets(one, key) || sets(other, key));
    if !is_key_set && are_apart(&one.filter, &other.filter) {
        return false;
    }
    let reads = |update: &Update, column: &String| {
        update.filter.contains(column) || update.sets.iter().any(|(_, value)| value.contains(column))
    };
    let disturbs =
        |by: &Update, of: &Update| by.sets.iter().any(|(column, _)| sets(of, column) || reads(of, column));
    disturbs(one, other) || disturbs(other, one)
}

/// A statement and one that writes rows of a table.
fn write_against(step: &Step<'_>, write: &Write, past: &Past) -> Option<Contradiction> {
    let table = write.table();
    let found = |effect: &'static str, needs_rows| {
        let written = match write {
            Write::Insert(_) => "inserts rows",
            Write::Update(_) => "changes rows",
            Write::Delete { .. } => "deletes rows",
        };
        Some(Contradiction { table: table.to_owned(), effects: [effect, written], needs_rows })
    };
    let is_insert = matches!(write, Write::Insert(_));
    if copies(step, write) {
        return found("copies rows", !is_insert);
    }
    if reacts(step, write) {
        return found("changes the effect of writing them", false);
    }
    for constraint in constraints(step) {
        if constraint.table == table && concerns(&constraint, write, past) {
            return found(constraint.effect(), !is_insert);
        }
    }
    None
}

/// Whether a statement copies what another one writes.
fn copies(step: &Step<'_>, write: &Write) -> bool {
    let is_copy = match step.word(0) {
        "create" => {
            let is_kept = step.find(&["view"], 0).is_none_or(|_| step.has(&["materialized", "view"]));
            is_kept
                && step.has(&["as"])
                && !step.facts.changes.iter().any(|change| {
                    matches!(change.object.kind, ObjectKind::Routine | ObjectKind::Trigger | ObjectKind::Rule)
                })
        }
        "insert" | "replace" | "update" | "delete" | "merge" | "with" | "refresh" => true,
        _ => false,
    };
    let mut read = step.facts.tables(Access::Reads);
    if !is_copy || !read.any(|table| table.name.to_lowercase() == write.table()) {
        return false;
    }
    match write {
        Write::Update(update) => {
            let names = |(column, _): &(String, Vec<String>)| step.words.contains(column);
            update.sets.iter().any(names) || step.has(&["select", "*"])
        }
        _ => true,
    }
}

/// Whether a statement makes or removes a trigger or rule for what another one does.
fn reacts(step: &Step<'_>, write: &Write) -> bool {
    let is_one = |kind| matches!(kind, ObjectKind::Trigger | ObjectKind::Rule);
    let is_trigger = step.facts.changes.iter().any(|change| is_one(change.object.kind));
    let event = match write {
        Write::Insert(_) => "insert",
        Write::Update(_) => "update",
        Write::Delete { .. } => "delete",
    };
    let creates = step.facts.changes.iter().any(|change| change.action == Action::Creates);
    let end = step.find(&["begin"], 0).or_else(|| step.find(&["do"], 0)).unwrap_or(step.words.len());
    let head = step.words.get(..end).unwrap_or_default();
    let on =
        |word: &str| head.windows(2).any(|pair| matches!(pair[0].as_str(), "on" | "to") && pair[1] == word);
    is_trigger && on(write.table()) && (!creates || head.iter().any(|word| word == event))
}

/// Whether a constraint may refuse rows that are written, or a default decides what they contain.
fn concerns(constraint: &Constraint, write: &Write, past: &Past) -> bool {
    match write {
        Write::Delete { .. } => false,
        Write::Update(update) => constraint.is_touched(&update.sets),
        Write::Insert(insert) => constraint.may_refuse(insert, past),
    }
}
