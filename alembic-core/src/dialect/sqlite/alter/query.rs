//! The queries with which rows are looked at.

use super::change::Change;
use super::keys::collation;
use super::quoted;
use super::step::Check;
use super::storage::tokens;
use crate::dialect::sqlite::definition::{Index, Rule};
use crate::sql::quote::string as literal;

/// How a row is shown: by its primary key, or else by its rowid.
pub(super) fn row_name(change: &Change<'_>) -> String {
    let table = quoted(change.name);
    let keys = change.before.primary_key_columns();
    let shown = |column: &String| {
        format!("{} || quote({table}.{})", literal(&format!("{column} = ")), quoted(column))
    };
    match (keys, change.before.rowid_name()) {
        ([], Some(rowid)) => format!("'rowid = ' || {table}.{rowid}"),
        ([], None) => "NULL".to_owned(),
        (keys, _) => keys.iter().map(shown).collect::<Vec<_>>().join(" || ', ' || "),
    }
}

/// Finds rows for which `condition` is true: how many, and one of them, as `name` shows it.
///
/// A `"…"` in the condition that is no column would mean a column of the result by that name.
pub(super) fn rows(name: &str, from: &str, condition: &str, complaint: String) -> Check {
    let query = format!(
        "SELECT * FROM (SELECT CAST(count(*) AS TEXT) AS alembic_count, {name} AS alembic_row FROM {from} \
         WHERE {condition}) WHERE alembic_count <> '0'",
    );
    Check { query, complaint }
}

/// Finds rows without a value in a column; nothing where the column is not there yet.
pub(super) fn not_null(change: &Change<'_>, column: &str) -> Option<Check> {
    change.before.column(column)?;
    let condition = format!("{} IS NULL", change.source(column));
    Some(rows(&row_name(change), &change.target(), &condition, has_no_value(change, column)))
}

pub(super) fn has_no_value(change: &Change<'_>, column: &str) -> String {
    format!("column {}.{column} has to have a value in every row", change.name)
}

/// Finds rows for which a condition is false. `expression` has its parentheses.
pub(super) fn check(change: &Change<'_>, name: &str, expression: &str) -> Check {
    let complaint = is_false(change, name, expression);
    rows(&row_name(change), &change.target(), &format!("NOT {expression}"), complaint)
}

pub(super) fn is_false(change: &Change<'_>, name: &str, expression: &str) -> String {
    let blank = if name.is_empty() { "" } else { " " };
    format!("there are rows in {} for which CHECK{blank}{name} {expression} is false", change.name)
}

/// The text of the table's own check that has these tokens.
pub(super) fn old_expression<'t>(change: &'t Change<'_>, wanted: &[String]) -> Option<&'t str> {
    let expressions = change.before.all_constraints().filter_map(|(_, constraint)| match &constraint.rule {
        Rule::Check { expression } => Some(expression),
        _ => None,
    });
    let mut found = expressions.filter(|range| tokens(&change.before, range) == wanted);
    found.next().and_then(|range| change.before.sql.get(range.clone()))
}

/// Finds values that more than one row of `from` has: `parts` are expressions, each with how it is called.
pub(super) fn unique(table: &str, from: &str, parts: &[(String, String)], condition: Option<&str>) -> Check {
    let shown =
        |(name, value): &(String, String)| format!("{} || quote({value})", literal(&format!("{name} = ")));
    let mut conditions: Vec<String> = parts.iter().map(|(_, value)| format!("{value} IS NOT NULL")).collect();
    conditions.extend(condition.map(|condition| format!("({condition})")));
    let query = format!(
        "SELECT CAST(count(*) AS TEXT), {} FROM {from} WHERE {} GROUP BY {} HAVING count(*) > 1 LIMIT 1",
        parts.iter().map(shown).collect::<Vec<_>>().join(" || ', ' || "),
        conditions.join(" AND "),
        parts.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", "),
    );
    let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
    Check { query, complaint: format!("{table} ({}) is not unique", names.join(", ")) }
}

/// The same for a unique index of the table, which cannot be read while it is not built.
pub(super) fn unique_index(change: &Change<'_>, index: &Index<'_>) -> Option<Check> {
    let parts = index.parts.iter().map(|part| {
        let text = index.within(&part.expression).slice(&part.expression);
        let own = part.column.as_ref().and_then(|name| change.before.column(name));
        let collation = part.collation.as_deref().or(own.map(collation));
        let value = own.map_or_else(|| format!("({text})"), |column| quoted(&column.name.text));
        let collated = collation.map_or(String::new(), |name| format!(" COLLATE {}", quoted(name)));
        (part.column.clone().unwrap_or_else(|| text.to_owned()), format!("{value}{collated}"))
    });
    let condition = index.condition.as_ref().map(|range| index.within(range).slice(range));
    let target = format!("{} NOT INDEXED", change.target());
    index.unique.then(|| unique(change.name, &target, &parts.collect::<Vec<_>>(), condition))
}
