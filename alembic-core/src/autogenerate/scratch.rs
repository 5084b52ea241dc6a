//! What a database makes of a schema: its tables are made in a place of their own, read, and forgotten.
//!
//! Foreign keys are left out: nothing about them is normalised, and so no table that is not made there need be.

use std::collections::HashSet;

use super::AutogenerateError;
use super::made::{made_schema, not_made};
use super::reflect::reflect;
use super::scratch_database::{create_database, unused_name};
use crate::dialect::{Namespace, Statement, statements};
use crate::migrate::Connection;
#[cfg(feature = "sqlite")]
use crate::migrate::{Database, Missing};
use crate::models::SqlScript;
use crate::operation::{Operation, for_expressions};
use crate::schema::{ObjectName, Schema, Table};
use crate::sql::Dialect;
use crate::sql::expression::qualify;
use crate::sql::quote::literal;

const DOING: &str = "making the tables of the models in a scratch place";

/// The tables of `schema` as the database shows them when they are made.
pub(super) async fn normalise(
    connection: &mut Connection,
    namespaces: &[Namespace],
    schema: &Schema,
) -> Result<Schema, AutogenerateError> {
    if schema.tables.is_empty() && schema.enums.is_empty() {
        return Ok(Schema::default());
    }
    match connection.dialect() {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => {
            let mut memory = Database::from("sqlite::memory:").connect(Missing::Create).await?;
            make(&mut memory, schema).await?;
            reflect(&mut memory, &[]).await
        }
        #[cfg(not(feature = "sqlite"))]
        Dialect::Sqlite => Ok(Schema::default()),
        Dialect::Postgresql => {
            connection.begin(&[]).await.map_err(AutogenerateError::database(DOING))?;
            let made = in_schemas(connection, namespaces, schema).await;
            let undone = connection.rollback().await.map_err(AutogenerateError::database(DOING));
            made.and_then(|made| undone.map(|()| made))
        }
        Dialect::Mysql => {
            let made = in_databases(connection, namespaces, schema).await;
            if made.is_err() {
                connection.taint();
            }
            made
        }
    }
}

/// What a script of SQL makes.
pub(super) async fn of_script(
    connection: &mut Connection,
    namespaces: &[Namespace],
    script: &SqlScript,
) -> Result<Schema, AutogenerateError> {
    match connection.dialect() {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => {
            let mut memory = Database::from("sqlite::memory:").connect(Missing::Create).await?;
            run_script(&mut memory, script, &|text| text.to_owned()).await?;
            reflect(&mut memory, &[]).await
        }
        #[cfg(not(feature = "sqlite"))]
        Dialect::Sqlite => Ok(Schema::default()),
        Dialect::Postgresql => {
            connection.begin(&[]).await.map_err(AutogenerateError::database(DOING))?;
            let made = script_in_schemas(connection, namespaces, script).await;
            let undone = connection.rollback().await.map_err(AutogenerateError::database(DOING));
            made.and_then(|made| undone.map(|()| made))
        }
        Dialect::Mysql => {
            let Some(default) = namespaces.first() else { return Ok(Schema::default()) };
            let made = in_scratch_database(connection, default, default, Work::Script(script)).await;
            if made.is_err() {
                connection.taint();
            }
            made
        }
    }
}

async fn script_in_schemas(
    connection: &mut Connection,
    namespaces: &[Namespace],
    script: &SqlScript,
) -> Result<Schema, AutogenerateError> {
    let path = search_path(connection).await?;
    let mut kept = of_extensions(connection, namespaces).await?;
    // Names without a schema are found where they are.
    if namespaces.iter().any(|own| script.text.contains(&own.name)) {
        kept.extend(not_made(&reflect(connection, namespaces).await?, script));
    }
    let (scratch, names) = scratch_schemas(connection, namespaces, &path).await?;
    let change = |text: &str| {
        // These are there already, by other names.
        if made_schema(text).is_some_and(|made| names.iter().any(|(real, _)| *real == made)) {
            return String::new();
        }
        qualify(text, &names, &|name| !kept.contains(name))
    };
    run_script(connection, script, &change).await?;
    // The script may have looked elsewhere, as those of pg_dump do.
    look_into(connection, &scratch, &path).await?;
    let made = reflect(connection, &scratch).await?;
    Ok(brought_back(made, names))
}

