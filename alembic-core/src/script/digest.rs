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

/// The text is not a digest that this version knows.
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
