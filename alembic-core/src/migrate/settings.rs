//! What a caller can choose for a run.

use std::time::Duration;

use super::event::Event;
use super::interrupt::Interrupt;
use super::resume::Answer;
use crate::config::TransactionMode;
use crate::revision::{Direction, RevisionId};

/// Says whether these revisions may be run or stamped.
type Approve<'a> = dyn FnMut(&[(Direction, RevisionId)]) -> Result<(), String> + Send + 'a;

/// What a caller can choose for a run.
pub(super) struct Settings<'a> {
    pub(super) lock_timeout: Duration,
    /// How long a statement waits for a lock; zero: for ever.
    pub(super) statement_lock_timeout: Duration,
    /// How long a statement may take; zero: any time.
    pub(super) statement_timeout: Duration,
    pub(super) retries: u32,
    /// Whether a database with revisions that no script knows is good enough, where it has all that are known.
    pub(super) allow_ahead: bool,
    pub(super) interrupt: Interrupt,
    pub(super) transaction: TransactionMode,
    /// What a person says about the statement that is in doubt.
    pub(super) answer: Option<Answer>,
    pub(super) approve: Box<Approve<'a>>,
    pub(super) on_event: Box<dyn FnMut(Event) + Send + 'a>,
}
