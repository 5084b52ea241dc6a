//! One connection to any of the three databases.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt as _;
use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::{AssertSqlSafe, Either, Row as _, SqlSafeStr as _};
use sqlx_core::transaction::TransactionManager;

use super::boundary::boundary;
use crate::dialect::Rows;
use crate::migrate::error::MigrateError;
use crate::sql::Dialect;

const LENT: &str = "a handle has its connection until it is detached";

/// A connection of a pool, or a separate one.
pub(crate) enum Handle<DB: sqlx::Database> {
    /// Never empty but within `detach` and `exchange`, or after an exchange that failed.
    Pooled(Option<PoolConnection<DB>>),
    Owned(DB::Connection),
}

impl<DB: sqlx::Database> Deref for Handle<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        match self {
            Handle::Pooled(connection) => connection.as_ref().expect(LENT),
            Handle::Owned(connection) => connection,
        }
    }
}

impl<DB: sqlx::Database> DerefMut for Handle<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        match self {
            Handle::Pooled(connection) => connection.as_mut().expect(LENT),
            Handle::Owned(connection) => connection,
        }
    }
}

impl<DB: sqlx::Database> Handle<DB> {
    /// A connection that a pool lends.
    pub(crate) fn pooled(connection: PoolConnection<DB>) -> Handle<DB> {
        Handle::Pooled(Some(connection))
    }

    /// Takes the connection away from its pool, which may open another one in its place.
    #[cfg(feature = "mysql")]
    fn detach(&mut self) {
        if let Handle::Pooled(connection) = self
            && let Some(connection) = connection.take()
        {
            *self = Handle::Owned(connection.detach());
        }
    }

    /// Closes the connection that a pool lends, and opens another one with the hooks of that pool, which belongs to none.
    pub(crate) async fn exchange(
        &mut self,
        pool: &PoolOptions<DB>,
        options: <DB::Connection as sqlx::Connection>::Options,
    ) -> Result<(), MigrateError> {
        let Handle::Pooled(lent) = self else { return Ok(()) };
        if let Some(lent) = lent.take() {
            // First: a server may have no more than these connections.
            lent.close().await.map_err(MigrateError::pool)?;
        }
        let alone = pool.clone().min_connections(0).max_connections(1).connect_lazy_with(options);
        let connection = alone.acquire().await.map_err(MigrateError::pool)?;
        *self = Handle::Owned(connection.detach());
        Ok(())
    }

    /// Whether an exchange or a detachment has failed halfway: there is no connection.
    fn is_gone(&self) -> bool {
        matches!(self, Handle::Pooled(None))
    }

    /// Closes the connection when it is dropped, instead of returning it to its pool.
    fn discard(&mut self) {
        if let Handle::Pooled(Some(connection)) = self {
            connection.close_on_drop();
        }
    }
}

/// A connection on which migrations run.
///
/// Dropped inside of a transaction it rolls that back.
pub(crate) enum Connection {
    #[cfg(feature = "sqlite")]
    Sqlite(Handle<sqlx::Sqlite>),
    #[cfg(feature = "postgres")]
    Postgresql(Handle<sqlx::Postgres>),
    #[cfg(feature = "mysql")]
    Mysql(Handle<sqlx::MySql>),
}

/// Runs the same code on whichever connection it is; `$manager` is the type that manages its transactions.
macro_rules! on_connection {
    ($self:expr, $connection:ident, $manager:ident => $body:expr) => {
        match $self {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite($connection) => {
                type $manager = <sqlx::Sqlite as sqlx::Database>::TransactionManager;
                $body
            }
            #[cfg(feature = "postgres")]
            Connection::Postgresql($connection) => {
                type $manager = <sqlx::Postgres as sqlx::Database>::TransactionManager;
                $body
            }
            #[cfg(feature = "mysql")]
            Connection::Mysql($connection) => {
                type $manager = <sqlx::MySql as sqlx::Database>::TransactionManager;
                $body
            }
        }
    };
}

/// A failure in a text of several statements.
pub(crate) struct BatchError {
    /// The number of statements that were finished before.
    pub(crate) finished: usize,
    pub(crate) error: sqlx::Error,
}

