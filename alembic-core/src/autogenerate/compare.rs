//! A comparison, before it is made: with which database, where its scratch database is, who hears its notes.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use super::comparison::{Owned, compare_on};
use super::ownership::{Created, Ownership};
use super::reading::Reading;
#[cfg(feature = "mysql")]
use super::scratch::script_on;
use super::scratch::{Note, Notes, Replay, Scratch};
use super::{AutogenerateError, Comparison};
use crate::migrate::Database;
use crate::migrator::Migrator;
use crate::models::Declaration;
use crate::schema::{Filter, Schema};
use crate::sql::Dialect;

/// Compares a database with a desired schema, when it is awaited. The database is only read.
///
/// Models and statements are run in a scratch database on the same server, or on that of [`Compare::scratch`], which is
/// dropped whatever happens. Where models and database agree, none is needed.
///
/// Every table of the compared schemas counts, also one that nothing desires; [`Compare::created_by`] leaves out those of others.
///
/// ```no_run
/// # use alembic_core::autogenerate::{Filter, compare};
/// # async fn example(pool: &sqlx::PgPool, desired: alembic_core::schema::Schema) -> Result<(), Box<dyn std::error::Error>> {
/// let filter = Filter::default();
/// let comparison = compare(pool, desired, &filter).scratch("postgres://localhost/postgres").await?;
/// println!("{}", comparison.difference());
/// # Ok(())
/// # }
/// ```
pub fn compare<'a>(
    database: impl Into<Database>,
    desired: impl Into<Declaration>,
    filter: &'a Filter,
) -> Compare<'a> {
    let database = database.into();
    Compare {
        scripts: None,
        owner: None,
        dropped: &[],
        mentioned: Vec::new(),
        database,
        reading: None,
        desired: desired.into(),
        filter,
        scratch: None,
        on_note: Box::new(|_| {}),
    }
}

/// Runs all scripts in a scratch database, and compares what they make with a desired schema, when it is awaited.
///
/// `server` is any database of the server that the scratch database is to be on. It is only read, and need not exist. On
/// SQLite the scratch database is in memory.
pub fn compare_scripts<'a>(
    migrator: &'a Migrator,
    server: impl Into<Database>,
    desired: impl Into<Declaration>,
    filter: &'a Filter,
) -> Compare<'a> {
    Compare { scripts: Some(migrator), ..compare(server, desired, filter) }
}

/// A comparison that was described and not made. It is made when it is awaited.
#[must_use = "a comparison does nothing until it is awaited"]
pub struct Compare<'a> {
    /// The scripts that are compared instead of the database.
    scripts: Option<&'a Migrator>,
    /// The scripts whose tables are dropped where nothing desires them.
    owner: Option<&'a Migrator>,
    dropped: &'a [String],
    mentioned: Vec<String>,
    database: Database,
    reading: Option<Reading>,
    desired: Declaration,
    filter: &'a Filter,
    scratch: Option<Database>,
    on_note: Notes<'a>,
}

impl<'a> Compare<'a> {
    /// Compares what was read of the database before.
    pub fn read(mut self, reading: Reading) -> Compare<'a> {
        self.reading = Some(reading);
        self
    }

    /// Creates scratch databases on the server of this one, instead of on that of the compared database. A user who may
    /// only read is enough for the compared one then. SQLite needs no server.
    pub fn scratch(mut self, server: impl Into<Database>) -> Compare<'a> {
        self.scratch = Some(server.into());
        self
    }

    /// Leaves tables alone that nothing desires and that none of these scripts creates: they are named by
    /// [`unmanaged`](Comparison::unmanaged), and dropped only if [`dropping`](Compare::dropping) names them.
    pub fn created_by(mut self, migrator: &'a Migrator) -> Compare<'a> {
        self.owner = Some(migrator);
        self
    }

    /// Drops these tables if nothing desires them, whoever has made them. One outside of the default schema is named with its
    /// schema.
    pub fn dropping(mut self, tables: &'a [String]) -> Compare<'a> {
        self.dropped = tables;
        self
    }

    /// Looks also at tables and enums of schemas that are not compared, if these texts begin with their names: `app.a`,
    /// `app.a=b`.
    pub fn looking_at(mut self, texts: impl IntoIterator<Item = String>) -> Compare<'a> {
        self.mentioned.extend(texts);
        self
    }

    /// Calls `callback` with what a person should know besides the result.
    pub fn on_note(mut self, callback: impl FnMut(Note) + Send + 'a) -> Compare<'a> {
        self.on_note = Box::new(callback);
        self
    }

    async fn make(mut self) -> Result<Comparison, AutogenerateError> {
        let compared = self.database.dialect()?;
        if let Some(scratch) = &self.scratch {
            let scratch = scratch.dialect()?;
            if scratch != compared {
                return Err(AutogenerateError::ScratchDialect { compared, scratch });
            }
        }
        let Some(migrator) = self.scripts else { return self.compare(None, None).await };
        let script = self.script(compared).await?;
        let server = self.scratch.as_ref();
        let replay = Replay::run(migrator, &self.database, server, &mut self.on_note).await?;
        let database = replay.database();
        self.compare(Some((replay, database)), script).await
    }

    /// What the file of SQL makes, where it runs before the scripts: on MySQL both need a database of the same name on a
    /// server for scratch databases.
    async fn script(&mut self, dialect: Dialect) -> Result<Option<Schema>, AutogenerateError> {
        #[cfg(feature = "mysql")]
        if let (Declaration::Script(script), Some(server), Dialect::Mysql) =
            (&self.desired, &self.scratch, dialect)
        {
            let name = self.database.name();
            return script_on(server, name, script, &mut self.on_note).await.map(Some);
        }
        let _ = dialect;
        Ok(None)
    }

    /// Compares the database, or what a replay has made.
    async fn compare(
        mut self,
        replay: Option<(Replay, Database)>,
        script: Option<Schema>,
    ) -> Result<Comparison, AutogenerateError> {
        let (replay, database) = match replay {
            Some((replay, database)) => (Some(replay), database),
            None => (None, self.database),
        };
        let mut scratch = Scratch::new(&database, self.scratch.as_ref(), &mut self.on_note);
        scratch.script = script;
        let mut reading = match self.reading {
            Some(reading) => reading,
            None => Reading::begin(&database).await?,
        };
        let filter = self.scripts.map(|migrator| without_books(self.filter, migrator));
        let filter = filter.as_ref().unwrap_or(self.filter);
        let owned = Owned {
            ownership: Ownership::new(filter, self.dropped),
            created: self
                .owner
                .or(self.scripts)
                .map(|scripts| Created::by(scripts.directory(), reading.connection.dialect())),
            is_replay: replay.is_some(),
            mentioned: self.mentioned,
        };
        let compared = compare_on(&mut reading, &mut scratch, self.desired, filter, owned).await;
        scratch.drop().await;
        drop(reading);
        if let Some(replay) = replay {
            replay.drop(&mut self.on_note).await;
        }
        compared
    }
}

/// Leaves out the version table and the history of a replay, which are in the default schema.
fn without_books(filter: &Filter, migrator: &Migrator) -> Filter {
    let table = &migrator.settings().version_table;
    let books = [table.name.clone(), table.history(), table.lease()];
    let exclude = filter.exclude.iter().cloned().chain(books.map(|name| name.into_owned())).collect();
    Filter { exclude, ..filter.clone() }
}

impl<'a> IntoFuture for Compare<'a> {
    type Output = Result<Comparison, AutogenerateError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}
