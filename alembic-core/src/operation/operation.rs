//! The vocabulary of changes.

use serde::{Deserialize, Serialize};

use crate::schema::{
    Check, Column, Enum, ForeignKey, Index, ObjectName, PrimaryKey, Table, TableOptions, TextObject, Unique,
};
use crate::sql::expression::mentions;
use crate::sql::{Dialect, implied_check_name, implied_name};

/// One change of a database, with all that is needed to undo it.
///
/// `key_index` is for MySQL, where a foreign key without a fitting index gets one of its own, of its own name: it comes and
/// goes with the key, and gives way to an index or constraint that serves as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant says what it does, and its fields are named for what they are")]
#[non_exhaustive]
pub enum Operation {
    /// Makes a schema for tables.
    CreateSchema { name: String },
    /// Drops a schema that is empty.
    DropSchema { name: String },
    /// Makes an enum. Where enums are no types of their own there is nothing to be done.
    CreateEnum(Enum),
    /// Drops an enum that no column uses.
    DropEnum(Enum),
    /// Gives an enum another name.
    RenameEnum { from: ObjectName, to: ObjectName },
    /// Adds, renames or removes values of an enum.
    ChangeEnum(Box<EnumChange>),
    /// Makes a table with its constraints and indexes.
    CreateTable(Box<Table>),
    /// Drops a table with all that is in it.
    DropTable(Box<Table>),
    /// Gives a table another name.
    RenameTable { from: ObjectName, to: ObjectName },
    /// Sets or removes the comment of a table.
    SetComment { table: ObjectName, before: Option<String>, after: Option<String> },
    /// Changes what only some databases know of a table.
    SetOptions { table: ObjectName, before: TableOptions, after: TableOptions },
    /// Adds a column.
    AddColumn { table: ObjectName, column: Box<Column>, fill: Fill },
    /// Drops a column with all that is in it.
    DropColumn { table: ObjectName, column: Box<Column> },
    /// Gives a column another name.
    RenameColumn { table: ObjectName, from: String, to: String },
    /// Changes whatever of a column is different. `fill` is for the rows that have NULL where they may no longer.
    AlterColumn { table: ObjectName, before: Box<Column>, after: Box<Column>, fill: Fill },
    /// Adds, changes or drops the primary key.
    ChangePrimaryKey { table: ObjectName, before: Option<Key>, after: Option<Key> },
    /// Makes an index.
    CreateIndex { table: ObjectName, index: Box<Index>, key_index: Option<Box<Index>> },
    /// Drops an index.
    DropIndex { table: ObjectName, index: Box<Index>, key_index: Option<Box<Index>> },
    /// Gives an index another name.
    RenameIndex { table: ObjectName, from: Box<Index>, to: Box<Index> },
    /// Adds a constraint.
    AddConstraint { table: ObjectName, constraint: Box<Constraint>, key_index: Option<Box<Index>> },
    /// Drops a constraint.
    DropConstraint { table: ObjectName, constraint: Box<Constraint>, key_index: Option<Box<Index>> },
    /// Makes a text object.
    CreateObject(Box<TextObject>),
    /// Takes a text object away.
    DropObject(Box<TextObject>),
    /// Gives a text object another text, in place.
    ReplaceObject { before: Box<TextObject>, after: Box<TextObject> },
    /// Gives a constraint another name: all else of the two is the same.
    RenameConstraint {
        table: ObjectName,
        from: Box<Constraint>,
        to: Box<Constraint>,
        key_index: Option<Box<Index>>,
    },
}

/// A primary key, with the column of it that the database numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The key itself.
    pub key: PrimaryKey,
    /// The column: on MySQL it cannot be numbered without being a key, on SQLite the key says that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbered: Option<Box<Column>>,
}

/// A constraint other than the primary key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of SQL")]
pub enum Constraint {
    Unique(Unique),
    ForeignKey(ForeignKey),
    Check(Check),
}

impl Constraint {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> Option<&String> {
        match self {
            Constraint::Unique(unique) => unique.name.as_ref(),
            Constraint::ForeignKey(key) => key.name.as_ref(),
            Constraint::Check(check) => check.name.as_ref(),
        }
    }

    /// Gives it another name, or none.
    pub fn set_name(&mut self, name: Option<String>) {
        match self {
            Constraint::Unique(unique) => unique.name = name,
            Constraint::ForeignKey(key) => key.name = name,
            Constraint::Check(check) => check.name = name,
        }
    }
}

impl Constraint {
    /// The name that PostgreSQL would give it: that by which SQLite is told which one is meant where it has none.
    #[must_use]
    pub fn implied_name(&self, table: &Table) -> String {
        let name = &table.name.name;
        match self {
            Constraint::Unique(unique) => {
                implied_name(name, unique.columns.iter().map(String::as_str), "key")
            }
            Constraint::ForeignKey(key) => implied_name(name, key.columns.iter().map(String::as_str), "fkey"),
            Constraint::Check(check) => {
                let columns = table.columns.iter().map(|column| column.name.as_str());
                let is_in = |column: &&str| mentions(&check.expression, Dialect::Sqlite, column);
                implied_check_name(name, &columns.filter(is_in).collect::<Vec<_>>())
            }
        }
    }
}

