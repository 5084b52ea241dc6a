//! Reading on the server that is written to.
//!
//! A proxy may send what only reads to a server that lags behind (pgpool, ProxySQL, MaxScale, MySQL Router). All of them keep
//! the rest of a transaction where its writes went, or send a transaction as a whole to the primary.

use super::connection::Connection;
use crate::dialect::{ErrorKind, Tables};
use crate::migrate::error::MigrateError;
use crate::sql::Dialect;

const BEGINNING: &str = "beginning a transaction";

/// Begins a transaction in which reads are answered by the server that writes, on PostgreSQL or MySQL.
///
/// False: on PostgreSQL, where a statement is needed that writes, one of our tables is missing, or may not be written to; what
/// follows will say so.
pub(crate) async fn begin(
    connection: &mut Connection,
    opening: &[String],
    tables: &Tables,
) -> Result<bool, MigrateError> {
    let touching = match connection.dialect() {
        Dialect::Postgresql => tables.touch(),
        Dialect::Sqlite | Dialect::Mysql => Vec::new(),
    };
    let touching: Vec<String> = opening.iter().cloned().chain(touching).collect();
    match connection.begin(&touching).await {
        Ok(()) => return Ok(true),
        Err(error @ sqlx::Error::Database(_)) if !ErrorKind::of(&error).is_transient() => {}
        Err(error) => return Err(MigrateError::database(BEGINNING)(error)),
    }
    connection.begin(opening).await.map_err(MigrateError::database(BEGINNING))?;
    Ok(false)
}

/// The answer of the server that writes to a query. What is in a transaction already is not changed.
pub(crate) async fn rows(
    connection: &mut Connection,
    tables: &Tables,
    query: String,
) -> sqlx::Result<Vec<Vec<Option<String>>>> {
    match connection.dialect() {
        Dialect::Postgresql if !connection.in_transaction() => {
            connection.begin(&tables.touch()).await?;
            let rows = connection.rows(query).await;
            connection.rollback().await?;
            rows
        }
        // A proxy goes by the first word of a message.
        Dialect::Mysql => connection.rows(format!("DO 0; {query}")).await,
        _ => connection.rows(query).await,
    }
}
