//! The forms of `ALTER TABLE` that SQLite lacks, as what has to be done for them.
//!
//! Pure: a statement and the rows of `sqlite_schema` go in, statements and checks come out. Nothing here talks to a
//! database. A stored text is never written anew: its tokens are edited, and all others stay as they are.

mod action;
mod catalog;
mod change;
mod diagnosis;
mod edit;
mod error;
mod keys;
mod names;
mod plan;
mod proof;
mod query;
mod rebuild;
mod statement;
mod step;
mod storage;
#[cfg(test)]
mod tests;
mod way;

pub(crate) use catalog::{Catalog, Object};
pub(crate) use error::AlterError;
pub(crate) use plan::Plan;
pub(crate) use statement::{Action, Alter};
pub(crate) use step::{Check, Copy, Step, Watch};

use crate::sql::Dialect;
use crate::sql::quote;

/// A name in quotes.
pub(crate) fn quoted(name: &str) -> String {
    quote::identifier(Dialect::Sqlite, name)
}
