//! The version table and the history: what is applied, and whether the scripts agree with it.

pub(crate) mod ahead;
pub(crate) mod context;
pub(crate) mod log;
pub(crate) mod state;
pub(crate) mod step;
pub(crate) mod verify;
pub(crate) mod with_history;
