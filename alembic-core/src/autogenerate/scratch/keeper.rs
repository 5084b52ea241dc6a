//! The owner of a scratch database: sees that it is dropped.
//!
//! Its session tells other processes that the database is in use. Where it is not told to drop the database, because a
//! future was dropped or a panic unwinds, it does so with a connection of its own, in a thread, and waits for it.

use std::time::{Duration, Instant};

use super::note::Note;
use crate::autogenerate::AutogenerateError;
use crate::dialect::{DatabaseMessage, Rows};
use crate::migrate::{Connection, Database, MigrateError};
use crate::sql::Dialect;

const DOING: &str = "preparing a scratch database";

/// The time that a server has to end a session that is creating or using the database.
const PATIENCE: Duration = Duration::from_secs(10);

/// The owner of a scratch database.
pub(super) struct Keeper {
    /// A database of its server.
    server: Database,
    /// The session that owns it. None while it is being dropped.
    connection: Option<Connection>,
    pub(super) name: String,
    /// PostgreSQL: the number of that session. MySQL: the lock that it holds.
    session: String,
}

impl Keeper {
    /// Becomes the owner of a database that may be created from now on.
    pub(super) fn new(server: Database, connection: Connection, name: String, session: String) -> Keeper {
        Keeper { server, connection: Some(connection), name, session }
    }

    /// Runs a statement in the owner's session.
    pub(super) async fn run(&mut self, sql: String) -> sqlx::Result<()> {
        match &mut self.connection {
            Some(connection) => connection.execute(sql).await.map(drop).map_err(|failed| failed.error),
            None => Ok(()),
        }
    }

    /// The error for a database that the server did not let it create. There is nothing to drop then.
    pub(super) fn refused(&mut self, right: &'static str, source: sqlx::Error) -> AutogenerateError {
        if matches!(source, sqlx::Error::Database(_)) && right != "CREATE VIEW" {
            self.name.clear();
        }
        AutogenerateError::NoScratch { right, message: Box::new(DatabaseMessage::of(&source)), source }
    }

    /// Drops the database. Tries again on another connection if the session is lost.
    pub(super) async fn drop(mut self) -> Option<Note> {
        let mut failed = None;
        if let Some(mut connection) = self.connection.take() {
            failed = drop_on(&mut connection, &self.name).await.err();
        }
        if failed.is_some() {
            failed = drop_apart(&self.server, &self.name, &self.session).await.err();
        }
        let name = std::mem::take(&mut self.name);
        failed.map(|reason| Note::Left { name, reason })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // Its socket is closed: a server that is idle ends the session.
        self.connection = None;
        if self.name.is_empty() {
            return;
        }
        let (server, name, session) = (self.server.clone(), self.name.clone(), self.session.clone());
        let dropping = std::thread::Builder::new().spawn(move || {
            if let Err(reason) = sqlx_core::rt::test_block_on(drop_apart(&server, &name, &session)) {
                tracing::warn!(name, reason, "a scratch database is left");
            }
        });
        if let Ok(dropping) = dropping {
            let _ = dropping.join();
        }
    }
}

/// A connection to a server: to the database itself or, where it does not exist, to one that always does.
pub(super) async fn connect(server: &Database) -> Result<Connection, MigrateError> {
    match server.connect_apart().await {
        Err(MigrateError::NoDatabase { .. }) => {
            let is_mysql = server.dialect()? == Dialect::Mysql;
            let always_there = if is_mysql { "information_schema" } else { "postgres" };
            server.sibling(always_there).await?.connect_apart().await
        }
        connection => connection,
    }
}

/// Drops a database on a connection of its own, after the session that may still be creating it.
async fn drop_apart(server: &Database, name: &str, session: &str) -> Result<(), String> {
    let shown = |error: &dyn std::error::Error| error.to_string();
    let mut connection = connect(server).await.map_err(|error| shown(&error))?;
    let deadline = Instant::now() + PATIENCE;
    while is_alive(&mut connection, name, session).await.map_err(|error| shown(&error))?
        && Instant::now() < deadline
    {
        sqlx_core::rt::sleep(Duration::from_millis(20)).await;
    }
    drop_on(&mut connection, name).await
}

/// Ends the session of an owner, and says whether it still exists.
async fn is_alive(connection: &mut Connection, name: &str, session: &str) -> sqlx::Result<bool> {
    match connection.dialect() {
        #[cfg(feature = "postgres")]
        Dialect::Postgresql => {
            let ended =
                connection.rows(crate::dialect::postgresql::scratch::end_session(session, name)).await?;
            Ok(!ended.is_empty())
        }
        #[cfg(feature = "mysql")]
        Dialect::Mysql => {
            use crate::dialect::mysql::scratch;
            let owner =
                connection.rows(scratch::owner(session)).await?.into_iter().flatten().flatten().next();
            if let Some(owner) = &owner {
                let _ = connection.execute(scratch::kill(owner)).await;
            }
            Ok(owner.is_some())
        }
        _ => Ok(false),
    }
}

/// Drops a database with all sessions in it.
pub(super) async fn drop_on(connection: &mut Connection, name: &str) -> Result<(), String> {
    let shown = |error: sqlx::Error| -> String { DatabaseMessage::of(&error).message };
    match connection.dialect() {
        #[cfg(feature = "postgres")]
        Dialect::Postgresql => {
            use crate::dialect::postgresql::scratch;
            match connection.execute(scratch::drop(name)).await {
                Ok(_) => Ok(()),
                Err(failed) if DatabaseMessage::of(&failed.error).code.as_deref() == Some("42601") => {
                    for sql in scratch::drop_without_force(name) {
                        connection.execute(sql).await.map_err(|failed| shown(failed.error))?;
                    }
                    Ok(())
                }
                Err(failed) => Err(shown(failed.error)),
            }
        }
        #[cfg(feature = "mysql")]
        Dialect::Mysql => drop_on_mysql(connection, name).await.map_err(shown),
        _ => Ok(()),
    }
}

/// MySQL: drops a database, after the sessions whose statements it would wait for.
#[cfg(feature = "mysql")]
pub(super) async fn drop_on_mysql(connection: &mut Connection, name: &str) -> sqlx::Result<()> {
    use crate::dialect::mysql::scratch;
    for session in connection.rows(scratch::sessions(name)).await?.into_iter().flatten().flatten() {
        let _ = connection.execute(scratch::kill(&session)).await;
    }
    connection.execute(scratch::drop(name)).await.map(drop).map_err(|failed| failed.error)
}

pub(super) async fn run(connection: &mut Connection, sql: String) -> Result<(), AutogenerateError> {
    let done = connection.execute(sql).await;
    done.map(drop).map_err(|failed| AutogenerateError::database(DOING)(failed.error))
}

/// The rows of a query.
pub(super) async fn rows(connection: &mut Connection, sql: String) -> Result<Rows, AutogenerateError> {
    connection.rows(sql).await.map_err(AutogenerateError::database(DOING))
}

/// The first column of a query.
pub(super) async fn column(
    connection: &mut Connection,
    sql: String,
) -> Result<Vec<String>, AutogenerateError> {
    let rows = rows(connection, sql).await?;
    Ok(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
}

/// The first value of the first row.
pub(super) async fn first(
    connection: &mut Connection,
    sql: String,
) -> Result<Option<String>, AutogenerateError> {
    Ok(column(connection, sql).await?.into_iter().next())
}
