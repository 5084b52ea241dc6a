//! The phases in which operations are done.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::columns::{Changed, View};
use super::dependents::dependents;
use super::enums;
use super::generated::Ranks;
use super::order::in_order;
use super::parts::{Pair, Part};
use super::tables::{self, TableChange};
use crate::operation::{Constraint, Fill, Operation, changed_settings, is_unfilled};
use crate::schema::{Column, ForeignKey, ObjectName, PrimaryKey, Schema, Table};
use crate::sql::Dialect;

/// Operations by phase, in the order in which they are done.
#[derive(Debug, Default)]
pub(super) struct Phases {
    pub(super) renames: Vec<Operation>,
    pub(super) drop_keys: Vec<Operation>,
    pub(super) drop_tables_first: Vec<Operation>,
    pub(super) drop_parts: Vec<Operation>,
    pub(super) drop_computed: Vec<Operation>,
    pub(super) drop_defaults: Vec<Operation>,
    pub(super) enums: Vec<Operation>,
    pub(super) create_tables: Vec<Operation>,
    pub(super) add_columns: Vec<Operation>,
    pub(super) alter_columns: Vec<Operation>,
    pub(super) primary_keys: Vec<Operation>,
    pub(super) loosen_columns: Vec<Operation>,
    pub(super) drop_columns: Vec<Operation>,
    pub(super) add_computed: Vec<Operation>,
    pub(super) add_parts: Vec<Operation>,
    pub(super) add_keys: Vec<Operation>,
    pub(super) comments: Vec<Operation>,
    pub(super) drop_tables: Vec<Operation>,
    pub(super) drop_enums: Vec<Operation>,
}

impl Phases {
    pub(super) fn into_operations(self) -> Vec<Operation> {
        [
            self.renames,
            self.drop_keys,
            self.drop_tables_first,
            self.drop_parts,
            self.drop_computed,
            self.drop_defaults,
            self.enums,
            self.create_tables,
            self.add_columns,
            self.alter_columns,
            self.primary_keys,
            self.loosen_columns,
            self.drop_columns,
            self.add_computed,
            self.add_parts,
            self.add_keys,
            self.comments,
            self.drop_tables,
            self.drop_enums,
        ]
        .concat()
    }

