//! A request to stop a run, from a signal or a service that ends.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use futures_util::future::{Either, select};

/// The pause between two looks at the requests.
const TICK: Duration = Duration::from_millis(20);

/// Stops a run: the first request after the running statement, the second one immediately.
///
/// Given to a run with [`Run::interrupted_by`](super::Run::interrupted_by). Committed work stays, and the next run
/// continues from there.
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
    /// Asks the run to stop. The second request also cancels the running statement.
    pub fn stop(&self) {
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |times| times.checked_add(1));
    }

    /// Whether the run was asked to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    /// Whether the run was asked to stop without waiting for the running statement.
    #[must_use]
    pub fn is_impatient(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 1
    }

    /// Awaits something that leaves nothing behind when it is dropped. None if a request came first.
    pub(crate) async fn or<F: Future>(&self, future: F) -> Option<F::Output> {
        let stopped = async {
            while !self.is_stopped() {
                sqlx_core::rt::sleep(TICK).await;
            }
        };
        match select(pin!(future), pin!(stopped)).await {
            Either::Left((output, _)) => Some(output),
            Either::Right(_) => None,
        }
    }
}
