//! The files of a project: every file is read by [`read`], and every existing one is changed by [`replace`].
//!
//! What a repository has in place of a file may be anything: a pipe that nobody writes to, a device without an end, a link that
//! leads in a circle. And another process may read a file while it is changed.

mod read;
mod write;

pub use read::{open, read, read_to_string};
pub use write::{Temporary, is_at, replace, writable_target};
