//! What is different, and what is to be known of it before anything is written.

use std::fmt;

use serde::Serialize;

use super::describe::describe;
use super::obstacle::{Obstacle, obstacles};
use crate::dialect::{Retyped, retyped};
use crate::operation::{Fill, Loss, Operation, ProbableRename, goes_along, probable_renames};
use crate::schema::{ObjectName, Schema};
use crate::sql::Dialect;

/// The operations that lead from a database to a desired schema.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The dialect of the database.
    pub dialect: Dialect,
    /// What is to be done, in an order that works.
    pub operations: Vec<Operation>,
    /// What is dropped and what is added may be one thing under another name: the most probable first.
    pub probable_renames: Vec<ProbableRename>,
    /// Views, triggers and other things that use what is to be changed.
    pub obstacles: Vec<Obstacle>,
    /// What the operations come from.
    pub(super) before: Schema,
    /// What they lead to.
    pub(super) after: Schema,
}

/// One change, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What is done: `drop column users.age`.
    pub what: String,
    /// The data that is lost by it, or may be.
    pub loses: Option<String>,
    /// Views, triggers and other things that use what is changed.
    pub in_the_way: Vec<String>,
}

/// A column that rows which are there have no value for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfilled {
    /// The table.
    pub table: ObjectName,
    /// The column.
    pub column: String,
    /// Whether the column is new; otherwise it may have been NULL so far.
    pub is_new: bool,
}

/// A column that gets a type to which no conversion is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconverted {
    /// The table.
    pub table: ObjectName,
    /// The column.
    pub column: String,
    /// The words of its type.
    pub from: String,
    /// The words of the type that it gets.
    pub to: String,
}

impl Difference {
    /// The difference that `operations` make, from one schema to another.
    pub(super) fn new(
        dialect: Dialect,
        operations: Vec<Operation>,
        before: &Schema,
        after: Schema,
    ) -> Difference {
        Difference {
            dialect,
            probable_renames: probable_renames(&operations),
            obstacles: obstacles(dialect, &operations, &before.objects),
            operations,
            before: before.clone(),
            after,
        }
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The data that is lost.
    #[must_use]
    pub fn losses(&self) -> Vec<Loss> {
        let retyped = self.retyped(self.dialect);
        let converted =
            retyped.iter().filter_map(|own| Some(Loss { operation: own.operation, what: own.loss()? }));
        let mut losses: Vec<Loss> = Loss::all(&self.operations).into_iter().chain(converted).collect();
        losses.sort_by_key(|loss| loss.operation);
        losses
    }

    fn retyped(&self, dialect: Dialect) -> Vec<Retyped> {
        retyped(dialect, &self.operations, [&self.after, &self.before])
    }

    /// The columns that get another type: table and column.
    #[must_use]
    pub fn retyped_columns(&self) -> Vec<(ObjectName, String)> {
        let retyped = self.operations.iter().filter_map(|operation| match operation {
            Operation::AlterColumn { table, before, after, .. } if before.type_ != after.type_ => {
                Some((table.clone(), after.name.clone()))
            }
            _ => None,
        });
        retyped.collect()
    }

    /// The columns that get another type for which a dialect has no conversion, and for which none is told.
    #[must_use]
    pub fn unconverted(&self, dialect: Dialect) -> Vec<Unconverted> {
        let unknown = self.retyped(dialect).into_iter().filter(|own| !own.is_known);
        let named = unknown.map(|Retyped { table, column, types: [from, to], .. }| Unconverted {
            table,
            column,
            from,
            to,
        });
        named.collect()
    }

    /// Says how the values of a column become those of its new type: an SQL expression. Whether the column gets another one.
    pub fn convert(&mut self, table: &ObjectName, column: &str, expression: &str) -> bool {
        let mut found = false;
        for operation in &mut self.operations {
            if let Operation::AlterColumn { table: own, before, after, .. } = operation
                && own == table
                && after.name == column
                && before.type_ != after.type_
            {
                after.using = Some(expression.to_owned());
                found = true;
            }
        }
        found
    }

    /// The columns for which nothing says what the rows that are there get.
    #[must_use]
    pub fn unfilled(&self) -> Vec<Unfilled> {
        let needs = self.operations.iter().filter(|operation| operation.needs_fill());
        needs
            .filter_map(|operation| match operation {
                Operation::AddColumn { table, column, .. } => {
                    Some(Unfilled { table: table.clone(), column: column.name.clone(), is_new: true })
                }
                Operation::AlterColumn { table, after, .. } => {
                    Some(Unfilled { table: table.clone(), column: after.name.clone(), is_new: false })
                }
                _ => None,
            })
            .collect()
    }

    /// Says what the rows that are there get in a column: the value of an SQL expression. Whether the column needs one.
    pub fn fill(&mut self, table: &ObjectName, column: &str, expression: &str) -> bool {
        let mut found = false;
        for operation in self.operations.iter_mut().filter(|operation| operation.needs_fill()) {
            match operation {
                Operation::AddColumn { table: own, column: new, fill }
                    if own == table && new.name == column =>
                {
                    *fill = Fill::Value(expression.to_owned());
                    found = true;
                }
                Operation::AlterColumn { table: own, after, fill, .. }
                    if own == table && after.name == column =>
                {
                    *fill = Fill::Value(expression.to_owned());
                    found = true;
                }
                _ => {}
            }
        }
        found
    }

    /// What is to be done, in words, with what it loses and what is in its way.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        let (losses, in_the_way) = (self.losses(), &self.obstacles);
        let operations =
            self.operations.iter().enumerate().filter(|(_, operation)| !self.is_silent(operation));
        let change = |(place, operation): (usize, &Operation)| Change {
            what: describe(operation),
            loses: losses.iter().find(|loss| loss.operation == place).map(|loss| loss.what.clone()),
            in_the_way: in_the_way
                .iter()
                .filter(|obstacle| obstacle.operation == place)
                .map(ToString::to_string)
                .collect(),
        };
        operations.map(change).collect()
    }

    /// An enum is nothing by itself but on PostgreSQL, and what goes with its table needs no word.
    fn is_silent(&self, operation: &Operation) -> bool {
        if let Operation::DropObject(object) = operation {
            return goes_along(object, &self.operations);
        }
        self.dialect != Dialect::Postgresql
            && matches!(operation, Operation::CreateEnum(_) | Operation::DropEnum(_))
    }

    /// A line for each operation: what a person reads of it.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.operations.iter().filter(|operation| !self.is_silent(operation)).map(describe).collect()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.lines().join("\n"))
    }
}
