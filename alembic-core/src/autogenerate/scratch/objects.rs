//! Types, sequences and functions of the compared database that tables of the models use; on MariaDB, sequences.
//!
//! They are copied only if the server asks for one that is missing: most models need none.

use std::collections::HashSet;

use super::keeper::rows;
use crate::autogenerate::AutogenerateError;
use crate::dialect::{DatabaseMessage, columns};
use crate::migrate::Connection;
use crate::sql::Dialect;

/// Whether a server says that a type, function, relation or schema is missing.
pub(super) fn is_missing(message: &DatabaseMessage) -> bool {
    matches!(message.code.as_deref(), Some("42704" | "42883" | "42P01" | "3F000" | "1146"))
}

/// Names and statements that create the objects of a database.
#[derive(Clone, Debug)]
pub(super) struct Objects(Vec<(String, String)>);

impl Objects {
    /// The objects of the current database. None where there cannot be any.
    pub(super) async fn read(compared: &mut Connection) -> Result<Option<Objects>, AutogenerateError> {
        let query = match compared.dialect() {
            #[cfg(feature = "postgres")]
            Dialect::Postgresql => crate::dialect::postgresql::scratch::objects(),
            #[cfg(feature = "mysql")]
            Dialect::Mysql => crate::dialect::mysql::scratch::sequences("DATABASE()"),
            _ => return Ok(None),
        };
        Objects::of(compared, query).await.map(Some)
    }

    /// MySQL: those of a database.
    #[cfg(feature = "mysql")]
    pub(super) async fn read_of(compared: &mut Connection, name: &str) -> Result<Objects, AutogenerateError> {
        let name = crate::sql::quote::literal(Dialect::Mysql, name);
        Objects::of(compared, crate::dialect::mysql::scratch::sequences(&name)).await
    }

    async fn of(compared: &mut Connection, query: String) -> Result<Objects, AutogenerateError> {
        let rows = rows(compared, query).await?;
        let objects = rows.into_iter().map(|row| columns(row).map(Option::unwrap_or_default));
        Ok(Objects(objects.map(|[name, sql]| (name, sql)).collect()))
    }

    /// Creates them, but for those that `made` names. They may use each other, so it tries again until nothing more can be
    /// created. Objects that use tables are left out.
    pub(super) async fn create(&self, scratch: &mut Connection, made: &HashSet<String>) {
        let mut left: Vec<&(String, String)> =
            self.0.iter().filter(|(name, _)| !made.contains(name)).collect();
        loop {
            let before = left.len();
            let mut failed = Vec::new();
            for own in left {
                if scratch.execute_one(own.1.clone()).await.is_err() {
                    failed.push(own);
                }
            }
            if failed.is_empty() || failed.len() == before {
                break;
            }
            left = failed;
        }
    }
}
