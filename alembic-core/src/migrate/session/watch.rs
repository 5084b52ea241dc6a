//! Runs beside a message that the server is executing: keeps the lock, finds the sessions that block the work, and cancels
//! the statement of a run that was asked twice to stop.

use std::time::{Duration, Instant};

use crate::migrate::error::MigrateError;
use crate::migrate::event::Event;
use crate::migrate::interrupt::Interrupt;
use crate::migrate::lock::run_lock::RunLock;
use crate::migrate::server::batch::Failure;

/// The pause between two looks.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// The pause between two questions to the server about sessions that block the work.
const CURIOUS: Duration = Duration::from_secs(1);

/// The time that a server has to cancel a statement.
const PATIENCE: Duration = Duration::from_secs(2);

/// Ends only if the run must stop waiting for the message.
pub(super) async fn watch(
    lock: &mut RunLock,
    interrupt: &Interrupt,
    statement_lock_timeout: Duration,
    report: &impl Fn(Event),
    blocked_by: &mut Option<String>,
) -> Failure {
    let first_look = match statement_lock_timeout {
        Duration::ZERO => CURIOUS,
        timeout => CURIOUS.min(timeout / 2),
    };
    let begin = Instant::now();
    let mut look_at = begin + first_look;
    let mut cancelled: Option<Instant> = None;
    loop {
        sqlx_core::rt::sleep(TICK.min(first_look)).await;
        match cancelled {
            Some(when) if when.elapsed() > PATIENCE => return Failure::Interrupted,
            None if interrupt.is_impatient() => {
                cancelled = Some(Instant::now());
                lock.cancel().await;
            }
            _ => {}
        }
        if let Err(MigrateError::LockLost { source }) = lock.care().await {
            return Failure::LockLost(source);
        }
        if Instant::now() >= look_at {
            look_at = Instant::now() + CURIOUS;
            if let Some(blockers) = lock.blockers().await {
                if blocked_by.is_none() {
                    report(Event::Blocked { by: blockers.clone() });
                }
                *blocked_by = Some(blockers);
            }
        }
    }
}