impl Connection {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Connection::Postgresql(_) => Dialect::Postgresql,
            #[cfg(feature = "mysql")]
            Connection::Mysql(_) => Dialect::Mysql,
        }
    }

    /// Runs a text of one or more statements. Returns how many rows each of them changed.
    pub(crate) async fn execute(&mut self, sql: String) -> Result<Vec<u64>, BatchError> {
        self.execute_counting(sql, &AtomicUsize::new(0)).await
    }

    /// The same, adding to `finished` as statements finish.
    pub(crate) async fn execute_counting(
        &mut self,
        sql: String,
        finished: &AtomicUsize,
    ) -> Result<Vec<u64>, BatchError> {
        boundary(&sql);
        on_connection!(self, connection, _Manager => {
            let mut results = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_many(&mut **connection);
            let mut changed = Vec::new();
            while let Some(result) = results.next().await {
                match result {
                    Ok(Either::Left(result)) => {
                        changed.push(result.rows_affected());
                        finished.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(Either::Right(_)) => {}
                    Err(error) => return Err(BatchError { finished: changed.len(), error }),
                }
            }
            Ok(changed)
        })
    }

    /// Runs one statement as a prepared one: PostgreSQL and MySQL refuse a text of several.
    #[cfg(feature = "sources")]
    pub(crate) async fn execute_one(&mut self, sql: String) -> sqlx::Result<()> {
        on_connection!(self, connection, _Manager => {
            let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
            query.execute(&mut **connection).await.map(drop)
        })
    }

    /// SQLite: the number of values that a statement wants. Other databases refuse a statement that wants one.
    pub(crate) async fn parameters(&mut self, sql: &str) -> sqlx::Result<usize> {
        match self {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(connection) => {
                use sqlx::{Executor as _, Statement as _};
                let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
                let statement = (&mut **connection).prepare(sql).await?;
                Ok(statement.parameters().map_or(0, |known| known.either(<[_]>::len, |count| count)))
            }
            #[cfg(any(feature = "postgres", feature = "mysql"))]
            _ => {
                let _ = sql;
                Ok(0)
            }
        }
    }

    /// The rows of a query all of whose columns are text.
    ///
    /// The text goes to the database as it is, without being prepared: one round trip.
    pub(crate) async fn rows(&mut self, sql: String) -> sqlx::Result<Vec<Vec<Option<String>>>> {
        on_connection!(self, connection, _Manager => {
            let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut **connection).await?;
            rows.iter().map(|row| (0..row.len()).map(|column| row.try_get(column)).collect()).collect()
        })
    }

    /// Says a word, so that the server does not end the session for its silence.
    pub(crate) async fn keep_alive(&mut self) -> sqlx::Result<()> {
        let word = match self.dialect() {
            Dialect::Sqlite => return Ok(()),
            Dialect::Postgresql => "SELECT 1::text",
            Dialect::Mysql => "DO 0",
        };
        self.rows(word.to_owned()).await.map(drop)
    }

    /// The answers of several queries all of whose columns are text, in one round trip.
    pub(crate) async fn answers(&mut self, queries: &[String]) -> sqlx::Result<Vec<Rows>> {
        let sql = queries.join(";\n");
        on_connection!(self, connection, _Manager => {
            let mut results = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_many(&mut **connection);
            let mut answers = vec![Rows::new()];
            while let Some(result) = results.next().await {
                match (result?, answers.last_mut()) {
                    (Either::Right(row), Some(rows)) => {
                        let columns = (0..row.len()).map(|column| row.try_get(column));
                        rows.push(columns.collect::<sqlx::Result<_>>()?);
                    }
                    _ => answers.push(Rows::new()),
                }
            }
            // Each statement ends with its result.
            answers.truncate(queries.len());
            Ok(answers)
        })
    }

    /// Begins a transaction of a run, with the statements of `opening` in the same message. On SQLite it locks the database
    /// against other writers. If one of them fails, no transaction is open.
    pub(crate) async fn begin(&mut self, opening: &[String]) -> sqlx::Result<()> {
        let begin = if self.dialect() == Dialect::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
        let statement = std::iter::once(begin).chain(opening.iter().map(String::as_str)).collect::<Vec<_>>();
        let statement = Some(AssertSqlSafe(statement.join("; ")).into_sql_str());
        boundary("before BEGIN");
        let begun = on_connection!(self, connection, Manager => Manager::begin(connection, statement).await);
        if matches!(begun, Err(sqlx::Error::Database(_))) && self.dialect() != Dialect::Sqlite {
            // The server has begun the transaction in which a later statement failed; the driver does not know of it.
            self.execute("ROLLBACK".to_owned()).await.map_err(|failed| failed.error)?;
        }
        begun
    }

    pub(crate) async fn commit(&mut self) -> sqlx::Result<()> {
        boundary("before COMMIT");
        let result = on_connection!(self, connection, Manager => Manager::commit(connection).await);
        boundary("after COMMIT");
        result
    }

    pub(crate) async fn rollback(&mut self) -> sqlx::Result<()> {
        on_connection!(self, connection, Manager => Manager::rollback(connection).await)
    }

    pub(crate) fn in_transaction(&self) -> bool {
        on_connection!(self, connection, Manager => Manager::get_transaction_depth(connection) > 0)
    }

    /// Marks the session as changed by scripts: it is not returned to a pool.
    ///
    /// SQLite's connections are returned, as closing one may drop a database in memory. On MySQL the run may need another
    /// connection from a pool of one: this one is detached from it.
    pub(crate) fn taint(&mut self) {
        match self {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(_) => {}
            #[cfg(feature = "postgres")]
            Connection::Postgresql(connection) => connection.discard(),
            #[cfg(feature = "mysql")]
            Connection::Mysql(connection) => connection.detach(),
        }
    }

    /// Marks the connection to be closed instead of returned to the pool, even if a database in memory is lost with it.
    pub(crate) fn discard(&mut self) {
        on_connection!(self, connection, _Manager => connection.discard());
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let is_gone = on_connection!(self, connection, _Manager => connection.is_gone());
        if !is_gone && self.in_transaction() {
            on_connection!(self, connection, Manager => Manager::start_rollback(connection));
        }
    }
}
