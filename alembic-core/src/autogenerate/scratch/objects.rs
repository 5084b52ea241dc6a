//! PostgreSQL: types, sequences and functions of the compared database that tables of the models use.
//!
//! They are copied only if the server asks for one that is missing: most models need none.

use std::collections::HashSet;

use super::keeper::rows;
use crate::autogenerate::AutogenerateError;
use crate::dialect::{DatabaseMessage, columns};
use crate::migrate::Connection;

/// Whether a server says that a type, function, relation or schema is missing.
pub(super) fn is_missing(message: &DatabaseMessage) -> bool {
    matches!(message.code.as_deref(), Some("42704" | "42883" | "42P01" | "3F000"))
}

/// Names and statements that create the objects of a database.
#[derive(Clone, Debug)]
pub(super) struct Objects(Vec<(String, String)>);

impl Objects {
    pub(super) async fn read(compared: &mut Connection) -> Result<Objects, AutogenerateError> {
        let rows = rows(compared, crate::dialect::postgresql::scratch::objects()).await?;
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
