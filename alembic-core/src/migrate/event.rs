//! What a run tells while it goes on, and at its end.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::revision::{Direction, RevisionId};

/// Something that happened during a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Another process migrates this database; the run waits for it.
    Waiting {
        /// Who it is and since when, where the database can say.
        holder: Option<String>,
    },
    /// The history was last written on another server: this database is a copy, or another server took over.
    AnotherServer {
        /// The identity of the other one.
        before: String,
        /// The identity of this one.
        now: String,
    },
    /// A statement has to wait for somebody else.
    Blocked {
        /// Who it is, what they do, and since when.
        by: String,
    },
    /// Somebody else was in the way. What was not committed is rolled back, and is tried again after a pause.
    Retrying {
        /// What the database said.
        reason: String,
        /// Which attempt failed, from 1.
        attempt: u32,
        /// How long the pause is.
        pause: Duration,
    },
    /// These revisions will be run, in this order.
    Planned {
        /// Direction and id of each.
        steps: Vec<(Direction, RevisionId)>,
    },
    /// A revision begins.
    Started {
        /// Which.
        revision: RevisionId,
        /// Up or down.
        direction: Direction,
        /// The first line of its message.
        message: String,
        /// Its parents.
        parents: Vec<RevisionId>,
        /// Number of the statement at which it begins: more than 0 where an interrupted run is continued.
        resumed_at: usize,
    },
    /// An earlier run ended in this statement of an unfinished revision, and it is known what became of it.
    Decided {
        /// Which revision.
        revision: RevisionId,
        /// Which statement, from 1.
        number: usize,
        /// Whether it was carried out. Otherwise it runs again.
        was_done: bool,
        /// Whether a person said so; otherwise the catalog did.
        was_said: bool,
    },
    /// A revision is done. In a transaction over the whole run it is not committed yet.
    Finished(Done),
}

/// A revision that a run took up or down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Which.
    pub revision: RevisionId,
    /// Up or down.
    pub direction: Direction,
    /// The first line of its message.
    pub message: String,
    /// How long its statements took; in JSON in milliseconds.
    #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
    pub elapsed: Duration,
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Waiting { holder: None } => {
                formatter.write_str("waiting for another migration of this database")
            }
            Event::Waiting { holder: Some(holder) } => {
                write!(formatter, "waiting for another migration of this database ({holder})")
            }
            Event::AnotherServer { before, now } => {
                write!(formatter, "the history was last written on the server {before}; this one is {now}")
            }
            Event::Blocked { by } => write!(formatter, "waiting for {by}"),
            Event::Retrying { reason, attempt, pause } => {
                let pause = pause.as_millis();
                write!(formatter, "attempt {attempt} failed: {reason}; trying again in {pause} ms")
            }
            Event::Planned { steps } => write!(formatter, "{} revisions to run", steps.len()),
            Event::Started { revision, direction, message, .. } => {
                write!(formatter, "{direction} of {revision} begins: {message}")
            }
            Event::Decided { revision, number, was_done: true, was_said: true } => {
                write!(formatter, "statement {number} of {revision} counts as carried out, as was said")
            }
            Event::Decided { revision, number, was_done: false, was_said: true } => {
                write!(formatter, "statement {number} of {revision} runs again, as was said")
            }
            Event::Decided { revision, number, was_done: true, .. } => {
                write!(formatter, "statement {number} of {revision} was carried out before")
            }
            Event::Decided { revision, number, was_done: false, .. } => {
                write!(
                    formatter,
                    "statement {number} of {revision} was not carried out before: it runs again"
                )
            }
            Event::Finished(Done { revision, direction, message, elapsed }) => {
                write!(formatter, "{direction} of {revision} is done: {message} ({} ms)", elapsed.as_millis())
            }
        }
    }
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The revisions it ran, in their order. Empty: the database was at the target already.
    pub done: Vec<Done>,
    /// The rows of the version table before, sorted.
    pub from: Vec<String>,
    /// The rows of the version table after, sorted.
    pub to: Vec<String>,
    /// Revisions that the history knows nothing of: applied by Alembic, or before there was a history.
    pub unverified: Vec<RevisionId>,
    /// Revisions that were applied again: the history has them as applied, but something that writes no history, such as
    /// Alembic, took them back.
    pub taken_back: Vec<RevisionId>,
    /// Rows of the version table that no script knows, where the database is ahead and that was allowed.
    pub ahead: Vec<String>,
}

fn milliseconds<S: Serializer>(elapsed: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
}
