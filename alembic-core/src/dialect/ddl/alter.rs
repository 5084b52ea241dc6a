//! Columns that are added or changed.

use super::column::{identity_words, serial_name};
use super::convert::Retyping;
use super::{DdlError, Statement, Writer};
use crate::dialect::neutral::neutral_value;
use crate::operation::{Fill, Operation, is_unfilled};
use crate::schema::{Column, Identity, ObjectName};
use crate::sql::Dialect;
use crate::sql::quote::string;

impl Writer<'_> {
    /// Adds a column; in three steps where the rows that are there need a value that no default gives them.
    pub(super) fn add_column(
        &self,
        table: &ObjectName,
        column: &Column,
        fill: &Fill,
        out: &mut Vec<Statement>,
    ) -> Result<(), DdlError> {
        let push = |out: &mut Vec<Statement>, sql| out.push(Statement { notes: Vec::new(), sql });
        let value = match fill {
            Fill::Value(value) => Some(value.clone()),
            Fill::Neutral if is_unfilled(column) => neutral_value(self.dialect, &column.type_, self.enums),
            // SQLite numbers the rows only as they are inserted.
            _ if self.is(Dialect::Sqlite) && column.identity.is_some() => Some("rowid".to_owned()),
            _ => None,
        };
        let in_steps = value.is_some()
            || (is_unfilled(column) && *fill != Fill::Neutral)
            || (self.is(Dialect::Sqlite) && column.identity.is_some());
        if !in_steps || column.generated.is_some() {
            push(out, self.alter(table, &[format!("ADD COLUMN {}", self.column(table, column)?)]));
        } else {
            let nullable = Column { nullable: true, identity: None, ..column.clone() };
            push(out, self.alter(table, &[format!("ADD COLUMN {}", self.column(table, &nullable)?)]));
            let name = self.name(&column.name);
            let mut notes = Vec::new();
            match value {
                Some(value) => push(out, format!("UPDATE {} SET {name} = {value}", self.object(table))),
                None => notes.push(format!(
                    "Fill in the rows that are there:\n  UPDATE {} SET {name} = …;",
                    self.object(table)
                )),
            }
            if !column.nullable {
                let sql = self.set_not_null(table, column)?;
                out.push(Statement { notes, sql });
            }
        }
        if self.is(Dialect::Postgresql) && column.comment.is_some() {
            out.push(self.column_comment(table, &column.name, column.comment.as_deref()));
        }
        Ok(())
    }

    fn set_not_null(&self, table: &ObjectName, column: &Column) -> Result<String, DdlError> {
        let action = match self.dialect {
            Dialect::Mysql => format!("MODIFY COLUMN {}", self.column(table, column)?),
            _ => format!("ALTER COLUMN {} SET NOT NULL", self.name(&column.name)),
        };
        Ok(self.alter(table, &[action]))
    }

    /// Changes columns of one table in one statement.
    pub(super) fn alter_columns(
        &self,
        operations: &[&Operation],
        out: &mut Vec<Statement>,
    ) -> Result<(), DdlError> {
        let mut actions = Vec::new();
        let mut notes = Vec::new();
        let mut after_it = Vec::new();
        let mut altered = None;
        for operation in operations {
            let Operation::AlterColumn { table, before, after, fill } = operation else { continue };
            altered = Some(table);
            // The value is one of the new type, and has to be there before the rows must have one.
            let word = self.type_word(table, after)?;
            let default = after.default.as_ref().map(|default| self.default(default, &word));
            let value = match fill {
                Fill::Value(value) => Some(value.clone()),
                Fill::Nothing => default,
                Fill::Neutral => None,
            };
            if let Some(value) = value.filter(|_| before.nullable && !after.nullable) {
                // What is numbered has to be NOT NULL.
                let nullable = Column {
                    nullable: true,
                    identity: before.identity,
                    identity_options: before.identity_options.clone(),
                    sequence: before.sequence.clone(),
                    ..after.as_ref().clone()
                };
                let step = |before: &Column, after: &Column| Operation::AlterColumn {
                    table: table.clone(),
                    before: Box::new(before.clone()),
                    after: Box::new(after.clone()),
                    fill: Fill::Neutral,
                };
                self.alter_columns(&[&step(before, &nullable)], out)?;
                let (own, name) = (self.object(table), self.name(&after.name));
                let sql = format!("UPDATE {own} SET {name} = {value} WHERE {name} IS NULL");
                out.push(Statement { notes: Vec::new(), sql });
                self.alter_columns(&[&step(&nullable, after)], out)?;
                continue;
            }
            let retyping = self.retyping(table, before, after)?;
            let lost = retyping.as_ref().and_then(|retyping| retyping.note(table, &after.name));
            if let (Dialect::Mysql, Some(Retyping::Told(using))) = (self.dialect, &retyping) {
                self.convert_beside(table, [before, after], using, lost, out)?;
                continue;
            }
            notes.extend(lost);
            out.extend(retyping.iter().flat_map(|retyping| self.checked(table, before, retyping)));
            if operation.needs_fill() {
                notes.push(format!("Fails where {}.{} is NULL.", table, after.name));
            }
            match self.dialect {
                Dialect::Mysql => {
                    if self.column(table, before)? != self.column(table, after)? {
                        actions.push(format!("MODIFY COLUMN {}", self.column(table, after)?));
                    }
                }
                Dialect::Sqlite => {
                    let using = retyping.as_ref().and_then(|own| own.using());
                    self.sqlite_actions(table, [before, after], using, &mut actions)?;
                }
                Dialect::Postgresql => {
                    let using = retyping.as_ref().and_then(|own| own.using());
                    self.postgresql_actions(table, [before, after], using, &mut actions, &mut after_it)?;
                }
            }
        }
        if let (Some(table), false) = (altered, actions.is_empty()) {
            out.push(Statement { notes, sql: self.alter(table, &actions) });
        }
        out.extend(after_it);
        Ok(())
    }

    fn sqlite_actions(
        &self,
        table: &ObjectName,
        [before, after]: [&Column; 2],
        using: Option<&str>,
        actions: &mut Vec<String>,
    ) -> Result<(), DdlError> {
        let name = self.name(&after.name);
        let (old, new) = (self.type_word(table, before)?, self.type_word(table, after)?);
        if !old.eq_ignore_ascii_case(&new) || before.collation != after.collation {
            let collation = match (&before.collation, &after.collation) {
                (_, Some(collation)) => format!(" COLLATE {}", self.collation(collation)),
                (Some(_), None) => " COLLATE BINARY".to_owned(),
                (None, None) => String::new(),
            };
            let using = using.map_or_else(String::new, |using| format!(" USING {using}"));
            actions.push(format!("ALTER COLUMN {name} TYPE {new}{collation}{using}"));
        }
        if before.default != after.default {
            actions.push(self.set_default(&name, after, &new));
        }
        actions.extend(nullability(&name, before, after));
        Ok(())
    }

    fn set_default(&self, name: &str, column: &Column, word: &str) -> String {
        match &column.default {
            Some(default) => format!("ALTER COLUMN {name} SET DEFAULT {}", self.default(default, word)),
            None => format!("ALTER COLUMN {name} DROP DEFAULT"),
        }
    }

    fn postgresql_actions(
        &self,
        table: &ObjectName,
        [before, after]: [&Column; 2],
        using: Option<&str>,
        actions: &mut Vec<String>,
        after_it: &mut Vec<Statement>,
    ) -> Result<(), DdlError> {
        let name = self.name(&after.name);
        let (old, new) = (self.type_word(table, before)?, self.type_word(table, after)?);
        let of = |identity| move |column: &Column| column.identity == Some(identity);
        let is_serial = of(Identity::Serial);
        let identity_changes = before.identity != after.identity;
        if identity_changes && is_serial(before) {
            actions.push(format!("ALTER COLUMN {name} DROP DEFAULT"));
        } else if identity_changes
            && before.identity.is_some()
            && after.identity.is_none_or(|_| is_serial(after))
        {
            actions.push(format!("ALTER COLUMN {name} DROP IDENTITY"));
        }
        let retyped = !old.eq_ignore_ascii_case(&new) || before.collation != after.collation;
        // The default of the old type may be none of the new one.
        let default_goes = before.default.is_some() && (retyped || after.default.is_none());
        if default_goes {
            actions.push(format!("ALTER COLUMN {name} DROP DEFAULT"));
        }
        if retyped {
            let collation = match (&before.collation, &after.collation) {
                (_, Some(collation)) => format!(" COLLATE {}", self.collation(collation)),
                // A new type has its own, if it has any.
                (Some(_), None) if old.eq_ignore_ascii_case(&new) => " COLLATE \"default\"".to_owned(),
                _ => String::new(),
            };
            let using = using.map_or_else(String::new, |using| format!(" USING {using}"));
            actions.push(format!("ALTER COLUMN {name} TYPE {new}{collation}{using}"));
        }
        actions.extend(nullability(&name, before, after));
        if after.default.is_some() && (default_goes || before.default != after.default) {
            actions.push(self.set_default(&name, after, &new));
        }
        if identity_changes {
            self.postgresql_identity(table, before, after, actions, after_it)?;
        } else if is_serial(after) {
            self.widen_sequence(table, before, after, after_it)?;
        }
        actions.extend(self.set_identity_options(before, after));
        if before.comment != after.comment {
            after_it.push(self.column_comment(table, &after.name, after.comment.as_deref()));
        }
        Ok(())
    }

    fn postgresql_identity(
        &self,
        table: &ObjectName,
        before: &Column,
        after: &Column,
        actions: &mut Vec<String>,
        after_it: &mut Vec<Statement>,
    ) -> Result<(), DdlError> {
        let name = self.name(&after.name);
        let sequence = &self.sequence(table, [before, after]);
        let mut push = |sql: String| after_it.push(Statement { notes: Vec::new(), sql });
        let was_identity = before.identity.is_some_and(|identity| identity != Identity::Serial);
        // A serial column that gets another type may go on calling its sequence.
        let calls_it = |column: &Column| column.default.as_deref().is_some_and(|own| calls(own, sequence));
        if before.identity == Some(Identity::Serial) && !calls_it(after) {
            push(format!("DROP SEQUENCE IF EXISTS {sequence}"));
        }
        let Some(identity) = after.identity else { return Ok(()) };
        match identity_words(identity) {
            Some(words) if was_identity => {
                let kind = words.trim_end_matches(" AS IDENTITY");
                actions.push(format!("ALTER COLUMN {name} SET {kind}"));
                return Ok(());
            }
            // The sequence of a serial column has the name that the one of the identity gets.
            Some(words) => {
                let words = self.identity_with_options(after).unwrap_or_else(|| words.to_owned());
                push(self.alter(table, &[format!("ALTER COLUMN {name} ADD {words}")]));
            }
            None => {
                if !calls_it(before) {
                    // Without a type it is one of `BIGINT`.
                    let word = self.sequence_word(table, after)?;
                    let kind = Some(word).filter(|word| word != "BIGINT");
                    let kind = kind.map_or_else(String::new, |word| format!(" AS {word}"));
                    push(format!("CREATE SEQUENCE {sequence}{kind} OWNED BY {}.{name}", self.object(table)));
                }
                let default = format!("nextval({})", string(sequence));
                push(self.alter(table, &[format!("ALTER COLUMN {name} SET DEFAULT {default}")]));
            }
        }
        // The numbers go on behind those that are there.
        let table = self.object(table);
        push(format!(
            "SELECT setval(pg_get_serial_sequence({}, {}), coalesce(max({name}), 0) + 1, false) FROM {table}",
            string(&table),
            string(&after.name),
        ));
        Ok(())
    }

    /// The sequence of a serial column.
    fn sequence(&self, table: &ObjectName, columns: [&Column; 2]) -> String {
        let known = columns.iter().find_map(|column| column.sequence.as_ref());
        match known {
            Some(sequence) => self.object(&sequence.name),
            None => self.object(&serial_name(table, columns[1])),
        }
    }

    fn sequence_word(&self, table: &ObjectName, column: &Column) -> Result<String, DdlError> {
        self.type_word(table, &Column { type_: column.sequence_type().clone(), ..column.clone() })
    }

    /// Gives the sequence of a serial column the type that the column has.
    pub(super) fn widen_sequence(
        &self,
        table: &ObjectName,
        before: &Column,
        after: &Column,
        after_it: &mut Vec<Statement>,
    ) -> Result<(), DdlError> {
        let (old, new) = (self.sequence_word(table, before)?, self.sequence_word(table, after)?);
        if !old.eq_ignore_ascii_case(&new) {
            let sql = format!("ALTER SEQUENCE {} AS {new}", self.sequence(table, [before, after]));
            after_it.push(Statement { notes: Vec::new(), sql });
        }
        Ok(())
    }
}

fn nullability(name: &str, before: &Column, after: &Column) -> Option<String> {
    match (before.nullable, after.nullable) {
        (true, false) => Some(format!("ALTER COLUMN {name} SET NOT NULL")),
        (false, true) => Some(format!("ALTER COLUMN {name} DROP NOT NULL")),
        _ => None,
    }
}

/// Whether a default is the next number of this sequence.
fn calls(default: &str, sequence: &str) -> bool {
    default == format!("nextval({}::regclass)", string(sequence))
}
