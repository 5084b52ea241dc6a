//! The session in which revisions run: what they change in it ends with them.

mod deferred;
mod found;
mod leave;
pub(crate) mod restore;
#[expect(clippy::module_inception, reason = "the subject of the module is in the file of the same name")]
pub(crate) mod session;
mod watch;
pub(crate) mod work;
