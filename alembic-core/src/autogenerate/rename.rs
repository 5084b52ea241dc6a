//! Renames that are told in words.

use super::Comparison;
use super::names::earlier;
use crate::operation::Renamed;
use crate::schema::{Enum, ObjectName, Schema, Table};

/// What is said to have been renamed cannot have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownRename {
    /// The old name is none of a table, of a column (`table.column`), of an enum or of a value of one (`enum.value`).
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
    /// Tells that `from` has got the name `to`, in words: a table, a column as `table.column`, an enum, or a value of one as
    /// `enum.value`. Whatever is outside of the default schema is named with its schema; what is in another one now is too. A
    /// table or enum that is called otherwise itself may be named by either name.
    ///
    /// # Errors
    /// There is no such thing, none is desired that has the new name, or the new name is taken.
    pub fn rename_in_words(&mut self, from: &str, to: &str) -> Result<Renamed, UnknownRename> {
        let candidates = Words { actual: self.generic(), desired: &self.desired, from, to }.candidates();
        let (old, new) = (from.to_owned(), to.to_owned());
        let is_desired = |candidate: &&Candidate| candidate.is_desired;
        match candidates.iter().find(is_desired) {
            None if candidates.is_empty() => Err(UnknownRename::From(old)),
            None => Err(UnknownRename::To { from: old, to: new }),
            Some(Candidate { is_taken: true, .. }) => Err(UnknownRename::Taken { from: old, to: new }),
            Some(Candidate { what, .. }) => {
                let what = what.clone();
                self.rename(&what);
                Ok(what)
            }
        }
    }
}

/// What words may mean.
struct Candidate {
    what: Renamed,
    /// Whether something of the new name is desired.
    is_desired: bool,
    /// Whether something of the new name is there already.
    is_taken: bool,
}

/// Words, and what they are about.
struct Words<'a> {
    actual: &'a Schema,
    desired: &'a Schema,
    from: &'a str,
    to: &'a str,
}

impl Words<'_> {
    /// All that the words can mean.
    fn candidates(&self) -> Vec<Candidate> {
        let mut found = Vec::new();
        for old in &self.actual.tables {
            self.table(old, &mut found);
            let new = self.desired.tables.iter().find(|new| earlier(new, self.actual) == Some(old));
            self.column(old, new, &mut found);
        }
        for old in &self.actual.enums {
            self.enumeration(old, &mut found);
            let is_it = |new: &&Enum| new.name == old.name || new.renamed_from.as_ref() == Some(&old.name);
            self.value(&old.name, Some(old), self.desired.enums.iter().find(is_it), &mut found);
        }
        // An enum of MySQL has no name but that of the model; which values it had, the columns say.
        let is_unknown = |new: &&Enum| self.actual.enums.iter().all(|old| old.name != new.name);
        for new in self.desired.enums.iter().filter(is_unknown) {
            self.value(&new.name, None, Some(new), &mut found);
        }
        found
    }

    fn table(&self, old: &Table, found: &mut Vec<Candidate>) {
        let is_taken = |to: &ObjectName| self.actual.table(to).is_some();
        if let Some((to, is_desired)) =
            self.renamed(&old.name, self.desired.tables.iter().map(|new| &new.name))
        {
            let is_taken = is_taken(&to);
            found.push(Candidate {
                what: Renamed::Table { from: old.name.clone(), to },
                is_desired,
                is_taken,
            });
        }
    }

    fn enumeration(&self, old: &Enum, found: &mut Vec<Candidate>) {
        if let Some((to, is_desired)) =
            self.renamed(&old.name, self.desired.enums.iter().map(|new| &new.name))
        {
            let is_taken = self.actual.enums.iter().any(|own| own.name == to);
            found.push(Candidate {
                what: Renamed::Enum { from: old.name.clone(), to },
                is_desired,
                is_taken,
            });
        }
    }

    /// The new name of something with this old name, if that is meant, and whether it is desired.
    fn renamed<'n>(
        &self,
        old: &ObjectName,
        mut desired: impl Iterator<Item = &'n ObjectName>,
    ) -> Option<(ObjectName, bool)> {
        if !self.is_called(old, self.from) {
            return None;
        }
        let beside = ObjectName { name: self.to.to_owned(), ..old.clone() };
        let new = desired.find(|new| **new == beside || self.is_called(new, self.to));
        Some((new.unwrap_or(&beside).clone(), new.is_some()))
    }

    /// Whether somebody who writes this means something of that name.
    fn is_called(&self, name: &ObjectName, written: &str) -> bool {
        let default = self.actual.default.as_ref().filter(|_| name.schema.is_none());
        name.to_string() == written
            || default.is_some_and(|default| {
                written.strip_prefix(default.as_str()).and_then(|rest| rest.strip_prefix('.'))
                    == Some(&name.name)
            })
    }

    fn column(&self, old: &Table, new: Option<&Table>, found: &mut Vec<Candidate>) {
        let named = [Some(old), new].into_iter().flatten().map(|table| &table.name);
        let mut columns = named.filter_map(|name| old.column(part_of(self.from, name)?));
        let Some(column) = columns.next() else { return };
        let is_desired = |to: &str| new.is_some_and(|new| new.column(to).is_some());
        let table = new.unwrap_or(old).name.clone();
        let (from, to) = (column.name.clone(), self.to.to_owned());
        let (is_desired, is_taken) = (is_desired(&to), old.column(&to).is_some());
        found.push(Candidate { what: Renamed::Column { table, from, to }, is_desired, is_taken });
    }

    fn value(&self, name: &ObjectName, old: Option<&Enum>, new: Option<&Enum>, found: &mut Vec<Candidate>) {
        let has = |own: &Enum, value: &str| own.values.iter().any(|known| known == value);
        let names = [Some(name), new.map(|new| &new.name)].into_iter().flatten();
        let is_old = |value: &&str| match (old, new) {
            (Some(old), _) => has(old, value),
            (None, new) => new.is_some_and(|new| !has(new, value)),
        };
        let Some(from) = names.filter_map(|name| part_of(self.from, name)).find(is_old) else { return };
        let name = new.map_or(name, |new| &new.name).clone();
        let is_desired = new.is_some_and(|new| has(new, self.to));
        let is_taken = old.is_some_and(|old| has(old, self.to));
        let what = Renamed::EnumValue { name, from: from.to_owned(), to: self.to.to_owned() };
        found.push(Candidate { what, is_desired, is_taken });
    }
}

/// What follows a name and a point.
fn part_of<'t>(text: &'t str, name: &ObjectName) -> Option<&'t str> {
    text.strip_prefix(&name.to_string())?.strip_prefix('.')
}
