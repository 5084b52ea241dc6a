//! The executor: takes a database from where it is to where a target says, and records what it did.

mod alter;
mod batch;
mod children;
mod connection;
mod database;
mod error;
mod event;
mod execute;
mod lock;
mod plan;
mod resume;
mod run;
mod settings;
mod start;
mod state;
mod verify;

pub(crate) use connection::Connection;
pub use database::Database;
pub(crate) use database::Missing;
pub use error::{Aftermath, EditedRevision, MigrateError, Provenance, StatementFailure};
pub use event::{Done, Event, Report};
pub use start::Run;
pub use state::{Status, Unfinished};
pub use verify::Verification;
