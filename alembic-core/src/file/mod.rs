//! The files of a project: every file is read by [`read`], and every existing one is changed by [`replace`].
//!
//! A repository can have anything in place of a file: a pipe that nobody writes to, an endless device, a link that
//! leads in a circle. And another process may read a file while it is changed.

mod read;
mod write;

pub use read::{open, read, read_to_string};
pub use write::{Temporary, create, is_at, replace, writable_target};
