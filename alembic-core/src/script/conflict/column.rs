//! Columns, as statements name and change them.

use super::step::Step;
use crate::sql::facts::{Access, Action, ObjectKind};
use crate::sql::{Dialect, Name};

/// Whether a statement about a table names this column of it.
pub(super) fn names_column(step: &Step<'_>, table: &Name, column: &Name, action: Action) -> bool {
    let (table, name) = (table.name.to_lowercase(), column.name.to_lowercase());
    let others: Vec<String> = step.facts.uses.iter().map(|used| used.table.name.to_lowercase()).collect();
    let is_other = |qualifier: &str| qualifier != table && others.iter().any(|other| other == qualifier);
    // What a new or another table says about this one is in the parentheses after `REFERENCES`.
    let is_elsewhere = is_definition_of_another(step, &table);
    let named = step.places(&name).any(|place| {
        let is_qualified = step.before(place, 1) == "." && is_other(step.before(place, 2));
        !is_qualified && (!is_elsewhere || is_referenced(step, &table, place))
    });
    named || !is_elsewhere && takes_all(step, &table, action)
}

/// Whether a statement defines the columns of another table.
fn is_definition_of_another(step: &Step<'_>, table: &str) -> bool {
    let creates = step.facts.changed(Action::Creates, ObjectKind::Table).next().is_some();
    let is_copy = step.has(&["as", "select"]) || step.has(&["as", "("]) || step.has(&["as", "with"]);
    let alters = step.word(0) == "alter"
        && step.word(1) == "table"
        && !step.words.iter().take(7).any(|word| word == table);
    creates && !is_copy || alters
}

/// Whether a place is in the parentheses after `REFERENCES table`.
fn is_referenced(step: &Step<'_>, table: &str, place: usize) -> bool {
    let open = (0..place).rev().find(|place| step.word(*place) == "(");
    open.is_some_and(|open| {
        let start = if step.before(open, 2) == "." { open.saturating_sub(3) } else { open.saturating_sub(1) };
        step.before(open, 1) == table && step.before(start, 1) == "references"
    })
}

/// Whether a statement takes all columns of a table: by `*`, or by their order.
fn takes_all(step: &Step<'_>, table: &str, action: Action) -> bool {
    let is_view = step.facts.changed(Action::Creates, ObjectKind::View).next().is_some();
    let reads = is_view || step.facts.tables(Access::Reads).any(|used| used.name.to_lowercase() == table);
    let star = step
        .places("*")
        .any(|place| matches!(step.before(place, 1), "select" | "." | "," | "all" | "distinct"));
    // SQLite keeps the star of a view.
    let is_kept = is_view && step.dialect == Dialect::Sqlite;
    let inserts = step.find(&["into", table], 0).or_else(|| {
        let at = step.find(&["into"], 0)?;
        (step.word(at + 2) == "." && step.word(at + 3) == table).then_some(at + 2)
    });
    let is_positional = inserts.is_some_and(|at| matches!(step.word(at + 2), "values" | "select"));
    // PostgreSQL lets the last columns be missing.
    let counts = action == Action::Drops || action == Action::Creates && step.dialect != Dialect::Postgresql;
    reads && star && !is_kept || is_positional && counts
}

/// Whether a statement drops or renames a column of this definition.
pub(super) fn loses_column(step: &Step<'_>, table: Option<&Name>, definition: &[String]) -> bool {
    step.facts.changed(Action::Drops, ObjectKind::Column).any(|column| {
        let own = column.of.as_ref().map(|of| of.name.to_lowercase()).unwrap_or_default();
        let is_its = match table {
            Some(table) => table.name.to_lowercase() == own,
            None => definition.contains(&own),
        };
        is_its && definition.contains(&column.name.name.to_lowercase())
    })
}

/// Whether a statement changes the type of a column.
pub(super) fn changes_type(step: &Step<'_>, column: &str) -> bool {
    aspects(step, column).contains(&"type")
}

/// The parts of a column that a statement changes.
pub(super) fn aspects(step: &Step<'_>, column: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for place in step.places(column) {
        let is_altered = match step.before(place, 1) {
            "alter" => true,
            "column" => step.before(place, 2) == "alter",
            _ => false,
        };
        if !is_altered {
            continue;
        }
        found.push(match [step.word(place + 1), step.word(place + 2)] {
            ["type", _] | ["set", "data"] => "type",
            [_, "default"] => "default",
            [_, "not"] => "null",
            [_, "expression"] => "expression",
            [_, "statistics"] => "statistics",
            [_, "storage" | "compression"] => "storage",
            _ => "all",
        });
    }
    // MySQL writes all of it.
    if found.is_empty() { vec!["all"] } else { found }
}

/// Whether two statements change the same part of a column.
pub(super) fn same_aspect(left: &Step<'_>, right: &Step<'_>, column: &str) -> bool {
    let (left, right) = (aspects(left, column), aspects(right, column));
    left.iter().any(|own| *own == "all" || right.contains(own) || right.contains(&"all"))
}
