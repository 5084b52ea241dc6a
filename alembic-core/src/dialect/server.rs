//! What a server says about itself.

/// What matters about a server before anything runs on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerFacts {
    /// Its own locks exclude nobody.
    pub(crate) needs_lease: bool,
    pub(crate) read_only: Option<ReadOnly>,
    /// MySQL: its SQL mode makes `\` in strings a character like any other.
    pub(crate) no_backslash_escapes: bool,
    /// What tells it from others: that of PostgreSQL's cluster, of MySQL's server.
    pub(crate) identity: Option<String>,
}

/// Why nothing can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "mysql"), expect(dead_code, reason = "not every database has all of them"))]
pub(crate) enum ReadOnly {
    /// It repeats what another server does.
    Replica,
    /// It was started so.
    Server,
    /// The session's transactions may only read.
    Transactions,
}
