//! The difference of two schemas, as operations in an order that works.
//!
//! Renames come first, so that all else speaks of the new names. Then goes what depends on other things (foreign keys,
//! indexes, constraints, computed columns), then come tables and columns, then what depends on them, and last goes what is
//! not needed any more. The inverses, in the opposite order, work for the same reason.

mod columns;
mod dependents;
mod enums;
mod generated;
mod order;
mod parts;
mod phases;
mod renames;
mod tables;
mod unnamed;

use std::borrow::Cow;

use columns::View;
use phases::Phases;
#[cfg(feature = "driver")]
pub(crate) use renames::for_expressions;
use tables::TableChange;
#[cfg(feature = "driver")]
pub(crate) use tables::has_collation;

use super::Operation;
use super::canonical::canonical;
use super::objects::around;
use crate::schema::{Schema, Table};
use crate::sql::Dialect;

/// A schema as a database shows it, which is what is compared, and as it is written, which is what operations say.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What a database of the dialect makes of it.
    pub reflected: &'a Schema,
    /// The same tables in the words of the models, or in words that all dialects can be told.
    pub written: &'a Schema,
}

/// The operations that lead from one schema to the other. None where they are the same.
#[must_use]
pub fn diff(dialect: Dialect, before: Side<'_>, after: Side<'_>) -> Vec<Operation> {
    let renames = renames::find(before.reflected, after.written);
    let [mut raw, mut written] = [before.reflected, before.written].map(Cow::Borrowed);
    if !renames.is_empty() {
        for schema in [&mut raw, &mut written] {
            renames::apply(schema.to_mut(), &renames, dialect);
        }
    }
    let reflected_after = canonical(after.reflected, dialect);
    let mut enums = {
        let views = views((&raw, &written), (&reflected_after, after.written));
        enums::compare(dialect, (&raw, &written), (&reflected_after, after.written), &views)
    };
    for change in &enums.changed {
        for schema in [&mut raw, &mut written] {
            enums::rename_values(schema.to_mut(), change, dialect);
        }
    }
    let reflected_before = canonical(&raw, dialect);
    let views = views((&reflected_before, &written), (&reflected_after, after.written));

    let mut phases = Phases { renames, ..Phases::default() };
    let mut changes: Vec<TableChange<'_>> = views
        .iter()
        .map(|(before, after)| {
            TableChange::compare(dialect, *before, *after, raw.table(&before.reflected.name), &raw.collation)
        })
        .collect();
    tables::free_dependents(dialect, &mut changes);
    phases.enums(dialect, &mut enums, [&reflected_before, &reflected_after], &mut changes);

    let written_or = |written: &Schema, table: &Table| written.table(&table.name).unwrap_or(table).clone();
    let created = reflected_after.tables.iter().filter(|table| reflected_before.table(&table.name).is_none());
    let created: Vec<Table> = created.map(|table| written_or(after.written, table)).collect();
    let dropped = reflected_before.tables.iter().filter(|table| reflected_after.table(&table.name).is_none());
    let dropped: Vec<Table> = dropped.map(|table| written_or(&written, table)).collect();
    changes.iter_mut().for_each(unnamed::settle);
    phases.create_tables(dialect, created, &changes);
    phases.drop_tables(dialect, dropped, &changes);
    for change in changes {
        phases.change_table(dialect, change);
    }
    // Elsewhere the database does not rename values by itself.
    if dialect == Dialect::Postgresql {
        for phase in [&mut phases.drop_parts, &mut phases.drop_computed] {
            enums::say_old_values(phase, &enums.changed, dialect);
        }
    }
    around(dialect, phases.into_operations(), &before.reflected.objects, &after.reflected.objects)
}

/// The tables that are there before and after.
fn views<'a>(before: (&'a Schema, &'a Schema), after: (&'a Schema, &'a Schema)) -> Vec<(View<'a>, View<'a>)> {
    let view = |schemas: (&'a Schema, &'a Schema), table: &'a Table| {
        let written = schemas.1.table(&table.name).unwrap_or(table);
        View { reflected: table, written }
    };
    let mut views = Vec::new();
    for table in &after.0.tables {
        if let Some(old) = before.0.table(&table.name) {
            views.push((view(before, old), view(after, table)));
        }
    }
    views
}
