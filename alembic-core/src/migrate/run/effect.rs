//! What a statement does to what is being recorded: whether it can commit together with the note that it is done, and
//! if not, what it leaves behind by which one can see later that it was carried out.
//!
//! Pure: it reads the statement's words, and asks no database.

mod mysql;
mod postgresql;
#[cfg(test)]
mod tests;

pub(crate) use mysql::{changed_table, has_several_results};

use crate::dialect::catalog::Object;
use crate::sql::{Dialect, keywords};

/// How a statement is run in a revision whose statements commit one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It can be rolled back: it commits together with the note that it is done.
    Together,
    /// It commits by itself, or cannot run in a transaction.
    Alone(Trace),
}

/// What tells later whether a statement was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trace {
    /// These objects: they are there, gone or changed afterwards, all of them.
    Change(Vec<Object>),
    /// An index that is built concurrently: afterwards these have one more. One that is not valid was not finished.
    NewIndex(Object),
    /// Indexes that are built again concurrently: it may be done twice, but may leave invalid ones behind.
    Reindex(Object),
    /// An object that goes, perhaps in several steps: it is gone afterwards.
    Removal(Object),
    /// A partition that is detached concurrently, in two steps. The second one has a statement of its own.
    Detachment { partition: Object, finish: String },
    /// To run it again does no harm.
    Harmless,
    /// Only a person can tell.
    Nothing,
}

impl Effect {
    /// Reads a statement.
    pub(crate) fn of(statement: &str, dialect: Dialect) -> Effect {
        match dialect {
            Dialect::Mysql => mysql::effect(statement),
            Dialect::Postgresql => postgresql::effect(statement),
            Dialect::Sqlite => sqlite(statement),
        }
    }
}

impl Trace {
    /// What a statement leaves behind that refused to run in a transaction.
    pub(crate) fn outside_a_transaction(statement: &str, dialect: Dialect) -> Trace {
        match dialect {
            Dialect::Postgresql => postgresql::outside_a_transaction(statement),
            Dialect::Mysql | Dialect::Sqlite => Trace::Nothing,
        }
    }

    /// The objects that have to be looked at before the statement runs.
    pub(crate) fn objects(&self) -> &[Object] {
        match self {
            Trace::Change(objects) => objects,
            Trace::NewIndex(object)
            | Trace::Reindex(object)
            | Trace::Removal(object)
            | Trace::Detachment { partition: object, .. } => std::slice::from_ref(object),
            Trace::Harmless | Trace::Nothing => &[],
        }
    }
}

/// SQLite rolls everything back but what is about files, and settings of the connection.
fn sqlite(statement: &str) -> Effect {
    let words = keywords(statement, Dialect::Sqlite, 3);
    let is_into = words.iter().any(|word| word == "INTO");
    match words.first().map(String::as_str) {
        // The file that it makes must not be there before.
        Some("VACUUM") if is_into => Effect::Alone(Trace::Nothing),
        Some("VACUUM" | "PRAGMA" | "ATTACH" | "DETACH") => Effect::Alone(Trace::Harmless),
        _ => Effect::Together,
    }
}
