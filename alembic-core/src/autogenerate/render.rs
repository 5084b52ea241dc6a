//! The SQL of a difference, as the sections of a script.

use std::collections::BTreeSet;
use std::fmt;

use super::Difference;
use crate::dialect::{DdlError, Statement, script, statements};
use crate::operation::{Operation, Side, diff, freed_on_the_way_back, has_collation, inverse};
use crate::revision::Direction;
use crate::schema::{Schema, TextObject};
use crate::sql::Dialect;

/// The sections of a script: one for all dialects that say the same, one each for those that do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The sections of the upgrade.
    pub upgrade: Vec<RenderedSection>,
    /// The sections of the downgrade.
    pub downgrade: Vec<RenderedSection>,
}

/// A section of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedSection {
    /// The dialects that it is for; none where it is for all.
    pub dialects: Vec<Dialect>,
    /// Its statements.
    pub sql: String,
}

impl Difference {
    /// The statements that carry out the difference in one dialect, or that undo it.
    ///
    /// # Errors
    /// The dialect has no words for something.
    pub fn sql(&self, dialect: Dialect, direction: Direction) -> Result<String, DdlError> {
        if let Some(object) = self.operations.iter().find_map(of_text).filter(|_| dialect != self.dialect) {
            return Err(DdlError::Object { dialect, of: self.dialect, object: object.to_string() });
        }
        let mut statements = match direction {
            Direction::Upgrade => {
                statements(dialect, self.dialect, &self.operations, [&self.after, &self.before])?
            }
            Direction::Downgrade => {
                let mut back = inverse(&self.operations);
                if dialect == Dialect::Postgresql {
                    back = freed_on_the_way_back(back, &self.after.objects, &self.before.objects);
                }
                statements(dialect, self.dialect, &back, [&self.before, &self.after])?
            }
        };
        if statements.iter().any(|statement| is_checked(&statement.sql)) {
            let note =
                "Functions may name each other and themselves, and what the search path of others finds.";
            let sql = "SET LOCAL check_function_bodies = off".to_owned();
            statements.insert(0, Statement { notes: vec![note.to_owned()], sql });
        }
        Ok(script(&statements))
    }

    /// The sections of a script that carry out the difference in all these dialects.
    ///
    /// # Errors
    /// A dialect has no words for something.
    pub fn render(&self, dialects: &[Dialect]) -> Result<Rendered, DdlError> {
        Ok(Rendered {
            upgrade: self.sections(dialects, Direction::Upgrade)?,
            downgrade: self.sections(dialects, Direction::Downgrade)?,
        })
    }

    fn sections(&self, dialects: &[Dialect], direction: Direction) -> Result<Vec<RenderedSection>, DdlError> {
        let mut sections: Vec<RenderedSection> = Vec::new();
        for &dialect in dialects {
            let sql = self.sql(dialect, direction)?;
            match sections.iter_mut().find(|section| section.sql == sql) {
                Some(section) => section.dialects.push(dialect),
                None => sections.push(RenderedSection { dialects: vec![dialect], sql }),
            }
        }
        if let [only] = sections.as_mut_slice() {
            only.dialects.clear();
        }
        Ok(sections)
    }
}

/// PostgreSQL: whether a statement makes a routine whose text the server would read at once, as `pg_get_functiondef` prints it.
fn is_checked(sql: &str) -> bool {
    sql.starts_with("CREATE OR REPLACE ") && sql.contains("\n LANGUAGE sql\n") && sql.contains("\nAS $")
}

/// The text object that an operation is about.
fn of_text(operation: &Operation) -> Option<&TextObject> {
    match operation {
        Operation::CreateObject(object)
        | Operation::DropObject(object)
        | Operation::ReplaceObject { after: object, .. } => Some(object),
        _ => None,
    }
}

/// The statements that make a schema, in one dialect.
///
/// # Errors
/// The dialect has no words for something.
pub fn schema_sql(schema: &Schema, dialect: Dialect) -> Result<String, DdlError> {
    let schema = &with_collations(schema);
    let nothing = Schema::default();
    let before = Side { reflected: &nothing, written: &nothing };
    let objects =
        schema.objects.iter().filter(|object| object.statements().is_some() && object.kind != "extension");
    let names = schema.tables.iter().map(|table| &table.name).chain(schema.enums.iter().map(|own| &own.name));
    let names = names.chain(objects.map(|object| &object.name));
    let schemas: BTreeSet<&String> = names.filter_map(|name| name.schema.as_ref()).collect();
    let schemas = schemas.into_iter().map(|name| Operation::CreateSchema { name: name.clone() });
    let tables = diff(dialect, before, Side { reflected: schema, written: schema });
    let operations: Vec<Operation> = schemas.chain(tables).collect();
    Ok(script(&statements(dialect, dialect, &operations, [schema, &nothing])?))
}

/// MySQL: a table may have another collation than its database, and then what says nothing has that one. A column that
/// has the one of the database is shown without.
fn with_collations(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    for table in schema.tables.iter_mut().filter(|table| table.options.collation.is_some()) {
        let plain = table.columns.iter_mut().filter(|column| column.collation.is_none());
        plain.filter(|column| has_collation(column)).for_each(|column| {
            column.collation.clone_from(&schema.collation);
        });
    }
    schema
}

/// The text of the sections, each behind its line.
impl fmt::Display for Rendered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let upgrades = self.upgrade.iter().map(|section| ("upgrade", section));
        let sections = upgrades.chain(self.downgrade.iter().map(|section| ("downgrade", section)));
        for (place, (direction, RenderedSection { dialects, sql })) in sections.enumerate() {
            if place > 0 {
                formatter.write_str("\n")?;
            }
            let names: Vec<&str> = dialects.iter().map(|dialect| dialect.name()).collect();
            writeln!(formatter, "{}", format!("-- alembic: {direction} {}", names.join(", ")).trim_end())?;
            formatter.write_str(sql)?;
        }
        Ok(())
    }
}
