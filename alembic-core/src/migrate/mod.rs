//! The executor: takes a database from where it is to where a target says, and records what it did.

mod ahead;
mod alter;
mod batch;
mod boundary;
mod children;
mod connection;
mod database;
mod deferred;
mod drop;
mod effect;
mod error;
mod event;
mod execute;
#[cfg(feature = "sqlite")]
mod file_lock;
mod interrupt;
mod journal;
mod lease;
mod leave;
mod lock;
mod log;
mod offline;
mod plan;
mod preflight;
mod preview;
mod record;
mod resume;
mod retry;
mod run;
mod session;
mod settings;
mod start;
mod state;
mod verdict;
mod verify;
mod watch;
mod with_history;

#[cfg(feature = "sources")]
pub(crate) use connection::Connection;
pub use database::Database;
#[cfg(feature = "sources")]
pub(crate) use database::Missing;
pub use error::{
    Aftermath, Ahead, Diverged, EditedRevision, InDoubt, Interrupted, MigrateError, OtherAncestors,
    Provenance, ResumeEdited, StatementFailure, StoppedAt,
};
pub use event::{Done, Event, Report};
pub use interrupt::Interrupt;
pub use log::LogEntry;
pub use offline::OfflineGoal;
pub use preview::{Preview, PreviewStatement, PreviewStep};
pub use resume::Answer;
pub use run::up_to_date;
pub use start::Run;
pub use state::{Status, Unfinished};
pub use verify::Verification;
