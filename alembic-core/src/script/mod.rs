//! Script files: what stands in a migration, and what it means. Never talks to a database.

#[cfg(all(feature = "cli", feature = "driver"))]
mod conflict;
mod digest;
mod directory;
#[cfg(feature = "sources")]
mod entry;
mod error;
#[cfg(feature = "sources")]
mod file_template;
#[cfg(feature = "sources")]
mod guard;
mod header;
mod layout;
mod location;
mod lock;
mod lock_file;
mod lock_problem;
#[cfg(feature = "cli")]
mod new;
mod pack;
#[cfg(feature = "sources")]
mod reparent;
#[expect(
    clippy::module_inception,
    reason = "the type that the room is about stands in the file of that name"
)]
mod script;
mod seal;
mod section;
mod shell;

#[cfg(all(feature = "cli", feature = "driver"))]
#[cfg(all(feature = "cli", feature = "driver"))]
pub use conflict::{Conflict, ConflictingStatement, conflicts, uncovered};
pub use digest::{Digest, Digests, InvalidDigest, InvalidTextHash, TextHash};
pub use directory::ScriptDirectory;
#[cfg(feature = "sources")]
pub use entry::RevisionEntry;
pub use error::{Problem, ScriptError, ScriptErrors};
#[cfg(feature = "sources")]
pub use file_template::{FileNameParts, FileTemplate, InvalidFileTemplate};
#[cfg(feature = "sources")]
pub use guard::Guard;
pub use header::HeaderLines;
pub use location::{Location, seen_from};
pub use lock::Lock;
pub use lock_file::{LockFile, LockFileError};
pub use lock_problem::{LockProblem, Sealing};
#[cfg(feature = "cli")]
pub use new::NewScript;
pub use pack::{pack, unpack};
pub use script::Script;
pub use seal::{LOCK_FILE, Seal};
pub use section::Section;
#[cfg(feature = "driver")]
pub(crate) use shell::find_scripts;
pub use shell::{GitFile, Invocation, shell_word};
