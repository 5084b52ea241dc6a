//! The session in which the revisions of a run are executed: each finds it as the run found it.

use super::deferred;
use super::found::{Found, attached_databases};
use super::leave::{reset_postgresql, reset_sqlite};
use super::work::Work;
use crate::dialect::postgresql::deferred::CHECK;
use crate::dialect::postgresql::session::set_search_path;
use crate::dialect::sqlite;
use crate::migrate::error::MigrateError;
use crate::migrate::history::step::PlannedStep;
use crate::migrate::server::batch::{Batch, Failure};
use crate::migrate::server::connect::Missing;
use crate::migrate::server::connection::Connection;
use crate::migrate::server::database::Database;
use crate::revision::RevisionId;
use crate::sql::Dialect;
use crate::sql::facts::Leftover;

/// The state of the session of a run.
pub(crate) struct Session<'e> {
    /// The source of another session.
    database: &'e Database,
    /// PostgreSQL's search path as the run found it.
    search_path: Option<String>,
    /// The state of the session before a revision changed it.
    found: Option<Found>,
    /// Whether a revision may have left its session changed: the next one needs another session.
    is_left_changed: bool,
    /// The revision that runs in the session, and whether this is another attempt at it, which continues in the same
    /// session.
    open: Option<(RevisionId, bool)>,
    /// Whether PostgreSQL may have constraints that are deferred to the end of a transaction.
    defers: bool,
}

impl<'e> Session<'e> {
    pub(crate) fn new(database: &'e Database, search_path: Option<String>) -> Session<'e> {
        Session { database, search_path, found: None, is_left_changed: false, open: None, defers: false }
    }

    /// Reads the state of the session before a revision changes it for the first time; on MySQL, continues in a new one
    /// after that.
    pub(crate) async fn enter(
        &mut self,
        work: &mut Work<'_, '_>,
        step: &PlannedStep<'_>,
        steps: &[PlannedStep<'_>],
    ) -> Result<(), MigrateError> {
        let dialect = work.dialect();
        let id = &step.script.revision.id;
        if self.open.as_ref().is_some_and(|(open, _)| open == id) {
            self.open = Some((id.clone(), true));
            return Ok(());
        }
        self.open = Some((id.clone(), false));
        if std::mem::take(&mut self.is_left_changed) {
            self.renew(work).await?;
        }
        let changes = step.session().is_changed;
        self.is_left_changed = changes && dialect == Dialect::Mysql;
        if !changes || self.found.is_some() {
            return Ok(());
        }
        let found = match dialect {
            Dialect::Mysql => return Ok(()),
            // A server that only speaks PostgreSQL's protocol has settings of its own.
            Dialect::Postgresql if work.lock.is_lease() => Ok(Found::default()),
            Dialect::Postgresql => Found::of_postgresql(work.connection, steps).await,
            Dialect::Sqlite => Found::of_sqlite(work.connection).await,
        };
        self.found = Some(found.map_err(MigrateError::database("reading the settings of the session"))?);
        Ok(())
    }

    /// Whether earlier statements of the revision ran in this session.
    pub(crate) fn goes_on(&self, step: &PlannedStep<'_>) -> bool {
        self.open.as_ref().is_some_and(|(open, again)| *open == step.script.revision.id && *again)
    }

    /// Ends the session of the work, and continues in another one. The lock is held by a session of its own, and is checked
    /// afterwards: no other run may have had it in between.
    async fn renew(&mut self, work: &mut Work<'_, '_>) -> Result<(), MigrateError> {
        work.lock.hand_over(work.connection).await?;
        let mut connection = self.database.connect(Missing::Refuse).await?;
        self.database.quiet(&mut connection).await?;
        connection.taint();
        *work.connection = connection;
        work.lock.take_over(work.connection, work.settings).await?;
        work.prepare_session().await
    }

    /// Takes back the changes of a revision to its session. They are added to `batch`, which is sent first if something
    /// has to be read.
    pub(crate) async fn leave(
        &mut self,
        work: &mut Work<'_, '_>,
        step: &PlannedStep<'_>,
        batch: &mut Batch,
    ) -> Result<(), Failure> {
        let dialect = work.dialect();
        self.open = None;
        let Some(found) = &self.found else { return Ok(()) };
        if !step.session().is_changed {
            return Ok(());
        }
        match dialect {
            Dialect::Mysql => {}
            Dialect::Postgresql => reset_postgresql(work, step, found, batch),
            Dialect::Sqlite => reset_sqlite(work, step, found, batch).await?,
        }
        Ok(())
    }

    /// Restores PostgreSQL's search path after a script that may have changed it.
    pub(crate) fn restore_search_path(&self, step: &PlannedStep<'_>, batch: &mut Batch) {
        if let Some(path) = &self.search_path
            && step.may_leave(Leftover::SearchPath)
        {
            batch.own(&set_search_path(path));
        }
    }

    /// SQLite: detaches the databases that revisions have attached, which is only possible outside of a transaction. At
    /// the end of a run it is best effort.
    pub(crate) async fn detach(&self, connection: &mut Connection) -> sqlx::Result<()> {
        let Some(found) = self.found.as_ref().filter(|_| connection.dialect() == Dialect::Sqlite) else {
            return Ok(());
        };
        let attached = attached_databases(connection).await?;
        for name in attached.iter().filter(|name| !found.databases.contains(name)) {
            let detach = sqlite::session::detach(name);
            connection.execute(detach).await.map_err(|failure| failure.error)?;
        }
        Ok(())
    }

    /// Finds out whether there are deferred constraints to check.
    pub(crate) async fn find_deferred(
        &mut self,
        connection: &mut Connection,
        steps: &[PlannedStep<'_>],
    ) -> Result<(), MigrateError> {
        self.defers = deferred::exist(connection, steps).await?;
        Ok(())
    }

    /// Checks the deferred constraints at the end of a revision.
    pub(crate) fn check_deferred(&self, batch: &mut Batch) {
        if self.defers {
            batch.constraints(CHECK);
        }
    }
}
