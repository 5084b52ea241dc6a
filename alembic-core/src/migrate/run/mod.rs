//! One run: plan, execute, record, and continue after an interruption.

mod attempt;
pub(crate) mod consent;
mod execute;
mod executor;
mod group;
mod joined;
mod journal;
mod notes;
mod pending;
pub(crate) mod plan;
pub(crate) mod preflight;
mod progress;
mod resume;
mod retry;
#[expect(clippy::module_inception, reason = "the subject of the module is in the file of the same name")]
pub(crate) mod run;
mod running;
mod verdict;
