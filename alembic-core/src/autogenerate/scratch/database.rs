//! A database that is created, used and dropped, whatever ends the work in it.

use super::keeper::{Keeper, column, connect, drop_on, first, run};
use super::like::Like;
use super::note::{Note, Notes};
use crate::autogenerate::AutogenerateError;
#[cfg(feature = "postgres")]
use crate::dialect::DatabaseMessage;
use crate::migrate::{Connection, Database, Missing};
use crate::sql::Dialect;

/// Where and how a scratch database is created.
pub(super) struct Wish<'a> {
    /// A database of the server that it is created on.
    pub(super) server: &'a Database,
    /// MySQL, on a server of its own: the name that SQL of the repository may have for it.
    pub(super) name: Option<String>,
    /// The database that it should be like; none if that is not known.
    pub(super) like: Option<&'a Like>,
}

/// A scratch database with a connection to it.
pub(super) struct ScratchDatabase {
    pub(super) connection: Connection,
    /// After the connection: fields are dropped in their order.
    pub(super) place: Place,
}

/// A scratch database.
///
/// Dropped, it waits until the server has dropped the database.
pub(super) struct Place {
    pub(super) database: Database,
    pub(super) name: String,
    /// MySQL: its character set and collation.
    #[cfg(feature = "mysql")]
    options: String,
    /// None of SQLite, whose memory ends with the connection.
    keeper: Option<Keeper>,
}

impl ScratchDatabase {
    pub(super) async fn create(
        wish: Wish<'_>,
        notes: &mut Notes<'_>,
    ) -> Result<ScratchDatabase, AutogenerateError> {
        let keeper: Option<Keeper> = match wish.server.dialect()? {
            Dialect::Sqlite => None,
            #[cfg(feature = "postgres")]
            Dialect::Postgresql => Some(postgresql(&wish, notes).await?),
            #[cfg(feature = "mysql")]
            Dialect::Mysql => Some(mysql(&wish, notes).await?),
            #[cfg(not(all(feature = "postgres", feature = "mysql")))]
            dialect => return Err(crate::migrate::MigrateError::NoDriver { dialect }.into()),
        };
        let name = keeper.as_ref().map(|keeper| keeper.name.clone()).unwrap_or_default();
        let database = wish.server.sibling(&name).await?;
        let mut connection = database.connect(Missing::Create).await?;
        if let Some(like) = wish.like {
            like.apply(&mut connection, &name, notes).await?;
        }
        #[cfg(feature = "mysql")]
        let options = wish.like.map(|like| like.options[0].clone()).unwrap_or_default();
        let place = Place {
            database,
            name,
            #[cfg(feature = "mysql")]
            options,
            keeper,
        };
        let mut scratch = ScratchDatabase { connection, place };
        scratch.prepare().await?;
        Ok(scratch)
    }

    /// Gives the session what statements of models and files need.
    async fn prepare(&mut self) -> Result<(), AutogenerateError> {
        match self.connection.dialect() {
            Dialect::Sqlite => Ok(()),
            // A dump has bodies before the tables that they use.
            Dialect::Postgresql => {
                run(&mut self.connection, "SET check_function_bodies = off".to_owned()).await
            }
            #[cfg(feature = "mysql")]
            Dialect::Mysql => {
                run(&mut self.connection, crate::dialect::mysql::scratch::MODE.to_owned()).await
            }
            #[cfg(not(feature = "mysql"))]
            Dialect::Mysql => Ok(()),
        }
    }

    /// Goes on with another connection.
    pub(super) async fn reconnect(&mut self) -> Result<(), AutogenerateError> {
        // The memory of SQLite would end with its connection.
        if self.place.keeper.is_some() {
            self.connection = self.place.database.connect(Missing::Refuse).await?;
        }
        Ok(())
    }

    /// MySQL: takes over the character set and collation of another database.
    #[cfg(feature = "mysql")]
    pub(super) async fn become_like(
        &mut self,
        compared: &mut Connection,
        namespace: &crate::dialect::Namespace,
    ) -> Result<(), AutogenerateError> {
        let like = Like::of_mysql(compared, &namespace.name).await?;
        let [options, _] = like.options;
        if options == self.place.options || options.is_empty() {
            return Ok(());
        }
        let alter = crate::dialect::mysql::scratch::alter(&self.place.name, &options);
        run(&mut self.connection, alter).await?;
        self.place.options = options;
        Ok(())
    }

