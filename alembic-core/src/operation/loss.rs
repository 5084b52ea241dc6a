//! What is lost when an operation is carried out.

use std::fmt;

use super::Operation;
use super::objects::has_rows;

/// Data that an operation loses, or may lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The place of the operation among all.
    pub operation: usize,
    /// What is lost.
    pub what: String,
}

impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)
    }
}

impl Loss {
    /// All that these operations lose.
    #[must_use]
    pub fn all(operations: &[Operation]) -> Vec<Loss> {
        let losses = operations.iter().enumerate();
        losses.filter_map(|(operation, own)| Some(Loss { operation, what: own.loss()? })).collect()
    }
}

impl Operation {
    /// What is lost, if something is. What a conversion to another type loses depends on the dialect.
    #[must_use]
    pub fn loss(&self) -> Option<String> {
        match self {
            Operation::DropTable(table) => Some(format!("drops the table {} with all its rows", table.name)),
            // What is computed can be computed again.
            Operation::DropColumn { table, column } if column.generated.is_none() => {
                Some(format!("drops the column {table}.{}", column.name))
            }
            Operation::ChangeEnum(change) if !change.removed().is_empty() => {
                let removed = change.removed().join("`, `");
                Some(format!("the enum {} loses `{removed}`", change.after.name))
            }
            Operation::DropObject(object) if has_rows(object) => {
                Some(format!("drops the {} {} with all its rows", object.kind, object.name))
            }
            Operation::DropObject(object) if !object.privileges.is_empty() => Some(format!(
                "takes away the privileges on {} {}, which have to be given again: {}",
                object.kind,
                object.name,
                object.privileges.join("; ")
            )),
            _ => None,
        }
    }
}
