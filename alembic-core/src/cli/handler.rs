//! The handler of the signals that end a process: there as long as a command runs, and never in place of the program's own.

use std::sync::{Mutex, PoisonError};

/// The handler of this process.
static HANDLER: Mutex<Handler> = Mutex::new(Handler::New);

enum Handler {
    /// Nothing was installed yet.
    New,
    /// Ours, for a number of commands at once.
    Installed(u32),
    /// The system's own action, and what restores our handler. `ctrlc` installs it only once in a process.
    #[cfg(unix)]
    Removed(unix::Removed),
}

/// Installs `on_signal`, which is called in a thread of its own. A program that handles signals itself keeps doing so.
pub(super) fn install(on_signal: fn()) {
    let mut handler = HANDLER.lock().unwrap_or_else(PoisonError::into_inner);
    *handler = match std::mem::replace(&mut *handler, Handler::New) {
        Handler::New => match ctrlc::try_set_handler(on_signal) {
            Ok(()) => Handler::Installed(1),
            Err(error) => {
                tracing::debug!(%error, "signals are not for the run");
                Handler::New
            }
        },
        Handler::Installed(commands) => Handler::Installed(commands + 1),
        #[cfg(unix)]
        Handler::Removed(ours) if unix::are_unhandled() => {
            drop(ours);
            Handler::Installed(1)
        }
        handler => handler,
    };
}

/// Removes what [`install`] installed, once for each call of it.
pub(super) fn remove() {
    let mut handler = HANDLER.lock().unwrap_or_else(PoisonError::into_inner);
    *handler = match std::mem::replace(&mut *handler, Handler::New) {
        #[cfg(unix)]
        Handler::Installed(1) => unix::system_default().map_or(Handler::Installed(0), Handler::Removed),
        Handler::Installed(commands) => Handler::Installed(commands.saturating_sub(1)),
        handler => handler,
    };
}

#[cfg(unix)]
mod unix {
    use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

    /// Those that `ctrlc` handles.
    const SIGNALS: [Signal; 3] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM];

    /// Our handler, which the system's own action has replaced. It is back when this is dropped.
    pub(super) struct Removed(Box<[SigAction; 3]>);

    /// Gives the signals back to the system. None: it did not take all of them.
    pub(super) fn system_default() -> Option<Removed> {
        let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
        let before = SIGNALS.map(|signal| set(signal, &default));
        let [Some(hang_up), Some(interrupt), Some(terminate)] = before else { return None };
        Some(Removed(Box::new([hang_up, interrupt, terminate])))
    }

    impl Drop for Removed {
        fn drop(&mut self) {
            for (signal, action) in SIGNALS.into_iter().zip(&*self.0) {
                set(signal, action);
            }
        }
    }

    /// Sets the action for a signal. Returns the one before.
    #[expect(unsafe_code, reason = "no library that is kept up takes a handler of signals away again")]
    fn set(signal: Signal, action: &SigAction) -> Option<SigAction> {
        // SAFETY: the action is the system's own, or one that was there before: a function of `ctrlc`, which does only what
        // a handler may do, and is there as long as the process.
        unsafe { sigaction(signal, action) }.ok()
    }

    /// Whether nothing handles the signals. Where the system does not say, something may.
    pub(super) fn are_unhandled() -> bool {
        let status = crate::file::read_to_string("/proc/self/status").unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let Some(caught) = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()) else {
            return false;
        };
        SIGNALS.iter().all(|signal| caught & (1 << (*signal as i32 - 1)) == 0)
    }
}
