//! Scripts as bytes, so that a program can carry them.
//!
//! The bytes are read by the same build that wrote them: the format is nobody's business.

use super::{Script, ScriptDirectory};

/// The scripts, parents before children, with the statements that were found.
///
/// # Errors
/// A sentence, if the scripts are too large to be described.
pub fn pack(directory: ScriptDirectory) -> Result<Vec<u8>, String> {
    postcard::to_stdvec(&directory.into_scripts()).map_err(|error| error.to_string())
}

/// What [`pack`] packed.
///
/// # Errors
/// A sentence, if the bytes are something else.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Script>, String> {
    postcard::from_bytes(bytes).map_err(|error| error.to_string())
}
