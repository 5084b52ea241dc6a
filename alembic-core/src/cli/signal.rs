//! Ctrl-C and requests to end, while a run goes on. Between two runs they are the program's own again.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::INTERRUPTED;
use super::handler;
use super::output::status;
use crate::migrate::Interrupt;

/// The work that a signal is for.
static RUNNING: Mutex<Option<(Interrupt, Work)>> = Mutex::new(None);

/// The time that a run has to come to an end after the second signal.
const PATIENCE: Duration = Duration::from_millis(800);

/// Kinds of work, by what a signal does to them.
#[derive(Clone, Copy)]
enum Work {
    /// It ends after its statement.
    Run,
    /// It can be dropped at any time.
    Droppable,
}

/// Turns signals into a wish to stop, as long as it lives.
pub(super) struct Signals {
    pub(super) interrupt: Interrupt,
}

impl Signals {
    /// Listens to Ctrl-C, `SIGTERM` and `SIGHUP`, for a run. A program that does so itself keeps them to itself.
    pub(super) fn listen() -> Signals {
        Signals::listen_for(Work::Run)
    }

    fn listen_for(work: Work) -> Signals {
        let interrupt = Interrupt::default();
        set(Some((interrupt.clone(), work)));
        handler::install(on_signal);
        Signals { interrupt }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        handler::remove();
        set(None);
    }
}

/// Awaits something that leaves nothing behind when it is dropped. None if a signal came first.
pub async fn unless_interrupted<F: Future>(future: F) -> Option<F::Output> {
    let signals = Signals::listen_for(Work::Droppable);
    signals.interrupt.or(future).await
}

fn set(running: Option<(Interrupt, Work)>) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = running;
}

/// Called in a thread of its own.
fn on_signal() {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match running {
        Some((interrupt, Work::Run)) if !interrupt.is_stopped() => {
            interrupt.stop();
            status("Stopping", "after the statement that is running; once more to give it up");
        }
        Some((interrupt, Work::Run)) if !interrupt.is_impatient() => {
            interrupt.stop();
            status("Stopping", "now; once more to leave the rest to the next run");
            std::thread::spawn(|| leave_after(PATIENCE));
        }
        Some((interrupt, Work::Droppable)) if !interrupt.is_stopped() => interrupt.stop(),
        // No work, or one that does not come to an end.
        _ => std::process::exit(INTERRUPTED.into()),
    }
}

/// Ends the process as a kill does, if the run has not come to an end by then: SQLite may be busy with a statement, a server
/// may not answer. What is left is what a killed run leaves.
fn leave_after(patience: Duration) {
    std::thread::sleep(patience);
    if RUNNING.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
        status("Stopped", "without an answer of the database; the next run finds out what was done");
        std::process::exit(INTERRUPTED.into());
    }
}
