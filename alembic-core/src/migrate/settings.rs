//! What a caller can choose for a run.

use std::time::Duration;

use super::event::Event;
use crate::config::TransactionMode;
use crate::revision::{Direction, RevisionId};

/// Says whether these revisions may be run or stamped.
type Approve<'a> = dyn FnMut(&[(Direction, RevisionId)]) -> Result<(), String> + Send + 'a;

/// What a caller can choose for a run.
pub(super) struct Settings<'a> {
    pub(super) lock_timeout: Duration,
    pub(super) transaction: TransactionMode,
    pub(super) approve: Box<Approve<'a>>,
    pub(super) on_event: Box<dyn FnMut(Event) + Send + 'a>,
}
