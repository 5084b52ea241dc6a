//! Constraints of a table.

use serde::{Deserialize, Serialize};

use super::ObjectName;

/// The primary key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryKey {
    /// The name of the constraint. MySQL has none, SQLite only where one was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The columns, in their order.
    pub columns: Vec<String>,
    /// MySQL: how many characters of each column are in the key; none where all are. Empty where that is so for all columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefixes: Vec<Option<u32>>,
    /// PostgreSQL, MySQL: the definition behind its name as the server prints it, where that says more than the other fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
}

impl PrimaryKey {
    /// How many characters of a column are in it; none for all of them.
    #[cfg(feature = "driver")]
    pub(crate) fn prefix(&self, column: &str) -> Option<u32> {
        let place = self.columns.iter().position(|own| own == column)?;
        self.prefixes.get(place).copied().flatten()
    }

    /// The first columns that are in the key with all their characters: those whose equal values it finds.
    pub(crate) fn whole_columns(&self) -> &[String] {
        let whole = self.prefixes.iter().position(Option::is_some).unwrap_or(self.columns.len());
        self.columns.get(..whole).unwrap_or_default()
    }
}

/// A unique constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unique {
    /// The name of the constraint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The columns, in their order.
    pub columns: Vec<String>,
    /// PostgreSQL: whether two NULLs are the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nulls_not_distinct: bool,
    /// PostgreSQL: whether it may be checked later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deferrable: Option<Deferrable>,
    /// PostgreSQL, MySQL: the definition behind its name as the server prints it, where that says more than the other fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The name of the constraint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The columns of this table.
    pub columns: Vec<String>,
    /// The table that they refer to.
    pub references: ObjectName,
    /// Its columns; empty for its primary key.
    pub referenced_columns: Vec<String>,
    /// What happens when the referenced row is deleted.
    #[serde(default)]
    pub on_delete: ReferentialAction,
    /// What happens when the referenced key changes.
    #[serde(default)]
    pub on_update: ReferentialAction,
    /// Whether it may be checked later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deferrable: Option<Deferrable>,
    /// PostgreSQL, MySQL: the definition behind its name as the server prints it, where that says more than the other fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
}

/// A CHECK constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The name of the constraint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The SQL expression, without parentheses around it.
    pub expression: String,
    /// PostgreSQL, MySQL: the definition behind its name as the server prints it, where that says more than the other fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
}

/// What a foreign key does when the row that it refers to goes or changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of SQL")]
pub enum ReferentialAction {
    #[default]
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

/// When a constraint that may be checked later is checked if nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deferrable {
    /// `DEFERRABLE INITIALLY IMMEDIATE`
    InitiallyImmediate,
    /// `DEFERRABLE INITIALLY DEFERRED`
    InitiallyDeferred,
}
