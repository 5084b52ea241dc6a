//! Waiting for a server that cannot be reached yet, as in containers that start together.

use std::time::{Duration, Instant};

use super::connect::{Missing, is_not_yet};
use super::database::Database;
use crate::migrate::error::MigrateError;
use crate::migrate::event::Event;
use crate::migrate::interrupt::Interrupt;

/// The pause between two attempts to connect: the first one, which doubles, and the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(2);

/// How long attempts to connect are repeated.
pub(crate) struct Patience {
    until: Instant,
    pause: Duration,
    told: Option<String>,
}

impl Patience {
    pub(crate) fn new(wait: Duration) -> Patience {
        // A time that no clock has is a wait without an end.
        let begin = Instant::now();
        let until = begin.checked_add(wait).unwrap_or(begin + Duration::from_secs(u32::MAX.into()));
        Patience { until, pause: PAUSE, told: None }
    }

    /// Pauses after a failed attempt to connect. Tells the reason when it is another one than before.
    ///
    /// # Errors
    /// The attempt is not to be repeated, or the run was asked to stop.
    pub(crate) async fn pause(
        &mut self,
        error: MigrateError,
        interrupt: &Interrupt,
        tell: &mut (dyn FnMut(Event) + Send + '_),
    ) -> Result<(), MigrateError> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() || !is_not_yet(&error) {
            return Err(error);
        }
        let reason = error.to_string();
        if self.told.as_ref() != Some(&reason) {
            tell(Event::Unreachable { reason: reason.clone() });
            self.told = Some(reason);
        }
        let pause = sqlx_core::rt::sleep(self.pause.min(left));
        self.pause = (self.pause * 2).min(LONGEST);
        interrupt.or(pause).await.ok_or_else(MigrateError::interrupted)
    }
}

impl Database {
    /// Waits until a connection can be made, for at most `wait`: while the server does not listen, starts up or has no
    /// connection free, or its name is not known. Tells the reasons. Does not wait for a SQLite file.
    ///
    /// # Errors
    /// No connection could be made, for another reason or for too long.
    pub async fn wait(&self, wait: Duration, mut tell: impl FnMut(&str) + Send) -> Result<(), MigrateError> {
        let interrupt = Interrupt::default();
        let mut patience = Patience::new(wait);
        loop {
            match self.connect(Missing::Refuse).await {
                Ok(_) | Err(MigrateError::NoFile { .. }) => return Ok(()),
                Err(error) => {
                    let mut tell = |event| {
                        if let Event::Unreachable { reason } = event {
                            tell(&reason);
                        }
                    };
                    patience.pause(error, &interrupt, &mut tell).await?;
                }
            }
        }
    }
}
