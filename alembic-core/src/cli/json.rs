//! What the commands print with `--json`: one object, with the version of its shape and the command's name.
//!
//! The shapes are documented in `docs/json.md`. Fields may be added within a version; none is renamed or removed.

use serde::Serialize;

use super::output::{OutputError, print};

/// The version of the shapes.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Envelope<'a, T> {
    version: u32,
    command: &'a str,
    #[serde(flatten)]
    body: T,
}

/// Prints the answer of a command as JSON.
///
/// # Errors
/// Not all of it was written.
///
/// # Panics
/// Never: what is printed has string keys and no maps that could fail.
pub fn print_json(command: &str, body: impl Serialize) -> Result<(), OutputError> {
    let text = serde_json::to_string_pretty(&Envelope { version: VERSION, command, body });
    print(&(text.expect("plain data becomes JSON") + "\n"))
}
