//! Reflection: from the answers of a catalog to a [`Schema`](crate::schema::Schema).
//!
//! Each database has a fixed list of queries and a function that reads their answers; neither talks to a database itself. MySQL
//! is asked to print each table besides, in one message. Every column that is read is text.

#[cfg(any(feature = "postgres", feature = "mysql"))]
mod catalog;
#[cfg(any(feature = "sqlite", feature = "mysql"))]
mod uses;

#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use catalog::{is_true, names, shown};
#[cfg(any(feature = "sqlite", feature = "mysql"))]
pub(crate) use uses::uses;

/// A schema of PostgreSQL or a database of MySQL that is read, and the name under which its tables are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Namespace {
    /// Its name in the database.
    pub(crate) name: String,
    /// What tables and types are said to be in: none for the default one.
    pub(crate) shown: Option<String>,
}

/// The columns of a row; none for what the row does not have.
pub(crate) fn columns<const N: usize>(row: Vec<Option<String>>) -> [Option<String>; N] {
    let mut row = row.into_iter();
    std::array::from_fn(|_| row.next().flatten())
}
