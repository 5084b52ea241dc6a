//! The connection on which revisions run, and its session: each revision's changes to it end with the revision.

mod deferred;
mod found;
pub(crate) mod leave;
pub(crate) mod restore;
#[expect(clippy::module_inception, reason = "the subject of the module is in the file of the same name")]
pub(crate) mod session;
mod watch;
pub(crate) mod work;
