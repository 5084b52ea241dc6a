//! An index.

use serde::{Deserialize, Serialize};

/// An index that belongs to no constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// What is indexed, in its order.
    pub parts: Vec<IndexPart>,
    /// Whether equal keys are refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// PostgreSQL: whether two NULLs are the same for a unique index.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nulls_not_distinct: bool,
    /// The access method where it is not the default one: `gin`, `hash`, `fulltext`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// PostgreSQL: the columns that are stored beside the key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// The condition of a partial index, as an SQL expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// PostgreSQL: whether it was begun and not finished, so that the server uses it for nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_invalid: bool,
    /// PostgreSQL, MySQL: the definition behind its table (from `USING` on) or name as the server prints it, where that says
    /// more than the other fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// The name that it had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
}

/// One column or expression of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexPart {
    /// The name of a column, or an SQL expression without parentheses around it.
    pub key: String,
    /// Whether `key` is an expression.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_expression: bool,
    /// The order.
    #[serde(default)]
    pub direction: Direction,
    /// PostgreSQL: where NULLs stand, where that is not the default of the direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
    /// The collation, where it is not that of the column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// PostgreSQL: the operator class, where it is not the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_class: Option<String>,
    /// MySQL: how many characters of the column are indexed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<u32>,
}

/// The order of an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The smallest first.
    #[default]
    Ascending,
    /// The largest first.
    Descending,
}

/// Where NULLs stand in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of SQL")]
pub enum Nulls {
    First,
    Last,
}
