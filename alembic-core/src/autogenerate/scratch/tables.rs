//! What a database makes of tables: they are created in a scratch database and read back.
//!
//! Foreign keys are left out: nothing about them is normalised, so no table that they reference need be created.

use super::database::{ScratchDatabase, Wish};
use super::like::Like;
use super::note::Notes;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use super::objects::Objects;
#[cfg(feature = "postgres")]
use super::objects::is_missing;
use super::qualifier::Databases;
use super::rules::refused_of_models;
use super::script::{Planned, Running, plan};
use crate::autogenerate::AutogenerateError;
use crate::autogenerate::reflect::reflect;
use crate::dialect::{DatabaseMessage, Namespace, statements};
use crate::migrate::{Connection, Database};
use crate::models::SqlScript;
use crate::operation::{Operation, Side, before_tables, diff};
use crate::schema::{Schema, Table, TextObject};
use crate::sql::Dialect;

const DOING: &str = "creating the tables of the models in a scratch database";

/// The scratch database of one comparison: created when it is first needed.
pub(in super::super) struct Scratch<'a, 'n> {
    /// The compared database, for the server that it is on.
    compared: &'a Database,
    /// Another server for scratch databases.
    server: Option<&'a Database>,
    notes: &'a mut Notes<'n>,
    like: Option<Like>,
    database: Option<ScratchDatabase>,
    /// What the file of SQL makes, if that is known already.
    pub(in super::super) script: Option<Schema>,
    /// Whether objects of the compared database were copied.
    #[cfg(feature = "postgres")]
    has_objects: bool,
}

impl<'a, 'n> Scratch<'a, 'n> {
    pub(in super::super) fn new(
        compared: &'a Database,
        server: Option<&'a Database>,
        notes: &'a mut Notes<'n>,
    ) -> Scratch<'a, 'n> {
        Scratch {
            compared,
            server,
            notes,
            like: None,
            database: None,
            script: None,
            #[cfg(feature = "postgres")]
            has_objects: false,
        }
    }

    /// The tables of `schema` as the database shows them when they are created. `compared` only answers questions.
    pub(in super::super) async fn normalise(
        &mut self,
        compared: &mut Connection,
        namespaces: &[Namespace],
        schema: &Schema,
    ) -> Result<Schema, AutogenerateError> {
        if schema.tables.is_empty() && schema.enums.is_empty() {
            return Ok(Schema::default());
        }
        let made = made(compared.dialect(), schema)?;
        self.open(compared, namespaces, None).await?;
        match compared.dialect() {
            Dialect::Sqlite => {
                let mut scratch = self.take()?;
                run(&mut scratch.connection, &made).await?;
                reflect(&mut scratch.connection, &[]).await
            }
            Dialect::Postgresql => self.in_transaction(compared, namespaces, schema, &made).await,
            Dialect::Mysql => self.in_database(compared, namespaces, schema).await,
        }
    }

    /// PostgreSQL: creates a schema that was read from a database, and reads the objects other than tables back. Objects that cannot be
    /// created there, because they need something that was not read, are missing from the result.
    pub(in super::super) async fn remade(
        &mut self,
        compared: &mut Connection,
        namespaces: &[Namespace],
        schema: &Schema,
    ) -> Result<Vec<TextObject>, AutogenerateError> {
        let mut schema = schema.clone();
        for view in schema.objects.iter_mut().filter(|own| own.kind == "materialized view") {
            view.definition.iter_mut().for_each(|query| query.push_str("\nWITH NO DATA"));
        }
        let nothing = Schema::default();
        let [before, after] = [&nothing, &schema].map(|own| Side { reflected: own, written: own });
        let operations = diff(Dialect::Postgresql, before, after);
        let made = statements(Dialect::Postgresql, Dialect::Postgresql, &operations, [&schema, &nothing])?;
        let made: Vec<String> = made.into_iter().map(|statement| statement.sql).collect();
        self.open(compared, namespaces, None).await?;
        let read = match self.in_transaction(compared, namespaces, &schema, &made).await {
            Err(AutogenerateError::Scratch { .. }) => {
                let mut scratch = self.take()?;
                let read = what_works(&mut scratch.connection, namespaces, &made).await;
                self.database = Some(scratch);
                read
            }
            read => read,
        };
        Ok(read?.objects)
    }

    /// What a file of SQL makes.
    pub(in super::super) async fn of_script(
        &mut self,
        compared: &mut Connection,
        namespaces: &[Namespace],
        script: &SqlScript,
    ) -> Result<Schema, AutogenerateError> {
        if let Some(known) = self.script.take() {
            return Ok(known);
        }
        // Beside the compared database nothing else can have its name.
        let is_beside = self.server.is_none();
        let name = namespaces.first().filter(|_| !is_beside).map(|own| own.name.clone());
        let databases = match namespaces.first().filter(|_| is_beside && compared.dialect() == Dialect::Mysql)
        {
            Some(own) => Some(Databases::of(compared, own.name.clone()).await?),
            None => None,
        };
        let planned = plan(script, compared.dialect(), databases.as_ref())?;
        self.open(compared, namespaces, name).await?;
        #[cfg(any(feature = "postgres", feature = "mysql"))]
        let objects = Objects::read(compared).await?;
        let running = Running {
            script,
            #[cfg(any(feature = "postgres", feature = "mysql"))]
            objects,
        };
        let scratch = self.take()?;
        read_script(running, planned, scratch, namespaces, self.notes).await
    }

