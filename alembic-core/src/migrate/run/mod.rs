//! One run: plan, execute, record, and continue after an interruption.

pub(crate) mod effect;
pub(crate) mod execute;
pub(crate) mod journal;
pub(crate) mod plan;
pub(crate) mod preflight;
pub(crate) mod resume;
pub(crate) mod retry;
#[expect(clippy::module_inception, reason = "the subject of the module is in the file of the same name")]
pub(crate) mod run;
pub(crate) mod verdict;
pub(crate) mod watch;