    pub(super) async fn drop(self, notes: &mut Notes<'_>) {
        drop(self.connection);
        self.place.drop(notes).await;
    }
}

impl Place {
    pub(super) async fn drop(self, notes: &mut Notes<'_>) {
        drop(self.database);
        if let Some(keeper) = self.keeper
            && let Some(note) = keeper.drop().await
        {
            notes(note);
        }
    }
}

#[cfg(feature = "postgres")]
async fn postgresql(wish: &Wish<'_>, notes: &mut Notes<'_>) -> Result<Keeper, AutogenerateError> {
    use crate::dialect::postgresql::scratch;
    use crate::dialect::scratch::name;
    let mut connection = connect(wish.server).await?;
    let mut rows = column(&mut connection, scratch::start()).await?.into_iter();
    let owner = rows.next().unwrap_or_default();
    for leftover in rows {
        if drop_on(&mut connection, &leftover).await.is_ok() {
            notes(Note::Removed { name: leftover });
        }
    }
    let name = name(&owner);
    let session = owner.rsplit('_').next().unwrap_or_default().to_owned();
    let mut keeper = Keeper::new(wish.server.clone(), connection, name.clone(), session);
    let [like, without_locale] = match wish.like {
        Some(like) => like.options.clone(),
        None => [" TEMPLATE template0".to_owned(), " TEMPLATE template0".to_owned()],
    };
    match keeper.run(scratch::create(&name, &like)).await {
        Ok(()) => {}
        Err(error) if lacks_locale(&error) => {
            notes(Note::NoLocale);
            let created = keeper.run(scratch::create(&name, &without_locale)).await;
            created.map_err(|error| keeper.refused("CREATEDB", error))?;
        }
        Err(error) => return Err(keeper.refused("CREATEDB", error)),
    }
    Ok(keeper)
}

/// Whether a server refuses a locale: it has none of this name, or is too old to know its provider.
#[cfg(feature = "postgres")]
fn lacks_locale(error: &sqlx::Error) -> bool {
    matches!(
        DatabaseMessage::of(error).code.as_deref(),
        Some("42809" | "22023" | "0A000" | "42601" | "42704")
    )
}

#[cfg(feature = "mysql")]
async fn mysql(wish: &Wish<'_>, notes: &mut Notes<'_>) -> Result<Keeper, AutogenerateError> {
    use crate::dialect::mysql::scratch;
    use crate::dialect::scratch::name;
    let mut connection = connect(wish.server).await?;
    run(&mut connection, scratch::PATIENCE.to_owned()).await?;
    let mut rows = column(&mut connection, scratch::start()).await?.into_iter();
    let owner = rows.next().unwrap_or_default();
    for leftover in rows {
        if drop_on(&mut connection, &leftover).await.is_ok() {
            notes(Note::Removed { name: leftover });
        }
    }
    let options = wish.like.map(|like| like.options[0].clone()).unwrap_or_default();
    let generated = name(&owner);
    let (name, lock, patience) = match &wish.name {
        Some(name) => (name.clone(), scratch::lock_of(name), 60),
        None => (generated.clone(), generated, 0),
    };
    let locked = first(&mut connection, scratch::lock(&lock, patience)).await?;
    if locked.as_deref() != Some("1") {
        return Err(AutogenerateError::ScratchBusy { name });
    }
    if wish.name.is_some() {
        match first(&mut connection, scratch::exists(&name)).await?.as_deref() {
            None => {}
            Some("1") => {
                super::keeper::drop_on_mysql(&mut connection, &name)
                    .await
                    .map_err(AutogenerateError::database("dropping a scratch database"))?;
                notes(Note::Removed { name: name.clone() });
            }
            Some(_) => return Err(AutogenerateError::ScratchExists { name }),
        }
    }
    let mut keeper = Keeper::new(wish.server.clone(), connection, name.clone(), lock);
    keeper.run(scratch::create(&name, &options)).await.map_err(|error| keeper.refused("CREATE", error))?;
    if wish.name.is_some() {
        let marked = keeper.run(scratch::mark(&name)).await;
        marked.map_err(|error| keeper.refused("CREATE VIEW", error))?;
    }
    Ok(keeper)
}
