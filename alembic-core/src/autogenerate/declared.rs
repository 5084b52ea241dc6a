//! What a source declares, before it is compared with a database.

use super::AutogenerateError;
use super::reading::Reading;
use super::reflect::namespaces;
use super::scratch::Scratch;
use crate::dialect::generic;
use crate::models::{Aspect, Declaration, SqlScript, Unread};
use crate::schema::{Filter, NamingConvention, Schema};
use crate::sql::facts::{Action, Facts, ObjectKind};
use crate::sql::{Dialect, Name};

/// A declaration, after a file of SQL has run in a scratch database.
pub(super) struct Declared {
    pub(super) schema: Schema,
    pub(super) untold: &'static [Aspect],
    pub(super) naming: Option<NamingConvention>,
    pub(super) unread: Vec<Unread>,
    /// What a database has shown of a file of SQL.
    pub(super) made: Option<Schema>,
    /// The schemas that a file of SQL creates, or creates something in.
    pub(super) schemas: Vec<String>,
    /// The extensions that a file of SQL creates.
    pub(super) extensions: Option<Vec<String>>,
}

impl Declared {
    pub(super) async fn of(
        reading: &mut Reading,
        scratch: &mut Scratch<'_, '_>,
        declaration: Declaration,
        filter: &Filter,
    ) -> Result<Declared, AutogenerateError> {
        let script = match declaration {
            Declaration::Script(script) => script,
            Declaration::Schema { schema, untold, naming, unread } => {
                let (schemas, extensions) = (Vec::new(), None);
                return Ok(Declared { schema, untold, naming, unread, made: None, schemas, extensions });
            }
        };
        let dialect = reading.connection.dialect();
        let schemas = schemas_of_script(&script, dialect);
        let (namespaces, _) = namespaces(&reading.namespaces, filter, &schemas, &[])?;
        let read = scratch.of_script(&mut reading.connection, &namespaces, &script).await?;
        Ok(Declared {
            schema: generic(&read, dialect),
            untold: &[],
            naming: None,
            unread: Vec::new(),
            made: Some(read),
            schemas,
            extensions: Some(extensions_of_script(&script, dialect)),
        })
    }
}

/// The extensions that a file creates.
fn extensions_of_script(script: &SqlScript, dialect: Dialect) -> Vec<String> {
    let statements = script.statements.iter().map(|statement| statement.text(&script.text));
    let changes = statements.flat_map(|text| Facts::of(text, dialect).changes);
    let created = changes
        .filter(|change| change.action == Action::Creates && change.object.kind == ObjectKind::Extension);
    created.map(|change| change.object.name.name).collect()
}

/// PostgreSQL: the schemas that a file creates or creates something in.
fn schemas_of_script(script: &SqlScript, dialect: Dialect) -> Vec<String> {
    let mut schemas = Vec::new();
    for statement in script.statements.iter().filter(|_| dialect == Dialect::Postgresql) {
        let changes = Facts::of(statement.text(&script.text), dialect).changes;
        for change in changes.into_iter().filter(|change| change.action == Action::Creates) {
            let Name { schema, name, .. } = change.object.name;
            match change.object.kind {
                ObjectKind::Schema => schemas.push(name),
                ObjectKind::Table
                | ObjectKind::View
                | ObjectKind::Type
                | ObjectKind::Routine
                | ObjectKind::Sequence
                | ObjectKind::Collation => schemas.extend(schema),
                _ => {}
            }
        }
    }
    schemas.sort_unstable();
    schemas.dedup();
    schemas
}
