//! All of a database that migrations are generated for.

use serde::{Deserialize, Serialize};

use super::{Cast, ObjectName, Table, TextObject};

/// Tables and enums, and what else is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The tables, by name.
    pub tables: Vec<Table>,
    /// The named enum types of PostgreSQL, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<Enum>,
    /// What is no table: views, triggers, routines, sequences, types, options of tables, each as the database says it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<TextObject>,
    /// What the default schema is called, which names leave out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// MySQL: how text is collated where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// PostgreSQL: casts between types of columns that change.
    #[serde(skip)]
    pub casts: Vec<Cast>,
}

impl Schema {
    /// The table with this name.
    #[must_use]
    pub fn table(&self, name: &ObjectName) -> Option<&Table> {
        match self.tables.binary_search_by(|table| table.name.cmp(name)) {
            Ok(place) => self.tables.get(place),
            // Not all are by name while a schema is being made.
            Err(_) => self.tables.iter().find(|table| table.name == *name),
        }
    }
}

/// A type whose values are listed.
///
/// PostgreSQL has them as types of their own; elsewhere the columns that use one spell it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enum {
    /// Its name.
    pub name: ObjectName,
    /// The values, in their order.
    pub values: Vec<String>,
    /// The old spelling of values that were renamed: new name, old name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed_values: Vec<(String, String)>,
    /// The name that it had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<ObjectName>,
}
