//! What the scripts make of an empty database, compared with a desired schema: no database of one's own is needed.

use super::scratch_database::ScratchDatabase;
use super::{AutogenerateError, Comparison, compare};
use crate::migrate::Database;
use crate::migrator::Migrator;
use crate::models::Declaration;
use crate::schema::Filter;

/// Runs all scripts in a scratch place, and compares what they make with a desired schema.
///
/// `server` is any database of the server that the scratch place is to be on. It is not touched, and need not be there.
/// On PostgreSQL and MySQL the scratch place is a database, for which the user must have the right to make one; on
/// SQLite it is in memory.
///
/// # Errors
/// The server cannot be reached, a script fails, or the desired tables are refused.
pub async fn compare_scripts(
    migrator: &Migrator,
    server: impl Into<Database>,
    desired: impl Into<Declaration>,
    filter: &Filter,
) -> Result<Comparison, AutogenerateError> {
    let scratch = ScratchDatabase::create(&server.into()).await?;
    let desired = desired.into();
    let compared = async {
        migrator.upgrade(scratch.database.clone()).await?;
        compare(scratch.database.clone(), desired, filter).await
    };
    let compared = compared.await;
    let dropped = scratch.drop().await;
    compared.and_then(|comparison| dropped.map(|()| comparison))
}