    /// Drops the scratch database, if there is one.
    pub(in super::super) async fn drop(&mut self) {
        if let Some(scratch) = self.database.take() {
            scratch.drop(self.notes).await;
        }
    }

    /// Creates the scratch database, unless it exists.
    async fn open(
        &mut self,
        compared: &mut Connection,
        namespaces: &[Namespace],
        name: Option<String>,
    ) -> Result<(), AutogenerateError> {
        if self.database.is_some() {
            return Ok(());
        }
        let like = match &mut self.like {
            Some(like) => like,
            none => none.insert(Like::read(compared).await?),
        };
        let wish = Wish { server: self.server.unwrap_or(self.compared), name, like: Some(like) };
        let mut scratch = ScratchDatabase::create(wish, self.notes).await?;
        #[cfg(feature = "postgres")]
        if compared.dialect() == Dialect::Postgresql {
            for namespace in namespaces {
                let create = crate::dialect::postgresql::scratch::create_schema(&namespace.name);
                super::keeper::run(&mut scratch.connection, create).await?;
            }
            self.has_objects = false;
        }
        let _ = namespaces;
        self.database = Some(scratch);
        Ok(())
    }

    fn take(&mut self) -> Result<ScratchDatabase, AutogenerateError> {
        let missing = || AutogenerateError::database(DOING)(sqlx::Error::WorkerCrashed);
        self.database.take().ok_or_else(missing)
    }

    /// PostgreSQL: in a transaction that is rolled back, so that the database is empty again.
    async fn in_transaction(
        &mut self,
        compared: &mut Connection,
        namespaces: &[Namespace],
        schema: &Schema,
        made: &[String],
    ) -> Result<Schema, AutogenerateError> {
        let mut scratch = self.take()?;
        let mut result = rolled_back(&mut scratch.connection, namespaces, made).await;
        #[cfg(feature = "postgres")]
        if let Err(AutogenerateError::Scratch { message, .. }) = &result
            && is_missing(message)
            && !std::mem::replace(&mut self.has_objects, true)
        {
            let enums = schema.enums.iter().map(|own| own.name.name.clone()).collect();
            if let Some(objects) = Objects::read(compared).await? {
                objects.create(&mut scratch.connection, &enums).await;
            }
            result = rolled_back(&mut scratch.connection, namespaces, made).await;
        }
        let _ = (compared, schema);
        self.database = Some(scratch);
        result
    }

    /// MySQL: the tables of one namespace after those of another, in the same database.
    async fn in_database(
        &mut self,
        compared: &mut Connection,
        namespaces: &[Namespace],
        schema: &Schema,
    ) -> Result<Schema, AutogenerateError> {
        let mut scratch = self.take()?;
        let made = one_after_another(&mut scratch, compared, namespaces, schema).await;
        self.database = Some(scratch);
        made
    }
}

/// MySQL: creates the tables of each namespace, reads them and drops them.
async fn one_after_another(
    scratch: &mut ScratchDatabase,
    compared: &mut Connection,
    namespaces: &[Namespace],
    schema: &Schema,
) -> Result<Schema, AutogenerateError> {
    let mut all = Schema::default();
    for namespace in namespaces {
        let mut own = schema.clone();
        own.tables.retain(|table| table.name.schema == namespace.shown);
        own.tables.iter_mut().for_each(|table| table.name.schema = None);
        // The statements of others name their database.
        own.objects.retain(|object| object.name.schema.is_none() && namespace.shown.is_none());
        let texts = own.objects.iter_mut().filter_map(|object| object.definition.as_mut());
        texts.for_each(|text| *text = text.replacen("CREATE SEQUENCE ", "CREATE SEQUENCE IF NOT EXISTS ", 1));
        if own.tables.is_empty() {
            continue;
        }
        #[cfg(feature = "mysql")]
        {
            scratch.become_like(compared, namespace).await?;
            // Defaults may use them.
            let sequences = Objects::read_of(compared, &namespace.name).await?;
            sequences.create(&mut scratch.connection, &std::collections::HashSet::new()).await;
        }
        run(&mut scratch.connection, &made(Dialect::Mysql, &own)?).await?;
        let here = Namespace { name: scratch.place.name.clone(), shown: None };
        let mut read = reflect(&mut scratch.connection, &[here]).await?;
        let drops: Vec<Operation> =
            own.tables.into_iter().map(|table| Operation::DropTable(Box::new(table))).collect();
        let drops = statements(Dialect::Mysql, Dialect::Mysql, &drops, [schema, schema])?;
        let drops: Vec<String> = drops.into_iter().map(|statement| statement.sql).collect();
        super::keeper::run(&mut scratch.connection, drops.join(";\n")).await?;
        read.tables.iter_mut().for_each(|table| table.name.schema.clone_from(&namespace.shown));
        all.tables.append(&mut read.tables);
    }
    let _ = compared;
    Ok(all)
}

