//! Seals, and the file that keeps them.

use std::fmt;

use super::Digest;

/// The name of the lock file in the first folder of migrations.
pub const LOCK_FILE: &str = "alembic.lock";

/// The version of the format that this code reads and writes.
pub(super) const LOCK_VERSION: u32 = 1;

/// The digest under which a revision was first applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The digest of what was applied.
    pub digest: Digest,
    /// The date and time, for people: nothing depends on it.
    pub when: Option<String>,
}

impl fmt::Display for Seal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.when {
            Some(when) => write!(formatter, "{} on {when}", self.digest),
            None => write!(formatter, "{}", self.digest),
        }
    }
}
