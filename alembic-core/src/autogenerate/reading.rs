//! What is read of a database before it is compared.

use super::AutogenerateError;
use super::reflect::{all_namespaces, namespaces, reflect};
use crate::dialect::Namespace;
use crate::migrate::{Connection, Database, Missing};
use crate::schema::{Filter, Schema};

/// A database that was read before it is known what is desired: models can be read meanwhile. [`Compare::read`] takes it.
///
/// [`Compare::read`]: super::Compare::read
#[expect(missing_debug_implementations, reason = "a connection has none")]
pub struct Reading {
    pub(super) connection: Connection,
    /// All schemas, after the default one.
    pub(super) namespaces: Vec<Namespace>,
    /// What was read, and in which schemas.
    read: Option<(Vec<Namespace>, Schema)>,
}

/// Reads the schemas of a database that the filter names.
///
/// # Errors
/// The database cannot be reached or read.
pub async fn read(database: impl Into<Database>, filter: &Filter) -> Result<Reading, AutogenerateError> {
    let mut reading = Reading::begin(&database.into()).await?;
    // One that is missing may be desired.
    let (mut namespaces, missing) = namespaces(&reading.namespaces, filter, &filter.schemas, &[])?;
    namespaces.retain(|own| !missing.contains(&own.name));
    let schema = reflect(&mut reading.connection, &namespaces).await?;
    reading.read = Some((namespaces, schema));
    Ok(reading)
}

impl Reading {
    pub(super) async fn begin(database: &Database) -> Result<Reading, AutogenerateError> {
        let mut connection = database.connect(Missing::Refuse).await?;
        let namespaces = all_namespaces(&mut connection).await?;
        Ok(Reading { connection, namespaces, read: None })
    }

    /// What is in these schemas.
    pub(super) async fn schema(&mut self, namespaces: &[Namespace]) -> Result<Schema, AutogenerateError> {
        match self.read.take() {
            Some((read, schema)) if read == namespaces => Ok(schema),
            _ => reflect(&mut self.connection, namespaces).await,
        }
    }
}
