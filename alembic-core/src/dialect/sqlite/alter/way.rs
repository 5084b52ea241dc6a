//! The way by which a table gets its new definition: the text alone, or the rows with it.

use super::catalog::Catalog;
use super::change::Change;
use super::diagnosis::diagnosis;
use super::error::AlterError;
use super::rebuild::{copy, create, probe_defaults};
use super::statement::checked_addition;
use super::step::{Check, Copy, Step};
use super::storage::can_be_missing;
use super::{proof, quoted};
use crate::dialect::sqlite::definition::{Table, same};
use crate::sql::quote::string as literal;

/// All steps for a change.
pub(super) fn steps(change: &Change<'_>, scratch: &str) -> Result<Vec<Step>, AlterError> {
    let check = |check: &Check| Step::Check(check.clone());
    let mut steps = Vec::new();
    let schema = quoted(&change.catalog.schema);
    let drop_index = |name: &&str| Step::run(format!("DROP INDEX {schema}.{}", quoted(name)));
    steps.extend(change.dropped_indexes.iter().map(drop_index));
    steps.extend(change.dropped_columns.iter().map(|column| Step::Unused { column: column.clone() }));
    let changed =
        Table::parse(&change.text).ok().filter(|_| change.rebuild || change.text != change.before.sql);
    let mut text: Vec<Step> = change.checks.iter().map(check).collect();
    let is_changed = changed.is_some();
    match changed {
        None => {
            steps.extend(change.required.iter().map(check));
            steps.append(&mut text);
        }
        Some(after) => {
            // First SQLite reads what is new: what it cannot read need not be checked.
            steps.extend(make(change, &after, scratch));
            steps.extend(change.required.iter().map(check));
            if change.rebuild {
                steps.extend(copy(change, &after, scratch)?);
            } else {
                text.insert(0, proof::of_text(change, &after));
                text.push(edit_text(change, scratch));
                steps.extend(unless_rows_are_short(change, text, copy(change, &after, scratch)?));
            }
        }
    }
    if let Some(column) = &change.native_drop {
        steps.push(Step::run(format!("ALTER TABLE {} DROP COLUMN {}", change.target(), quoted(column))));
    }
    steps.extend(change.dropped_columns.iter().map(|column| Step::StillReadable { column: column.clone() }));
    steps.extend(is_changed.then_some(Step::Confirm));
    steps.extend(change.checks_after.iter().map(check));
    Ok(steps)
}

/// What SQLite does itself; the rows in the way of a new check are named.
pub(super) fn native(catalog: &Catalog, table: &str, action: &str, sql: String) -> Step {
    let diagnosed = || {
        let mut change = Change::new(catalog, table).ok()?;
        change.apply(&checked_addition(action)?).ok()?;
        let after = Table::parse(&change.text).ok()?;
        Some(diagnosis(&change, &after))
    };
    match diagnosed() {
        Some(diagnosis) => Step::Copy(Box::new(Copy { sql, diagnosis, unchecked: Vec::new() })),
        None => Step::run(sql),
    }
}

/// Makes the new table, empty, and has SQLite read its defaults, checks and generated columns.
fn make(change: &Change<'_>, after: &Table<'_>, scratch: &str) -> Vec<Step> {
    let insert =
        format!("EXPLAIN INSERT INTO {}.{} DEFAULT VALUES", quoted(&change.catalog.schema), quoted(scratch));
    vec![Step::run(create(change, after, scratch, true)), Step::run(insert)]
}

/// The way by which only the text changes.
fn edit_text(change: &Change<'_>, scratch: &str) -> Step {
    let edit = format!(
        "UPDATE {}.sqlite_master SET sql = {} WHERE type = 'table' AND name = {}",
        quoted(&change.catalog.schema),
        literal(&change.text),
        literal(change.name),
    );
    Step::EditSchema { edits: vec![edit], then: format!("DROP TABLE {}", change.in_schema(scratch)) }
}

/// Takes the steps of `text`, but those of `rows` if a row ends before a column whose default changes.
///
/// `ADD COLUMN` writes no rows: older ones end before the new column, and SQLite takes its value from the text
/// (sqlite.org/lang_altertable.html, section 4). What that value is, SQLite is asked: a row of another table ends before all
/// columns.
fn unless_rows_are_short(change: &Change<'_>, text: Vec<Step>, rows: Vec<Step>) -> Vec<Step> {
    if change.defaults.is_empty() {
        return text;
    }
    let short = change.catalog.unused_name(&format!("alembic_row_{}", change.name));
    let (own, short_row) = (quoted(change.name), quoted(&short));
    // By `+` the values are compared, and not looked up in an automatic index: there a REAL is an INTEGER beyond 2^53.
    let is_missing = |column: &str| format!("+{own}.{0} IS +{short_row}.{0}", quoted(column));
    let conditions = change.defaults.iter().map(|default| {
        let from_it = can_be_missing(&change.before).skip_while(|column| !same(&column.name.text, default));
        // Such a row ends before all later columns too; a row without rowid has those of its key first.
        let count = if change.before.without_rowid { 1 } else { usize::MAX };
        let all: Vec<String> = from_it.take(count).map(|column| is_missing(&column.name.text)).collect();
        format!("({})", all.join(" AND "))
    });
    let query = format!(
        "SELECT 'x' FROM {}, {} WHERE {} LIMIT 1",
        change.target(),
        change.in_schema(&short),
        conditions.collect::<Vec<_>>().join(" OR "),
    );
    let drop = || Step::run(format!("DROP TABLE {}", change.in_schema(&short)));
    let with_drop = |steps: Vec<Step>| std::iter::once(drop()).chain(steps).collect();
    let mut steps = probe_defaults(change, &short);
    steps.push(Step::Choose { query, found: with_drop(rows), nothing: with_drop(text) });
    steps
}
