//! The names of scratch databases.
//!
//! `alembic_scratch_SECOND_NODE_SESSION_RANDOM`: the second of its creation by the server's clock, a number for the server
//! process (0 where it makes no difference), the session that owns the database, and a random part. The session is held
//! open as long as the database is in use: a scratch database whose session is gone is a leftover.

use std::hash::{BuildHasher as _, RandomState};

/// The beginning of the names. Also the name of the view that marks a scratch database with a name of its own.
pub(crate) const PREFIX: &str = "alembic_scratch";

/// The names as a regular expression that PostgreSQL and MySQL read alike.
pub(super) const PATTERN: &str = "^alembic_scratch_[0-9]+_[0-9]+_[0-9]+_[0-9a-f]+$";

/// A name that no other database has. `owner` is the part between prefix and random number, as the server says it.
pub(crate) fn name(owner: &str) -> String {
    let random = RandomState::new().hash_one(owner) >> 32;
    format!("{PREFIX}_{owner}_{random:x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_sixty_three_bytes() {
        let name = name("4294967296_4294967295_18446744073_0");
        assert!(name.len() <= 63 && name.starts_with("alembic_scratch_4294967296_"), "{name}");
        assert_ne!(super::name("1_0_1"), super::name("1_0_1"));
    }
}
