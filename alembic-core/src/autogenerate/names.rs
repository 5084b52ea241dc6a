//! Names of constraints and indexes that nobody insists on.
//!
//! A model need not name its constraints: a convention does. What is there under a name of its own (`users_email_key`, as
//! PostgreSQL calls it) is no difference then, and keeps its name. One that bears a name of the convention follows it.

use std::collections::HashSet;

use crate::operation::{Constraint, Key, Operation};
use crate::schema::{
    Check, ForeignKey, Index, NameTemplate, NamingConvention, ObjectName, Schema, Table, Unique,
};

/// The table as it is there, under its name or an earlier one.
pub(super) fn earlier<'s>(table: &Table, actual: &'s Schema) -> Option<&'s Table> {
    actual.table(&table.name).or_else(|| actual.table(table.renamed_from.as_ref()?))
}

/// Gives what is the same the name that it has, unless `naming` would have it otherwise; in any case without one.
pub(super) fn adopt_names(table: &mut Table, actual: &Table, naming: Option<&NamingConvention>) {
    let tables = [table.name.name.clone(), actual.name.name.clone()];
    let adopt = |template: Option<&NameTemplate>, own: &mut Option<String>, found: Option<&String>| {
        let rule = Rule { template, tables: [&tables[0], &tables[1]] };
        if rule.gives_way(own.as_deref(), found.map(String::as_str)) {
            *own = found.cloned();
        }
    };
    if let (Some(own), Some(found)) = (&mut table.primary_key, &actual.primary_key)
        && own.columns == found.columns
    {
        adopt(naming.map(|naming| &naming.primary_key), &mut own.name, found.name.as_ref());
    }
    let mut taken = names(table);
    for own in &mut table.uniques {
        let same = |found: &Unique| found.columns == own.columns;
        if let Some(found) =
            find(&actual.uniques, same, |found| found.name.as_ref(), own.name.as_ref(), &taken)
        {
            adopt(naming.map(|naming| &naming.unique), &mut own.name, found.name.as_ref());
            taken.extend(own.name.clone());
        }
    }
    for own in &mut table.foreign_keys {
        let same = |found: &ForeignKey| found.columns == own.columns && found.references == own.references;
        if let Some(found) =
            find(&actual.foreign_keys, same, |found| found.name.as_ref(), own.name.as_ref(), &taken)
        {
            adopt(naming.map(|naming| &naming.foreign_key), &mut own.name, found.name.as_ref());
            taken.extend(own.name.clone());
        }
    }
    for own in &mut table.checks {
        let same = |found: &Check| found.expression == own.expression;
        if let Some(found) =
            find(&actual.checks, same, |found| found.name.as_ref(), own.name.as_ref(), &taken)
        {
            adopt(naming.map(|naming| &naming.check), &mut own.name, found.name.as_ref());
            taken.extend(own.name.clone());
        }
    }
    for own in &mut table.indexes {
        let same = |found: &Index| {
            (&found.parts, &found.condition, found.unique) == (&own.parts, &own.condition, own.unique)
        };
        if let Some(found) = find(&actual.indexes, same, |found| Some(&found.name), Some(&own.name), &taken) {
            let mut name = Some(own.name.clone());
            adopt(naming.map(|naming| &naming.index), &mut name, Some(&found.name));
            own.name = name.unwrap_or_default();
            taken.insert(own.name.clone());
        }
    }
}

/// What is the same and has this name, or else a name that is not `taken`: the same may be there twice.
fn find<'a, T>(
    all: &'a [T],
    same: impl Fn(&T) -> bool,
    name: impl Fn(&'a T) -> Option<&'a String>,
    own: Option<&String>,
    taken: &HashSet<String>,
) -> Option<&'a T> {
    let all = || all.iter().filter(|found| same(found));
    let free = || all().find(|found| name(found).is_none_or(|name| !taken.contains(name)));
    all().find(|found| name(found) == own).or_else(free)
}

/// The names of all constraints and indexes but the primary key.
fn names(table: &Table) -> HashSet<String> {
    let uniques = table.uniques.iter().filter_map(|unique| unique.name.clone());
    let keys = table.foreign_keys.iter().filter_map(|key| key.name.clone());
    let checks = table.checks.iter().filter_map(|check| check.name.clone());
    let indexes = table.indexes.iter().map(|index| index.name.clone());
    uniques.chain(keys).chain(checks).chain(indexes).collect()
}

/// When a name gives way to the one that is there.
struct Rule<'a> {
    /// What gives names; without it each gives way.
    template: Option<&'a NameTemplate>,
    /// The name of the table now and before.
    tables: [&'a String; 2],
}

impl Rule<'_> {
    fn gives_way(&self, own: Option<&str>, found: Option<&str>) -> bool {
        let Some(template) = self.template else { return true };
        let given = |name: &str| self.tables.iter().any(|table| template.may_have_given(table, name));
        own.is_some_and(|own| template.may_have_given(self.tables[0], own)) && !found.is_some_and(given)
    }
}

/// The renames among these operations that nobody insists on: the table, the new name, and the one that stays.
pub(super) fn not_insisted_on(
    operations: &[Operation],
    desired: &Schema,
    naming: &NamingConvention,
) -> Vec<(ObjectName, String, String)> {
    let mut found = Vec::new();
    for operation in operations {
        let (table, template, to, from) = match operation {
            Operation::RenameIndex { table, from, to } => {
                (table, &naming.index, Some(&to.name), Some(&from.name))
            }
            Operation::RenameConstraint { table, from, to, .. } => {
                let template = match to.as_ref() {
                    Constraint::Unique(_) => &naming.unique,
                    Constraint::ForeignKey(_) => &naming.foreign_key,
                    Constraint::Check(_) => &naming.check,
                };
                (table, template, to.name(), from.name())
            }
            Operation::ChangePrimaryKey { table, before: Some(before), after: Some(after) }
                if is_renamed(before, after) =>
            {
                (table, &naming.primary_key, after.key.name.as_ref(), before.key.name.as_ref())
            }
            _ => continue,
        };
        let earlier = desired.table(table).and_then(|table| table.renamed_from.as_ref());
        let rule = Rule { template: Some(template), tables: [&table.name, &earlier.unwrap_or(table).name] };
        if let (Some(to), Some(from)) = (to, from)
            && rule.gives_way(Some(to), Some(from))
        {
            found.push((table.clone(), to.clone(), from.clone()));
        }
    }
    found
}

fn is_renamed(before: &Key, after: &Key) -> bool {
    before.key.columns == after.key.columns && before.numbered == after.numbered
}

/// Calls something of a table otherwise.
pub(super) fn call(schema: &mut Schema, table: &ObjectName, from: &str, to: &str) {
    let Some(table) = schema.tables.iter_mut().find(|own| own.name == *table) else { return };
    let names = (table.primary_key.iter_mut().map(|key| &mut key.name))
        .chain(table.uniques.iter_mut().map(|unique| &mut unique.name))
        .chain(table.foreign_keys.iter_mut().map(|key| &mut key.name))
        .chain(table.checks.iter_mut().map(|check| &mut check.name));
    for name in names.filter(|name| name.as_deref() == Some(from)) {
        *name = Some(to.to_owned());
    }
    for index in table.indexes.iter_mut().filter(|index| index.name == from) {
        to.clone_into(&mut index.name);
    }
}
