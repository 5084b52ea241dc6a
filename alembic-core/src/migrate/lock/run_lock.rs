//! The migration lock of a database: one process at a time.

use std::time::{Duration, Instant};

#[cfg(feature = "sqlite")]
use super::file_lock::FileLock;
use super::lease::LeaseLock;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use crate::dialect::LockKey;
#[cfg(feature = "mysql")]
use crate::dialect::mysql::MysqlLock;
#[cfg(feature = "postgres")]
use crate::dialect::postgresql::PostgresqlLock;
use crate::dialect::{CATCH_UP, Tables};
use crate::migrate::error::MigrateError;
use crate::migrate::event::Event;
use crate::migrate::server::boundary::boundary;
use crate::migrate::server::connect;
use crate::migrate::server::connection::Connection;
use crate::migrate::server::database::{Database, Options};
use crate::migrate::settings::Settings;
use crate::sql::Dialect;

/// The pause between two attempts to take a lock.
pub(crate) const POLL: Duration = Duration::from_millis(20);

/// The pause between two checks of a lock that can be lost silently, and between two words to a session that waits: a server may
/// end what says nothing.
const CARE: Duration = Duration::from_secs(1);

/// The lock of a run. Dropping it closes its connection or file, which releases it too, but without waiting for the
/// server; a lease then expires.
pub(crate) struct RunLock {
    how: How,
    /// Whether this process has the lock itself. The work of a killed run may still be in the way.
    is_held: bool,
    cared: Instant,
}

enum How {
    /// SQLite in memory: no other process can open it.
    #[cfg(feature = "sqlite")]
    Alone,
    #[cfg(feature = "sqlite")]
    File(FileLock),
    #[cfg(feature = "postgres")]
    Postgresql(PostgresqlLock),
    #[cfg(feature = "mysql")]
    Mysql(MysqlLock),
    Lease(LeaseLock),
}

const LOCKING: &str = "taking the migration lock";

impl RunLock {
    /// The lock of a run on a database, not yet taken; that of SQLite is always a file.
    pub(crate) async fn of(
        database: &Database,
        tables: &Tables,
        needs_lease: bool,
        holder: &str,
    ) -> Result<RunLock, MigrateError> {
        if needs_lease && tables.dialect() != Dialect::Sqlite {
            let connection = database.connect_apart().await.map_err(connect::for_lock)?;
            let lease = LeaseLock::prepare(connection, tables, holder).await;
            return lease.map(RunLock::lease).map_err(MigrateError::database("making the migration lock"));
        }
        match database.options()? {
            #[cfg(feature = "sqlite")]
            Options::Sqlite(options) => Ok(match connect::file(&options) {
                Some(file) => RunLock::file(FileLock::of(&file, holder)),
                None => RunLock::alone(),
            }),
            #[cfg(feature = "postgres")]
            Options::Postgresql(options) => {
                let lock = PostgresqlLock::connect(&options, LockKey::of(tables.lock_key()));
                let lock = connect::within(database.timeout(), lock).await;
                let failed = |error| connect::for_lock(connect::postgresql_error(&options, error));
                lock.map(RunLock::postgresql).map_err(failed)
            }
            #[cfg(feature = "mysql")]
            Options::Mysql(options) => {
                let name = options.get_database().unwrap_or_default();
                let key = LockKey::of(&format!("{name}.{}", tables.lock_key()));
                let lock = connect::within(database.timeout(), MysqlLock::connect(&options, key)).await;
                let failed = |error| connect::for_lock(connect::mysql_error(&options, error));
                lock.map(RunLock::mysql).map_err(failed)
            }
        }
    }

    #[cfg(feature = "sqlite")]
    fn alone() -> RunLock {
        RunLock::new(How::Alone)
    }

    #[cfg(feature = "sqlite")]
    fn file(lock: FileLock) -> RunLock {
        RunLock::new(How::File(lock))
    }

    #[cfg(feature = "postgres")]
    fn postgresql(lock: PostgresqlLock) -> RunLock {
        RunLock::new(How::Postgresql(lock))
    }

    #[cfg(feature = "mysql")]
    fn mysql(lock: MysqlLock) -> RunLock {
        RunLock::new(How::Mysql(lock))
    }

    fn lease(lock: LeaseLock) -> RunLock {
        RunLock::new(How::Lease(lock))
    }

    fn new(how: How) -> RunLock {
        RunLock { how, is_held: false, cared: Instant::now() }
    }