    /// Tables that are new, each behind those that it refers to.
    pub(super) fn create_tables(
        &mut self,
        dialect: Dialect,
        mut tables: Vec<Table>,
        changes: &[TableChange<'_>],
    ) {
        let mut later = take_keys(dialect, &mut tables, changes);
        let (tables, cut) = in_order(tables);
        later.extend(cut);
        for (table, key) in later {
            let constraint = Box::new(named(key, &table, &tables));
            self.add_keys.push(Operation::AddConstraint { table, constraint, key_index: None });
        }
        self.create_tables.extend(tables.into_iter().map(|table| Operation::CreateTable(Box::new(table))));
    }

    /// Tables that go, each before those that it refers to: last, unless something new needs one of their names.
    ///
    /// A foreign key of one goes first where the key that it refers to is changed, and so does a table with values of an enum
    /// that is.
    pub(super) fn drop_tables(
        &mut self,
        dialect: Dialect,
        mut tables: Vec<Table>,
        changes: &[TableChange<'_>],
    ) {
        let mut first = take_keys(dialect, &mut tables, changes);
        let (tables, cut) = in_order(tables);
        first.extend(cut);
        for (table, key) in first {
            let constraint = Box::new(named(key, &table, &tables));
            self.drop_keys.push(Operation::DropConstraint { table, constraint, key_index: None });
        }
        let new: HashSet<String> = self
            .create_tables
            .iter()
            .filter_map(|operation| match operation {
                Operation::CreateTable(table) => Some(names(table)),
                _ => None,
            })
            .flatten()
            .collect();
        let has_changed = |table: &Table| table.columns.iter().any(|column| self.changes_enum_of(column));
        let clash =
            tables.iter().flat_map(names).any(|name| new.contains(&name)) || tables.iter().any(has_changed);
        let place = if clash { &mut self.drop_tables_first } else { &mut self.drop_tables };
        place.extend(tables.into_iter().rev().map(|table| Operation::DropTable(Box::new(table))));
    }

    /// Whether the values of a column are those of an enum that changes.
    fn changes_enum_of(&self, column: &Column) -> bool {
        column.type_.enum_name().is_some_and(|name| {
            self.enums.iter().any(
                |operation| matches!(operation, Operation::ChangeEnum(change) if change.before.name == *name),
            )
        })
    }

    /// Enums that are new, changed or gone. A default of a column whose values change is set anew around that.
    pub(super) fn enums(
        &mut self,
        dialect: Dialect,
        compared: &mut enums::Compared,
        [before, after]: [&Schema; 2],
        changes: &mut [TableChange<'_>],
    ) {
        self.enums.extend(compared.created.drain(..).map(Operation::CreateEnum));
        self.drop_enums.extend(compared.dropped.drain(..).map(Operation::DropEnum));
        for change in &mut compared.changed {
            let renamed = change.renamed();
            let added: Vec<String> =
                change.after.values.iter().filter(|value| !renamed.contains(value)).cloned().collect();
            let name = &change.after.name;
            let uses = |schema: &Schema, values: &[String]| {
                schema.tables.iter().any(|table| enums::uses_value(table, name, values, dialect))
            };
            // What goes is what the downgrade adds, and what columns that come back may be filled with.
            let removed = change.removed();
            let comes_back = |column: &Column| column.type_.enum_name() == Some(name) && is_unfilled(column);
            let may_fill = !removed.is_empty()
                && changes.iter().any(|table| table.columns.dropped.iter().any(comes_back));
            change.rebuild =
                dialect == Dialect::Postgresql && (uses(after, &added) || uses(before, &removed) || may_fill);
            let in_place = dialect == Dialect::Postgresql && change.steps().is_some();
            for column in &mut change.columns {
                let Some(own) = changes.iter_mut().find(|own| *own.name() == column.table) else { continue };
                let Some(place) =
                    own.columns.changed.iter().position(|changed| changed.after.name == column.after.name)
                else {
                    continue;
                };
                let changed = &mut own.columns.changed[place];
                let old_type = changed.before.type_.clone();
                changed.before.type_.clone_from(&changed.after.type_);
                changed.type_ = false;
                if in_place {
                    // Another default comes later, and on the way back the old one is there again by then.
                    column.after.default.clone_from(&changed.before.default);
                } else if changed.before.default != changed.after.default {
                    let table = column.table.clone();
                    let without = Column { default: None, ..changed.before.clone() };
                    if changed.before.default.is_some() {
                        // It is a value by its old name, of the old type.
                        let default = column.before.default.take();
                        let with = Column { default, type_: old_type, ..changed.before.clone() };
                        let bare = Column { default: None, ..with.clone() };
                        self.drop_defaults.push(alter(&table, &with, &bare));
                    }
                    changed.before = without;
                    column.after = Column { default: None, ..column.after.clone() };
                }
                if changed.before.without_history() == changed.after.without_history() {
                    own.columns.changed.remove(place);
                }
            }
            // It changes no column that a foreign key uses.
            if dialect == Dialect::Mysql {
                tables::free_keys(&change.columns, changes);
            }
            if dialect == Dialect::Postgresql {
                change.dependents = dependents(dialect, change, changes);
                // They are computed anew.
                change.columns.retain(|column| column.after.generated.is_none());
            }
            self.enums.push(Operation::ChangeEnum(Box::new(change.clone())));
        }
    }

    /// All that is different in a table.
    pub(super) fn change_table(&mut self, dialect: Dialect, change: TableChange<'_>) {
        let table = change.name();
        self.change_columns(dialect, &change);
        let (before, after) = (change.before.written, change.after.written);
        if change.key_needs_change(dialect) {
            let (before, after) = (change.key(true), change.key(false));
            self.primary_keys.push(Operation::ChangePrimaryKey { table: table.clone(), before, after });
        }
        let options = |of: &Table| (of.options.strict, of.options.without_rowid);
        let settings = changed_settings(&change.before.reflected.options, &change.after.reflected.options);
        if options(change.before.reflected) != options(change.after.reflected) || !settings.is_empty() {
            let (before, after) = (before.options.clone(), after.options.clone());
            self.comments.push(Operation::SetOptions { table: table.clone(), before, after });
        }
        let comment = |of: &Table| of.comment.clone();
        let (before, after) = (comment(change.before.reflected), comment(change.after.reflected));
        if before != after {
            self.comments.push(Operation::SetComment { table: table.clone(), before, after });
        }
        self.change_parts(&change);
    }

    fn change_columns(&mut self, dialect: Dialect, change: &TableChange<'_>) {
        let table = change.name();
        let ranks = |view: &View<'_>| Ranks::of(&view.reflected.columns, dialect);
        let (before, after) = (ranks(&change.before), ranks(&change.after));
        let add = |column: &Column| {
            let (table, column) = (table.clone(), Box::new(column.clone()));
            Operation::AddColumn { table, column, fill: Fill::Nothing }
        };
        let drop = |column: &Column| Operation::DropColumn {
            table: table.clone(),
            column: Box::new(column.clone()),
        };
        // What is computed from a column goes before it, and comes after it.
        let (mut goes, mut comes) = (Vec::new(), Vec::new());
        for column in change.columns.dropped.iter().rev() {
            if column.generated.is_some() || self.changes_enum_of(column) {
                goes.push((before.rank(column), vec![drop(column)]));
            } else {
                self.drop_columns.push(drop(column));
            }
        }
        for column in &change.columns.added {
            if column.generated.is_some() {
                comes.push((after.rank(column), add(column)));
            } else {
                self.add_columns.push(add(column));
            }
        }
        for Changed { before: old, after: new, .. } in change.columns.replaced() {
            let mut operations = vec![drop(old)];
            match (&old.generated, &new.generated) {
                // What was computed can be computed once more, as long as all is there that it is computed from.
                (Some(generated), None) => {
                    let fill = Fill::Value(generated.expression.clone());
                    let (table, column) = (table.clone(), Box::new(new.clone()));
                    operations.push(Operation::AddColumn { table, column, fill });
                }
                _ => comes.push((after.rank(new), add(new))),
            }
            goes.push((before.rank(old), operations));
        }
        goes.sort_by_key(|(rank, _)| Reverse(*rank));
        comes.sort_by_key(|(rank, _)| *rank);
        self.drop_computed.extend(goes.into_iter().flat_map(|(_, operations)| operations));
        self.add_computed.extend(comes.into_iter().map(|(_, operation)| operation));
        for Changed { before, after, .. } in change.columns.altered() {
            let loosens = after.nullable && !before.nullable;
            let place = if loosens { &mut self.loosen_columns } else { &mut self.alter_columns };
            place.push(alter(table, before, after));
        }
    }

    fn change_parts(&mut self, change: &TableChange<'_>) {
        let table = change.name();
        for (old, new) in &change.parts.renamed {
            let rename = match (new.written.clone(), new.reflected.name(), old.reflected.name()) {
                (Part::Index(to), ..) => {
                    let from = crate::schema::Index {
                        name: old.reflected.name().unwrap_or_default().to_owned(),
                        ..to.clone()
                    };
                    let (from, to) = (Box::new(from), Box::new(to));
                    Operation::RenameIndex { table: table.clone(), from, to }
                }
                (Part::Constraint(to), _, name) => {
                    let mut from = to.clone();
                    from.set_name(name.map(str::to_owned));
                    let key_index = match &from {
                        Constraint::ForeignKey(key) => change.key_index(key, true).map(Box::new),
                        _ => None,
                    };
                    let (from, to) = (Box::new(from), Box::new(to));
                    Operation::RenameConstraint { table: table.clone(), from, to, key_index }
                }
            };
            self.renames.push(rename);
        }
        // Each such index comes and goes once.
        let (mut gone, mut came) = (HashSet::new(), HashSet::new());
        for Pair { reflected, written } in &change.parts.dropped {
            let index = match reflected {
                Part::Constraint(Constraint::ForeignKey(key)) => change.key_index(key, true),
                other => change.replaced_index(other).filter(|index| gone.insert(index.name.clone())),
            };
            let place = if reflected.is_foreign_key() { &mut self.drop_keys } else { &mut self.drop_parts };
            let mut written = written.clone();
            written.name_as_implied(change.before.written);
            place.push(written.drop(table.clone(), index));
        }
        for Pair { reflected, written } in &change.parts.added {
            let index = match reflected {
                Part::Constraint(Constraint::ForeignKey(key)) => change.key_index(key, false),
                other => change.replaced_index(other).filter(|index| came.insert(index.name.clone())),
            };
            let place = if reflected.is_foreign_key() { &mut self.add_keys } else { &mut self.add_parts };
            // Whatever is added has a name by which it can be dropped again.
            let mut written = written.clone();
            written.name_as_implied(change.after.written);
            place.push(written.add(table.clone(), index));
        }
    }
}

/// Takes foreign keys out of tables that come or go: those that refer to something which changes, or to an index of their
/// own table, which is made after it.
fn take_keys(
    dialect: Dialect,
    tables: &mut [Table],
    changes: &[TableChange<'_>],
) -> Vec<(ObjectName, ForeignKey)> {
    let mut taken = Vec::new();
    for table in tables {
        let keys = std::mem::take(&mut table.foreign_keys);
        let waits = |key: &ForeignKey| {
            let mut changed = changes.iter().filter(|change| *change.name() == key.references);
            changed.any(|change| change.is_changed_for(dialect, key))
                || (key.references == table.name && needs_index(dialect, table, key))
        };
        let (wait, stay): (Vec<_>, Vec<_>) = keys.into_iter().partition(waits);
        taken.extend(wait.into_iter().map(|key| (table.name.clone(), key)));
        table.foreign_keys = stay;
    }
    taken
}

/// Whether only an index of a table, and none of its constraints, lets a foreign key refer to its columns.
fn needs_index(dialect: Dialect, table: &Table, key: &ForeignKey) -> bool {
    let is_key = |part: Part| part.is_key_for(dialect, key);
    let of_primary = |primary: &PrimaryKey| {
        let (own, wanted) = (primary.whole_columns(), &key.referenced_columns);
        own == wanted || (dialect == Dialect::Mysql && own.starts_with(wanted))
    };
    let of_constraint = || {
        let mut uniques = table.uniques.iter().cloned().map(Constraint::Unique).map(Part::Constraint);
        table.primary_key.as_ref().is_some_and(of_primary) || uniques.any(is_key)
    };
    table.indexes.iter().cloned().map(Part::Index).any(is_key) && !of_constraint()
}

/// A foreign key with the name by which it is found.
fn named(key: ForeignKey, table: &ObjectName, tables: &[Table]) -> Constraint {
    let mut constraint = Constraint::ForeignKey(key);
    if let (None, Some(own)) = (constraint.name(), tables.iter().find(|own| own.name == *table)) {
        constraint.set_name(Some(constraint.implied_name(own)));
    }
    constraint
}

fn alter(table: &ObjectName, before: &Column, after: &Column) -> Operation {
    let (before, after) = (Box::new(before.clone()), Box::new(after.clone()));
    Operation::AlterColumn { table: table.clone(), before, after, fill: Fill::Nothing }
}

/// The names of a table that no other may have in its schema.
fn names(table: &Table) -> Vec<String> {
    let of = |name: &str| ObjectName { schema: table.name.schema.clone(), name: name.to_owned() }.to_string();
    let constraints = table.primary_key.iter().filter_map(|key| key.name.as_deref());
    let uniques = table.uniques.iter().filter_map(|unique| unique.name.as_deref());
    let keys = table.foreign_keys.iter().filter_map(|key| key.name.as_deref());
    let indexes = table.indexes.iter().map(|index| index.name.as_str());
    let all = constraints.chain(uniques).chain(keys).chain(indexes);
    all.chain([table.name.name.as_str()]).map(of).collect()
}
