//! The executor: migrates a database to a target, and records each step.
//!
//! Its folders import one way: `server`, `lock`, `history`, `session`, `sqlite`, `run`. `error`, `event`, `interrupt` and
//! `settings` are below them; `development`, `start`, `preview` and `offline` above.

mod development;
mod error;
mod event;
mod history;
mod interrupt;
mod lock;
mod offline;
mod preview;
mod run;
mod server;
mod session;
mod settings;
mod sqlite;
mod start;

pub use error::VERSION_TABLE;
pub use error::{
    Aftermath, Ahead, Diverged, EditedRevision, InDoubt, Interrupted, LeftBehind, LeftStatement,
    MigrateError, NotOwn, OtherAncestors, OtherService, Provenance, Reordered, ResumeEdited,
    StatementFailure, StoppedAt,
};
pub use event::{Done, Event, Report};
pub use history::log::LogEntry;
pub use history::state::{Status, Unfinished};
pub use history::verify::Verification;
pub use interrupt::Interrupt;
pub use offline::OfflineGoal;
pub use preview::{Preview, PreviewStatement, PreviewStep};
#[cfg(feature = "cli")]
pub(crate) use run::plan::Goal;
pub use run::run::up_to_date;
#[cfg(feature = "sources")]
pub(crate) use server::connect::Missing;
#[cfg(feature = "sources")]
pub(crate) use server::connection::Connection;
pub use server::database::Database;
pub use settings::{Answer, Refusal};
pub use start::{Examination, Run};
