//! Scratch databases: SQL of the repository runs here, and nowhere else.
//!
//! The compared database is read on one connection; models, `schema.sql` and scripts are sent on another one, to a database
//! that is created for them and dropped. No code in here holds both kinds of text and the compared connection: what is read
//! from that connection are answers to questions of our own ([`like`], [`objects`]).

mod database;
mod keeper;
mod like;
mod note;
#[cfg(feature = "postgres")]
mod objects;
mod qualifier;
mod replay;
mod rules;
mod script;
mod tables;

pub use note::Note;
pub(super) use note::Notes;
pub(super) use replay::Replay;
pub use rules::Refused;
pub(super) use tables::Scratch;
#[cfg(feature = "mysql")]
pub(super) use tables::script_on;
