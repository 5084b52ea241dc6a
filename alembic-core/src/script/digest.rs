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

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Script, Section};
use crate::revision::Direction;
use crate::sql::{Plain, significant};

/// SHA-256 over what a script does, or over what a history of scripts did (a *lineage*).
///
/// ```
/// use alembic_core::script::Digest;
///
/// let written = format!("sha256:{}", "0f".repeat(32));
/// let digest: Digest = written.parse().unwrap();
/// assert_eq!(digest.to_string(), written);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Digest {
        Digest(bytes)
    }

    /// The bytes of the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn of_script(script: &Script) -> Digest {
        // Hashed in one go: this runs in proc macros, which are not optimised.
        let mut bytes = Vec::with_capacity(256);
        field(&mut bytes, b"alembic script 1");
        field(&mut bytes, script.revision.id.as_str().as_bytes());
        count(&mut bytes, script.revision.parents.len());
        for parent in &script.revision.parents {
            field(&mut bytes, parent.as_str().as_bytes());
        }
        count(&mut bytes, script.revision.depends_on.len());
        for dependency in &script.revision.depends_on {
            field(&mut bytes, dependency.as_bytes());
        }
        let mut sections: Vec<&Section> = script.sections.iter().collect();
        sections.sort_by_key(|section| (section.direction != Direction::Upgrade, &section.dialects));
        count(&mut bytes, sections.len());
        for section in sections {
            write_section(&mut bytes, section, &script.text[section.start..section.end]);
        }
        Digest(Sha256::digest(&bytes).into())
    }

    /// The lineage of a revision: its digest and the lineages of its parents and dependencies, in their written order.
    ///
    /// Layout: field `alembic lineage 1`, the 32 bytes of the digest, count of ancestors, 32 bytes for each.
    pub(super) fn lineage(digest: Digest, ancestors: &[Digest]) -> Digest {
        let mut bytes = Vec::with_capacity(128);
        field(&mut bytes, b"alembic lineage 1");
        bytes.extend_from_slice(&digest.0);
        count(&mut bytes, ancestors.len());
        for ancestor in ancestors {
            bytes.extend_from_slice(&ancestor.0);
        }
        Digest(Sha256::digest(&bytes).into())
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

fn count(bytes: &mut Vec<u8>, number: usize) {
    bytes.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

fn field(bytes: &mut Vec<u8>, text: &[u8]) {
    count(bytes, text.len());
    bytes.extend_from_slice(text);
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(71);
        text.push_str("sha256:");
        for byte in self.0 {
            for digit in [byte >> 4, byte & 0xf] {
                text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
            }
        }
        formatter.write_str(&text)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The text is no digest that this version knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `sha256:` and 64 hexadecimal digits")]
pub struct InvalidDigest(String);

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Digest, InvalidDigest> {
        let invalid = || InvalidDigest(text.to_owned());
        let hex = text
            .strip_prefix("sha256:")
            .filter(|hex| hex.len() == 64 && hex.is_ascii())
            .ok_or_else(invalid)?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let [high, low] = [pair[0], pair[1]].map(|digit| char::from(digit).to_digit(16));
            let value = high.zip(low).map(|(high, low)| high * 16 + low).ok_or_else(invalid)?;
            *byte = u8::try_from(value).map_err(|_| invalid())?;
        }
        Ok(Digest(bytes))
    }
}
