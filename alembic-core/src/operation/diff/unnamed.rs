//! Constraints without a name, which only SQLite has: each is found by the name that PostgreSQL would give it. Of several with the
//! same name that is the last one, and a number behind the name means each.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::parts::{Part, parts};
use super::tables::TableChange;
use crate::schema::Table;

/// Lets all constraints with the same implied name be dropped where one of them is, and gives a name of its own to each that is
/// dropped or added.
pub(super) fn settle(change: &mut TableChange<'_>) {
    let (before, after) = (change.before.reflected, change.after.written);
    let dropped = change.parts.dropped.iter();
    let gone: HashSet<String> = dropped.filter_map(|pair| implied(&pair.reflected, before)).collect();
    if !gone.is_empty() {
        let is_gone = |part: &Part| implied(part, before).is_some_and(|name| gone.contains(&name));
        change.parts.free_where(|old, _| is_gone(old));
        number_dropped(change, before);
    }
    let mut taken = names(after);
    let kept = change.parts.kept.iter().chain(&change.parts.renamed);
    taken.extend(kept.filter_map(|(old, _)| implied(&old.reflected, before)));
    for pair in &mut change.parts.added {
        if let Some(base) = implied(&pair.written, after) {
            let (name, _) = unused(&base, &mut taken);
            pair.written.set_name(Some(&name));
        }
    }
}

/// Gives each its number, in the order of the table. The last one is dropped first: that changes no other's number.
fn number_dropped(change: &mut TableChange<'_>, before: &Table) {
    let mut taken = names(before);
    let mut numbers: Vec<Option<usize>> = vec![None; change.parts.dropped.len()];
    for part in parts(before) {
        let Some(base) = implied(&part, before) else { continue };
        let mut places = change.parts.dropped.iter().zip(&numbers);
        let place = places.position(|(pair, number)| number.is_none() && pair.reflected == part);
        if let Some(place) = place {
            let (name, number) = unused(&base, &mut taken);
            change.parts.dropped[place].written.set_name(Some(&name));
            numbers[place] = Some(number);
        }
    }
    let numbers = numbers.into_iter().map(Option::unwrap_or_default);
    let mut dropped: Vec<_> = std::mem::take(&mut change.parts.dropped).into_iter().zip(numbers).collect();
    dropped.sort_by_key(|(_, number)| Reverse(*number));
    change.parts.dropped = dropped.into_iter().map(|(pair, _)| pair).collect();
}

fn names(table: &Table) -> HashSet<String> {
    parts(table).iter().filter_map(|part| part.name().map(str::to_owned)).collect()
}

fn implied(part: &Part, table: &Table) -> Option<String> {
    match part {
        Part::Constraint(constraint) if constraint.name().is_none() => Some(constraint.implied_name(table)),
        _ => None,
    }
}

/// The name with the first number that is not taken.
fn unused(base: &str, taken: &mut HashSet<String>) -> (String, usize) {
    let mut number = 0;
    let mut name = base.to_owned();
    while !taken.insert(name.clone()) {
        number += 1;
        name = format!("{base}{number}");
    }
    (name, number)
}
