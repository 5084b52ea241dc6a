//! What has to be done for an `ALTER TABLE`: statements, and what has to hold between them.
//!
//! There are three ways. *Native*: SQLite has the action. *Text*: the rows stay as they are stored, only the text in
//! `sqlite_schema` changes. *Rebuild*: the rows are copied into a new table, which takes the place of the old one.
//!
//! SQLite 3.53 can do more of it, but not as well, so it is not asked: its ADD CHECK refuses rows for which the condition
//! is NULL (mended in 3.54), its DROP CONSTRAINT and DROP NOT NULL take white space and comments along, and none of them
//! names the row that is in the way.
//!
//! Neither of the latter two drops or renames the table itself. Both make a table under a name of its own from the edited text, so
//! that SQLite has read the text before anything depends on it. A rebuild fills it, exchanges the two tables' root pages
//! and automatic indexes in `sqlite_schema`, and drops what is the old table by then. Nothing refers to that name, so
//! that no foreign key is acted on, no trigger fires, and no view is looked at; foreign keys may stay enforced, and all
//! of it is part of the transaction around it.

use super::catalog::{Catalog, Object};
use super::change::Change;
use super::edit::{Edits, without};
use super::error::AlterError;
use super::quoted;
use super::statement::{Action, Alter};
use super::step::{Check, Step};
use crate::dialect::sqlite::definition::{Rule, Table, same};
use crate::sql::quote::string as literal;
use crate::sql::{TokenKind, unquote};

/// What has to be done for the first actions of an `ALTER TABLE`.
#[derive(Debug)]
pub(crate) struct Plan {
    /// How many of the actions it is about. For the others the catalog has to be read again.
    pub(crate) actions: usize,
    pub(crate) steps: Vec<Step>,
    /// The table, as it is stored.
    pub(crate) table: String,
    /// The name under which a new table is made. SQLite's errors may have it.
    pub(crate) scratch: String,
}

impl Plan {
    /// What to do for `actions`, the ones of `alter` that are left.
    ///
    /// # Errors
    /// The table is not as the statement takes it to be; or it could be altered, but something needs it as it is.
    pub(crate) fn new(alter: &Alter, actions: &[Action], catalog: &Catalog) -> Result<Plan, AlterError> {
        let mut plan = Plan {
            actions: actions.len(),
            steps: Vec::new(),
            table: alter.table.clone(),
            scratch: catalog.unused_name(&format!("alembic_new_{}", alter.table)),
        };
        if alter.if_exists && !catalog.holds(&alter.table) {
            return Ok(plan);
        }
        if let Some(Action::Native(action)) = actions.first() {
            let target = format!("{}.{}", quoted(&catalog.schema), quoted(&alter.table));
            plan.steps.push(Step::run(format!("ALTER TABLE {target} {action}")));
            plan.actions = 1;
            return Ok(plan);
        }
        let mut change = Change::new(catalog, &alter.table)?;
        let mut done = 0;
        for action in actions.iter().take_while(|action| !matches!(action, Action::Native(_))) {
            change.apply(action)?;
            done += 1;
            if change.native_drop.is_some() {
                break;
            }
        }
        change.finish()?;
        plan.steps = steps(&change, &plan.scratch);
        plan.actions = done;
        change.name.clone_into(&mut plan.table);
        Ok(plan)
    }
}