    /// Waits for the lock, at most for `lock_timeout`, by asking repeatedly. `work` is the connection of the run.
    pub(crate) async fn acquire(
        &mut self,
        work: &mut Connection,
        settings: &mut Settings<'_>,
    ) -> Result<(), MigrateError> {
        let begin = Instant::now();
        let mut spoke = begin;
        let mut told = false;
        loop {
            if self.try_acquire(work).await? {
                self.catch_up(work).await;
                return Ok(());
            }
            let waited = begin.elapsed();
            if waited >= settings.lock_timeout {
                let holder = self.in_the_way().await?;
                return Err(MigrateError::Locked { holder, waited });
            }
            if !told && waited > Duration::from_millis(500) {
                told = true;
                (settings.on_event)(Event::Waiting { holder: self.in_the_way().await? });
            }
            if settings.interrupt.is_stopped() {
                return Err(MigrateError::interrupted());
            }
            self.care().await?;
            if spoke.elapsed() >= CARE {
                spoke = Instant::now();
                work.keep_alive().await.map_err(MigrateError::database(LOCKING))?;
            }
            sqlx_core::rt::sleep(POLL.min(settings.lock_timeout.saturating_sub(waited))).await;
        }
    }

    /// Takes the lock if it is free, and the server has ended all work that a killed run has left.
    async fn try_acquire(&mut self, work: &mut Connection) -> Result<bool, MigrateError> {
        if !self.is_held {
            boundary("before taking the lock");
            self.is_held = self.try_acquire_own().await?;
            boundary("after taking the lock");
        }
        if !self.is_held {
            return Ok(false);
        }
        let is_clear = match &mut self.how {
            #[cfg(feature = "postgres")]
            How::Postgresql(lock) => lock.remains().await.map(|remains| remains.is_none()),
            #[cfg(feature = "mysql")]
            How::Mysql(lock) => match work {
                Connection::Mysql(work) => lock.try_acquire_for(work).await,
                #[cfg(any(feature = "sqlite", feature = "postgres"))]
                _ => Ok(true),
            },
            #[cfg(feature = "sqlite")]
            How::Alone | How::File(_) => Ok(true),
            How::Lease(_) => Ok(true),
        };
        let _ = work;
        is_clear.map_err(MigrateError::database(LOCKING))
    }

    async fn try_acquire_own(&mut self) -> Result<bool, MigrateError> {
        let answer = match &mut self.how {
            #[cfg(feature = "sqlite")]
            How::Alone => Ok(true),
            #[cfg(feature = "sqlite")]
            How::File(lock) => return lock.try_acquire().map_err(MigrateError::LockFile),
            #[cfg(feature = "postgres")]
            How::Postgresql(lock) => lock.try_acquire().await,
            #[cfg(feature = "mysql")]
            How::Mysql(lock) => lock.try_acquire().await,
            How::Lease(lock) => lock.try_acquire().await,
        };
        answer.map_err(MigrateError::database(LOCKING))
    }

    /// The holder of the lock, or the work of a killed run, and the time since when.
    async fn in_the_way(&mut self) -> Result<Option<String>, MigrateError> {
        let answer = match &mut self.how {
            #[cfg(feature = "sqlite")]
            How::Alone => Ok(None),
            #[cfg(feature = "sqlite")]
            How::File(lock) => Ok(lock.holder()),
            #[cfg(feature = "postgres")]
            How::Postgresql(lock) if self.is_held => lock.remains().await,
            #[cfg(feature = "postgres")]
            How::Postgresql(lock) => lock.holder().await,
            #[cfg(feature = "mysql")]
            How::Mysql(lock) if self.is_held => lock.remains().await,
            #[cfg(feature = "mysql")]
            How::Mysql(lock) => lock.holder().await,
            How::Lease(lock) => lock.holder().await,
        };
        match answer {
            // Whoever waits can wait without knowing for whom.
            Err(sqlx::Error::Database(_)) => Ok(None),
            answer => answer.map_err(MigrateError::database(LOCKING)),
        }
    }

    /// Releases the locks of the session of the work, before another one continues.
    pub(crate) async fn hand_over(&mut self, work: &mut Connection) -> Result<(), MigrateError> {
        #[cfg(feature = "mysql")]
        if let How::Mysql(lock) = &self.how {
            let freed = work.execute(lock.release_for_work()).await;
            freed.map_err(|error| MigrateError::database("changing the session")(error.error))?;
        }
        let _ = work;
        Ok(())
    }

    /// Continues with another session of the work.
    ///
    /// # Errors
    /// Another run had the lock in between.
    pub(crate) async fn take_over(
        &mut self,
        work: &mut Connection,
        settings: &mut Settings<'_>,
    ) -> Result<(), MigrateError> {
        self.acquire(work, settings).await?;
        #[cfg(feature = "mysql")]
        if let How::Mysql(lock) = &mut self.how {
            return match lock.is_held().await {
                Ok(true) => Ok(()),
                Ok(false) => Err(MigrateError::LockLost { source: None }),
                Err(error) => Err(MigrateError::LockLost { source: Some(error) }),
            };
        }
        self.check().await
    }

