//! Which tables of a database are managed: desired tables, and tables that a revision creates. All others are left alone.

use std::collections::HashSet;

use crate::schema::{Filter, ObjectName, Schema, Table, TextObject};
use crate::script::ScriptDirectory;
use crate::sql::facts::{Action, Facts, ObjectKind};
use crate::sql::{Dialect, Name};

/// Decides which tables are dropped that are not desired.
#[derive(Clone, Debug)]
pub(super) struct Ownership {
    /// The tables and other objects that exist after all upgrades of the scripts. None: every one is managed.
    created: Option<HashSet<(ObjectKind, String)>>,
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

    fn has(&self, kind: ObjectKind, name: &ObjectName) -> bool {
        match &self.created {
            Some(created) => {
                let shown = name.to_string().to_lowercase();
                // Routines are shown with their arguments.
                created.contains(&(kind, shown.split('(').next().unwrap_or_default().to_owned()))
            }
            None => name.schema.as_ref().is_none_or(|schema| self.schemas.contains(schema)),
        }
    }

    /// Whether a text object is compared: it belongs to a table that is, or a revision creates it.
    pub(super) fn manages_object(&self, object: &TextObject, desired: &Schema) -> bool {
        match (&object.table, kind_of(object)) {
            (_, Some(ObjectKind::Extension)) => false,
            (Some(about), _) if object.kind == "comment" => {
                let kinds = [
                    ObjectKind::View,
                    ObjectKind::Routine,
                    ObjectKind::Sequence,
                    ObjectKind::Type,
                    ObjectKind::Collation,
                ];
                self.manages(about, desired) || kinds.into_iter().any(|kind| self.has(kind, about))
            }
            (Some(table), _) if object.kind != "partition" => self.manages(table, desired),
            (_, Some(kind)) => self.has(kind, &object.name),
            _ => false,
        }
    }

    /// Whether a table is compared.
    pub(super) fn manages(&self, name: &ObjectName, desired: &Schema) -> bool {
        let is_desired = |table: &Table| {
            let earlier = table.renamed_from.as_deref();
            table.name == *name || (table.name.schema == name.schema && earlier == Some(name.name.as_str()))
        };
        desired.tables.iter().any(is_desired)
            || self.has(ObjectKind::Table, name)
            || self.dropped.contains(&name.to_string())
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

/// The kind that a statement names when it makes such an object.
fn kind_of(object: &TextObject) -> Option<ObjectKind> {
    Some(match object.kind.as_str() {
        "view" | "materialized view" => ObjectKind::View,
        "function" | "procedure" | "aggregate" => ObjectKind::Routine,
        "sequence" => ObjectKind::Sequence,
        "composite type" | "domain" | "range type" | "base type" => ObjectKind::Type,
        "collation" => ObjectKind::Collation,
        "extension" => ObjectKind::Extension,
        "event" => ObjectKind::Event,
        "partition" | "virtual table" | "foreign table" => ObjectKind::Table,
        _ => return None,
    })
}

/// The tables and other objects that exist after all upgrades, in lower case.
fn created(
    directory: &ScriptDirectory,
    dialect: Dialect,
    default: Option<&str>,
) -> HashSet<(ObjectKind, String)> {
    let shown = |name: &Name| {
        let schema =
            name.schema.as_deref().filter(|schema| dialect != Dialect::Sqlite && Some(*schema) != default);
        let name = ObjectName { schema: schema.map(str::to_owned), name: name.name.clone() };
        name.to_string().to_lowercase()
    };
    let mut created = HashSet::new();
    for node in directory.graph().topological() {
        let script = directory.script(*node);
        let Some(section) = script.section(crate::revision::Direction::Upgrade, dialect) else { continue };
        // A section that cannot be read creates nothing that is known of.
        for statement in script.statements(section, dialect).unwrap_or_default() {
            for change in Facts::of(statement.text(&script.text), dialect).changes {
                let own = (change.object.kind, shown(&change.object.name));
                match change.action {
                    Action::Creates => created.insert(own),
                    Action::Drops | Action::Renames => created.remove(&own),
                    _ => false,
                };
            }
        }
    }
    created
}
