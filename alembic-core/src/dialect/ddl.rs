//! Operations as SQL, written the way people write it.
//!
//! The same operations give the same bytes, and dialects that can say a thing alike say it alike: so that one section of a
//! script serves them all. On SQLite what its own `ALTER TABLE` lacks is written as the standard has it; the executor carries
//! it out.

mod alter;
mod column;
mod constraint;
mod convert;
mod enums;
mod identity;
mod index;
mod merge;
mod numbered;
mod rename;
mod table;
mod text;

use super::{NoSuchType, TypeWords};
use crate::operation::{Operation, changed_settings, goes_along, replacement};
use crate::schema::{Cast, Column, Deferrable, Enum, ObjectName, Schema, Type};
use crate::sql::Dialect;

/// A statement without its semicolon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// What is to be said above it.
    pub(crate) notes: Vec<String>,
    /// Its text, of one or several lines.
    pub(crate) sql: String,
}

/// An operation that a database has no words for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what it is")]
#[non_exhaustive]
pub enum DdlError {
    #[error("{table}.{column}: {source}")]
    Type { table: ObjectName, column: String, source: NoSuchType },
    #[error("index {index} of {table}: {dialect} has no indexes on some of the rows")]
    PartialIndex { dialect: Dialect, table: ObjectName, index: String },
    #[error("{object}: its text is for {of}, and {dialect} has another language")]
    Object { dialect: Dialect, of: Dialect, object: String },
    #[error("{table}: {dialect} cannot change whether a table is STRICT or WITHOUT ROWID; make a new table")]
    Options { dialect: Dialect, table: ObjectName },
}

/// The statements that carry out `operations`. `schemas` are those that they lead to and come from: the first knows enums
/// and tables best. Definitions that a server has printed are in the words of `of`.
pub(crate) fn statements(
    dialect: Dialect,
    of: Dialect,
    operations: &[Operation],
    schemas: [&Schema; 2],
) -> Result<Vec<Statement>, DdlError> {
    let (enums, casts) = known(schemas);
    let mut statements = Vec::new();
    for action in merge::merged(dialect, operations, schemas) {
        if let merge::Action::Single(operation) = &action
            && let Operation::DropObject(object) = operation.as_ref()
            && goes_along(object, operations)
        {
            continue;
        }
        let strict = action.table().is_some_and(|table| is_strict(table, schemas));
        Writer { dialect, of, enums: &enums, casts: &casts, strict, schemas }
            .write(&action, &mut statements)?;
    }
    let changes_rows = statements.iter().any(|statement| statement.sql.starts_with("UPDATE "));
    if dialect == Dialect::Postgresql && changes_rows && schemas.iter().any(|schema| defers(schema)) {
        let note =
            "A table whose rows have checks that wait for the end of the transaction cannot be altered.";
        let sql = "SET CONSTRAINTS ALL IMMEDIATE".to_owned();
        statements.insert(0, Statement { notes: vec![note.to_owned()], sql });
    }
    Ok(statements)
}

/// The enums and the casts of both schemas.
fn known(schemas: [&Schema; 2]) -> (Vec<Enum>, Vec<Cast>) {
    let enums = schemas.iter().flat_map(|schema| schema.enums.iter().cloned());
    (enums.collect(), schemas.iter().flat_map(|schema| schema.casts.iter().cloned()).collect())
}

fn is_strict(table: &ObjectName, schemas: [&Schema; 2]) -> bool {
    let known = schemas.iter().find_map(|schema| schema.table(table));
    known.is_some_and(|table| table.options.strict)
}

/// Whether foreign keys are first checked when a transaction ends.
fn defers(schema: &Schema) -> bool {
    let mut keys = schema.tables.iter().flat_map(|table| &table.foreign_keys);
    keys.any(|key| key.deferrable == Some(Deferrable::InitiallyDeferred))
}

