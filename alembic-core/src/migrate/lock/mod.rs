//! The migration lock: one run at a time.

#[cfg(feature = "sqlite")]
pub(crate) mod file_lock;
pub(crate) mod lease;
#[cfg(feature = "sqlite")]
mod litefs;
pub(crate) mod memory_lock;
pub(crate) mod run_lock;
