//! Script files: what stands in a migration, and what it means. Never talks to a database.

#[cfg(all(feature = "cli", feature = "driver"))]
mod conflict;
mod dialect;
mod digest;
mod directory;
mod entry;
mod error;
mod file_template;
mod guard;
mod header;
mod lexer;
mod lock;
#[cfg(feature = "cli")]
mod lock_file;
#[cfg(feature = "cli")]
mod new;
mod pack;
mod plain;
mod reparent;
#[expect(
    clippy::module_inception,
    reason = "the type that the room is about stands in the file of that name"
)]
mod script;
mod section;
mod statement;
mod tokens;
#[cfg(all(feature = "cli", feature = "driver"))]
mod touch;

#[cfg(all(feature = "cli", feature = "driver"))]
pub use conflict::{Conflict, ConflictingStatement, conflicts};
pub use dialect::Dialect;
pub use digest::{Digest, InvalidDigest};
pub use directory::{Location, ScriptDirectory};
pub use entry::RevisionEntry;
pub use error::{Problem, ScriptError, ScriptErrors};
pub use file_template::{FileNameParts, FileTemplate, InvalidFileTemplate};
pub use guard::Guard;
pub use header::HeaderLines;
pub use lexer::{Lexer, Token, TokenKind, lex};
pub use lock::{LOCK_FILE, Lock, LockProblem, Seal};
#[cfg(feature = "cli")]
pub use lock_file::{LockFile, LockFileError};
#[cfg(feature = "cli")]
pub use new::NewScript;
pub use pack::{pack, unpack};
pub use script::Script;
pub use section::Section;
#[cfg(feature = "driver")]
pub(crate) use statement::{Name, Reader};
pub use statement::{Statement, StatementError, keywords, split};
pub use tokens::significant;