/// The word of a database for a type, if it has one.
pub(crate) fn type_word(dialect: Dialect, strict: bool, type_: &Type, enums: &[Enum]) -> Option<String> {
    let nothing = &Schema::default();
    Writer { dialect, of: dialect, enums, casts: &[], strict, schemas: [nothing, nothing] }.word(type_).ok()
}

/// Writes for one dialect.
struct Writer<'a> {
    dialect: Dialect,
    /// Whose words printed definitions are in.
    of: Dialect,
    enums: &'a [Enum],
    casts: &'a [Cast],
    /// Whether the table is `STRICT`.
    strict: bool,
    /// What the statements lead to and come from.
    schemas: [&'a Schema; 2],
}

impl Writer<'_> {
    fn name(&self, name: &str) -> String {
        crate::sql::quote::name(self.dialect, name)
    }

    fn names(&self, names: &[String]) -> String {
        let names: Vec<String> = names.iter().map(|name| self.name(name)).collect();
        names.join(", ")
    }

    /// A table or type, with its schema where there are schemas.
    fn object(&self, name: &ObjectName) -> String {
        match &name.schema {
            Some(schema) if self.dialect != Dialect::Sqlite => {
                format!("{}.{}", self.name(schema), self.name(&name.name))
            }
            _ => self.name(&name.name),
        }
    }

    /// Something that stands beside a table in its schema: an index, an enum.
    fn beside(&self, table: &ObjectName, name: &str) -> String {
        self.object(&ObjectName { schema: table.schema.clone(), name: name.to_owned() })
    }

    fn type_word(&self, table: &ObjectName, column: &Column) -> Result<String, DdlError> {
        self.word(&column.type_).map_err(|source| DdlError::Type {
            table: table.clone(),
            column: column.name.clone(),
            source,
        })
    }

    fn word(&self, type_: &Type) -> Result<String, NoSuchType> {
        let quote = |name: &ObjectName| self.object(name);
        let strict = self.strict;
        TypeWords { dialect: self.dialect, strict, enums: self.enums, quote: &quote }.word(type_)
    }

    fn is(&self, dialect: Dialect) -> bool {
        self.dialect == dialect
    }

    fn write(&self, action: &merge::Action<'_>, out: &mut Vec<Statement>) -> Result<(), DdlError> {
        let operation = match action {
            merge::Action::Single(operation) => operation,
            merge::Action::Columns(operations) => return self.alter_columns(operations, out),
            merge::Action::Keys(operations) => return self.change_keys(operations, out),
        };
        let loss = operation.loss().map(|loss| format!("Loses data: {loss}."));
        let mut push = |sql: String| out.push(Statement { notes: Vec::new(), sql });
        match operation.as_ref() {
            Operation::CreateSchema { name } if self.is(Dialect::Postgresql) => {
                push(format!("CREATE SCHEMA IF NOT EXISTS {}", self.name(name)));
            }
            Operation::DropSchema { name } if self.is(Dialect::Postgresql) => {
                push(format!("DROP SCHEMA IF EXISTS {}", self.name(name)));
            }
            Operation::CreateSchema { .. } | Operation::DropSchema { .. } => {}
            Operation::CreateEnum(own) => self.create_enum(own, out),
            Operation::DropEnum(own) => self.drop_enum(own, out),
            Operation::RenameEnum { from, to } if self.is(Dialect::Postgresql) => {
                self.rename("TYPE", [from, to], out);
            }
            Operation::RenameEnum { .. } => {}
            Operation::ChangeEnum(change) => self.change_enum(change, loss, out)?,
            Operation::CreateTable(table) => self.create_table(table, out)?,
            Operation::DropTable(table) => {
                let sql = format!("DROP TABLE {}", self.object(&table.name));
                out.push(Statement { notes: loss.into_iter().collect(), sql });
            }
            Operation::RenameTable { from, to } => self.rename("TABLE", [from, to], out),
            Operation::SetComment { table, after, .. } => {
                out.extend(self.table_comment(table, after.as_deref()));
            }
            Operation::SetOptions { table, before, after } => match self.dialect {
                Dialect::Sqlite if self.of == Dialect::Sqlite => {
                    let (dialect, table) = (self.dialect, table.clone());
                    return Err(DdlError::Options { dialect, table });
                }
                Dialect::Mysql => push(self.alter(table, &[changed_settings(before, after).join(" ")])),
                _ => {}
            },
            Operation::AddColumn { table, column, fill } => self.add_column(table, column, fill, out)?,
            Operation::DropColumn { table, column } => {
                let sql = self.alter(table, &[format!("DROP COLUMN {}", self.name(&column.name))]);
                out.push(Statement { notes: loss.into_iter().collect(), sql });
            }
            Operation::RenameColumn { table, from, to } => {
                let action = format!("RENAME COLUMN {} TO {}", self.name(from), self.name(to));
                push(self.alter(table, &[action]));
            }
            Operation::AlterColumn { .. } => self.alter_columns(&[operation.as_ref()], out)?,
            Operation::ChangePrimaryKey { table, before, after } => {
                let actions = self.key_actions(table, before.as_ref(), after.as_ref());
                if !actions.is_empty() {
                    push(self.alter(table, &actions));
                }
            }
            Operation::CreateIndex { table, index, key_index } => {
                self.create_index(table, index, key_index.as_deref(), out)?;
            }
            Operation::DropIndex { table, index, key_index } => {
                self.drop_index(table, index, key_index.as_deref(), out);
            }
            Operation::RenameIndex { table, from, to } => self.rename_index(table, from, to, out)?,
            Operation::AddConstraint { table, constraint, key_index } => {
                push(self.alter(table, &self.add_actions(constraint, key_index.as_deref())));
            }
            Operation::DropConstraint { table, constraint, key_index } => {
                push(self.alter(table, &self.drop_actions(constraint, key_index.as_deref())));
            }
            Operation::CreateObject(_) | Operation::DropObject(_) | Operation::ReplaceObject { .. } => {
                out.extend(of_object(operation, loss));
            }
            Operation::RenameConstraint { table, from, to, key_index } => {
                push(self.rename_constraint(table, [from, to], key_index.as_deref()));
            }
        }
        Ok(())
    }

    /// `ALTER TABLE` with its actions: each on a line of its own if there are several.
    fn alter(&self, table: &ObjectName, actions: &[String]) -> String {
        let table = self.object(table);
        match actions {
            [action] => format!("ALTER TABLE {table} {action}"),
            actions => format!("ALTER TABLE {table}\n    {}", actions.join(",\n    ")),
        }
    }

    fn table_comment(&self, table: &ObjectName, comment: Option<&str>) -> Option<Statement> {
        let text = comment.map(|comment| text::literal(self.dialect, comment));
        let sql = match self.dialect {
            Dialect::Sqlite => return None,
            Dialect::Postgresql => {
                let text = text.unwrap_or_else(|| "NULL".to_owned());
                format!("COMMENT ON TABLE {} IS {text}", self.object(table))
            }
            Dialect::Mysql => self.alter(table, &[format!("COMMENT = {}", text.as_deref().unwrap_or("''"))]),
        };
        Some(Statement { notes: Vec::new(), sql })
    }
}

/// The statement for a text object: its own text.
fn of_object(operation: &Operation, loss: Option<String>) -> Option<Statement> {
    let text = match operation {
        Operation::CreateObject(object) => object.definition.clone(),
        Operation::DropObject(object) => object.drop.clone(),
        Operation::ReplaceObject { before, after } => replacement(before, after),
        _ => None,
    };
    let sql = text?.trim().trim_end_matches(';').trim_end().to_owned();
    Some(Statement { notes: loss.into_iter().collect(), sql })
}

pub(crate) use convert::{Retyped, retyped};
pub(crate) use text::script;
