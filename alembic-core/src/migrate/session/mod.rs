//! The session in which revisions run: what they change in it ends with them.

pub(crate) mod deferred;
pub(crate) mod found;
pub(crate) mod leave;
#[expect(clippy::module_inception, reason = "the subject of the module is in the file of the same name")]
pub(crate) mod session;
