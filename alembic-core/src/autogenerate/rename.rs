//! Renames that are told in words.

use super::Comparison;
use crate::operation::Renamed;
use crate::schema::{Enum, ObjectName, Schema};

/// What is said to have been renamed cannot have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownRename {
    /// The old name is none of a table, of a column (`table.column`) or of a value of an enum (`enum.value`).
    #[error("the database has no table, column or value of an enum `{0}`")]
    From(String),
    /// The new name is not desired.
    #[error("`{from}` cannot have become `{to}`: nothing of that name is desired there")]
    To {
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
    /// Both names are there.
    #[error("`{from}` cannot become `{to}`: the database has both")]
    Taken {
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
}

impl Comparison {
    /// Tells that `from` has got the name `to`, in words: a table, a column as `table.column`, or a value of an enum as
    /// `enum.value`. A table outside of the default schema is named with its schema.
    ///
    /// # Errors
    /// There is no such thing, none is desired that has the new name, or the new name is taken.
    pub fn rename_in_words(&mut self, from: &str, to: &str) -> Result<Renamed, UnknownRename> {
        let candidates = candidates(self.generic(), &self.desired, from, to);
        if candidates.is_empty() {
            return Err(UnknownRename::From(from.to_owned()));
        }
        let (old, new) = (from.to_owned(), to.to_owned());
        let renamed = candidates.into_iter().find(|renamed| is_there(&self.desired, renamed));
        match renamed {
            None => Err(UnknownRename::To { from: old, to: new }),
            Some(renamed) if is_there(self.generic(), &renamed) => {
                Err(UnknownRename::Taken { from: old, to: new })
            }
            Some(renamed) => {
                self.rename(&renamed);
                Ok(renamed)
            }
        }
    }
}

/// All that `from` can stand for.
fn candidates(actual: &Schema, desired: &Schema, from: &str, to: &str) -> Vec<Renamed> {
    let mut found = Vec::new();
    let to = to.to_owned();
    for table in &actual.tables {
        if table.name.to_string() == from {
            let (_, name) = to.rsplit_once('.').unwrap_or(("", &to));
            let renamed = ObjectName { schema: table.name.schema.clone(), name: name.to_owned() };
            found.push(Renamed::Table { from: table.name.clone(), to: renamed });
        }
        if let Some(column) = part_of(from, &table.name).and_then(|column| table.column(column)) {
            let (table, from) = (table.name.clone(), column.name.clone());
            found.push(Renamed::Column { table, from, to: to.clone() });
        }
    }
    let value = |own: &Enum, value: &str| Renamed::EnumValue {
        name: own.name.clone(),
        from: value.to_owned(),
        to: to.clone(),
    };
    for own in &actual.enums {
        let old = part_of(from, &own.name).filter(|old| has(own, old));
        found.extend(old.map(|old| value(own, old)));
    }
    // An enum of MySQL has no name but that of the model; which values it had, the columns say.
    for own in desired.enums.iter().filter(|own| actual.enums.iter().all(|other| other.name != own.name)) {
        let old = part_of(from, &own.name).filter(|old| !has(own, old));
        found.extend(old.map(|old| value(own, old)));
    }
    found
}

/// What follows a name and a point.
fn part_of<'t>(text: &'t str, name: &ObjectName) -> Option<&'t str> {
    text.strip_prefix(&name.to_string())?.strip_prefix('.')
}

fn has(own: &Enum, value: &str) -> bool {
    own.values.iter().any(|known| known == value)
}

/// Whether a schema has something of the new name.
fn is_there(schema: &Schema, renamed: &Renamed) -> bool {
    match renamed {
        Renamed::Table { to, .. } => schema.table(to).is_some(),
        Renamed::Column { table, to, .. } => {
            schema.table(table).is_some_and(|table| table.column(to).is_some())
        }
        Renamed::EnumValue { name, to, .. } => {
            schema.enums.iter().any(|own| own.name == *name && has(own, to))
        }
    }
}
