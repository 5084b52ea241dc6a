//! What a server says about itself, and what follows from it.

use crate::sql::Dialect;

/// What matters about a server before anything runs on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerFacts {
    pub(crate) engine: Engine,
    pub(crate) read_only: Option<ReadOnly>,
    /// MySQL: its SQL mode makes `\` in strings a character like any other.
    pub(crate) no_backslash_escapes: bool,
    /// What tells it from others: that of PostgreSQL's cluster, of MySQL's server.
    pub(crate) identity: Option<String>,
}

/// What answers behind the protocol of a database. Each is known by something that only it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    not(all(feature = "postgres", feature = "mysql")),
    expect(dead_code, reason = "each driver meets some of them")
)]
pub(crate) enum Engine {
    /// The database itself, or what does not differ from it here.
    #[default]
    Itself,
    /// `version()` says so. Its advisory locks do nothing, and DDL commits by itself since 25.1 (`autocommit_before_ddl`).
    CockroachDb,
    /// `version()` has `-YB-`. Its advisory locks did nothing until recently, and each DDL statement commits by itself
    /// (`ysql_yb_ddl_transaction_block_enabled` is off).
    YugabyteDb,
    /// It has `sys.jobs`. A transaction can hold only one DDL statement; sequences and `SAVEPOINT` are missing.
    AuroraDsql,
    /// `wsrep_connected` is on. Named locks are of one node of a cluster.
    Galera,
    /// `group_replication_single_primary_mode` is off: several servers can be written to, and named locks are of one of
    /// them ("Group Replication Limitations" in MySQL's manual).
    MultiPrimary,
    /// `VERSION()` has `-TiDB-`. A named lock is a transaction, which the server ends after an hour (`max-txn-ttl`), and
    /// `IS_USED_LOCK` is missing or does not name the session.
    TiDb,
    /// `VERSION()` ends in `-Vitess`. A locking function is known as such only where it is all that is selected.
    Vitess,
}

impl Engine {
    /// Whether its own locks cannot keep two runs apart for as long as a run takes.
    pub(crate) fn needs_lease(self) -> bool {
        match self {
            Engine::CockroachDb
            | Engine::YugabyteDb
            | Engine::Galera
            | Engine::MultiPrimary
            | Engine::TiDb => true,
            Engine::Itself | Engine::AuroraDsql | Engine::Vitess => false,
        }
    }

    /// Whether DDL can be rolled back on what answers in the protocol of a dialect.
    pub(crate) fn transactional_ddl(self, dialect: Dialect) -> bool {
        dialect != Dialect::Mysql && !matches!(self, Engine::CockroachDb | Engine::YugabyteDb)
    }

    /// Why nothing can be run on it, if that is so.
    pub(crate) fn refusal(self) -> Option<&'static str> {
        (self == Engine::AuroraDsql).then_some(
            "the server is Aurora DSQL, whose transactions hold one statement that defines something and no other: what was \
             done cannot be recorded together with it",
        )
    }
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