impl Plan {
    /// What to do to drop a table as SQLite does while foreign keys are not enforced: rows that refer to it stay as they
    /// are. What goes with a table is dropped first; the table gets a name that nothing refers to, and is dropped by that.
    ///
    /// # Errors
    /// It is no ordinary table, or its stored text cannot be read.
    pub(crate) fn displace(catalog: &Catalog, table: &str) -> Result<Plan, AlterError> {
        let (name, before) = catalog.table(table)?;
        let scratch = catalog.unused_name(&format!("alembic_old_{name}"));
        let schema = quoted(&catalog.schema);
        let owned = |object: &&Object| same(&object.table, name) && object.sql.is_some();
        let mut steps = Vec::new();
        for object in catalog.objects.iter().filter(owned) {
            let kind = match object.kind.as_str() {
                "trigger" => "TRIGGER",
                "index" => "INDEX",
                _ => continue,
            };
            steps.push(Step::run(format!("DROP {kind} {schema}.{}", quoted(&object.name))));
        }
        if before.autoincrement().is_some() {
            let sql = format!("DELETE FROM {schema}.sqlite_sequence WHERE name = {}", literal(name));
            steps.push(Step::run(sql));
        }
        let statistics =
            |object: &&Object| object.kind == "table" && STATISTICS.contains(&object.name.as_str());
        for object in catalog.objects.iter().filter(statistics) {
            let sql = format!("DELETE FROM {schema}.{} WHERE tbl = {}", object.name, literal(name));
            steps.push(Step::run(sql));
        }
        let (old, new) = (literal(name), literal(&scratch));
        let text = renamed(&before, &quoted(&scratch), &scratch, false);
        let edits = vec![
            format!(
                "UPDATE {schema}.sqlite_master SET name = {new}, tbl_name = {new}, sql = {} \
                 WHERE type = 'table' AND name = {old}",
                literal(&text)
            ),
            // `sqlite_autoindex_` has 17 characters.
            format!(
                "UPDATE {schema}.sqlite_master SET name = 'sqlite_autoindex_' || {new} || substr(name, 18 + length(tbl_name)), \
                 tbl_name = {new} WHERE type = 'index' AND sql IS NULL AND tbl_name = {old}"
            ),
        ];
        let then = format!("DROP TABLE {schema}.{}", quoted(&scratch));
        steps.push(Step::EditSchema { edits, then });
        Ok(Plan { actions: 0, steps, table: name.to_owned(), scratch })
    }
}

/// What `ANALYZE` has written of tables.
const STATISTICS: [&str; 3] = ["sqlite_stat1", "sqlite_stat3", "sqlite_stat4"];

fn steps(change: &Change<'_>, scratch: &str) -> Vec<Step> {
    let check = |check: &Check| Step::Check(check.clone());
    let mut steps = Vec::new();
    let schema = quoted(&change.catalog.schema);
    let drop_index = |name: &&str| Step::run(format!("DROP INDEX {schema}.{}", quoted(name)));
    steps.extend(change.dropped_indexes.iter().map(drop_index));
    steps.extend(change.dropped_columns.iter().map(|column| Step::Unused { column: column.clone() }));
    let changed =
        Table::parse(&change.text).ok().filter(|_| change.rebuild || change.text != change.before.sql);
    // First SQLite reads what is new: what it cannot read need not be checked.
    steps.extend(changed.iter().flat_map(|after| make(change, after, scratch)));
    steps.extend(change.required.iter().map(check));
    let copied = |after| copy(change, after, scratch);
    let mut text: Vec<Step> = change.checks.iter().map(check).collect();
    match changed {
        None => steps.append(&mut text),
        Some(after) if change.rebuild => steps.extend(copied(&after)),
        Some(after) => {
            text.push(edit_text(change, scratch));
            if change.probes.is_empty() {
                steps.append(&mut text);
            } else {
                let probes = change.probes.join(" OR ");
                let query = format!("SELECT 'x' FROM {} WHERE {probes} LIMIT 1", change.target());
                steps.push(Step::Choose { query, found: copied(&after), nothing: text });
            }
        }
    }
    if let Some(column) = &change.native_drop {
        steps.push(Step::run(format!("ALTER TABLE {} DROP COLUMN {}", change.target(), quoted(column))));
    }
    steps.extend(change.dropped_columns.iter().map(|column| Step::StillReadable { column: column.clone() }));
    steps.extend(change.checks_after.iter().map(check));
    steps
}

/// The way by which only the text changes.
fn edit_text(change: &Change<'_>, scratch: &str) -> Step {
    let edit = format!(
        "UPDATE {}.sqlite_master SET sql = {} WHERE type = 'table' AND name = {}",
        quoted(&change.catalog.schema),
        literal(&change.text),
        literal(change.name),
    );
    Step::EditSchema { edits: vec![edit], then: drop_table(change, scratch) }
}

