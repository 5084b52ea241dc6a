//! Enums.

use std::borrow::Cow;

use super::merge::Action;
use super::text::literal;
use super::{DdlError, Statement, Writer};
use crate::operation::{EnumChange, EnumColumn, EnumDependent, ValueStep};
use crate::schema::{Column, Enum, ObjectName, Type};
use crate::sql::Dialect;

impl Writer<'_> {
    fn values(&self, values: &[String]) -> String {
        values.iter().map(|value| literal(self.dialect, value)).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn create_enum(&self, own: &Enum, out: &mut Vec<Statement>) {
        if self.is(Dialect::Postgresql) {
            let sql =
                format!("CREATE TYPE {} AS ENUM ({})", self.object(&own.name), self.values(&own.values));
            out.push(Statement { notes: Vec::new(), sql });
        }
    }

    pub(super) fn drop_enum(&self, own: &Enum, out: &mut Vec<Statement>) {
        if self.is(Dialect::Postgresql) {
            out.push(Statement { notes: Vec::new(), sql: format!("DROP TYPE {}", self.object(&own.name)) });
        }
    }

    pub(super) fn change_enum(
        &self,
        change: &EnumChange,
        loss: Option<String>,
        out: &mut Vec<Statement>,
    ) -> Result<(), DdlError> {
        let first = out.len();
        match self.dialect {
            Dialect::Sqlite => self.rename_stored(change, out),
            Dialect::Mysql => self.modify_columns(change, out)?,
            Dialect::Postgresql => match change.steps() {
                Some(steps) => self.change_in_place(&change.after.name, steps, out),
                None => self.rebuild(change, out)?,
            },
        }
        if let (Some(loss), Some(statement)) = (loss, out.get_mut(first)) {
            statement.notes.insert(0, format!("{} Fails where a row has it.", loss.trim_end()));
        }
        Ok(())
    }

    fn change_in_place(&self, name: &ObjectName, steps: Vec<ValueStep>, out: &mut Vec<Statement>) {
        let name = self.object(name);
        for step in steps {
            let action = match step {
                ValueStep::Rename { from, to } => {
                    format!("RENAME VALUE {} TO {}", literal(self.dialect, &from), literal(self.dialect, &to))
                }
                ValueStep::Add { value, before } => {
                    let before = before.map_or_else(String::new, |before| {
                        format!(" BEFORE {}", literal(self.dialect, &before))
                    });
                    format!("ADD VALUE {}{before}", literal(self.dialect, &value))
                }
            };
            out.push(Statement { notes: Vec::new(), sql: format!("ALTER TYPE {name} {action}") });
        }
    }

    /// A new type takes the place of the old one: values can only be added to a type.
    fn rebuild(&self, change: &EnumChange, out: &mut Vec<Statement>) -> Result<(), DdlError> {
        for EnumDependent { before, .. } in change.dependents.iter().rev() {
            self.write(&Action::Single(Cow::Owned(before.inverse())), out)?;
        }
        let mut push = |sql: String| out.push(Statement { notes: Vec::new(), sql });
        let name = &change.after.name;
        let old = ObjectName { schema: name.schema.clone(), name: format!("{}_old", name.name) };
        push(format!("ALTER TYPE {} RENAME TO {}", self.object(name), self.name(&old.name)));
        push(format!("CREATE TYPE {} AS ENUM ({})", self.object(name), self.values(&change.after.values)));
        for EnumColumn { table, before, after } in &change.columns {
            let column = self.name(&after.name);
            let word = self.type_word(table, after)?;
            let mut actions = Vec::new();
            if before.default.is_some() {
                actions.push(format!("ALTER COLUMN {column} DROP DEFAULT"));
            }
            actions.push(format!(
                "ALTER COLUMN {column} TYPE {word} USING {}",
                self.converted(change, after, &word)
            ));
            if let Some(default) = &after.default {
                actions.push(format!("ALTER COLUMN {column} SET DEFAULT {}", self.default(default, &word)));
            }
            push(self.alter(table, &actions));
        }
        push(format!("DROP TYPE {}", self.object(&old)));
        for EnumDependent { after, .. } in &change.dependents {
            self.write(&Action::Single(Cow::Borrowed(after)), out)?;
        }
        Ok(())
    }

    /// The value of a column as one of the new type.
    fn converted(&self, change: &EnumChange, column: &Column, word: &str) -> String {
        let name = self.name(&column.name);
        let renames = change.renames();
        let text = if renames.is_empty() {
            match &column.type_ {
                Type::Array(_) => format!("{name}::text[]"),
                _ => format!("{name}::text"),
            }
        } else if let Type::Array(_) = &column.type_ {
            let replaced = renames.iter().fold(format!("{name}::text[]"), |text, (from, to)| {
                format!(
                    "array_replace({text}, {}, {})",
                    literal(self.dialect, from),
                    literal(self.dialect, to)
                )
            });
            return format!("{replaced}::{word}");
        } else {
            let cases = renames.iter().map(|(from, to)| {
                format!(" WHEN {} THEN {}", literal(self.dialect, from), literal(self.dialect, to))
            });
            format!("(CASE {name}::text{} ELSE {name}::text END)", cases.collect::<String>())
        };
        format!("{text}::{word}")
    }

    /// MySQL: the values are part of the columns.
    fn modify_columns(&self, change: &EnumChange, out: &mut Vec<Statement>) -> Result<(), DdlError> {
        let renames = change.renames();
        let enums = |values: Vec<String>| [Enum { values, ..change.after.clone() }];
        for EnumColumn { table, before, after } in &change.columns {
            let modify = |column: &Column, values: Vec<String>| {
                let enums = enums(values);
                let writer = Writer { enums: &enums, ..*self };
                let sql = writer.alter(table, &[format!("MODIFY COLUMN {}", writer.column(table, column)?)]);
                Ok(Statement { notes: Vec::new(), sql })
            };
            if !renames.is_empty() {
                let new = renames.iter().map(|(_, to)| to.clone());
                let both = change.before.values.iter().cloned().chain(new).collect();
                out.push(modify(before, both)?);
                self.rename_rows(table, &after.name, &renames, out);
            }
            out.push(modify(after, change.after.values.clone())?);
        }
        Ok(())
    }

    /// SQLite: the values are text.
    fn rename_stored(&self, change: &EnumChange, out: &mut Vec<Statement>) {
        for EnumColumn { table, after, .. } in &change.columns {
            self.rename_rows(table, &after.name, &change.renames(), out);
        }
    }

    fn rename_rows(
        &self,
        table: &ObjectName,
        column: &str,
        renames: &[(String, String)],
        out: &mut Vec<Statement>,
    ) {
        let (table, column) = (self.object(table), self.name(column));
        for (from, to) in renames {
            let [from, to] = [from, to].map(|value| literal(self.dialect, value));
            let sql = format!("UPDATE {table} SET {column} = {to} WHERE {column} = {from}");
            out.push(Statement { notes: Vec::new(), sql });
        }
    }
}
