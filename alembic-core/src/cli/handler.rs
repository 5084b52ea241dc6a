//! The handler of the signals that end a process: there as long as a command runs, and never in place of the program's own.

use std::sync::{Mutex, PoisonError};

#[cfg(not(unix))]
use other as system;
#[cfg(unix)]
use unix as system;

/// The handler of this process.
static HANDLER: Mutex<Handler> = Mutex::new(Handler::New);

enum Handler {
    /// Nothing was installed yet.
    New,
    /// Ours, for a number of commands at once.
    Installed(u32, system::Ours),
    /// What restores our handler. `ctrlc` installs it only once in a process.
    #[cfg(unix)]
    Removed(system::Ours),
}

/// Installs `on_signal` for each signal that has no handler and is not ignored. A separate thread calls it. A program that handles a
/// signal keeps its handler. A signal that a shell (for a command in the background) or `nohup` ignores stays ignored.
pub(super) fn install(on_signal: fn()) {
    let mut handler = HANDLER.lock().unwrap_or_else(PoisonError::into_inner);
    *handler = match std::mem::replace(&mut *handler, Handler::New) {
        Handler::New => match system::Ours::install(on_signal) {
            Ok(ours) => Handler::Installed(1, ours),
            Err(error) => {
                tracing::debug!(%error, "signals are not for the run");
                Handler::New
            }
        },
        Handler::Installed(commands, ours) => Handler::Installed(commands + 1, ours),
        #[cfg(unix)]
        Handler::Removed(ours) => Handler::Installed(1, ours.install_again()),
    };
}

/// Removes what [`install`] installed, once for each call of it.
pub(super) fn remove() {
    let mut handler = HANDLER.lock().unwrap_or_else(PoisonError::into_inner);
    *handler = match std::mem::replace(&mut *handler, Handler::New) {
        #[cfg(unix)]
        Handler::Installed(1, ours) => Handler::Removed(ours.remove()),
        Handler::Installed(commands, ours) => Handler::Installed(commands.saturating_sub(1), ours),
        handler => handler,
    };
}

#[cfg(unix)]
mod unix {
    use std::ptr;

    use ctrlc::Error;
    use nix::errno::Errno;
    use nix::libc::{SIG_DFL, SIGHUP, SIGINT, SIGTERM, c_int, sigaction as Action};

    /// Those that `ctrlc` handles.
    const SIGNALS: [c_int; 3] = [SIGHUP, SIGINT, SIGTERM];

    /// Our handler.
    pub(super) struct Ours {
        /// What the system calls.
        action: Action,
        /// The system's own action, which it replaces.
        default: Action,
        /// Where it is installed.
        signals: Vec<c_int>,
    }

    impl Ours {
        pub(super) fn install(on_signal: fn()) -> Result<Ours, Error> {
            let before = SIGNALS.map(|signal| (signal, exchange(signal, None)));
            let unhandled =
                before.iter().find_map(|(signal, action)| Some((*signal, (*action)?)).filter(is_default));
            let Some((first, default)) = unhandled else { return Err(Errno::EEXIST.into()) };
            ctrlc::set_handler(on_signal)?;
            let action = exchange(first, None).ok_or_else(Errno::last)?;
            let mut signals = Vec::new();
            for (signal, before) in before {
                match before {
                    Some(before) if !is_default(&(signal, before)) => {
                        exchange(signal, Some(&before));
                    }
                    _ => signals.push(signal),
                }
            }
            Ok(Ours { action, default, signals })
        }

        /// Gives the signals back to the system, but for those that have got another handler meanwhile.
        pub(super) fn remove(mut self) -> Ours {
            for signal in std::mem::take(&mut self.signals) {
                let now = exchange(signal, None);
                if now.is_some_and(|now| now.sa_sigaction == self.action.sa_sigaction) {
                    exchange(signal, Some(&self.default));
                }
            }
            self
        }

        /// Handles the signals that nothing handles now.
        pub(super) fn install_again(mut self) -> Ours {
            for signal in SIGNALS {
                let now = exchange(signal, None).map(|now| (signal, now));
                if now.is_some_and(|now| is_default(&now)) && exchange(signal, Some(&self.action)).is_some() {
                    self.signals.push(signal);
                }
            }
            self
        }
    }

    fn is_default((_, action): &(c_int, Action)) -> bool {
        action.sa_sigaction == SIG_DFL
    }

    /// Sets the action for a signal, if one is given. Returns the one before.
    #[expect(unsafe_code, reason = "no library that is kept up takes a handler of signals away again")]
    fn exchange(signal: c_int, action: Option<&Action>) -> Option<Action> {
        // SAFETY: both pointers are null or those of a value. The action is one that was there before: the system's own, the
        // program's, or the function of `ctrlc`, which does only what a handler may do, and is there as long as the process.
        unsafe {
            let mut before: Action = std::mem::zeroed();
            let result = nix::libc::sigaction(signal, action.map_or(ptr::null(), ptr::from_ref), &mut before);
            (result == 0).then_some(before)
        }
    }
}

#[cfg(not(unix))]
mod other {
    /// Our handler.
    pub(super) struct Ours;

    impl Ours {
        pub(super) fn install(on_signal: fn()) -> Result<Ours, ctrlc::Error> {
            ctrlc::try_set_handler(on_signal).map(|()| Ours)
        }
    }
}
