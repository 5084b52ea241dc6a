//! The version table and the history: reading them, comparing them with the scripts, and the rows that a run writes.

pub(crate) mod ahead;
mod below;
pub(crate) mod context;
pub(crate) mod log;
pub(crate) mod ours;
pub(crate) mod ran;
#[cfg(feature = "cli")]
mod reordered;
pub(crate) mod state;
pub(crate) mod step;
pub(crate) mod verify;
pub(crate) mod with_history;
