//! Columns that get another type.

use super::{DdlError, Statement, Writer, is_strict, known};
use crate::dialect::conversion::{Conversion, Side, conversion};
use crate::operation::{Constraint, Operation};
use crate::schema::{Check, Column, ObjectName, Schema};
use crate::sql::Dialect;

/// How a column gets another type.
pub(super) enum Retyping {
    /// By an expression of the user's.
    Told(String),
    Known(Conversion),
    /// Nobody knows how, so there must be no value. The expression is NULL as one of the new type.
    Unknown(String),
}

impl Retyping {
    /// Whether every value is converted.
    fn is_total(&self) -> bool {
        matches!(self, Retyping::Known(Conversion { is_total: true, .. }))
    }

    /// What is to be said of the change itself. Where values are checked before, nothing is lost by it.
    pub(super) fn note(&self, table: &ObjectName, column: &str) -> Option<String> {
        let is_checked =
            matches!(self, Retyping::Unknown(_) | Retyping::Known(Conversion { check: Some(_), .. }));
        let loses = !self.is_total() && !is_checked;
        loses.then(|| format!("May lose data: {}.", loss(table, column)))
    }

    /// The expression for the new value, where one is needed.
    pub(super) fn using(&self) -> Option<&str> {
        match self {
            Retyping::Told(using) | Retyping::Unknown(using) => Some(using),
            Retyping::Known(conversion) => conversion.using.as_deref(),
        }
    }
}

/// A column that gets another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retyped {
    /// The place of the operation among all.
    pub(crate) operation: usize,
    pub(crate) table: ObjectName,
    pub(crate) column: String,
    /// The words of both types.
    pub(crate) types: [String; 2],
    /// Whether something says how the values are converted.
    pub(crate) is_known: bool,
    /// Whether every value is converted.
    pub(crate) is_total: bool,
}

impl Retyped {
    /// What may be lost.
    pub(crate) fn loss(&self) -> Option<String> {
        (!self.is_total).then(|| loss(&self.table, &self.column))
    }
}

fn loss(table: &ObjectName, column: &str) -> String {
    format!("the new type of {table}.{column} may not hold what is in it")
}

/// A name for something that is dropped again at once, of a length that each database takes.
fn beside(column: &str, suffix: &str) -> String {
    const MOST: usize = 50;
    let end = (0..=MOST.min(column.len())).rev().find(|end| column.is_char_boundary(*end)).unwrap_or(0);
    format!("{}_{suffix}", &column[..end])
}

/// The columns to which these operations give another type in a dialect. `schemas` are as for
/// [`statements`](super::statements).
pub(crate) fn retyped(dialect: Dialect, operations: &[Operation], schemas: [&Schema; 2]) -> Vec<Retyped> {
    let (enums, casts) = known(schemas);
    let mut found = Vec::new();
    for (operation, own) in operations.iter().enumerate() {
        let Operation::AlterColumn { table, before, after, .. } = own else { continue };
        let writer = Writer {
            dialect,
            of: dialect,
            enums: &enums,
            casts: &casts,
            strict: is_strict(table, schemas),
            schemas,
        };
        // What has no words is said when it is written.
        let Ok(Some(retyping)) = writer.retyping(table, before, after) else { continue };
        let types = [before, after].map(|column| writer.word(&column.type_).unwrap_or_default());
        found.push(Retyped {
            operation,
            table: table.clone(),
            column: after.name.clone(),
            types,
            is_known: !matches!(retyping, Retyping::Unknown(_)),
            is_total: retyping.is_total(),
        });
    }
    found
}

impl Writer<'_> {
    /// How a column gets another type; none where it keeps its own.
    pub(super) fn retyping(
        &self,
        table: &ObjectName,
        before: &Column,
        after: &Column,
    ) -> Result<Option<Retyping>, DdlError> {
        let (old, new) = (self.type_word(table, before)?, self.type_word(table, after)?);
        let squeezed = |words: &str| words.split_whitespace().collect::<String>();
        // What is computed is computed as one of the new type.
        if squeezed(&old).eq_ignore_ascii_case(&squeezed(&new)) || after.generated.is_some() {
            return Ok(None);
        }
        if let Some(using) = &after.using {
            return Ok(Some(Retyping::Told(using.clone())));
        }
        let sides = [Side { type_: &before.type_, words: &old }, Side { type_: &after.type_, words: &new }];
        let name = self.name(&after.name);
        let found = conversion(self.dialect, &name, sides, self.strict, self.casts);
        Ok(Some(found.map_or_else(|| Retyping::Unknown(format!("NULL::{new}")), Retyping::Known)))
    }

    /// What makes a revision fail where the conversion would change a value without an error.
    pub(super) fn checked(&self, table: &ObjectName, column: &Column, retyping: &Retyping) -> Vec<Statement> {
        let name = self.name(&column.name);
        let (expression, note) = match retyping {
            Retyping::Told(_) | Retyping::Known(Conversion { check: None, .. }) => return Vec::new(),
            Retyping::Known(Conversion { check: Some(condition), .. }) => {
                (condition.clone(), format!("Fails where a value of {table}.{} would change.", column.name))
            }
            Retyping::Unknown(_) => (
                format!("{name} IS NULL"),
                format!("No conversion is known: fails where {table}.{} has a value.", column.name),
            ),
        };
        let called = beside(&column.name, "converts");
        let constraint = Constraint::Check(Check { name: Some(called), expression, definition: None });
        vec![
            Statement { notes: vec![note], sql: self.alter(table, &self.add_actions(&constraint, None)) },
            Statement { notes: Vec::new(), sql: self.alter(table, &self.drop_actions(&constraint, None)) },
        ]
    }

    /// MySQL has no `USING`: the new values wait in a column beside, while the old one gets its type without any.
    pub(super) fn convert_beside(
        &self,
        table: &ObjectName,
        [before, after]: [&Column; 2],
        using: &str,
        lost: Option<String>,
        out: &mut Vec<Statement>,
    ) -> Result<(), DdlError> {
        let bare = |column: &Column, name: String| Column {
            collation: column.collation.clone(),
            nullable: true,
            ..Column::new(name, column.type_.clone())
        };
        let beside = bare(after, beside(&after.name, "new"));
        let (old, new) = (self.name(&after.name), self.name(&beside.name));
        let own = self.object(table);
        let add = format!("ADD COLUMN {}", self.column(table, &beside)?);
        let modify = |column: &Column| Ok(format!("MODIFY COLUMN {}", self.column(table, column)?));
        let empty = modify(&bare(before, after.name.clone()))?;
        out.push(Statement { notes: lost.into_iter().collect(), sql: self.alter(table, &[add, empty]) });
        let mut push = |sql: String| out.push(Statement { notes: Vec::new(), sql });
        push(format!("UPDATE {own} SET {new} = {using}, {old} = NULL"));
        push(self.alter(table, &[modify(&bare(after, after.name.clone()))?]));
        push(format!("UPDATE {own} SET {old} = {new}"));
        push(self.alter(table, &[format!("DROP COLUMN {new}"), modify(after)?]));
        Ok(())
    }
}
