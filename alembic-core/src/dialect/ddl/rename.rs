//! Tables and types by another name, or in another schema.

use super::{Statement, Writer};
use crate::schema::{ObjectName, Schema};
use crate::sql::Dialect;

impl Writer<'_> {
    /// Gives a table or type another name, in another schema if that is another one too.
    pub(super) fn rename(&self, kind: &str, [from, to]: [&ObjectName; 2], out: &mut Vec<Statement>) {
        let mut push = |sql: String| out.push(Statement { notes: Vec::new(), sql });
        let is_moved = from.schema != to.schema;
        match self.dialect {
            // It takes a name without its database for one of the current database.
            Dialect::Mysql if is_moved => {
                push(format!("RENAME TABLE {} TO {}", self.object(from), self.object(to)));
            }
            Dialect::Mysql => {
                push(format!("ALTER TABLE {} RENAME TO {}", self.object(from), self.object(to)));
            }
            Dialect::Postgresql if is_moved => {
                // On the way there is a third name, which something else may have.
                let moved = ObjectName { name: from.name.clone(), ..to.clone() };
                let renamed = ObjectName { name: to.name.clone(), ..from.clone() };
                let [first, second] = if from.name != to.name && self.has(&moved) {
                    [renamed, to.clone()]
                } else {
                    [moved, to.clone()]
                };
                let steps = [(from, &first), (&first, &second)];
                for (old, new) in steps.into_iter().filter(|(old, new)| old != new) {
                    let action = if old.schema == new.schema {
                        format!("RENAME TO {}", self.name(&new.name))
                    } else {
                        format!("SET SCHEMA {}", self.name(&self.schema_of(new)))
                    };
                    push(format!("ALTER {kind} {} {action}", self.object(old)));
                }
            }
            Dialect::Sqlite if from.name == to.name => {}
            Dialect::Sqlite | Dialect::Postgresql => {
                push(format!("ALTER {kind} {} RENAME TO {}", self.object(from), self.name(&to.name)));
            }
        }
    }

    /// Whether a table or type has this name, before or after.
    fn has(&self, name: &ObjectName) -> bool {
        let in_schema = |schema: &&Schema| {
            schema.table(name).is_some() || schema.enums.iter().any(|own| own.name == *name)
        };
        self.schemas.iter().any(in_schema)
    }

    /// The schema of a name, also where that is the default one.
    fn schema_of(&self, name: &ObjectName) -> String {
        let default = || self.schemas.iter().find_map(|schema| schema.default.clone());
        name.schema.clone().or_else(default).unwrap_or_else(|| "public".to_owned())
    }
}
