//! The settings of a run.

use std::borrow::Cow;
use std::time::Duration;

use super::event::Event;
use super::interrupt::Interrupt;
use crate::config::{ServerSettings, TransactionMode};
use crate::migrator::Own;
use crate::revision::{Direction, RevisionId};

/// The reason of a caller to refuse a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub reason: String,
    /// The command or the edit that fixes it.
    pub help: Option<String>,
}

impl From<String> for Refusal {
    fn from(reason: String) -> Refusal {
        Refusal { reason, help: None }
    }
}

/// Decides whether these revisions may be run or stamped.
type Approve<'a> = dyn FnMut(&[(Direction, RevisionId)]) -> Result<(), Refusal> + Send + 'a;

/// The answer of a person about a statement of which the outcome is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The statement was executed, or its work was done by hand: continue after it.
    Done,
    /// The statement was not executed: run it again.
    Again,
}

/// The conditions of the caller: consents, and what is its own.
#[derive(Clone, Copy, Default)]
pub(crate) struct Consent<'a> {
    /// A downgrade may run the SQL of revisions that were only stamped.
    pub(crate) stamped: bool,
    /// Unfinished work may be given up.
    pub(crate) abandon: bool,
    /// What is taken back or stamped over has to be shown to be of these scripts.
    pub(crate) own: Option<&'a Own>,
}

/// The settings of a run.
pub(crate) struct Settings<'a> {
    /// How long to wait for a server that cannot be reached yet.
    pub(crate) wait: Duration,
    pub(crate) lock_timeout: Duration,
    /// The time that a statement may wait for a lock. Zero: no limit.
    pub(crate) statement_lock_timeout: Duration,
    /// The time that a statement may run. Zero: no limit.
    pub(crate) statement_timeout: Duration,
    pub(crate) retries: u32,
    /// Whether an upgrade accepts a database that is ahead of the scripts.
    pub(crate) allow_ahead: bool,
    pub(crate) consent: Consent<'a>,
    pub(crate) interrupt: Interrupt,
    pub(crate) transaction: TransactionMode,
    pub(crate) server: ServerSettings,
    /// The time zone of the session.
    pub(crate) time_zone: Cow<'static, str>,
    /// The answer of a person about the statement that is in doubt.
    pub(crate) answer: Option<Answer>,
    pub(crate) approve: Box<Approve<'a>>,
    pub(crate) on_event: Box<dyn FnMut(Event) + Send + 'a>,
}
