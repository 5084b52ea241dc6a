//! Ctrl-C and requests to end, while a run goes on.

use std::sync::{Mutex, Once, PoisonError};

use super::INTERRUPTED;
use super::output::status;
use crate::migrate::Interrupt;

/// The run that a signal is for.
static RUNNING: Mutex<Option<Interrupt>> = Mutex::new(None);

/// Turns signals into a wish to stop, as long as it lives.
pub(super) struct Signals {
    pub(super) interrupt: Interrupt,
}

impl Signals {
    /// Listens to Ctrl-C, `SIGTERM` and `SIGHUP`. A program that does so itself keeps them to itself.
    pub(super) fn listen() -> Signals {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            if let Err(error) = ctrlc::try_set_handler(on_signal) {
                tracing::debug!(%error, "signals are not for the run");
            }
        });
        let interrupt = Interrupt::default();
        set(Some(interrupt.clone()));
        Signals { interrupt }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        set(None);
    }
}

fn set(interrupt: Option<Interrupt>) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = interrupt;
}

/// Called in a thread of its own.
fn on_signal() {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match running {
        Some(interrupt) if !interrupt.is_stopped() => {
            interrupt.stop();
            status("Stopping", "after the statement that is running; once more to give it up");
        }
        Some(interrupt) if !interrupt.is_impatient() => {
            interrupt.stop();
            status("Stopping", "now; once more to leave the rest to the next run");
        }
        // No run, or one that does not come to an end.
        _ => std::process::exit(INTERRUPTED.into()),
    }
}
