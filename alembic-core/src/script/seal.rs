//! Seals, and the file that keeps them.

use super::{Digest, Digests, TextHash};

/// The name of the lock file in the first folder of migrations.
pub const LOCK_FILE: &str = "alembic.lock";

/// The version of the format that this code reads and writes.
pub(super) const LOCK_VERSION: u32 = 1;

/// What a revision was when it was first applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The digests of what was applied.
    pub digests: Digests,
    /// The hash of a text that has these digests. A script with this text is the sealed one, whatever a later version of this
    /// program makes of it.
    pub text: TextHash,
}

impl Seal {
    /// The digest of the upgrade.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digests.upgrade
    }
}
