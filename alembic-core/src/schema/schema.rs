//! All of a database that migrations are generated for.

use serde::{Deserialize, Serialize};

use super::{Cast, ObjectName, Table};

/// Tables and enums, and what else is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The tables, by name.
    pub tables: Vec<Table>,
    /// The named enum types of PostgreSQL, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<Enum>,
    /// What this model does not hold but the database has: views, triggers, routines, partitions, extensions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign: Vec<Foreign>,
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
        self.tables.iter().find(|table| table.name == *name)
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
    pub renamed_from: Option<String>,
}

/// Something that is there and is left alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Foreign {
    /// What it is, in the database's words: `view`, `trigger`, `function`, `extension`, `partition`.
    pub kind: String,
    /// Its name.
    pub name: ObjectName,
    /// The table that it belongs to or is made of, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<ObjectName>,
    /// How the database defines it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// The tables and columns that it needs: what a change of them may break.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Use>,
}

/// A table or a column that something foreign needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Use {
    /// The table.
    pub table: ObjectName,
    /// The column; none for the table as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}
