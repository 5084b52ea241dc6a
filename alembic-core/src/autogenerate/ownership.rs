//! Which tables of a database are managed: desired tables, and tables that a revision creates. All others are left alone.

use std::collections::HashSet;

use crate::schema::{Enum, Filter, ObjectName, Schema, Table};
use crate::script::ScriptDirectory;
use crate::sql::facts::{Action, Facts, ObjectKind};
use crate::sql::{Dialect, Name};

/// Decides which tables are dropped that are not desired.
#[derive(Clone, Debug)]
pub(super) struct Ownership {
    /// The tables that exist after all upgrades of the scripts. None: every table is managed.
    created: Option<HashSet<String>>,
    /// Tables to drop although no revision creates them.
    dropped: Vec<String>,
    /// The schemas that are compared as a whole. Of others only what is desired is.
    schemas: Vec<String>,
}

/// The tables that scripts create, and drop again or give other names, in this order.
pub(super) struct Created(Vec<(Name, Fate)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Comes,
    Goes,
}

impl Ownership {
    pub(super) fn new(filter: &Filter, dropped: &[String]) -> Ownership {
        Ownership { created: None, dropped: dropped.to_vec(), schemas: filter.schemas.clone() }
    }

    /// Manages the tables that scripts create. `default` is the name of the default schema.
    pub(super) fn of_scripts(self, created: &Created, default: Option<&str>) -> Self {
        let shown = |name: &Name| {
            let schema = name.schema.as_deref().filter(|schema| Some(*schema) != default);
            let name = ObjectName { schema: schema.map(str::to_owned), name: name.name.clone() };
            name.to_string().to_lowercase()
        };
        let mut tables = HashSet::new();
        for (name, fate) in &created.0 {
            match fate {
                Fate::Comes => tables.insert(shown(name)),
                Fate::Goes => tables.remove(&shown(name)),
            };
        }
        Ownership { created: Some(tables), ..self }
    }

    /// Manages all tables of these schemas.
    pub(super) fn of_schemas(mut self, schemas: Vec<String>) -> Self {
        self.schemas.extend(schemas);
        self
    }

    fn has(&self, name: &ObjectName) -> bool {
        let shown = name.to_string();
        let is_ours = match &self.created {
            Some(created) => created.contains(&shown.to_lowercase()),
            None => name.schema.as_ref().is_none_or(|schema| self.schemas.contains(schema)),
        };
        is_ours || self.dropped.contains(&shown)
    }

    /// Whether a table is compared.
    pub(super) fn manages(&self, name: &ObjectName, desired: &Schema) -> bool {
        let is_desired = |table: &Table| table.name == *name || table.renamed_from.as_ref() == Some(name);
        desired.tables.iter().any(is_desired) || self.has(name)
    }

    /// The schema without the tables that are not compared, and without the enums that only these use.
    pub(super) fn managed(&self, schema: &Schema, desired: &Schema) -> Schema {
        let mut managed = schema.clone();
        let (tables, left): (Vec<Table>, Vec<Table>) = std::mem::take(&mut managed.tables)
            .into_iter()
            .partition(|table| self.manages(&table.name, desired));
        managed.tables = tables;
        let is_used = |name: &ObjectName| {
            let mut columns = left.iter().flat_map(|table| &table.columns);
            columns.any(|column| column.type_.enum_name() == Some(name))
        };
        managed.enums.retain(|own| desires(desired, own) || !is_used(&own.name));
        managed
    }
}

/// Whether an enum is desired, under its name or another one.
pub(super) fn desires(desired: &Schema, own: &Enum) -> bool {
    desired.enums.iter().any(|other| other.name == own.name || other.renamed_from.as_ref() == Some(&own.name))
}

impl Created {
    /// What the upgrades of these scripts do.
    pub(super) fn by(directory: &ScriptDirectory, dialect: Dialect) -> Created {
        let mut tables = Vec::new();
        for node in directory.graph().topological() {
            let script = directory.script(*node);
            let Some(section) = script.section(crate::revision::Direction::Upgrade, dialect) else {
                continue;
            };
            // A section that cannot be read creates nothing that is known of.
            for statement in script.statements(section, dialect).unwrap_or_default() {
                for change in Facts::of(statement.text(&script.text), dialect).changes {
                    let mut name = change.object.name;
                    name.schema.take_if(|_| dialect == Dialect::Sqlite);
                    let fate = match change.action {
                        _ if change.object.kind != ObjectKind::Table => continue,
                        Action::Creates => Fate::Comes,
                        Action::Drops | Action::Renames => Fate::Goes,
                        Action::Changes => continue,
                    };
                    tables.push((name, fate));
                }
            }
        }
        Created(tables)
    }

    /// The schemas that they name.
    pub(super) fn schemas(&self) -> Vec<String> {
        self.0.iter().filter_map(|(name, _)| name.schema.clone()).collect()
    }
}