    /// The work may be on another node of a cluster than the lease, which must have all writes of the holder before.
    async fn catch_up(&self, work: &mut Connection) {
        if !matches!(self.how, How::Lease(_)) || work.dialect() != Dialect::Mysql {
            return;
        }
        for sql in CATCH_UP {
            // Only Galera knows it.
            if work.execute(sql.to_owned()).await.is_err() {
                return;
            }
        }
    }

    /// Whether the lock is a lease, because the server's own locks exclude nothing.
    pub(crate) fn is_lease(&self) -> bool {
        matches!(self.how, How::Lease(_))
    }

    /// Checks the lock from time to time, and renews a lease.
    pub(crate) async fn care(&mut self) -> Result<(), MigrateError> {
        if !self.is_held || self.cared.elapsed() < CARE {
            return Ok(());
        }
        self.cared = Instant::now();
        self.check().await
    }

    /// Checks that the lock is still held.
    pub(crate) async fn check(&mut self) -> Result<(), MigrateError> {
        let is_held = match &mut self.how {
            #[cfg(feature = "sqlite")]
            How::Alone | How::File(_) => Ok(true),
            #[cfg(feature = "postgres")]
            How::Postgresql(lock) => lock.check().await.map(|()| true),
            // The session of the work holds a lock of its own, which ends with it.
            #[cfg(feature = "mysql")]
            How::Mysql(_) => Ok(true),
            How::Lease(lock) => lock.renew().await,
        };
        match is_held {
            Ok(true) => Ok(()),
            Ok(false) => Err(MigrateError::LockLost { source: None }),
            Err(error) => Err(MigrateError::LockLost { source: Some(error) }),
        }
    }

    /// Statements that open every transaction of the work: they show other runs that it is at work.
    pub(crate) fn opening(&self) -> Option<String> {
        match &self.how {
            #[cfg(feature = "postgres")]
            How::Postgresql(lock) => Some(lock.opening()),
            _ => None,
        }
    }

    /// Statements that end every transaction of the work: they fail if the lock was lost.
    pub(crate) fn fence(&self) -> Vec<String> {
        match &self.how {
            #[cfg(feature = "postgres")]
            How::Postgresql(lock) => vec![lock.fence()],
            // The session of the work holds a lock of its own, which ends with it.
            #[cfg(feature = "mysql")]
            How::Mysql(_) => Vec::new(),
            #[cfg(feature = "sqlite")]
            How::Alone | How::File(_) => Vec::new(),
            How::Lease(lock) => lock.fence(),
        }
    }

    /// A comment that marks statements that run outside of transactions.
    pub(crate) fn mark(&self) -> Option<String> {
        match &self.how {
            #[cfg(feature = "postgres")]
            How::Postgresql(lock) => Some(lock.mark()),
            _ => None,
        }
    }

    /// The sessions that block the work, if the server has them.
    pub(crate) async fn blockers(&mut self) -> Option<String> {
        match &mut self.how {
            #[cfg(feature = "postgres")]
            How::Postgresql(lock) => lock.blockers().await.ok().flatten(),
            #[cfg(feature = "mysql")]
            How::Mysql(lock) => lock.blockers().await.ok().flatten(),
            _ => None,
        }
    }

    /// Asks the server to cancel the running statement of the work.
    pub(crate) async fn cancel(&mut self) {
        let result: sqlx::Result<()> = match &mut self.how {
            #[cfg(feature = "postgres")]
            How::Postgresql(lock) => lock.cancel().await,
            #[cfg(feature = "mysql")]
            How::Mysql(lock) => lock.cancel().await,
            _ => Ok(()),
        };
        if let Err(error) = result {
            tracing::warn!(%error, "the server could not be asked to give up a statement");
        }
    }

    /// Releases the lock.
    pub(crate) async fn release(self, work: &mut Connection) -> sqlx::Result<()> {
        boundary("before giving up the lock");
        let released = match self.how {
            #[cfg(feature = "sqlite")]
            How::Alone | How::File(_) => Ok(()),
            #[cfg(feature = "postgres")]
            How::Postgresql(lock) => lock.close().await,
            #[cfg(feature = "mysql")]
            How::Mysql(lock) => {
                let _ = work.execute(lock.release_for_work()).await;
                lock.close().await
            }
            How::Lease(lock) => lock.release().await,
        };
        let _ = work;
        boundary("after giving up the lock");
        released
    }
}
