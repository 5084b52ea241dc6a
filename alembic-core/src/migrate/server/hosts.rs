//! The hosts of a URL of PostgreSQL, one of which is chosen.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;

use super::connect::{is_not_yet, place, postgresql};
use super::connection::Connection;
use super::url::postgresql::{PostgresqlUrl, Wanted};
use crate::dialect::DatabaseMessage;
use crate::migrate::error::MigrateError;

/// The hosts of a URL, and the one that the last search has chosen: the other connections of the same run go there.
#[derive(Clone)]
pub(super) struct Hosts {
    hosts: Vec<PgConnectOptions>,
    wanted: Wanted,
    chosen: Arc<Mutex<Option<usize>>>,
}

impl Hosts {
    pub(super) fn new(url: PostgresqlUrl) -> Hosts {
        Hosts { hosts: url.hosts, wanted: url.wanted, chosen: Arc::default() }
    }

    #[cfg(feature = "sources")]
    pub(super) fn one(options: PgConnectOptions) -> Hosts {
        Hosts { hosts: vec![options], wanted: Wanted::Any, chosen: Arc::default() }
    }

    /// Connects to the first host that is as it is wanted, with a role.
    pub(super) async fn connect(
        &self,
        limit: Duration,
        role: Option<&str>,
    ) -> Result<Connection, MigrateError> {
        let (connection, index) = self.search(limit, role).await?;
        *self.chosen() = Some(index);
        Ok(connection)
    }

    /// Whether it is known which host is meant.
    pub(super) fn is_settled(&self) -> bool {
        self.hosts.len() == 1 || self.chosen().is_some()
    }

    /// The options for the chosen host.
    pub(super) fn options(&self) -> PgConnectOptions {
        self.hosts[self.chosen().unwrap_or(0)].clone()
    }

    fn chosen(&self) -> MutexGuard<'_, Option<usize>> {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn search(&self, limit: Duration, role: Option<&str>) -> Result<(Connection, usize), MigrateError> {
        let (mut unwanted, mut failure) = (None, None);
        for (index, options) in self.hosts.iter().enumerate() {
            let mut connection = match postgresql(&with_role(options.clone(), role), limit).await {
                Ok(connection) => connection,
                Err(error) if is_not_yet(&error) => {
                    failure = Some(error);
                    continue;
                }
                // As in libpq, a server that is there and refuses ends the search.
                Err(error) => return Err(error),
            };
            if self.wanted == Wanted::Any || is_wanted(&mut connection, self.wanted).await? {
                return Ok((connection, index));
            }
            unwanted.get_or_insert((connection, index));
        }
        match (unwanted, failure) {
            (Some(found), _) if self.wanted == Wanted::PreferStandby => Ok(found),
            (None, Some(error)) => Err(error),
            (_, failure) => Err(self.none(failure)),
        }
    }

    /// The error for hosts none of which is as it is wanted. `failure` is that of one that did not answer.
    fn none(&self, failure: Option<MigrateError>) -> MigrateError {
        let hosts: Vec<String> = self.hosts.iter().map(place).collect();
        let server = format!("PostgreSQL at {} as {}", hosts.join(", "), self.hosts[0].get_username());
        let message = format!("none of the servers that answer is `{}`", self.wanted.word());
        let source = match failure {
            // The one that is wanted may be among those that do not answer yet.
            Some(MigrateError::Connect { source, .. }) => source,
            _ => sqlx::Error::Protocol(message.clone()),
        };
        let message = Box::new(DatabaseMessage { message, ..DatabaseMessage::default() });
        MigrateError::Connect { server, is_file: false, message, source }
    }
}

/// Options for sessions that begin with a role, and go back to it at `RESET ROLE`. Behind a pooler that shares sessions no other
/// client gets it.
pub(super) fn with_role(options: PgConnectOptions, role: Option<&str>) -> PgConnectOptions {
    match role {
        Some(role) => options.options([("role", role)]),
        None => options,
    }
}

async fn is_wanted(connection: &mut Connection, wanted: Wanted) -> Result<bool, MigrateError> {
    let sql =
        "SELECT pg_catalog.pg_is_in_recovery()::text, pg_catalog.current_setting('transaction_read_only')";
    let rows = connection.rows(sql.to_owned()).await;
    let rows = rows.map_err(MigrateError::database("asking the server what it is"))?;
    let says = |column: usize, yes: &str| rows.first().is_some_and(|row| row[column].as_deref() == Some(yes));
    Ok(wanted.fits(says(0, "true"), says(1, "on")))
}
