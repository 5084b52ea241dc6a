//! The queries with which rows are looked at.

use super::change::Change;
use super::keys::inbound;
use super::quoted;
use super::statement::is_constant;
use super::step::Check;
use crate::dialect::sqlite::definition::{Column, Rule, Table, same};
use crate::sql::quote::string as literal;
use crate::sql::{Reader, TokenKind, unquote};

/// How a row is shown: by its primary key, or else by its rowid.
fn row_name(change: &Change<'_>) -> String {
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

/// Finds rows for which `condition` is true: how many, and one of them.
fn rows(change: &Change<'_>, condition: &str, complaint: String) -> Check {
    let query = format!(
        "SELECT n, e FROM (SELECT CAST(count(*) AS TEXT) AS n, {} AS e FROM {} WHERE {condition}) WHERE n <> '0'",
        row_name(change),
        change.target(),
    );
    Check { query, complaint }
}

/// Finds rows without a value in a column; nothing where the column is not there yet.
pub(super) fn not_null(change: &Change<'_>, column: &str) -> Option<Check> {
    change.before.column(column)?;
    let complaint = format!("column {}.{column} has to have a value in every row", change.name);
    Some(rows(change, &format!("{} IS NULL", change.source(column)), complaint))
}

/// `expression` has its parentheses.
pub(super) fn check(change: &Change<'_>, name: &str, expression: &str) -> Check {
    let blank = if name.is_empty() { "" } else { " " };
    let complaint =
        format!("there are rows in {} for which CHECK{blank}{name} {expression} is false", change.name);
    rows(change, &format!("NOT {expression}"), complaint)
}

/// Finds a value of these columns that more than one row has.
pub(super) fn unique(change: &Change<'_>, columns: &[String]) -> Check {
    let table = quoted(change.name);
    let names: Vec<String> = columns.iter().map(|column| format!("{table}.{}", quoted(column))).collect();
    let shown: Vec<String> = columns
        .iter()
        .zip(&names)
        .map(|(column, name)| format!("{} || quote({name})", literal(&format!("{column} = "))))
        .collect();
    let query = format!(
        "SELECT CAST(count(*) AS TEXT), {} FROM {} WHERE {} GROUP BY {} HAVING count(*) > 1 LIMIT 1",
        shown.join(" || ', ' || "),
        change.target(),
        names.iter().map(|name| format!("{name} IS NOT NULL")).collect::<Vec<_>>().join(" AND "),
        names.join(", "),
    );
    Check { query, complaint: format!("{} ({}) is not unique", change.name, columns.join(", ")) }
}

/// Finds rows that the foreign key with this number refuses.
pub(super) fn foreign_key(change: &Change<'_>, number: usize) -> Check {
    violations(change, change.name, &format!("fkid = {number}"))
}

fn violations(change: &Change<'_>, child: &str, condition: &str) -> Check {
    let query = format!(
        "SELECT n, e FROM (SELECT CAST(count(*) AS TEXT) AS n, \
         coalesce('rowid = ' || \"rowid\" || ', ', '') || 'without its row of ' || parent AS e \
         FROM pragma_foreign_key_check({}, {}) WHERE {condition}) WHERE n <> '0'",
        literal(child),
        literal(&change.catalog.schema),
    );
    Check { query, complaint: format!("there are rows in {child} that violate a foreign key") }
}

/// The foreign keys that a column is part of, on either side: its values may become others.
pub(super) fn references(change: &Change<'_>, table: &Table<'_>, column: &str) -> Vec<Check> {
    let has = |columns: &[String]| columns.iter().any(|name| same(name, column));
    let mut checks = Vec::new();
    let is_child = |rule: &Rule| matches!(rule, Rule::Foreign { columns, .. } if has(columns));
    if table.all_constraints().any(|(_, constraint)| is_child(&constraint.rule)) {
        checks.push(violations(change, change.name, "1"));
    }
    for key in inbound(change.catalog, change.name).iter().filter(|key| has(key.referred(table))) {
        let parent = format!("lower(parent) = lower({})", literal(change.name));
        checks.push(violations(change, &key.child, &parent));
    }
    checks
}

/// The condition that a row may end before a column, so that the default is what it has there.
///
/// ADD COLUMN writes no rows: those that were there end before the new column, and SQLite reads its default from the
/// schema text (sqlite.org/lang_altertable.html, section 4). Another default would change them.
pub(super) fn unwritten_rows(change: &Change<'_>, column: &str) -> Option<String> {
    let table = &change.before;
    let position = table.columns.iter().position(|other| same(&other.name.text, column))?;
    let mut conditions = vec![has_default(change, &table.columns[position])?];
    if !table.without_rowid {
        // Such a row ends before all later columns too.
        let key = table.rowid_column().map(|column| &column.range);
        let later = table.columns[position + 1..].iter();
        let stored = later.filter(|column| !column.is_generated() && Some(&column.range) != key);
        conditions.extend(stored.filter_map(|column| has_default(change, column)));
    }
    Some(format!("({})", conditions.join(" AND ")))
}

/// The condition that a column has its default; nothing where that cannot come from the schema text.
fn has_default(change: &Change<'_>, column: &Column) -> Option<String> {
    let value = match column.default_value() {
        None => "NULL".to_owned(),
        Some(range) => {
            let value = change.before.sql.get(range.clone()).unwrap_or_default();
            // Where it has to be computed, the rows were written with it.
            if !is_constant(value) {
                return None;
            }
            value_of(value)
        }
    };
    Some(format!("{}.{} IS {value}", quoted(change.name), quoted(&column.name.text)))
}

/// A constant default as an expression: a word that is none of the literals is a string.
fn value_of(default: &str) -> String {
    let mut reader = Reader::stored(default);
    if let Some(group) = reader.group() {
        return value_of(&default[group.start + 1..group.end - 1]);
    }
    let is_literal = reader.is_any(&["NULL", "TRUE", "FALSE"]);
    match reader.token(0).map(|token| token.kind) {
        Some(TokenKind::Word | TokenKind::QuotedIdentifier) if !is_literal => {
            unquote(default.trim()).map_or_else(|| default.to_owned(), |text| literal(&text))
        }
        _ => default.to_owned(),
    }
}
