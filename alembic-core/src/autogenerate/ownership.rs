//! Which tables of a database are managed: desired tables, and tables that a revision creates. All others are left alone.

use std::collections::HashSet;

use crate::schema::{Filter, ObjectName, Schema, Table};
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

impl Ownership {
    pub(super) fn new(filter: &Filter, dropped: &[String]) -> Ownership {
        Ownership { created: None, dropped: dropped.to_vec(), schemas: filter.schemas.clone() }
    }

    /// Manages the tables that these scripts create. `default` is the name of the default schema.
    pub(super) fn of_scripts(
        self,
        directory: &ScriptDirectory,
        dialect: Dialect,
        default: Option<&str>,
    ) -> Self {
        Ownership { created: Some(created(directory, dialect, default)), ..self }
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
        let is_desired = |table: &Table| {
            let earlier = table.renamed_from.as_deref();
            table.name == *name || (table.name.schema == name.schema && earlier == Some(name.name.as_str()))
        };
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
        managed
            .enums
            .retain(|own| desired.enums.iter().any(|other| other.name == own.name) || !is_used(&own.name));
        managed
    }
}

/// The tables that exist after all upgrades, in lower case.
fn created(directory: &ScriptDirectory, dialect: Dialect, default: Option<&str>) -> HashSet<String> {
    let shown = |name: &Name| {
        let schema =
            name.schema.as_deref().filter(|schema| dialect != Dialect::Sqlite && Some(*schema) != default);
        let name = ObjectName { schema: schema.map(str::to_owned), name: name.name.clone() };
        name.to_string().to_lowercase()
    };
    let mut tables = HashSet::new();
    for node in directory.graph().topological() {
        let script = directory.script(*node);
        let Some(section) = script.section(crate::revision::Direction::Upgrade, dialect) else { continue };
        // A section that cannot be read creates nothing that is known of.
        for statement in script.statements(section, dialect).unwrap_or_default() {
            for change in Facts::of(statement.text(&script.text), dialect).changes {
                match change.action {
                    Action::Creates if change.object.kind == ObjectKind::Table => {
                        tables.insert(shown(&change.object.name));
                    }
                    Action::Drops | Action::Renames if change.object.kind == ObjectKind::Table => {
                        tables.remove(&shown(&change.object.name));
                    }
                    _ => {}
                }
            }
        }
    }
    tables
}
