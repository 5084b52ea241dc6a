//! What a database makes of a schema: its tables are made in a place of their own, read, and forgotten.
//!
//! Foreign keys are left out: nothing about them is normalised, and so no table that is not made there need be.

use std::sync::atomic::{AtomicU32, Ordering};

use super::AutogenerateError;
use super::reflect::reflect;
use crate::dialect::{Namespace, Statement, statements};
use crate::migrate::Connection;
#[cfg(feature = "sqlite")]
use crate::migrate::{Database, Missing};
use crate::operation::Operation;
use crate::operation::expression::qualify;
use crate::schema::{ObjectName, Schema, Table, Type};
use crate::script::Dialect;

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
            connection.begin().await.map_err(AutogenerateError::database(DOING))?;
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

/// A name that nothing else has.
fn unused_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let moment = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("alembic_scratch_{}_{}_{count}", std::process::id(), moment.subsec_nanos())
}

/// PostgreSQL: schemas inside of the transaction. Where a schema is named, that name is put for another while it lasts.
async fn in_schemas(
    connection: &mut Connection,
    namespaces: &[Namespace],
    schema: &Schema,
) -> Result<Schema, AutogenerateError> {
    let scratch: Vec<Namespace> = namespaces
        .iter()
        .map(|namespace| Namespace { name: unused_name(), shown: namespace.shown.clone() })
        .collect();
    let mut sql: String = scratch.iter().map(|own| format!("CREATE SCHEMA {};\n", own.name)).collect();
    let first = scratch.first().map_or("", |own| &own.name);
    sql += &format!(
        "SELECT set_config('search_path', concat_ws(', ', '{first}', nullif(current_setting('search_path'), '')), true)"
    );
    connection.execute(sql).await.map_err(|failed| AutogenerateError::database(DOING)(failed.error))?;
    let mut moved = schema.clone();
    // The default namespace may be named too, in an expression.
    let names: Vec<(String, String)> = namespaces
        .iter()
        .zip(&scratch)
        .map(|(real, scratch)| (real.name.clone(), scratch.name.clone()))
        .collect();
    rename_schemas(&mut moved, &names);
    make(connection, &moved).await?;
    let mut made = reflect(connection, &scratch).await?;
    let back: Vec<(String, String)> = names.into_iter().map(|(real, scratch)| (scratch, real)).collect();
    for table in &mut made.tables {
        crate::operation::for_expressions(table, |text| *text = qualify(text, &back, &|_| true));
    }
    Ok(made)
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
            let mut inner = &mut column.type_;
            while let Type::Array(element) = inner {
                inner = element;
            }
            if let Type::Enum(name) = inner {
                rename(name);
            }
        }
        // Other types and functions are where they are.
        let is_own = |name: &str| own.iter().any(|own| own == name);
        crate::operation::for_expressions(table, |text| *text = qualify(text, names, &is_own));
    }
}

/// MySQL: databases, which are dropped again.
async fn in_databases(
    connection: &mut Connection,
    namespaces: &[Namespace],
    schema: &Schema,
) -> Result<Schema, AutogenerateError> {
    let fail = AutogenerateError::database;
    let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
    let mut made = Schema::default();
    for namespace in namespaces {
        let mut own = schema.clone();
        own.tables.retain(|table| table.name.schema == namespace.shown);
        own.tables.iter_mut().for_each(|table| table.name.schema = None);
        if own.tables.is_empty() {
            continue;
        }
        let scratch = unused_name();
        // What is collated by default is so as in the real one.
        let defaults = format!(
            "SELECT CONCAT('CREATE DATABASE {scratch} CHARACTER SET ', default_character_set_name, ' COLLATE ', \
             default_collation_name) FROM information_schema.schemata WHERE schema_name = {}",
            crate::dialect::literal(Dialect::Mysql, &namespace.name)
        );
        let create = connection.rows(defaults).await.map_err(fail(DOING))?;
        let create = create.into_iter().flatten().flatten().next();
        let create = create.unwrap_or_else(|| format!("CREATE DATABASE {scratch}"));
        let current = namespaces.first().map_or_else(String::new, |first| quoted(&first.name));
        connection.execute(create).await.map_err(|failed| fail(DOING)(failed.error))?;
        let reflected = in_database(connection, &scratch, &own).await;
        let drop = format!("DROP DATABASE {scratch}; USE {current}");
        let dropped = connection.execute(drop).await.map_err(|failed| fail(DOING)(failed.error));
        let mut reflected = reflected?;
        dropped?;
        reflected.tables.iter_mut().for_each(|table| table.name.schema.clone_from(&namespace.shown));
        made.tables.append(&mut reflected.tables);
    }
    Ok(made)
}

async fn in_database(
    connection: &mut Connection,
    scratch: &str,
    schema: &Schema,
) -> Result<Schema, AutogenerateError> {
    let using = connection.execute(format!("USE {scratch}")).await;
    using.map_err(|failed| AutogenerateError::database(DOING)(failed.error))?;
    make(connection, schema).await?;
    reflect(connection, &[Namespace { name: scratch.to_owned(), shown: None }]).await
}
