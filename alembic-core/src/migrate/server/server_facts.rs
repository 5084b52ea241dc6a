//! The facts about a server that decide whether and how a run can work on it.

use super::connection::Connection;
use crate::dialect::ServerFacts;
use crate::migrate::error::MigrateError;

#[cfg(any(feature = "postgres", feature = "mysql"))]
const ASKING: &str = "asking the server what it is";

/// Asks a server for its facts.
pub(crate) async fn read(connection: &mut Connection) -> Result<ServerFacts, MigrateError> {
    match connection {
        #[cfg(feature = "sqlite")]
        Connection::Sqlite(_) => Ok(ServerFacts::default()),
        #[cfg(feature = "postgres")]
        Connection::Postgresql(_) => {
            use crate::dialect::postgresql::server::{FACTS, OTHER, VERSION, facts};
            // Not everything that speaks its protocol is PostgreSQL.
            for query in [FACTS, OTHER] {
                match connection.rows(query.to_owned()).await {
                    Ok(rows) => return Ok(rows.first().map(|row| facts(row)).unwrap_or_default()),
                    Err(sqlx::Error::Database(_)) if connection.in_transaction() => {
                        connection.rollback().await.map_err(MigrateError::database(ASKING))?;
                    }
                    Err(sqlx::Error::Database(_)) => {}
                    Err(error) => return Err(MigrateError::database(ASKING)(error)),
                }
            }
            let rows = connection.rows(VERSION.to_owned()).await.map_err(MigrateError::database(ASKING))?;
            Ok(rows.first().map(|row| facts(row)).unwrap_or_default())
        }
        #[cfg(feature = "mysql")]
        Connection::Mysql(_) => {
            use crate::dialect::mysql::server::{FACTS, facts};
            let rows = connection.rows(FACTS.to_owned()).await.map_err(MigrateError::database(ASKING))?;
            Ok(facts(&rows))
        }
    }
}
