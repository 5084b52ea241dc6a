//! The kinds of errors on which a run depends, in each database.

/// The kind of a driver's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(any(feature = "postgres", feature = "mysql")),
    expect(dead_code, reason = "SQLite has no sessions that block each other")
)]
pub(crate) enum ErrorKind {
    /// Another connection holds the SQLite database.
    Busy,
    /// Another session was in the way: a lock timeout, a deadlock, a transaction that cannot be serialized.
    Blocked,
    /// The statement was cancelled on request.
    Cancelled,
    /// The statement cannot run in a transaction.
    RefusesTransaction,
    /// The server does not know the time zone that was set.
    UnknownTimeZone,
    /// A table does not exist.
    MissingTable,
    /// Any other error.
    Other,
}

impl ErrorKind {
    /// Whether the same work may succeed a little later.
    pub(crate) fn is_transient(self) -> bool {
        matches!(self, ErrorKind::Busy | ErrorKind::Blocked)
    }
}
