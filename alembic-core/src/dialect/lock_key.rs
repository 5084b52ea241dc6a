//! What the locks of a version table are called.

use sha2::{Digest as _, Sha256};

/// The names of the locks of one version table, the same in every process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LockKey([u8; 8]);

impl LockKey {
    /// The key for what `names` tells apart: the database, where locks are shared by several, and the version table.
    pub(crate) fn of(names: &str) -> LockKey {
        let digest: [u8; 32] = Sha256::digest(names.as_bytes()).into();
        LockKey(digest.first_chunk().copied().unwrap_or_default())
    }

    /// PostgreSQL: the lock of a run.
    #[cfg(feature = "postgres")]
    pub(crate) fn number(self) -> i64 {
        i64::from_le_bytes(self.0)
    }

    /// PostgreSQL: the lock of the transactions in which the work is done.
    #[cfg(feature = "postgres")]
    pub(crate) fn working(self) -> i64 {
        self.number() ^ 1
    }

    /// PostgreSQL: a comment with which statements of the work begin.
    #[cfg(feature = "postgres")]
    pub(crate) fn mark(self) -> String {
        format!("/* alembic {:016x} */", u64::from_le_bytes(self.0))
    }

    /// MySQL: the lock of a run.
    #[cfg(feature = "mysql")]
    pub(crate) fn name(self) -> String {
        format!("alembic:{:016x}", u64::from_le_bytes(self.0))
    }

    /// MySQL: the lock of the session that does the work.
    #[cfg(feature = "mysql")]
    pub(crate) fn working_name(self) -> String {
        format!("{}:work", self.name())
    }
}
