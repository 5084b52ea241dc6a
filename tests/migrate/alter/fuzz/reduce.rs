//! The smallest case that fails like a larger one.

use super::case::{Case, End, Step};
use super::judge::judge;

/// What a failure is about, without its place and its numbers.
pub(super) fn kind(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let (what, rest) = line.split_once(':').unwrap_or((line, ""));
    let rest = rest.rsplit_once("failed: ").map_or(rest, |(_, rest)| rest);
    rest.chars().chain(what.chars()).filter(|character| character.is_alphabetic()).take(60).collect()
}

/// Takes parts away while the case goes on to fail in the same way.
pub(super) async fn reduce(case: Case, message: &str) -> (Case, String) {
    let wanted = kind(message);
    let (mut smallest, mut message) = (case, message.to_owned());
    'smaller: loop {
        for candidate in candidates(&smallest) {
            if let Err(found) = judge(&candidate).await
                && kind(&found) == wanted
            {
                (smallest, message) = (candidate, found);
                continue 'smaller;
            }
        }
        return (smallest, message);
    }
}

/// The case without one of its parts, for each part.
fn candidates(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    let mut without = |count: usize, remove: &dyn Fn(&mut Case, usize)| {
        for place in (0..count).rev() {
            let mut smaller = case.clone();
            remove(&mut smaller, place);
            all.push(smaller);
        }
    };
    without(case.steps.len(), &|case, place| drop(case.steps.remove(place)));
    if let End::Changes(changes) = &case.end {
        without(changes.len(), &|case, place| {
            if let End::Changes(changes) = &mut case.end {
                changes.remove(place);
            }
        });
    }
    without(case.rows.len(), &|case, place| drop(case.rows.remove(place)));
    without(case.schema.objects.len(), &|case, place| drop(case.schema.objects.remove(place)));
    without(case.schema.indexes.len(), &|case, place| drop(case.schema.indexes.remove(place)));
    without(usize::from(case.style > 0), &|case, _| case.style = 0);
    without(usize::from(case.no_transaction), &|case, _| case.no_transaction = false);
    for (number, step) in case.steps.iter().enumerate() {
        if let Step::Alter { actions, .. } = step
            && actions.len() > 1
        {
            without(actions.len(), &|case, place| {
                if let Step::Alter { actions, .. } = &mut case.steps[number] {
                    actions.remove(place);
                }
            });
        }
    }
    for (number, table) in case.schema.tables.iter().enumerate() {
        without(table.rules.len(), &|case, place| drop(case.schema.tables[number].rules.remove(place)));
        without(table.columns.len(), &|case, place| {
            case.schema.tables[number].columns.remove(place);
            let own = case.rows.iter_mut().filter(|(table, _)| *table == number);
            own.for_each(|(_, values)| drop(values.remove(place)));
        });
        for (own, column) in table.columns.iter().enumerate() {
            without(column.rules.len(), &|case, place| {
                case.schema.tables[number].columns[own].rules.remove(place);
            });
            without(usize::from(column.is_late), &|case, _| {
                case.schema.tables[number].columns[own].is_late = false;
            });
        }
    }
    all
}
