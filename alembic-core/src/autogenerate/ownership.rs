//! Which tables of a database are managed: desired tables, and tables that a revision creates. All others are left alone.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::schema::{Enum, Filter, ObjectName, Schema, Table, TextObject};
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

/// The tables and other objects that scripts create, and drop again or give other names, in this order.
pub(super) struct Created(Vec<(ObjectKind, Name, Fate)>);

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
        let mut objects = HashSet::new();
        for (kind, name, fate) in &created.0 {
            match fate {
                Fate::Comes => objects.insert((*kind, shown(name))),
                Fate::Goes => objects.remove(&(*kind, shown(name))),
            };
        }
        Ownership { created: Some(objects), ..self }
    }

    /// Manages all tables of these schemas.
    pub(super) fn of_schemas(mut self, schemas: Vec<String>) -> Self {
        self.schemas.extend(schemas);
        self
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
            (_, Some(ObjectKind::Extension)) => self.creates_extension(&object.name.name),
            // It may be about anything: a comment, a trigger of a view.
            (Some(about), _) if object.kind != "partition" => {
                let kinds = [
                    ObjectKind::View,
                    ObjectKind::Routine,
                    ObjectKind::Sequence,
                    ObjectKind::Type,
                    ObjectKind::Collation,
                ];
                self.manages(about, desired)
                    || (self.created.is_some() && kinds.into_iter().any(|kind| self.has(kind, about)))
            }
            (_, Some(kind)) => self.has(kind, &object.name),
            _ => false,
        }
    }

    /// Whether a revision creates this extension.
    pub(super) fn creates_extension(&self, name: &str) -> bool {
        let key = (ObjectKind::Extension, name.to_lowercase());
        self.created.as_ref().is_some_and(|created| created.contains(&key))
    }

    /// Whether a table is compared.
    pub(super) fn manages(&self, name: &ObjectName, desired: &Schema) -> bool {
        desired.table(name).is_some()
            || desired.objects.iter().any(|object| object.kind == "partition" && object.name == *name)
            || desired.tables.iter().any(|table| table.renamed_from.as_ref() == Some(name))
            || self.has(ObjectKind::Table, name)
            || self.dropped.contains(&name.to_string())
    }

    /// The schema without the tables that are not compared, and without the enums that only these use.
    pub(super) fn managed<'s>(&self, schema: &'s Schema, desired: &Schema) -> Cow<'s, Schema> {
        if schema.tables.iter().all(|table| self.manages(&table.name, desired)) {
            return Cow::Borrowed(schema);
        }
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
        Cow::Owned(managed)
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
        "partition" | "foreign table" | "virtual table" => ObjectKind::Table,
        _ => return None,
    })
}

/// Whether an enum is desired, under its name or another one.
pub(super) fn desires(desired: &Schema, own: &Enum) -> bool {
    desired.enums.iter().any(|other| other.name == own.name || other.renamed_from.as_ref() == Some(&own.name))
}

impl Created {
    /// What the upgrades of these scripts do.
    pub(super) fn by(directory: &ScriptDirectory, dialect: Dialect) -> Created {
        let mut objects = Vec::new();
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
                        Action::Creates => Fate::Comes,
                        Action::Drops | Action::Renames => Fate::Goes,
                        Action::Changes => continue,
                    };
                    objects.push((change.object.kind, name, fate));
                }
            }
        }
        Created(objects)
    }

    /// The schemas that they name.
    pub(super) fn schemas(&self) -> Vec<String> {
        self.0.iter().filter_map(|(_, name, _)| name.schema.clone()).collect()
    }
}
