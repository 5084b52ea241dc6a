//! Who may migrate: one process at a time.

use std::time::{Duration, Instant};

use super::error::MigrateError;
use super::event::Event;
#[cfg(feature = "mysql")]
use crate::dialect::mysql::MysqlLock;
#[cfg(feature = "postgres")]
use crate::dialect::postgresql::PostgresqlLock;

/// How long to sleep between two attempts.
pub(super) const POLL: Duration = Duration::from_millis(20);

/// The lock of a run. Dropping it closes its connection, which frees it too, but without waiting for the server.
pub(super) enum RunLock {
    /// SQLite: the transaction that may write is the lock.
    Transaction,
    #[cfg(feature = "postgres")]
    Postgresql(PostgresqlLock),
    #[cfg(feature = "mysql")]
    Mysql(MysqlLock),
}

const LOCKING: &str = "taking the migration lock";

impl RunLock {
    /// Waits for the lock, at most for `timeout`, by asking again and again.
    pub(super) async fn acquire(
        mut self,
        timeout: Duration,
        emit: &mut (dyn FnMut(Event) + Send),
    ) -> Result<RunLock, MigrateError> {
        let begin = Instant::now();
        let mut told = false;
        loop {
            if self.try_acquire().await.map_err(MigrateError::database(LOCKING))? {
                return Ok(self);
            }
            let waited = begin.elapsed();
            if waited >= timeout {
                let holder = self.holder().await.map_err(MigrateError::database(LOCKING))?;
                return Err(MigrateError::Locked { holder, waited });
            }
            if !told && waited > Duration::from_millis(500) {
                told = true;
                emit(Event::Waiting {
                    holder: self.holder().await.map_err(MigrateError::database(LOCKING))?,
                });
            }
            sqlx_core::rt::sleep(POLL.min(timeout.saturating_sub(waited))).await;
        }
    }

    async fn try_acquire(&mut self) -> sqlx::Result<bool> {
        match self {
            RunLock::Transaction => Ok(true),
            #[cfg(feature = "postgres")]
            RunLock::Postgresql(lock) => lock.try_acquire().await,
            #[cfg(feature = "mysql")]
            RunLock::Mysql(lock) => lock.try_acquire().await,
        }
    }

    async fn holder(&mut self) -> sqlx::Result<Option<String>> {
        match self {
            RunLock::Transaction => Ok(None),
            #[cfg(feature = "postgres")]
            RunLock::Postgresql(lock) => lock.holder().await,
            #[cfg(feature = "mysql")]
            RunLock::Mysql(lock) => lock.holder().await,
        }
    }

    /// Frees the lock.
    pub(super) async fn release(self) -> sqlx::Result<()> {
        match self {
            RunLock::Transaction => Ok(()),
            #[cfg(feature = "postgres")]
            RunLock::Postgresql(lock) => lock.close().await,
            #[cfg(feature = "mysql")]
            RunLock::Mysql(lock) => lock.close().await,
        }
    }
}
