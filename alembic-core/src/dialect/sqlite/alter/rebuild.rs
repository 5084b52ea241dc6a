//! A rebuild: the rows are copied into a new table, which takes the place of the old one.

use super::change::Change;
use super::diagnosis::{bare, diagnosis};
use super::edit::{renamed, without};
use super::error::AlterError;
use super::step::{Check, Copy, Step};
use super::storage::can_be_missing;
use super::{proof, query, quoted};
use crate::dialect::sqlite::definition::{Rule, Table};
use crate::sql::quote::string as literal;

/// The way by which the rows are copied.
pub(super) fn copy(change: &Change<'_>, after: &Table<'_>, scratch: &str) -> Result<Vec<Step>, AlterError> {
    let (schema, name) = (quoted(&change.catalog.schema), change.name);
    let new = change.in_schema(scratch);
    let sql = insert(change, after, scratch);
    let unchecked = vec![format!("DROP TABLE {new}"), create(change, after, scratch, false), sql.clone()];
    let diagnosis = diagnosis(change, after);
    let mut steps = vec![Step::Copy(Box::new(Copy { sql, diagnosis, unchecked }))];
    steps.push(Step::Check(Check {
        query: format!(
            "SELECT CAST(a - b AS TEXT), NULL FROM (SELECT (SELECT count(*) FROM {}) AS a, \
             (SELECT count(*) FROM {new}) AS b) WHERE a <> b",
            change.target(),
        ),
        complaint: format!("not all rows of {name} could be copied"),
    }));
    steps.extend(proof::of_references(change, after, scratch));
    steps.push(exchange(change, scratch));
    match (change.before.autoincrement(), after.autoincrement()) {
        (None, Some(_)) => steps.push(Step::run(format!(
            "UPDATE {schema}.sqlite_sequence SET name = {} WHERE name = {}",
            literal(name),
            literal(scratch)
        ))),
        (Some(_), None) => steps
            .push(Step::run(format!("DELETE FROM {schema}.sqlite_sequence WHERE name = {}", literal(name)))),
        _ => {}
    }
    let indexes = change.catalog.indexes(name)?;
    for (index, parsed) in indexes.iter().filter(|(name, _)| !change.dropped_indexes.contains(name)) {
        let reasons = query::unique_index(change, parsed).into_iter().collect();
        steps.push(Step::Run { sql: format!("REINDEX {schema}.{}", quoted(index)), reasons });
    }
    steps.push(Step::Check(proof::sound(change)));
    Ok(steps)
}

/// The statement that makes the new table, with its checks or without.
pub(super) fn create(change: &Change<'_>, after: &Table<'_>, scratch: &str, with_checks: bool) -> String {
    // Where there was a sequence there still is; where there was none one is made with the table. And SQLite has to say
    // what is wrong with one that cannot be.
    let sequence = change.before.autoincrement().is_none() || after.rowid_column().is_none();
    let sql = renamed(after, &change.in_schema(scratch), scratch, sequence);
    if with_checks { sql } else { without(&sql, |_, _, own| matches!(own.rule, Rule::Check { .. })) }
}

/// Copies the rows, by the names of the columns, and with their rowids.
fn insert(change: &Change<'_>, after: &Table<'_>, scratch: &str) -> String {
    let (before, name) = (&change.before, quoted(change.name));
    let mut columns = change.copied_columns(after);
    let new_key = after.rowid_column().map(|column| quoted(&column.name.text));
    let is_copied = new_key.is_some_and(|key| columns.iter().any(|(column, _)| *column == key));
    if let (false, Some(new), Some(old)) = (is_copied, after.rowid_name(), before.rowid_name()) {
        columns.insert(0, (new.to_owned(), format!("{name}.{old}")));
    }
    let order = before.rowid_name().map(|rowid| format!(" ORDER BY {name}.{rowid}")).unwrap_or_default();
    let (columns, sources): (Vec<String>, Vec<String>) = columns.into_iter().unzip();
    format!(
        "INSERT OR ABORT INTO {} ({}) SELECT {} FROM {}{order}",
        change.in_schema(scratch),
        columns.join(", "),
        sources.join(", "),
        change.target(),
    )
}

/// Gives the new table's pages and automatic indexes to the old name, and the other way round; then drops the old rows.
fn exchange(change: &Change<'_>, scratch: &str) -> Step {
    let schema = quoted(&change.catalog.schema);
    let (old, new) = (literal(change.name), literal(scratch));
    let shell = renamed(&change.before, &quoted(scratch), scratch, false);
    let tables = format!(
        "UPDATE {schema}.sqlite_master AS own SET rootpage = other.page, \
         sql = CASE name WHEN {old} THEN {} ELSE {} END, \
         rowid = CASE name WHEN {old} THEN own.rowid ELSE other.first - 1 END \
         FROM (SELECT name AS other_name, rootpage AS page, (SELECT min(rowid) FROM {schema}.sqlite_master) AS first \
         FROM {schema}.sqlite_master WHERE type = 'table' AND name IN ({old}, {new})) AS other \
         WHERE type = 'table' AND name IN ({old}, {new}) AND other_name <> name",
        literal(&change.text),
        literal(&shell),
    );
    let other = format!("CASE tbl_name WHEN {old} THEN {new} ELSE {old} END");
    // `sqlite_autoindex_` has 17 characters.
    let indexes = format!(
        "UPDATE {schema}.sqlite_master SET name = 'sqlite_autoindex_' || {other} || substr(name, 18 + length(tbl_name)), \
         tbl_name = {other} WHERE type = 'index' AND sql IS NULL AND tbl_name IN ({old}, {new})",
    );
    let then = format!("DROP TABLE {}", change.in_schema(scratch));
    Step::EditSchema { edits: vec![tables, indexes], then }
}

/// Makes a table with one row that ends before all columns of the table, which have their types and defaults.
pub(super) fn probe_defaults(change: &Change<'_>, short: &str) -> Vec<Step> {
    let (table, target) = (&change.before, change.in_schema(short));
    let columns = can_be_missing(table).map(|column| format!(", {}", bare(table, column)));
    let definition = format!("CREATE TABLE {0} ({0}{1})", quoted(short), columns.collect::<String>());
    let edit = format!(
        "UPDATE {}.sqlite_master SET sql = {} WHERE type = 'table' AND name = {}",
        quoted(&change.catalog.schema),
        literal(&definition),
        literal(short),
    );
    vec![
        Step::run(format!("CREATE TABLE {target} ({})", quoted(short))),
        Step::run(format!("INSERT INTO {target} VALUES (NULL)")),
        Step::EditSchema {
            edits: vec![edit],
            then: format!(
                "CREATE INDEX {} ON {} ({1})",
                change.in_schema(&format!("{short}_read")),
                quoted(short)
            ),
        },
    ]
}
