//! Digests: SHA-256 over scripts and over histories of scripts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

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

/// The digests of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// Over the id, the parents, the dependencies and the upgrade. A lineage is made of these.
    pub upgrade: Digest,
    /// Over the downgrade.
    pub downgrade: Digest,
}

/// SHA-256 over the text of a script, with LF at the ends of its lines.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextHash([u8; 32]);

impl TextHash {
    pub(super) const fn from_bytes(bytes: [u8; 32]) -> TextHash {
        TextHash(bytes)
    }
}

/// Appends a number, as a little-endian `u32`.
pub(super) fn count(bytes: &mut Vec<u8>, number: usize) {
    bytes.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

/// Appends a text: the length of its bytes, then the bytes.
pub(super) fn field(bytes: &mut Vec<u8>, text: &[u8]) {
    count(bytes, text.len());
    bytes.extend_from_slice(text);
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&written(DIGEST, &self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for TextHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&written(TEXT, &self.0))
    }
}

impl fmt::Debug for TextHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// What stands before the digits of a digest.
const DIGEST: &str = "sha256:";

/// What stands before the digits of a hash of a text.
const TEXT: &str = "text:";

fn written(prefix: &str, bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(prefix.len() + 64);
    text.push_str(prefix);
    for byte in bytes {
        for digit in [byte >> 4, byte & 0xf] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}

/// The bytes of a text of a prefix and 64 hexadecimal digits. A plain loop: proc macros, which are not optimised, read
/// thousands of digests.
fn read(prefix: &str, text: &str) -> Option<[u8; 32]> {
    let hex = text.strip_prefix(prefix)?.as_bytes();
    if hex.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    let mut index = 0;
    while index < 64 {
        let digit = DIGITS[hex[index] as usize];
        if digit > 0xf {
            return None;
        }
        bytes[index / 2] = bytes[index / 2] << 4 | digit;
        index += 1;
    }
    Some(bytes)
}

/// The value of each hexadecimal digit, and 255 for every other byte.
const DIGITS: [u8; 256] = {
    let mut digits = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        digits[digit as usize] = value;
        digits[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    digits
};

/// The text is not a digest that this version knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `sha256:` and 64 hexadecimal digits")]
pub struct InvalidDigest(String);

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Digest, InvalidDigest> {
        read(DIGEST, text).map(Digest).ok_or_else(|| InvalidDigest(text.to_owned()))
    }
}

/// The text is not a hash of a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `text:` and 64 hexadecimal digits")]
pub struct InvalidTextHash(String);

impl FromStr for TextHash {
    type Err = InvalidTextHash;

    fn from_str(text: &str) -> Result<TextHash, InvalidTextHash> {
        read(TEXT, text).map(TextHash).ok_or_else(|| InvalidTextHash(text.to_owned()))
    }
}