/// What extensions have brought into the schemas: no script makes it, and so it is in no scratch place.
async fn of_extensions(
    connection: &mut Connection,
    namespaces: &[Namespace],
) -> Result<HashSet<String>, AutogenerateError> {
    let names: Vec<String> = namespaces.iter().map(|own| literal(Dialect::Postgresql, &own.name)).collect();
    let query = format!(
        "SELECT DISTINCT o.name::text FROM (
            SELECT 'pg_type'::regclass AS class, oid, typname AS name, typnamespace AS namespace FROM pg_type
            UNION ALL SELECT 'pg_proc'::regclass, oid, proname, pronamespace FROM pg_proc
            UNION ALL SELECT 'pg_opclass'::regclass, oid, opcname, opcnamespace FROM pg_opclass
            UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfname, opfnamespace FROM pg_opfamily
            UNION ALL SELECT 'pg_class'::regclass, oid, relname, relnamespace FROM pg_class
        ) o
        JOIN pg_depend d ON d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e'
        JOIN pg_namespace n ON n.oid = o.namespace
        WHERE n.nspname IN ({})",
        names.join(", ")
    );
    let rows = connection.rows(query).await.map_err(AutogenerateError::database(DOING))?;
    Ok(rows.into_iter().flatten().flatten().collect())
}

/// Runs the statements of a script one by one, so that a mistake has its line.
async fn run_script(
    connection: &mut Connection,
    script: &SqlScript,
    change: &dyn Fn(&str) -> String,
) -> Result<(), AutogenerateError> {
    for statement in &script.statements {
        let text = statement.text(&script.text);
        if let Err(failed) = connection.execute(change(text)).await {
            let before = script.text.get(..statement.start).unwrap_or_default();
            return Err(AutogenerateError::Script {
                path: script.path.clone(),
                line: 1 + before.matches('\n').count(),
                message: Box::new(crate::dialect::DatabaseMessage::of(&failed.error)),
                source: failed.error,
            });
        }
    }
    Ok(())
}

/// Makes enums, tables and indexes, all in one message.
async fn make(connection: &mut Connection, schema: &Schema) -> Result<(), AutogenerateError> {
    let enums = schema.enums.iter().cloned().map(Operation::CreateEnum);
    let tables = schema.tables.iter().map(|table| {
        let table = Table { foreign_keys: Vec::new(), ..table.clone() };
        Operation::CreateTable(Box::new(table))
    });
    let operations: Vec<Operation> = enums.chain(tables).collect();
    let made = statements(connection.dialect(), &operations, [schema, schema])?;
    run(connection, &made).await
}

async fn run(connection: &mut Connection, made: &[Statement]) -> Result<(), AutogenerateError> {
    let text: String = made.iter().map(|statement| format!("{};\n", statement.sql)).collect();
    match connection.execute(text).await {
        Ok(_) => Ok(()),
        Err(failed) => {
            let message = Box::new(crate::dialect::DatabaseMessage::of(&failed.error));
            let statement = match message.position {
                Some(position) => at_character(made, position),
                None => made.get(failed.finished),
            };
            let statement = statement.map(|statement| statement.sql.clone()).unwrap_or_default();
            Err(AutogenerateError::Scratch { message, statement, source: failed.error })
        }
    }
}

/// The statement that the character (from 1) of the whole text is in.
fn at_character(made: &[Statement], position: usize) -> Option<&Statement> {
    let mut end = 0;
    made.iter().find(|statement| {
        end += statement.sql.chars().count() + 2;
        position <= end
    })
}

/// PostgreSQL: schemas inside of the transaction. Where a schema is named, that name is put for another while it lasts.
async fn in_schemas(
    connection: &mut Connection,
    namespaces: &[Namespace],
    schema: &Schema,
) -> Result<Schema, AutogenerateError> {
    let path = search_path(connection).await?;
    let (scratch, names) = scratch_schemas(connection, namespaces, &path).await?;
    let mut moved = schema.clone();
    rename_schemas(&mut moved, &names);
    make(connection, &moved).await?;
    let made = reflect(connection, &scratch).await?;
    Ok(brought_back(made, names))
}

/// Makes a schema for each namespace. Returns them, and the name of each with that of its namespace before it.
async fn scratch_schemas(
    connection: &mut Connection,
    namespaces: &[Namespace],
    path: &str,
) -> Result<(Vec<Namespace>, Vec<(String, String)>), AutogenerateError> {
    let scratch: Vec<Namespace> = namespaces
        .iter()
        .map(|namespace| Namespace { name: unused_name(), shown: namespace.shown.clone() })
        .collect();
    let sql: String = scratch.iter().map(|own| format!("CREATE SCHEMA {};\n", own.name)).collect();
    connection.execute(sql).await.map_err(|failed| AutogenerateError::database(DOING)(failed.error))?;
    look_into(connection, &scratch, path).await?;
    let names = namespaces.iter().zip(&scratch).map(|(real, own)| (real.name.clone(), own.name.clone()));
    Ok((scratch.clone(), names.collect()))
}