/// The way by which the rows are copied.
fn copy(change: &Change<'_>, after: &Table<'_>, scratch: &str) -> Vec<Step> {
    let (schema, name) = (quoted(&change.catalog.schema), change.name);
    let mut steps = vec![insert(change, after, scratch)];
    let new = format!("{schema}.{}", quoted(scratch));
    steps.push(Step::Check(Check {
        query: format!(
            "SELECT CAST(a - b AS TEXT), NULL FROM (SELECT (SELECT count(*) FROM {}) AS a, \
             (SELECT count(*) FROM {new}) AS b) WHERE a <> b",
            change.target(),
        ),
        complaint: format!("not all rows of {name} could be copied"),
    }));
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
    for index in change.catalog.indexes(name).filter(|(name, _)| !change.dropped_indexes.contains(name)) {
        steps.push(Step::run(format!("REINDEX {schema}.{}", quoted(index.0))));
    }
    steps.push(Step::Check(Check {
        query: format!(
            "SELECT n, e FROM (SELECT CAST(count(*) AS TEXT) AS n, integrity_check AS e \
             FROM pragma_integrity_check({}, {}) WHERE integrity_check <> 'ok') WHERE n <> '0'",
            literal(name),
            literal(&change.catalog.schema),
        ),
        complaint: format!("{name} would be damaged"),
    }));
    steps
}

/// Makes the new table, empty, and has SQLite read its defaults, checks and generated columns.
fn make(change: &Change<'_>, after: &Table<'_>, scratch: &str) -> Vec<Step> {
    let insert =
        format!("EXPLAIN INSERT INTO {}.{} DEFAULT VALUES", quoted(&change.catalog.schema), quoted(scratch));
    // Where there was a sequence there still is; where there was none one is made with the table. And SQLite has to say
    // what is wrong with one that cannot be.
    let sequence = change.before.autoincrement().is_none() || after.rowid_column().is_none();
    let name = format!("{}.{}", quoted(&change.catalog.schema), quoted(scratch));
    vec![Step::run(renamed(after, &name, scratch, sequence)), Step::run(insert)]
}

/// The text of a table under another name, without what reaches beyond it: foreign keys and, unless it is wanted, the
/// sequence. `name` is what `scratch` is written as: with its database where the text is to be run.
fn renamed(table: &Table<'_>, name: &str, scratch: &str, sequence: bool) -> String {
    let sql = without(table.sql, |_, _, constraint| matches!(constraint.rule, Rule::Foreign { .. }));
    let Ok(table) = Table::parse(&sql) else { return sql };
    let mut edits = Edits::default();
    edits.replace(table.name.range.clone(), name);
    if let (Some(autoincrement), false) = (table.autoincrement(), sequence) {
        edits.remove(&sql, autoincrement);
    }
    // Expressions may name the table.
    let mut reader = table.within(&(table.name.range.end..table.sql.len()));
    while let Some(token) = reader.next() {
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier);
        let is_it = |name: String| same(&name, &table.name.text);
        if is_name && reader.is(0, ".") && unquote(token.text(table.sql)).is_some_and(is_it) {
            edits.replace(token.start..token.end, quoted(scratch));
        }
    }
    edits.apply(table.sql)
}

/// Copies the rows, by the names of the columns, and with their rowids.
fn insert(change: &Change<'_>, after: &Table<'_>, scratch: &str) -> Step {
    let (before, name) = (&change.before, quoted(change.name));
    let copied = after.columns.iter().filter(|column| {
        !column.is_generated() && before.column(&column.name.text).is_some_and(|old| !old.is_generated())
    });
    let mut columns: Vec<(String, String)> =
        copied.map(|column| (quoted(&column.name.text), change.source(&column.name.text))).collect();
    let new_key = after.rowid_column().map(|column| quoted(&column.name.text));
    let is_copied = new_key.is_some_and(|key| columns.iter().any(|(column, _)| *column == key));
    if let (false, Some(new), Some(old)) = (is_copied, after.rowid_name(), before.rowid_name()) {
        columns.insert(0, (new.to_owned(), format!("{name}.{old}")));
    }
    let order = before.rowid_name().map(|rowid| format!(" ORDER BY {name}.{rowid}")).unwrap_or_default();
    let (columns, sources): (Vec<String>, Vec<String>) = columns.into_iter().unzip();
    let sql = format!(
        "INSERT OR ABORT INTO {}.{} ({}) SELECT {} FROM {}{order}",
        quoted(&change.catalog.schema),
        quoted(scratch),
        columns.join(", "),
        sources.join(", "),
        change.target(),
    );
    Step::Run { sql, reasons: change.checks.clone() }
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
    Step::EditSchema { edits: vec![tables, indexes], then: drop_table(change, scratch) }
}

fn drop_table(change: &Change<'_>, scratch: &str) -> String {
    format!("DROP TABLE {}.{}", quoted(&change.catalog.schema), quoted(scratch))
}
