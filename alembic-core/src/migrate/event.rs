//! The events of a run, and its report.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::error::LeftBehind;
use crate::revision::{Direction, RevisionId};

/// Something that happened during a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The server cannot be reached yet; the run waits for it.
    Unreachable {
        /// The error of the last attempt.
        reason: String,
    },
    /// Another process migrates this database; the run waits for it.
    Waiting {
        /// The holder of the lock and the time since when, if the database has them.
        holder: Option<String>,
    },
    /// The history was last written on another server: this database is a copy, or another server took over.
    AnotherServer {
        /// The identity of the other one.
        before: String,
        /// The identity of this one.
        now: String,
    },
    /// A statement waits for another session.
    Blocked {
        /// The other session, its statement, and the time since when.
        by: String,
    },
    /// Another session was in the way. The open transaction was rolled back, and is retried after a pause.
    Retrying {
        /// The error of the database.
        reason: String,
        /// The number of the failed attempt, from 1.
        attempt: u32,
        /// The length of the pause.
        pause: Duration,
    },
    /// These revisions will be run, in this order.
    Planned {
        /// Direction and id of each.
        steps: Vec<(Direction, RevisionId)>,
    },
    /// A revision begins.
    Started {
        /// The id of the revision.
        revision: RevisionId,
        /// The direction in which it runs.
        direction: Direction,
        /// The first line of its message.
        message: String,
        /// Its parents.
        parents: Vec<RevisionId>,
        /// Number of the statement at which it begins: more than 0 where an interrupted run is continued.
        resumed_at: usize,
    },
    /// An earlier run ended in this statement of an unfinished revision, and its outcome was found out.
    Decided {
        /// The id of the revision.
        revision: RevisionId,
        /// The number of the statement, from 1.
        number: usize,
        /// Whether it was executed. Otherwise it runs again.
        was_done: bool,
        /// Whether a person decided that; otherwise it was read from the catalog.
        was_said: bool,
    },
    /// A revision is done. In a transaction over the whole run it is not committed yet.
    Finished(Done),
}

/// A revision that a run executed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Done {
    /// The id of the revision.
    pub revision: RevisionId,
    /// The direction in which it ran.
    pub direction: Direction,
    /// The first line of its message.
    pub message: String,
    /// The time that its statements took; in JSON in milliseconds.
    #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
    pub elapsed: Duration,
    /// Whether nothing of it ran, and it was recorded, or its record taken back: the database has another side of a merge of
    /// alternatives.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub recorded: bool,
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Unreachable { reason } => write!(formatter, "waiting for the server: {reason}"),
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
            Event::Finished(Done { revision, direction, message, elapsed, .. }) => {
                write!(formatter, "{direction} of {revision} is done: {message} ({} ms)", elapsed.as_millis())
            }
        }
    }
}

/// The result of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The revisions that it executed, in order. Empty if the database was already at the target.
    pub done: Vec<Done>,
    /// The rows of the version table before, sorted.
    pub from: Vec<String>,
    /// The rows of the version table after, sorted.
    pub to: Vec<String>,
    /// Applied revisions that are not in the history: Alembic applied them, or they are older than the history.
    pub unverified: Vec<RevisionId>,
    /// Revisions that were applied again: they are applied in the history, but a program that does not write the history,
    /// such as Alembic, took them back.
    pub taken_back: Vec<RevisionId>,
    /// Rows of the version table without a script, if the database is ahead and that was allowed.
    pub ahead: Vec<String>,
    /// The unfinished work that was given up.
    pub abandoned: Vec<LeftBehind>,
}

fn milliseconds<S: Serializer>(elapsed: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
}
