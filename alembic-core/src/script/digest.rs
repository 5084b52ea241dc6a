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
//!      SHA-256 over its tokens, as [`significant`](super::tokens::significant) feeds them
//!
//! A plain section is read by all three dialects, because what is a comment in one may be code in another: a change that
//! matters to any of them changes the digest. Message, labels, tags, the creation date, comments and white space do not
//! count.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::tokens::{dialect_neutral, significant};
use super::{Script, Section};
use crate::revision::Direction;

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
        let mut hash = Sha256::new();
        field(&mut hash, b"alembic script 1");
        field(&mut hash, script.revision.id.as_str().as_bytes());
        count(&mut hash, script.revision.parents.len());
        for parent in &script.revision.parents {
            field(&mut hash, parent.as_str().as_bytes());
        }
        count(&mut hash, script.revision.depends_on.len());
        for dependency in &script.revision.depends_on {
            field(&mut hash, dependency.as_bytes());
        }
        let mut sections: Vec<&Section> = script.sections.iter().collect();
        sections.sort_by_key(|section| (section.direction != Direction::Upgrade, &section.dialects));
        count(&mut hash, sections.len());
        for section in sections {
            hash_section(&mut hash, section, &script.text[section.start..section.end]);
        }
        Digest(hash.finalize().into())
    }

    /// The lineage of a revision: its digest and the lineages of its parents and dependencies, in their written order.
    ///
    /// Layout: field `alembic lineage 1`, the 32 bytes of the digest, count of ancestors, 32 bytes for each.
    pub(super) fn lineage(digest: Digest, ancestors: &[Digest]) -> Digest {
        let mut hash = Sha256::new();
        field(&mut hash, b"alembic lineage 1");
        hash.update(digest.0);
        count(&mut hash, ancestors.len());
        for ancestor in ancestors {
            hash.update(ancestor.0);
        }
        Digest(hash.finalize().into())
    }
}

fn hash_section(hash: &mut Sha256, section: &Section, body: &str) {
    hash.update(if section.direction == Direction::Upgrade { b"u" } else { b"d" });
    count(hash, section.dialects.len());
    for dialect in &section.dialects {
        field(hash, dialect.name().as_bytes());
    }
    hash.update(if section.transaction { b"t" } else { b"n" });
    let neutral = dialect_neutral(body);
    let mut tokens = None;
    for dialect in section.readers() {
        let read = || -> [u8; 32] {
            let mut hash = Sha256::new();
            significant(body, *dialect, &mut |bytes| hash.update(bytes));
            hash.finalize().into()
        };
        let digest = match tokens {
            Some(tokens) if neutral => tokens,
            _ => read(),
        };
        tokens = Some(digest);
        hash.update(digest);
    }
}

fn count(hash: &mut Sha256, number: usize) {
    hash.update(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

fn field(hash: &mut Sha256, bytes: &[u8]) {
    count(hash, bytes.len());
    hash.update(bytes);
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
