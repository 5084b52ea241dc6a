//! What undoes an operation.

use super::{EnumChange, EnumColumn, EnumDependent, Fill, Operation};
use crate::schema::Enum;

impl Operation {
    /// The operation that leads back.
    ///
    /// ```
    /// use alembic_core::operation::Operation;
    /// use alembic_core::schema::{ObjectName, Table};
    ///
    /// let create = Operation::CreateTable(Box::new(Table::new(ObjectName::new("users"))));
    /// assert!(matches!(create.inverse(), Operation::DropTable(_)));
    /// assert_eq!(create.inverse().inverse(), create);
    /// ```
    #[must_use]
    pub fn inverse(&self) -> Operation {
        match self.clone() {
            Operation::CreateSchema { name } => Operation::DropSchema { name },
            Operation::DropSchema { name } => Operation::CreateSchema { name },
            Operation::CreateEnum(own) => Operation::DropEnum(own),
            Operation::DropEnum(own) => Operation::CreateEnum(own),
            Operation::RenameEnum { from, to } => Operation::RenameEnum { from: to, to: from },
            Operation::ChangeEnum(change) => Operation::ChangeEnum(Box::new(change.inverse())),
            Operation::CreateTable(table) => Operation::DropTable(table),
            Operation::DropTable(table) => Operation::CreateTable(table),
            Operation::RenameTable { from, to } => Operation::RenameTable { from: to, to: from },
            Operation::SetComment { table, before, after } => {
                Operation::SetComment { table, before: after, after: before }
            }
            Operation::SetOptions { table, before, after } => {
                Operation::SetOptions { table, before: after, after: before }
            }
            Operation::AddColumn { table, column, .. } => Operation::DropColumn { table, column },
            Operation::DropColumn { table, column } => {
                Operation::AddColumn { table, column, fill: Fill::Neutral }
            }
            Operation::RenameColumn { table, from, to } => {
                Operation::RenameColumn { table, from: to, to: from }
            }
            Operation::AlterColumn { table, before, after, .. } => {
                Operation::AlterColumn { table, before: after, after: before, fill: Fill::Nothing }
            }
            Operation::ChangePrimaryKey { table, before, after } => {
                Operation::ChangePrimaryKey { table, before: after, after: before }
            }
            Operation::CreateIndex { table, index, key_index } => {
                Operation::DropIndex { table, index, key_index }
            }
            Operation::DropIndex { table, index, key_index } => {
                Operation::CreateIndex { table, index, key_index }
            }
            Operation::RenameIndex { table, from, to } => {
                Operation::RenameIndex { table, from: to, to: from }
            }
            Operation::AddConstraint { table, constraint, key_index } => {
                Operation::DropConstraint { table, constraint, key_index }
            }
            Operation::DropConstraint { table, constraint, key_index } => {
                Operation::AddConstraint { table, constraint, key_index }
            }
            Operation::CreateObject(object) => Operation::DropObject(object),
            Operation::DropObject(object) => Operation::CreateObject(object),
            Operation::ReplaceObject { before, after } => {
                Operation::ReplaceObject { before: after, after: before }
            }
            Operation::RenameConstraint { table, from, to, key_index } => {
                // The index that the server has made for the new name.
                let key_index = key_index.map(|mut index| {
                    to.name().into_iter().for_each(|name| index.name.clone_from(name));
                    index
                });
                Operation::RenameConstraint { table, from: to, to: from, key_index }
            }
        }
    }
}

impl EnumChange {
    /// The change that leads back.
    pub(super) fn inverse(&self) -> EnumChange {
        let renamed_values = self.renames();
        let columns = self.columns.iter().map(|EnumColumn { table, before, after }| EnumColumn {
            table: table.clone(),
            before: after.clone(),
            after: before.clone(),
        });
        let dependents = self.dependents.iter().map(|EnumDependent { before, after }| EnumDependent {
            before: after.clone(),
            after: before.clone(),
        });
        EnumChange {
            before: Enum { renamed_values: Vec::new(), ..self.after.clone() },
            after: Enum { renamed_values, ..self.before.clone() },
            columns: columns.collect(),
            dependents: dependents.collect(),
            rebuild: self.rebuild,
        }
    }
}

/// What undoes a sequence of operations.
#[must_use]
pub fn inverse(operations: &[Operation]) -> Vec<Operation> {
    operations.iter().rev().map(Operation::inverse).collect()
}
