//! The lock for servers whose own locks exclude nothing: a lease, on a separate connection.

use std::hash::{BuildHasher as _, RandomState};

use crate::dialect::{ErrorKind, Lease, Tables};
use crate::migrate::server::connection::Connection;

/// A lease, held or not.
pub(crate) struct LeaseLock {
    connection: Connection,
    lease: Lease,
    holder: String,
    token: String,
    epoch: Option<String>,
}

impl LeaseLock {
    /// Creates the row of the lease if it is missing.
    pub(crate) async fn prepare(
        mut connection: Connection,
        tables: &Tables,
        holder: &str,
    ) -> sqlx::Result<LeaseLock> {
        let lease = Lease::beside(tables);
        for sql in lease.create() {
            // Two runs may create it at the same time; a later statement fails if it is still missing.
            match connection.execute(sql).await {
                Ok(_) => {}
                Err(error) if matches!(error.error, sqlx::Error::Database(_)) => {}
                Err(error) => return Err(error.error),
            }
        }
        let token = format!("{:016x}{:016x}", random(), random());
        Ok(LeaseLock { connection, lease, holder: holder.to_owned(), token, epoch: None })
    }

    pub(crate) async fn try_acquire(&mut self) -> sqlx::Result<bool> {
        let taken = match self.connection.execute(self.lease.take(&self.holder, &self.token)).await {
            Ok(changed) => changed.first() == Some(&1),
            // On a cluster the slower one of two runs gets this error.
            Err(error) if ErrorKind::of(&error.error).is_transient() => false,
            Err(error) => return Err(error.error),
        };
        if !taken {
            return Ok(false);
        }
        let rows = self.connection.rows(self.lease.epoch(&self.token)).await?;
        self.epoch = rows.into_iter().flatten().flatten().next();
        Ok(self.epoch.is_some())
    }

    pub(crate) async fn holder(&mut self) -> sqlx::Result<Option<String>> {
        let row = self.connection.rows(self.lease.holder()).await?.pop();
        Ok(match row.as_deref() {
            Some([Some(holder), Some(since)]) => Some(format!("{holder}, since {since}")),
            _ => None,
        })
    }

    /// Extends the lease. False: another run has taken it.
    pub(crate) async fn renew(&mut self) -> sqlx::Result<bool> {
        let Some(epoch) = &self.epoch else { return Ok(false) };
        match self.connection.execute(self.lease.renew(epoch)).await {
            Ok(changed) => Ok(changed.first() == Some(&1)),
            // The work itself has just written to the row.
            Err(error) if ErrorKind::of(&error.error).is_transient() => Ok(true),
            Err(error) => Err(error.error),
        }
    }

    pub(crate) fn fence(&self) -> Vec<String> {
        self.epoch.as_ref().map(|epoch| self.lease.fence(epoch).to_vec()).unwrap_or_default()
    }

    pub(crate) async fn release(mut self) -> sqlx::Result<()> {
        match self.epoch.take() {
            Some(epoch) => self
                .connection
                .execute(self.lease.release(&epoch))
                .await
                .map(|_| ())
                .map_err(|error| error.error),
            None => Ok(()),
        }
    }
}

/// A random number: a collision is negligible.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(0)
}
