//! Databases that are made, used and forgotten.

use std::sync::atomic::{AtomicU32, Ordering};

use super::AutogenerateError;
use crate::migrate::{Connection, Database, Missing};
use crate::sql::Dialect;
use crate::sql::quote::literal;

const DOING: &str = "making a scratch database";

/// What the names of scratch places begin with; the second in which they were made follows.
const PREFIX: &str = "alembic_scratch_";

/// After so many seconds a scratch place is one that a process left behind that was killed.
const ABANDONED: u64 = 3600;

fn seconds() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap_or_default().as_secs()
}

/// A name that nothing else has.
pub(super) fn unused_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{PREFIX}{}_{}_{count}", seconds(), std::process::id())
}

/// Whether a name is that of a scratch place which nobody uses any more.
fn is_abandoned(name: &str, now: u64) -> bool {
    let made = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next()).map(str::parse::<u64>);
    made.is_some_and(|made| made.is_ok_and(|made| made + ABANDONED < now))
}

/// An empty database on the server of another one; of SQLite one in memory.
pub(super) struct ScratchDatabase {
    /// The database.
    pub(super) database: Database,
    /// From where it is made and dropped, and its name; none of SQLite.
    server: Option<(Connection, String)>,
}

impl ScratchDatabase {
    pub(super) async fn create(like: &Database) -> Result<ScratchDatabase, AutogenerateError> {
        let name = unused_name();
        let database = like.sibling(&name).await?;
        if like.dialect()? == Dialect::Sqlite {
            return Ok(ScratchDatabase { database, server: None });
        }
        let mut connection = match like.connect(Missing::Refuse).await {
            // It need not be there yet.
            Err(crate::migrate::MigrateError::NoDatabase { .. }) => {
                let always_there =
                    if like.dialect()? == Dialect::Mysql { "information_schema" } else { "postgres" };
                like.sibling(always_there).await?.connect(Missing::Refuse).await?
            }
            connection => connection?,
        };
        let current =
            if connection.dialect() == Dialect::Mysql { "database()" } else { "current_database()" };
        let current = first(&mut connection, format!("SELECT CAST({current} AS CHAR(64))")).await?;
        create_database(&mut connection, &name, current.unwrap_or_default().trim_end()).await?;
        Ok(ScratchDatabase { database, server: Some((connection, name)) })
    }

    pub(super) async fn drop(self) -> Result<(), AutogenerateError> {
        self.database.close().await;
        match self.server {
            Some((mut connection, name)) => run(&mut connection, format!("DROP DATABASE {name}")).await,
            None => Ok(()),
        }
    }
}

/// Makes a database of this name, with the encoding and the order of another one.
pub(super) async fn create_database(
    connection: &mut Connection,
    name: &str,
    like: &str,
) -> Result<(), AutogenerateError> {
    drop_abandoned(connection).await?;
    let like = literal(connection.dialect(), like);
    let create = match connection.dialect() {
        Dialect::Mysql => format!(
            "SELECT CONCAT('CREATE DATABASE {name} CHARACTER SET ', default_character_set_name, ' COLLATE ', \
             default_collation_name) FROM information_schema.schemata WHERE schema_name = {like}"
        ),
        // Another template than the default one: that may have another order, and others may be connected to it.
        _ => format!(
            "SELECT format('CREATE DATABASE {name} TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L', \
             pg_encoding_to_char(encoding), datcollate, datctype) FROM pg_database \
             WHERE datname = {like} AND to_jsonb(pg_database) ->> 'datlocprovider' IS DISTINCT FROM 'i'"
        ),
    };
    let create = first(connection, create).await?.unwrap_or_else(|| format!("CREATE DATABASE {name}"));
    run(connection, create).await
}

/// Drops what a process left behind that was killed.
async fn drop_abandoned(connection: &mut Connection) -> Result<(), AutogenerateError> {
    let sql = match connection.dialect() {
        Dialect::Mysql => "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata",
        _ => "SELECT datname::text FROM pg_database",
    };
    let rows = connection.rows(sql.to_owned()).await.map_err(AutogenerateError::database(DOING))?;
    let now = seconds();
    for name in rows.into_iter().flatten().flatten().filter(|name| is_abandoned(name, now)) {
        run(connection, format!("DROP DATABASE IF EXISTS {name}")).await?;
    }
    Ok(())
}

async fn run(connection: &mut Connection, sql: String) -> Result<(), AutogenerateError> {
    let done = connection.execute(sql).await;
    done.map(drop).map_err(|failed| AutogenerateError::database(DOING)(failed.error))
}

/// The first value of the first row.
async fn first(connection: &mut Connection, sql: String) -> Result<Option<String>, AutogenerateError> {
    let rows = connection.rows(sql).await.map_err(AutogenerateError::database(DOING))?;
    Ok(rows.into_iter().flatten().flatten().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_old_and_ours_is_abandoned() {
        let now = 1_800_000_000;
        let check = |name: &str, expected| assert_eq!(is_abandoned(name, now), expected, "{name}");
        check("alembic_scratch_1700000000_12_0", true);
        check("alembic_scratch_1799999000_12_0", false);
        check("alembic_scratch_1900000000_12_0", false);
        check("alembic_scratch_pad", false);
        check("alembic_scratch_", false);
        check("alembic", false);
    }
}