/// What the rows that are there get for a column that must not be NULL and has no default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// Nothing is known. Where a value is needed, the SQL says where to write it.
    #[default]
    Nothing,
    /// The value of this expression.
    Value(String),
    /// Zero, or whatever of the type is most like it: for a column that comes back without what was in it.
    Neutral,
}

/// The values of an enum before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumChange {
    /// As it is.
    pub before: Enum,
    /// As it will be. [`renamed_values`](Enum::renamed_values) has those that are only called otherwise.
    pub after: Enum,
    /// The columns that have its type.
    pub columns: Vec<EnumColumn>,
    /// What uses the type or its columns, in an order in which it can be made: it has to go while a type is built anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependents: Vec<EnumDependent>,
    /// Whether a type is built anew although its values could be changed in place: PostgreSQL lets a new value be used only
    /// when it is committed, but for that of a new type.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rebuild: bool,
}

/// A column whose type is an enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumColumn {
    /// Its table.
    pub table: ObjectName,
    /// The column before the values change. Its default is one of the values that stay.
    pub before: Column,
    /// The column after it.
    pub after: Column,
}

/// Something that stands in the way while a type is built anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumDependent {
    /// What makes it, as it is before the values change.
    pub before: Operation,
    /// What makes it, as it is after that.
    pub after: Operation,
}

/// One step of a change of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueStep {
    /// A value gets another spelling.
    #[expect(missing_docs, reason = "said above")]
    Rename { from: String, to: String },
    /// A value is added before another one; at the end if there is none.
    #[expect(missing_docs, reason = "said above")]
    Add { value: String, before: Option<String> },
}

impl EnumChange {
    /// The values of before by their new names.
    #[must_use]
    pub fn renamed(&self) -> Vec<String> {
        let renames = self.renames();
        let renamed = |value: &String| {
            renames.iter().find(|(from, _)| from == value).map_or_else(|| value.clone(), |(_, to)| to.clone())
        };
        self.before.values.iter().map(renamed).collect()
    }

    /// Old and new spelling of the values that are called otherwise.
    #[must_use]
    pub fn renames(&self) -> Vec<(String, String)> {
        let (before, after) = (&self.before.values, &self.after.values);
        let is_rename = |(to, from): &&(String, String)| {
            before.contains(from) && !before.contains(to) && after.contains(to) && !after.contains(from)
        };
        self.after
            .renamed_values
            .iter()
            .filter(is_rename)
            .map(|(to, from)| (from.clone(), to.clone()))
            .collect()
    }

    /// The values that go.
    #[must_use]
    pub fn removed(&self) -> Vec<String> {
        self.renamed().into_iter().filter(|value| !self.after.values.contains(value)).collect()
    }

    /// The steps that lead from one to the other in place. None where values go or change their order, and where the type
    /// is to be built anew anyway.
    #[must_use]
    pub fn steps(&self) -> Option<Vec<ValueStep>> {
        if self.rebuild {
            return None;
        }
        let mut steps: Vec<ValueStep> =
            self.renames().into_iter().map(|(from, to)| ValueStep::Rename { from, to }).collect();
        let renamed = self.renamed();
        let kept: Vec<&String> = self.after.values.iter().filter(|value| renamed.contains(value)).collect();
        if kept != renamed.iter().collect::<Vec<_>>() {
            return None;
        }
        for (place, value) in self.after.values.iter().enumerate() {
            if !renamed.contains(value) {
                let before = self.after.values[place..].iter().find(|next| renamed.contains(next)).cloned();
                steps.push(ValueStep::Add { value: value.clone(), before });
            }
        }
        Some(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: &str, after: &str, renamed: &[(&str, &str)]) -> EnumChange {
        let own = |values: &str| Enum {
            name: ObjectName::new("e"),
            values: values.split_whitespace().map(str::to_owned).collect(),
            renamed_values: Vec::new(),
            renamed_from: None,
        };
        let mut after = own(after);
        after.renamed_values = renamed.iter().map(|(to, from)| ((*to).into(), (*from).into())).collect();
        EnumChange { before: own(before), after, columns: Vec::new(), dependents: Vec::new(), rebuild: false }
    }

    #[test]
    fn values_are_changed_in_place_where_that_can_be() {
        let check = |before, after, renamed: &[(&str, &str)], expected: Option<&str>| {
            let steps = change(before, after, renamed).steps().map(|steps| {
                let words = steps.into_iter().map(|step| match step {
                    ValueStep::Rename { from, to } => format!("{from}>{to}"),
                    ValueStep::Add { value, before } => {
                        format!("+{value}{}", before.map_or_else(String::new, |before| format!("<{before}")))
                    }
                });
                words.collect::<Vec<_>>().join(" ")
            });
            assert_eq!(steps.as_deref(), expected, "{before} / {after}");
        };
        check("a b", "a b", &[], Some(""));
        check("a b", "a b c d", &[], Some("+c +d"));
        check("a b", "x a y b", &[], Some("+x<a +y<b"));
        check("a b", "x y b a", &[], None);
        check("a b", "a", &[], None);
        check("a b", "c b", &[("c", "a")], Some("a>c"));
        check("a b", "c b d", &[("c", "a")], Some("a>c +d"));
        check("a b", "c b", &[], None);
        // The attribute may stay when the rename is done.
        check("c b", "c b", &[("c", "a")], Some(""));
        check("a c", "a c", &[("c", "a")], Some(""));
    }
}
