//! The digest of a script: SHA-256 over what it does. Its layout is fixed for ever.
//!
//! # Layout, version 1 (written as `sha256:<64 hex digits>`)
//!
//! A later layout gets another word before the colon; a digest once written keeps its meaning.
//!
//! The hash is fed with *fields*. A field is the length of its bytes as a little-endian `u32`, then the bytes. A
//! *count* is a little-endian `u32`.
//!
//! 1. field `alembic script 1`
//! 2. field: the id
//! 3. count of parents, then a field for each, in the order of `Revises:`
//! 4. count of dependencies, then a field for each, in the order of `Depends-On:`
//! 5. count of sections, then for each, upgrades first and then by their dialects (the plain one first):
//!    - byte `u` or `d` (upgrade, downgrade)
//!    - count of dialects named, then a field for each name, in the order sqlite, postgresql, mysql
//!    - byte `t` (in a transaction) or `n` (`no-transaction`)
//!    - for each dialect that may read the section (those named; all three where none is named), in the same order:
//!      SHA-256 over its tokens, as [`significant`](crate::sql::significant) feeds them; 32 zero bytes where
//!      that says that the dialect would refuse the text, unless that is so for all of them
//!
//! A plain section is read by all three dialects, because what is a comment in one may be code in another: a change that
//! matters to any of them changes the digest. Of a dialect that would refuse the section it is of no matter where white
//! space stands for it. Message, labels, tags, the creation date, comments
//! and white space do not count.

use sha2::{Digest as _, Sha256};

use super::digest::{count, field};
use super::{Digest, Script, Section};
use crate::revision::Direction;
use crate::sql::{Plain, significant};

impl Script {
    /// The digest of what the script does: a hash of its id, its parents and dependencies, and its statements.
    #[must_use]
    pub fn digest(&self) -> Digest {
        // Hashed in one go: this runs in proc macros, which are not optimised.
        let mut bytes = Vec::with_capacity(256);
        field(&mut bytes, b"alembic script 1");
        field(&mut bytes, self.revision.id.as_str().as_bytes());
        count(&mut bytes, self.revision.parents.len());
        for parent in &self.revision.parents {
            field(&mut bytes, parent.as_str().as_bytes());
        }
        count(&mut bytes, self.revision.depends_on.len());
        for dependency in &self.revision.depends_on {
            field(&mut bytes, dependency.as_bytes());
        }
        let mut sections: Vec<&Section> = self.sections.iter().collect();
        sections.sort_by_key(|section| (section.direction != Direction::Upgrade, &section.dialects));
        count(&mut bytes, sections.len());
        for section in sections {
            write_section(&mut bytes, section, &self.text[section.start..section.end]);
        }
        Digest::from_bytes(Sha256::digest(&bytes).into())
    }
}

fn write_section(bytes: &mut Vec<u8>, section: &Section, body: &str) {
    bytes.push(if section.direction == Direction::Upgrade { b'u' } else { b'd' });
    count(bytes, section.dialects.len());
    for dialect in &section.dialects {
        field(bytes, dialect.name().as_bytes());
    }
    bytes.push(if section.transaction { b't' } else { b'n' });
    if let Some(plain) = Plain::read(body) {
        let tokens = Sha256::digest(&plain.tokens);
        section.readers().iter().for_each(|_| bytes.extend_from_slice(&tokens));
        return;
    }
    let readings = section.readers().iter().map(|dialect| {
        let mut hash = Sha256::new();
        let is_its_own = significant(body, *dialect, &mut |bytes| hash.update(bytes));
        (is_its_own, hash.finalize())
    });
    let readings: Vec<_> = readings.collect();
    let is_readable = readings.iter().any(|(is_its_own, _)| *is_its_own);
    for (is_its_own, tokens) in readings {
        bytes.extend_from_slice(if is_its_own || !is_readable { &tokens } else { &[0; 32] });
    }
}
