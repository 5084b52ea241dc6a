//! What stands in the way while the type of an enum is built anew on PostgreSQL: it goes before, and comes again after.

use std::collections::{HashMap, HashSet};

use super::enums::with_renamed_values;
use super::parts::{Pair, Part};
use super::tables::TableChange;
use crate::operation::{Constraint, EnumChange, EnumDependent, Fill, Operation};
use crate::schema::{Column, ObjectName, Table};
use crate::sql::Dialect;
use crate::sql::expression::{mentions, mentions_type};

/// What uses the enum or its columns and stays: in an order in which it can be made.
pub(super) fn dependents(
    dialect: Dialect,
    change: &EnumChange,
    tables: &[TableChange<'_>],
) -> Vec<EnumDependent> {
    let found = Found::new(dialect, change, tables);
    let (mut columns, mut keys, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for table in tables {
        columns.extend(found.computed(table).into_iter().chain(found.defaults(table)));
        columns.extend(found.primary_key(table));
        for (pair, before) in kept(table) {
            if found.uses_part(table.name(), &pair.reflected) {
                let list = if before.is_foreign_key() { &mut keys } else { &mut parts };
                list.push(EnumDependent {
                    before: found.with_old_values(before).add(table.name().clone(), None),
                    after: pair.written.clone().add(table.name().clone(), None),
                });
            }
        }
    }
    columns.into_iter().chain(parts).chain(keys).collect()
}

/// Parts that stay, each as it is called when the values change: what gets another name has it by then.
fn kept<'t>(table: &'t TableChange<'_>) -> impl Iterator<Item = (&'t Pair, Part)> {
    let kept = table.parts.kept.iter().map(|(old, new)| {
        let mut before = old.written.clone();
        before.name_as_implied(table.before.written);
        (new, before)
    });
    kept.chain(table.parts.renamed.iter().map(|(_, new)| (new, new.written.clone())))
}

/// The columns that are another type for a while, by their table.
struct Found<'a> {
    dialect: Dialect,
    back: EnumChange,
    name: (Option<&'a str>, &'a str),
    /// Columns that have the type.
    own: HashMap<&'a ObjectName, HashSet<&'a str>>,
    /// Columns that are computed from them or from a value, and so have to be made again.
    computed: HashMap<&'a ObjectName, HashSet<&'a str>>,
}

impl<'a> Found<'a> {
    fn new(dialect: Dialect, change: &'a EnumChange, tables: &'a [TableChange<'_>]) -> Found<'a> {
        let mut own: HashMap<&ObjectName, HashSet<&str>> = HashMap::new();
        for column in &change.columns {
            own.entry(&column.table).or_default().insert(&column.after.name);
        }
        let name = change.after.name.parts();
        let mut found = Found { dialect, back: change.inverse(), name, own, computed: HashMap::new() };
        for table in tables {
            let columns = staying(table).filter(|column| {
                column.generated.as_ref().is_some_and(|generated| {
                    column.type_.enum_name() == Some(&change.after.name)
                        || found.mentions(table.name(), &generated.expression)
                })
            });
            let columns = columns.map(|column| column.name.as_str()).collect();
            found.computed.insert(table.name(), columns);
        }
        found
    }

    /// Whether an expression of a table speaks of a column of the enum, or of the enum itself.
    fn mentions(&self, table: &ObjectName, expression: &str) -> bool {
        let mut columns = self.own.get(table).into_iter().flatten();
        mentions_type(expression, self.dialect, self.name)
            || columns.any(|column| mentions(expression, self.dialect, column))
    }

    fn uses_part(&self, table: &ObjectName, part: &Part) -> bool {
        let is_any = |table: &ObjectName, columns: &[String]| {
            let all = [self.own.get(table), self.computed.get(table)].into_iter().flatten();
            let all: Vec<&HashSet<&str>> = all.collect();
            columns.iter().any(|column| all.iter().any(|own| own.contains(column.as_str())))
        };
        let mut computed = self.computed.get(table).into_iter().flatten();
        let mut expressions = Vec::new();
        part.clone().for_expressions(|text| expressions.push(text.clone()));
        expressions.iter().any(|text| self.mentions(table, text))
            || computed.any(|column| part.mentions(self.dialect, column))
            || matches!(part, Part::Constraint(Constraint::ForeignKey(key))
                if is_any(table, &key.columns) || is_any(&key.references, &key.referenced_columns))
    }

    /// The computed columns of a table.
    fn computed(&self, table: &TableChange<'_>) -> Vec<EnumDependent> {
        let names = &self.computed[table.name()];
        let columns = staying(table).filter(|column| names.contains(column.name.as_str()));
        let add = |column: Column| {
            let (table, column) = (table.name().clone(), Box::new(column));
            Operation::AddColumn { table, column, fill: Fill::Nothing }
        };
        let columns = columns.map(|column| {
            let after = now(table, column);
            let mut before = after.clone();
            before.generated.iter_mut().for_each(|generated| self.to_old_values(&mut generated.expression));
            EnumDependent { before: add(before), after: add(after) }
        });
        columns.collect()
    }

    /// Defaults of columns of other types that speak of the enum.
    fn defaults(&self, table: &TableChange<'_>) -> Vec<EnumDependent> {
        let own = self.own.get(table.name());
        let is_own = |column: &Column| own.is_some_and(|own| own.contains(column.name.as_str()));
        let columns = staying(table).map(|column| now(table, column)).filter(|column| {
            let speaks = |default: &String| mentions_type(default, self.dialect, self.name);
            column.generated.is_none() && !is_own(column) && column.default.as_ref().is_some_and(speaks)
        });
        let set = |column: Column| {
            let bare = Box::new(Column { default: None, ..column.clone() });
            let (table, after) = (table.name().clone(), Box::new(column));
            Operation::AlterColumn { table, before: bare, after, fill: Fill::Nothing }
        };
        let columns = columns.map(|after| {
            let mut before = after.clone();
            before.default.iter_mut().for_each(|default| self.to_old_values(default));
            EnumDependent { before: set(before), after: set(after) }
        });
        columns.collect()
    }

    /// A primary key with one of the computed columns.
    fn primary_key(&self, table: &TableChange<'_>) -> Option<EnumDependent> {
        let names = &self.computed[table.name()];
        let key = table.key(false).filter(|_| !table.key_changed())?;
        key.key.columns.iter().any(|column| names.contains(column.as_str())).then(|| {
            let add =
                Operation::ChangePrimaryKey { table: table.name().clone(), before: None, after: Some(key) };
            EnumDependent { before: add.clone(), after: add }
        })
    }

    fn to_old_values(&self, text: &mut String) {
        *text = with_renamed_values(text, &self.back, self.dialect, false);
    }

    fn with_old_values(&self, mut part: Part) -> Part {
        part.for_expressions(|text| self.to_old_values(text));
        part
    }
}

/// The columns that are there before and after, and all the time between.
fn staying<'t>(table: &'t TableChange<'_>) -> impl Iterator<Item = &'t Column> {
    let before: &Table = table.before.reflected;
    let replaced = |name: &str| table.columns.replaced().any(|changed| changed.after.name == name);
    let columns = table.after.reflected.columns.iter();
    columns.filter(move |column| before.column(&column.name).is_some() && !replaced(&column.name))
}

/// A column as it is when the values change, by their new names.
fn now(table: &TableChange<'_>, column: &Column) -> Column {
    let changed = table.columns.changed.iter().find(|changed| changed.after.name == column.name);
    changed.map_or_else(|| table.after.column(column), |changed| changed.before.clone())
}
