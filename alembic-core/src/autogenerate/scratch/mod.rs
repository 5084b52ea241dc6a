//! Scratch databases: SQL of the repository runs here, and nowhere else.
//!
//! The compared database is read on one connection; models, `schema.sql` and scripts are sent on another one, to a database
//! that is created for them and dropped. The compared connection is only asked fixed questions: in `like` for the properties of
//! the database, in `objects` for definitions that the scratch database may need, in `qualifier` for the names of databases.

mod database;
mod definer;
mod keeper;
mod like;
mod note;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod objects;
mod qualifier;
mod replay;
mod rules;
mod script;
mod tables;

pub use note::Note;
pub(super) use note::Notes;
pub(super) use replay::Replay;
#[cfg(feature = "cli")]
pub(super) use replay::dropped;
pub(super) use tables::Scratch;
#[cfg(feature = "mysql")]
pub(super) use tables::script_on;
