//! Reading a database.

#[cfg(feature = "postgres")]
use std::collections::BTreeSet;

use super::AutogenerateError;
use crate::dialect::{Namespace, Rows};
#[cfg(feature = "postgres")]
use crate::dialect::{TypeSide, asked_for};
use crate::migrate::{Connection, Database, Missing};
use crate::schema::{Cast, Filter, Schema};
#[cfg(feature = "postgres")]
use crate::schema::{Table, Type};
use crate::sql::Dialect;

const READING: &str = "reading its catalog";

/// What a database looks like.
///
/// Types, defaults and expressions are in the database's own spelling. What a [`Schema`] does not hold is listed in
/// [`objects`](Schema::objects).
///
/// # Errors
/// The database cannot be reached or read, or a schema of the filter is not there.
pub async fn inspect(database: impl Into<Database>, filter: &Filter) -> Result<Schema, AutogenerateError> {
    let mut connection = database.into().connect(Missing::Refuse).await?;
    let all = all_namespaces(&mut connection).await?;
    let (namespaces, _) = namespaces(&all, filter, &[], &[])?;
    let mut schema = reflect(&mut connection, &namespaces).await?;
    filter.apply(&mut schema, &Schema::default());
    Ok(schema)
}

/// A schema that [`inspect`] gave, as models would write it: with types and defaults that other dialects understand too.
#[must_use]
pub fn generic(schema: &Schema, dialect: Dialect) -> Schema {
    crate::dialect::generic(schema, dialect)
}

/// All schemas of a database, after the default one.
pub(super) async fn all_namespaces(connection: &mut Connection) -> Result<Vec<Namespace>, AutogenerateError> {
    let sql = match connection.dialect() {
        Dialect::Sqlite => return Ok(Vec::new()),
        Dialect::Postgresql => {
            "SELECT coalesce(current_schema(), 'public')::text, NULL \
             UNION ALL SELECT nspname::text, nspname::text FROM pg_namespace"
        }
        Dialect::Mysql => {
            "SELECT CAST(database() AS CHAR), NULL \
             UNION ALL SELECT CAST(schema_name AS CHAR), CAST(schema_name AS CHAR) FROM information_schema.schemata"
        }
    };
    let rows = connection.rows(sql.to_owned()).await.map_err(AutogenerateError::database(READING))?;
    let known = rows.into_iter().map(|row| {
        let [name, shown] = crate::dialect::columns(row);
        Namespace { name: name.unwrap_or_default(), shown }
    });
    Ok(known.collect())
}

/// The schemas to read: the default one, those that the filter names, the wanted ones, and those of `others` that exist. Second, the
/// wanted ones that do not exist.
pub(super) fn namespaces(
    all: &[Namespace],
    filter: &Filter,
    wanted: &[String],
    others: &[String],
) -> Result<(Vec<Namespace>, Vec<String>), AutogenerateError> {
    let Some((default, known)) = all.split_first() else { return Ok((Vec::new(), Vec::new())) };
    let mut namespaces = vec![default.clone()];
    let mut missing = Vec::new();
    for name in filter.schemas.iter().chain(wanted).chain(others) {
        if namespaces.iter().any(|taken| taken.name == *name) {
            continue;
        }
        match known.iter().find(|known| known.name == *name) {
            Some(found) => namespaces.push(found.clone()),
            None if wanted.contains(name) => {
                namespaces.push(Namespace { name: name.clone(), shown: Some(name.clone()) });
                missing.push(name.clone());
            }
            None if filter.schemas.contains(name) => {
                return Err(AutogenerateError::NoSchema { name: name.clone() });
            }
            None => {}
        }
    }
    Ok((namespaces, missing))
}

/// All that is in these namespaces.
pub(super) async fn reflect(
    connection: &mut Connection,
    namespaces: &[Namespace],
) -> Result<Schema, AutogenerateError> {
    let mut schema = match connection.dialect() {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => {
            use crate::dialect::sqlite::reflect::{queries, schema};
            schema(answers(connection, queries()).await?)
        }
        #[cfg(feature = "postgres")]
        Dialect::Postgresql => {
            use crate::dialect::postgresql::reflect::{queries, schema};
            schema(namespaces, answers(connection, queries(namespaces)).await?)
        }
        #[cfg(feature = "mysql")]
        Dialect::Mysql => {
            use crate::dialect::mysql::reflect::{Flavor, definitions, queries, schema};
            let version = connection.rows("SELECT CAST(version() AS CHAR)".to_owned()).await;
            let version = version
                .map_err(AutogenerateError::database(READING))?
                .into_iter()
                .flatten()
                .flatten()
                .collect::<String>();
            let flavor = Flavor::of(&version);
            let answers = answers(connection, queries(namespaces, flavor)).await?;
            let shown = match definitions(&answers) {
                none if none.is_empty() => Vec::new(),
                queries => {
                    let shown = connection.answers(&queries).await;
                    shown.map_err(AutogenerateError::database(READING))?
                }
            };
            schema(namespaces, flavor, answers, shown)
        }
        #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
        dialect => {
            let _ = namespaces;
            return Err(crate::migrate::MigrateError::NoDriver { dialect }.into());
        }
    };
    schema.tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(schema)
}

async fn answers<const N: usize>(
    connection: &mut Connection,
    queries: [String; N],
) -> Result<[Rows; N], AutogenerateError> {
    let mut answers =
        connection.answers(&queries).await.map_err(AutogenerateError::database(READING))?.into_iter();
    Ok(std::array::from_fn(|_| answers.next().unwrap_or_default()))
}

/// The casts of types of which nothing is known otherwise, where two schemas of PostgreSQL have any and differ.
#[cfg(feature = "postgres")]
pub(super) async fn casts(
    connection: &mut Connection,
    [actual, normal]: [&Schema; 2],
) -> Result<Vec<Cast>, AutogenerateError> {
    let is_same = |table: &Table| normal.table(&table.name) == Some(table);
    if connection.dialect() != Dialect::Postgresql || actual.tables.iter().all(is_same) {
        return Ok(Vec::new());
    }
    let columns =
        [actual, normal].into_iter().flat_map(|schema| &schema.tables).flat_map(|table| &table.columns);
    let unknown = columns.filter_map(|column| match &column.type_ {
        type_ @ Type::Sql(words) => asked_for(TypeSide { type_, words }),
        _ => None,
    });
    let types: BTreeSet<String> = unknown.collect();
    if types.is_empty() {
        return Ok(Vec::new());
    }
    let sql = crate::dialect::postgresql::reflect::casts(&types.into_iter().collect::<Vec<_>>());
    let rows = connection.rows(sql).await.map_err(AutogenerateError::database(READING))?;
    let casts = rows.into_iter().map(|row| {
        let [from, to, automatic] = crate::dialect::columns(row);
        let is_automatic = automatic.as_deref() == Some("true");
        Cast { from: from.unwrap_or_default(), to: to.unwrap_or_default(), is_automatic }
    });
    Ok(casts.collect())
}

#[cfg(not(feature = "postgres"))]
pub(super) async fn casts(_: &mut Connection, _: [&Schema; 2]) -> Result<Vec<Cast>, AutogenerateError> {
    Ok(Vec::new())
}
