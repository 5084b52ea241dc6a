//! What a caller can choose for a run.

use std::time::Duration;

use super::event::Event;
use super::resume::Answer;
use crate::config::TransactionMode;
use crate::revision::{Direction, RevisionId};

/// Says whether these revisions may be run or stamped.
type Approve<'a> = dyn FnMut(&[(Direction, RevisionId)]) -> Result<(), String> + Send + 'a;

/// What a caller can choose for a run.
pub(super) struct Settings<'a> {
    pub(super) lock_timeout: Duration,
    pub(super) transaction: TransactionMode,
    /// What a person says about the statement that is in doubt.
    pub(super) answer: Option<Answer>,
    pub(super) approve: Box<Approve<'a>>,
    pub(super) on_event: Box<dyn FnMut(Event) + Send + 'a>,
}
