//! Places between two effects that cannot be atomic, at which a test can kill the process.
//!
//! Only in debug builds, and only if `ALEMBIC_CRASH_AT` is set. A message is then sent in pieces, so that there is a place
//! between any two of its statements too: a server can die there.

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static PASSED: AtomicUsize = AtomicUsize::new(0);
    static CRASH_AT: OnceLock<Option<usize>> = OnceLock::new();

    fn crash_at() -> Option<usize> {
        *CRASH_AT.get_or_init(|| std::env::var("ALEMBIC_CRASH_AT").ok()?.parse().ok())
    }

    pub(crate) fn is_armed() -> bool {
        crash_at().is_some()
    }

    /// Ends the process without cleaning up, as the kernel or a power cut would, at the configured place.
    pub(crate) fn boundary(place: &str) {
        let Some(wanted) = crash_at() else {
            return;
        };
        let number = PASSED.fetch_add(1, Ordering::Relaxed) + 1;
        if number == wanted {
            eprintln!("killed at place {number}, {place}");
            let _ =
                std::process::Command::new("kill").args(["-KILL", &std::process::id().to_string()]).status();
            std::process::abort();
        }
    }
}

#[cfg(not(debug_assertions))]
mod armed {
    pub(crate) fn is_armed() -> bool {
        false
    }

    pub(crate) fn boundary(_: &str) {}
}

pub(crate) use armed::{boundary, is_armed};
