//! Values for rows that are there when a column must have one.

use super::{Fill, Operation};
use crate::schema::Column;

impl Operation {
    /// Whether rows that are there may be left without a value that they must have: a column is added that must not be NULL
    /// and has no default, or one must no longer be NULL; and nothing says what to fill in.
    #[must_use]
    pub fn needs_fill(&self) -> bool {
        match self {
            Operation::AddColumn { column, fill, .. } => *fill == Fill::Nothing && is_unfilled(column),
            Operation::AlterColumn { before, after, fill, .. } => {
                *fill == Fill::Nothing && before.nullable && !after.nullable && after.default.is_none()
            }
            _ => false,
        }
    }
}

/// Whether a new row has no value for the column unless it says one.
pub(crate) fn is_unfilled(column: &Column) -> bool {
    !column.nullable && column.default.is_none() && column.identity.is_none() && column.generated.is_none()
}
