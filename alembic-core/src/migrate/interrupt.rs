//! A wish to stop that comes from outside of a run: Ctrl-C, a service that is told to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Stops a run from outside: once after the statement that is running, twice at once.
///
/// Given to a run with [`Run::interrupted_by`](super::Run::interrupted_by). Whatever it had committed stays, and the next
/// run goes on from there.
///
/// ```
/// use alembic_core::migrate::Interrupt;
///
/// let interrupt = Interrupt::default();
/// let from_a_signal_handler = interrupt.clone();
/// from_a_signal_handler.stop();
/// assert!(interrupt.is_stopped());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicU8>);

impl Interrupt {
    /// Asks the run to stop. The second time it also gives up the statement that is running.
    pub fn stop(&self) {
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |times| times.checked_add(1));
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    /// Whether it was asked to stop without waiting for the statement that is running.
    #[must_use]
    pub fn is_impatient(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 1
    }
}