/// Where names without a schema are looked for.
async fn search_path(connection: &mut Connection) -> Result<String, AutogenerateError> {
    let rows = connection.rows("SELECT current_setting('search_path')".to_owned()).await;
    let rows = rows.map_err(AutogenerateError::database(DOING))?;
    Ok(rows.into_iter().flatten().flatten().collect())
}

/// Lets names without a schema be those of the scratch schema first.
async fn look_into(
    connection: &mut Connection,
    scratch: &[Namespace],
    path: &str,
) -> Result<(), AutogenerateError> {
    let first = scratch.first().map_or("", |own| &own.name);
    let path = if path.is_empty() { first.to_owned() } else { format!("{first}, {path}") };
    let looked = connection.execute(format!("SET LOCAL search_path = {path}")).await;
    looked.map(drop).map_err(|failed| AutogenerateError::database(DOING)(failed.error))
}

/// What was made, with the names of the real schemas in its expressions.
fn brought_back(mut made: Schema, names: Vec<(String, String)>) -> Schema {
    let back: Vec<(String, String)> = names.into_iter().map(|(real, scratch)| (scratch, real)).collect();
    for table in &mut made.tables {
        for_expressions(table, |text| *text = qualify(text, &back, &|_| true));
    }
    made
}

/// Writes other schemas before the names of tables and types that the schema has.
fn rename_schemas(schema: &mut Schema, names: &[(String, String)]) {
    let rename = |name: &mut ObjectName| {
        let other = names.iter().find(|(from, _)| name.schema.as_ref() == Some(from));
        if let Some((_, to)) = other {
            name.schema = Some(to.clone());
        }
    };
    let own: Vec<String> = schema.enums.iter().map(|own| own.name.name.clone()).collect();
    for own in &mut schema.enums {
        rename(&mut own.name);
    }
    for table in &mut schema.tables {
        rename(&mut table.name);
        for column in &mut table.columns {
            if let Some(name) = column.type_.enum_name_mut() {
                rename(name);
            }
        }
        // Other types and functions are where they are.
        let is_own = |name: &str| own.iter().any(|own| own == name);
        for_expressions(table, |text| *text = qualify(text, names, &is_own));
    }
}

/// MySQL: databases, which are dropped again.
async fn in_databases(
    connection: &mut Connection,
    namespaces: &[Namespace],
    schema: &Schema,
) -> Result<Schema, AutogenerateError> {
    let mut made = Schema::default();
    let Some(current) = namespaces.first() else { return Ok(made) };
    for namespace in namespaces {
        let mut own = schema.clone();
        own.tables.retain(|table| table.name.schema == namespace.shown);
        own.tables.iter_mut().for_each(|table| table.name.schema = None);
        if own.tables.is_empty() {
            continue;
        }
        let mut reflected = in_scratch_database(connection, namespace, current, Work::Make(&own)).await?;
        reflected.tables.iter_mut().for_each(|table| table.name.schema.clone_from(&namespace.shown));
        made.tables.append(&mut reflected.tables);
    }
    Ok(made)
}

/// What is done in a scratch database.
enum Work<'a> {
    Make(&'a Schema),
    Script(&'a SqlScript),
}

/// Makes a database like `namespace`, works there, and goes back to the `current` one.
async fn in_scratch_database(
    connection: &mut Connection,
    namespace: &Namespace,
    current: &Namespace,
    work: Work<'_>,
) -> Result<Schema, AutogenerateError> {
    let scratch = unused_name();
    create_database(connection, &scratch, &namespace.name).await?;
    let reflected = in_database(connection, &scratch, work).await;
    let drop = format!("DROP DATABASE {scratch}; USE `{}`", current.name.replace('`', "``"));
    let dropped =
        connection.execute(drop).await.map_err(|failed| AutogenerateError::database(DOING)(failed.error));
    let reflected = reflected?;
    dropped.map(|_| reflected)
}

async fn in_database(
    connection: &mut Connection,
    scratch: &str,
    work: Work<'_>,
) -> Result<Schema, AutogenerateError> {
    let using = connection.execute(format!("USE {scratch}")).await;
    using.map_err(|failed| AutogenerateError::database(DOING)(failed.error))?;
    match work {
        Work::Make(schema) => make(connection, schema).await?,
        Work::Script(script) => run_script(connection, script, &|text| text.to_owned()).await?,
    }
    reflect(connection, &[Namespace { name: scratch.to_owned(), shown: None }]).await
}