/// MySQL: what a file of SQL makes on a server for scratch databases, in one of this name.
#[cfg(feature = "mysql")]
pub(in super::super) async fn script_on(
    server: &Database,
    name: Option<String>,
    script: &SqlScript,
    notes: &mut Notes<'_>,
) -> Result<Schema, AutogenerateError> {
    let planned = plan(script, Dialect::Mysql, None)?;
    let scratch = ScratchDatabase::create(Wish { server, name, like: None }, notes).await?;
    let running = Running {
        script,
        #[cfg(any(feature = "postgres", feature = "mysql"))]
        objects: None,
    };
    read_script(running, planned, scratch, &[], notes).await
}

/// Runs a file, reads what it has made, and drops it.
async fn read_script(
    running: Running<'_>,
    mut planned: Planned,
    mut scratch: ScratchDatabase,
    namespaces: &[Namespace],
    notes: &mut Notes<'_>,
) -> Result<Schema, AutogenerateError> {
    let events = std::mem::take(&mut planned.events);
    let read = match running.run(planned, &mut scratch, notes).await {
        // Settings of the script end with its session.
        Ok(()) => scratch.reconnect().await,
        Err(error) => Err(error),
    };
    let read = match read {
        Ok(()) => {
            let here = Namespace { name: scratch.place.name.clone(), shown: None };
            let is_mysql = scratch.connection.dialect() == Dialect::Mysql;
            let namespaces = if is_mysql { std::slice::from_ref(&here) } else { namespaces };
            reflect(&mut scratch.connection, namespaces).await
        }
        Err(error) => Err(error),
    };
    scratch.drop(notes).await;
    read.map(|mut read| {
        read.objects.extend(events);
        read
    })
}

/// The statements that create enums, tables and indexes. Each must be one, whatever the expressions in it.
fn made(dialect: Dialect, schema: &Schema) -> Result<Vec<String>, AutogenerateError> {
    let enums = schema.enums.iter().cloned().map(Operation::CreateEnum);
    let tables = schema.tables.iter().map(|table| {
        let table = Table { foreign_keys: Vec::new(), ..table.clone() };
        Operation::CreateTable(Box::new(table))
    });
    let objects = before_tables(&schema.objects, dialect).into_iter();
    let objects = objects.map(|object| Operation::CreateObject(Box::new(object)));
    let operations: Vec<Operation> = enums.chain(objects).chain(tables).collect();
    let made = statements(dialect, dialect, &operations, [schema, schema])?;
    let checked = made.into_iter().map(|statement| match refused_of_models(&statement.sql, dialect) {
        Some(reason) => Err(AutogenerateError::RefusedModel { statement: statement.sql, reason }),
        None => Ok(statement.sql),
    });
    checked.collect()
}

/// Runs generated statements one by one.
async fn run(connection: &mut Connection, made: &[String]) -> Result<(), AutogenerateError> {
    for statement in made {
        connection.execute_one(statement.clone()).await.map_err(|source| AutogenerateError::Scratch {
            message: Box::new(DatabaseMessage::of(&source)),
            statement: statement.clone(),
            source,
        })?;
    }
    Ok(())
}

async fn rolled_back(
    connection: &mut Connection,
    namespaces: &[Namespace],
    made: &[String],
) -> Result<Schema, AutogenerateError> {
    connection.begin(&[]).await.map_err(AutogenerateError::database(DOING))?;
    let read = match run(connection, made).await {
        Ok(()) => reflect(connection, namespaces).await,
        Err(error) => Err(error),
    };
    let undone = connection.rollback().await.map_err(AutogenerateError::database(DOING));
    read.and_then(|read| undone.map(|()| read))
}

/// PostgreSQL: runs the statements, passes over those that fail, reads the result, and rolls back.
async fn what_works(
    connection: &mut Connection,
    namespaces: &[Namespace],
    made: &[String],
) -> Result<Schema, AutogenerateError> {
    let failed = |error| AutogenerateError::database(DOING)(error);
    connection.begin(&[]).await.map_err(failed)?;
    for statement in made {
        connection.execute_one("SAVEPOINT one".to_owned()).await.map_err(failed)?;
        let is_made = connection.execute_one(statement.clone()).await.is_ok();
        let end = if is_made { "RELEASE SAVEPOINT one" } else { "ROLLBACK TO SAVEPOINT one" };
        connection.execute_one(end.to_owned()).await.map_err(failed)?;
    }
    let read = reflect(connection, namespaces).await;
    let undone = connection.rollback().await.map_err(failed);
    read.and_then(|read| undone.map(|()| read))
}
