//! What becomes of a table that is there before and after.

use std::collections::{HashMap, HashSet};

use super::columns::{self, How, View};
use super::parts::{self, Pair, Part, serves};
use crate::operation::canonical::{is_made_for, key_index};
use crate::operation::{Constraint, EnumColumn, Key};
use crate::schema::{Column, ForeignKey, Index, ObjectName, PrimaryKey, Table, Type};
use crate::sql::{Dialect, types};

/// All that is different in a table.
#[derive(Debug)]
pub(super) struct TableChange<'a> {
    pub(super) before: View<'a>,
    pub(super) after: View<'a>,
    /// The table before as the database shows it, with what the comparison leaves out.
    raw: &'a Table,
    pub(super) columns: columns::Compared,
    pub(super) parts: parts::Compared,
}

impl<'a> TableChange<'a> {
    pub(super) fn compare(
        dialect: Dialect,
        before: View<'a>,
        after: View<'a>,
        raw: Option<&'a Table>,
        collation: &Option<String>,
    ) -> TableChange<'a> {
        let raw = raw.unwrap_or(before.reflected);
        let mut columns = columns::compare(dialect, before, after);
        let mut before_parts = parts::pairs(before.reflected, before.written);
        let mut after_parts = parts::pairs(after.reflected, after.written);
        keep_own_checks(&mut columns, &before, &mut after_parts);
        // A table may have another default than its database; then what says nothing has to say the latter.
        if let (Some(_), Some(collation)) = (&raw.options.collation, collation) {
            let changed = columns.changed.iter_mut().map(|changed| &mut changed.after);
            for column in columns.added.iter_mut().chain(changed) {
                if after.reflected.column(&column.name).is_some_and(has_collation) {
                    column.collation.get_or_insert_with(|| collation.clone());
                }
            }
        }
        before_parts.sort_by(|a, b| a.reflected.name().cmp(&b.reflected.name()));
        let parts = parts::compare(before_parts, after_parts);
        TableChange { before, after, raw, columns, parts }
    }

    pub(super) fn name(&self) -> &'a ObjectName {
        &self.after.reflected.name
    }

    pub(super) fn key_changed(&self) -> bool {
        let columns = |view: &View<'a>| {
            view.reflected.primary_key.as_ref().map(|key| (&key.columns, &key.prefixes, &key.definition))
        };
        columns(&self.before) != columns(&self.after)
    }

    /// Whether something has to be done for the primary key: its columns or its name are others; or SQLite, where the key
    /// says that its column is numbered, is to number it or no longer to.
    pub(super) fn key_needs_change(&self, dialect: Dialect) -> bool {
        let name = |view: &View<'_>| view.reflected.primary_key.as_ref().and_then(|key| key.name.clone());
        let numbered = |key: Option<Key>| key.is_some_and(|key| key.numbered.is_some());
        let renamed = match (name(&self.before), name(&self.after)) {
            (Some(old), Some(new)) => old != new,
            _ => false,
        };
        let renumbered = dialect == Dialect::Sqlite && numbered(self.key(true)) != numbered(self.key(false));
        self.key_changed() || renamed || renumbered
    }

    /// The primary key, before or after.
    pub(super) fn key(&self, before: bool) -> Option<Key> {
        let view = if before { &self.before } else { &self.after };
        let reflected = view.reflected.primary_key.as_ref()?;
        let key = if before { reflected } else { view.written.primary_key.as_ref().unwrap_or(reflected) };
        let columns = view.reflected.columns.iter().filter(|column| key.columns.contains(&column.name));
        let numbered =
            columns.filter(|column| column.identity.is_some()).map(|column| view.column(column)).next();
        Some(Key { key: key.clone(), numbered: numbered.map(Box::new) })
    }

    /// Whether a foreign key of another table may refer to something here that is not there yet, or that goes.
    pub(super) fn is_changed_for(&self, dialect: Dialect, key: &ForeignKey) -> bool {
        let is_key = |pair: &Pair| {
            matches!(pair.reflected, Part::Constraint(Constraint::Unique(_)))
                || pair.reflected.is_key_for(dialect, key)
        };
        !self.columns.added.is_empty()
            || self.columns.changed.iter().any(|changed| changed.type_ || changed.how == How::Replace)
            || self.key_changed()
            || self.parts.added.iter().chain(&self.parts.dropped).any(is_key)
    }

    /// The index of its own that a foreign key has on MySQL, before or after.
    pub(super) fn key_index(&self, key: &ForeignKey, before: bool) -> Option<Index> {
        let table = if before { self.raw } else { self.after.reflected };
        made_for(table, key).or_else(|| (!is_served(table, key)).then(|| key_index(key)))
    }

    /// The index of a foreign key that a part takes the place of as it comes, or leaves its place to as it goes: where
    /// nothing else that stays serves the key.
    pub(super) fn replaced_index(&self, part: &Part) -> Option<Index> {
        let columns = part.key_columns();
        let staying = || self.parts.kept.iter().chain(&self.parts.renamed).map(|(_, new)| &new.reflected);
        let kept = staying().filter_map(|part| match part {
            Part::Constraint(Constraint::ForeignKey(key)) => Some(key),
            _ => None,
        });
        let stay: Vec<&Part> = staying().collect();
        let primary = self.after.reflected.primary_key.as_ref().map(PrimaryKey::whole_columns);
        kept.filter(|key| serves(&columns, &key.columns)).find_map(|key| {
            let own = made_for(self.raw, key).unwrap_or_else(|| key_index(key));
            let others = stay.iter().filter(|part| !matches!(part, Part::Index(index) if *index == own));
            let served = others.map(|part| part.key_columns()).any(|columns| serves(&columns, &key.columns))
                || primary.is_some_and(|columns| columns.starts_with(&key.columns));
            (!served).then_some(own)
        })
    }
}

