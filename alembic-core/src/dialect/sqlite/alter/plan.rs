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
//!
//! Which way it is follows from the two texts alone (`storage`), never from the kind of the action. Afterwards SQLite itself
//! is asked whether the table is sound and its foreign keys hold as before (`proof`).

use super::catalog::{Catalog, Object};
use super::change::Change;
use super::edit::renamed;
use super::error::AlterError;
use super::quoted;
use super::statement::{Action, Alter, native_addition};
use super::step::Step;
use super::way;
use crate::dialect::sqlite::definition::same;
use crate::sql::quote::string as literal;

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
            plan.steps.push(way::native(
                catalog,
                &alter.table,
                action,
                format!("ALTER TABLE {target} {action}"),
            ));
            plan.actions = 1;
            return Ok(plan);
        }
        let mut change = Change::new(catalog, &alter.table)?;
        let mut done = 0;
        for action in actions {
            let added;
            let action = match action {
                Action::Native(native) => match native_addition(native).filter(|_| change.rewrites_rows()) {
                    // The new column is written with them, and what follows belongs to the same change: a key that was
                    // dropped may be added again.
                    Some((addition, _)) => {
                        added = addition;
                        &added
                    }
                    None => break,
                },
                action => action,
            };
            // A new column has nothing of a dropped one with its name, and its rows nothing of a default that it gets later.
            let waits = match action {
                Action::AddColumn { name, .. } => change.drops(name),
                Action::SetDefault { column, .. } => change.adds(column),
                _ => false,
            };
            if waits {
                break;
            }
            change.apply(action)?;
            done += 1;
            if change.native_drop.is_some() {
                break;
            }
        }
        change.finish()?;
        plan.steps = way::steps(&change, &plan.scratch)?;
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
