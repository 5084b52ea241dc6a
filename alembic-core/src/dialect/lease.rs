//! A lock for servers whose own locks exclude nobody: a row that one statement takes, for a while, by the server's clock.
//!
//! Each taking raises the epoch. What a holder writes carries its epoch, so that one that was paused for longer than
//! its lease cannot write any more.

use super::Tables;
use crate::sql::Dialect;

/// How long a lease lasts that is not renewed, in seconds.
pub(crate) const SECONDS: u32 = 30;

/// Statements after which a session of a Galera cluster sees all that was written on other nodes.
pub(crate) const CATCH_UP: [&str; 3] =
    ["SET SESSION wsrep_sync_wait = 1", "SELECT 1", "SET SESSION wsrep_sync_wait = DEFAULT"];

/// The statements on the lease beside a version table.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    tables: Tables,
}

impl Lease {
    pub(crate) fn beside(tables: &Tables) -> Lease {
        Lease { tables: tables.clone() }
    }

    fn now(&self) -> &'static str {
        match self.tables.dialect() {
            Dialect::Mysql => "UTC_TIMESTAMP(6)",
            Dialect::Postgresql | Dialect::Sqlite => "clock_timestamp()",
        }
    }

    fn end(&self) -> String {
        match self.tables.dialect() {
            Dialect::Mysql => format!("{} + INTERVAL {SECONDS} SECOND", self.now()),
            Dialect::Postgresql | Dialect::Sqlite => format!("{} + INTERVAL '{SECONDS} seconds'", self.now()),
        }
    }

    /// Makes the row, where it is not there.
    pub(crate) fn create(&self) -> [String; 2] {
        let lease = self.tables.lease();
        let (time, options, insert, end) = match self.tables.dialect() {
            Dialect::Mysql => (
                "DATETIME(6)",
                " ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
                "INSERT IGNORE",
                "",
            ),
            _ => ("TIMESTAMP WITH TIME ZONE", "", "INSERT", " ON CONFLICT DO NOTHING"),
        };
        [
            format!(
                "CREATE TABLE IF NOT EXISTS {lease} (id INTEGER NOT NULL PRIMARY KEY, epoch BIGINT NOT NULL, \
                 holder VARCHAR(255), token VARCHAR(64), taken_at {time}, expires_at {time}){options}"
            ),
            format!("{insert} INTO {lease} (id, epoch) VALUES (1, 0){end}"),
        ]
    }

    /// Takes the lease if it is free or has run out: changes one row then.
    pub(crate) fn take(&self, holder: &str, token: &str) -> String {
        format!(
            "UPDATE {} SET epoch = epoch + 1, holder = {}, token = {}, taken_at = {now}, expires_at = {} \
             WHERE id = 1 AND (holder IS NULL OR expires_at < {now})",
            self.tables.lease(),
            self.tables.literal(holder),
            self.tables.literal(token),
            self.end(),
            now = self.now(),
        )
    }

    /// The epoch of whoever took it with this token.
    pub(crate) fn epoch(&self, token: &str) -> String {
        format!(
            "SELECT {} FROM {} WHERE id = 1 AND token = {}",
            self.tables.text("epoch"),
            self.tables.lease(),
            self.tables.literal(token)
        )
    }

    /// Goes on holding it: changes one row, unless another has taken it.
    pub(crate) fn renew(&self, epoch: &str) -> String {
        let lease = self.tables.lease();
        format!("UPDATE {lease} SET expires_at = {} WHERE id = 1 AND epoch = {epoch}", self.end())
    }

    pub(crate) fn release(&self, epoch: &str) -> String {
        let lease = self.tables.lease();
        format!("UPDATE {lease} SET holder = NULL, expires_at = NULL WHERE id = 1 AND epoch = {epoch}")
    }

    /// Who holds it, and since when.
    pub(crate) fn holder(&self) -> String {
        let (holder, since) = ("holder", self.tables.text("taken_at"));
        format!(
            "SELECT {holder}, {since} FROM {} WHERE id = 1 AND holder IS NOT NULL AND expires_at >= {}",
            self.tables.lease(),
            self.now()
        )
    }

    /// Statements that make the transaction that they stand in fail where the lease is held no more: the first conflicts
    /// with whoever takes it at the same time, the second makes a second row with the same key.
    pub(crate) fn fence(&self, epoch: &str) -> [String; 2] {
        let lease = self.tables.lease();
        let from = if self.tables.dialect() == Dialect::Mysql { " FROM DUAL" } else { "" };
        [
            self.renew(epoch),
            format!(
                "INSERT INTO {lease} (id, epoch) SELECT 1, 0{from} \
                 WHERE NOT EXISTS (SELECT 1 FROM {lease} held WHERE held.id = 1 AND held.epoch = {epoch})"
            ),
        ]
    }
}
