//! The lock of a run on a database in memory: other connections of the same process may share it, and SQLite refuses at once
//! what one of them has locked.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::run_lock::POLL;
use crate::migrate::error::MigrateError;
use crate::migrate::server::database::Database;
use crate::migrate::settings::Settings;

/// The names of the databases on which runs are at work.
static HELD: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);

/// Held from before the first query of a run until its end.
pub(crate) struct MemoryLock(PathBuf);

impl MemoryLock {
    /// Waits for the other runs of this process on the same database in memory. None for every other database.
    pub(crate) async fn acquire(
        database: &Database,
        settings: &mut Settings<'_>,
    ) -> Result<Option<MemoryLock>, MigrateError> {
        let Some(name) = database.shared_memory() else { return Ok(None) };
        let begin = Instant::now();
        while !held().insert(name.clone()) {
            let waited = begin.elapsed();
            if waited >= settings.lock_timeout {
                return Err(MigrateError::Locked { holder: None, waited });
            }
            if settings.interrupt.is_stopped() {
                return Err(MigrateError::interrupted());
            }
            sqlx_core::rt::sleep(POLL).await;
        }
        Ok(Some(MemoryLock(name)))
    }
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        held().remove(&self.0);
    }
}

fn held() -> MutexGuard<'static, HashSet<PathBuf>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}