/// The index that the server has made for a foreign key.
fn made_for(table: &Table, key: &ForeignKey) -> Option<Index> {
    table.indexes.iter().find(|index| is_made_for(index, key)).cloned()
}

/// Whether an index, constraint or the primary key serves a foreign key.
fn is_served(table: &Table, key: &ForeignKey) -> bool {
    let primary = table.primary_key.iter().any(|primary| primary.whole_columns().starts_with(&key.columns));
    primary || parts::parts(table).iter().any(|part| serves(&part.key_columns(), &key.columns))
}

/// A CHECK that is part of a column stays there if the table is to have the same, and goes with a change of the column if
/// not.
fn keep_own_checks(columns: &mut columns::Compared, before: &View<'_>, after: &mut Vec<Pair>) {
    for old in before.reflected.columns.iter().filter(|column| column.check.is_some()) {
        let same = |pair: &Pair| match &pair.reflected {
            Part::Constraint(Constraint::Check(check)) => Some(&check.expression) == old.check.as_ref(),
            _ => false,
        };
        let kept = after.iter().position(same).map(|place| after.remove(place));
        let Some(place) = columns.changed.iter().position(|changed| changed.before.name == old.name) else {
            continue;
        };
        if kept.is_some() {
            let changed = &mut columns.changed[place];
            changed.after.check.clone_from(&changed.before.check);
            let only_check = changed.before.without_history() == changed.after.without_history();
            if only_check && changed.how == How::Alter {
                columns.changed.remove(place);
            }
        }
    }
}

/// Whether a type of MySQL has a collation.
pub(crate) fn has_collation(column: &Column) -> bool {
    let Type::Sql(words) = &column.type_ else { return false };
    types::has_collation(words)
}

/// Drops and adds again what cannot stay while something that it depends on is changed.
pub(super) fn free_dependents(dialect: Dialect, changes: &mut [TableChange<'_>]) {
    let mut touched: HashSet<(ObjectName, String)> = HashSet::new();
    let mut keys: HashSet<(ObjectName, Vec<String>)> = HashSet::new();
    let mut dropped: HashMap<ObjectName, Vec<Part>> = HashMap::new();
    for change in changes.iter_mut() {
        let table = change.name().clone();
        let mut replaced: Vec<String> =
            change.columns.replaced().map(|changed| changed.after.name.clone()).collect();
        change.parts.free(|part| {
            !part.is_foreign_key() && replaced.iter().any(|column| part.mentions(dialect, column))
        });
        replaced.extend(change.columns.retyped().map(str::to_owned));
        touched.extend(replaced.into_iter().map(|column| (table.clone(), column)));
        if let (true, Some(key)) = (change.key_changed(), &change.before.reflected.primary_key) {
            keys.insert((table.clone(), key.columns.clone()));
        }
        dropped.insert(table, change.parts.dropped.iter().map(|pair| pair.reflected.clone()).collect());
    }
    for change in changes {
        let table = change.name().clone();
        let is_touched = |table: &ObjectName, columns: &[String]| {
            columns.iter().any(|column| touched.contains(&(table.clone(), column.clone())))
        };
        // MySQL has no index left for a foreign key while the primary key that serves it is another.
        let keys_before_and_after: Vec<Vec<String>> = [change.before.reflected, change.after.reflected]
            .into_iter()
            .filter(|_| change.key_changed())
            .filter_map(|table| Some(table.primary_key.as_ref()?.whole_columns().to_vec()))
            .collect();
        change.parts.free(|part| match part {
            Part::Constraint(Constraint::ForeignKey(key)) => {
                keys_before_and_after.iter().any(|columns| columns.starts_with(&key.columns))
                    || is_touched(&table, &key.columns)
                    || is_touched(&key.references, &key.referenced_columns)
                    || keys.contains(&(key.references.clone(), key.referenced_columns.clone()))
                    || dropped
                        .get(&key.references)
                        .is_some_and(|parts| parts.iter().any(|part| part.is_key_for(dialect, key)))
            }
            _ => false,
        });
    }
}

/// Drops and adds again the foreign keys of and to columns of an enum.
pub(super) fn free_keys(columns: &[EnumColumn], changes: &mut [TableChange<'_>]) {
    let is_any = |table: &ObjectName, names: &[String]| {
        let mut own = columns.iter().filter(|own| own.table == *table);
        own.any(|own| names.contains(&own.after.name))
    };
    for change in changes {
        let table = change.name();
        change.parts.free(|part| match part {
            Part::Constraint(Constraint::ForeignKey(key)) => {
                is_any(table, &key.columns) || is_any(&key.references, &key.referenced_columns)
            }
            _ => false,
        });
    }
}
