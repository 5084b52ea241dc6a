//! Schema and rows of a scratch database, so that two can be compared.
//!
//! The order of columns, enum values and rows is not compared: it depends on which branch a database gets
//! first, and statements name columns and values.

use std::collections::BTreeSet;

use super::AutogenerateError;
use super::reflect::{all_namespaces, namespaces, reflect};
use crate::migrate::{Connection, Database, Missing};
use crate::schema::{Filter, ObjectName, Schema, Table};
use crate::sql::Dialect;
use crate::sql::quote::identifier;

const READING: &str = "reading a scratch database";

/// Schema and rows of a database.
pub(super) struct Snapshot {
    schema: Schema,
    tables: Vec<Rows>,
}

/// The rows of a table as text, with its columns by name.
struct Rows {
    name: ObjectName,
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

impl Snapshot {
    /// Reads a database, but for these tables.
    pub(super) async fn of(database: &Database, filter: &Filter) -> Result<Snapshot, AutogenerateError> {
        let mut connection = database.connect(Missing::Refuse).await?;
        let schemas = schemas(&mut connection).await?;
        let filter = Filter { schemas, ..filter.clone() };
        let all = all_namespaces(&mut connection).await?;
        let (namespaces, _) = namespaces(&all, &filter, &[], &[])?;
        let mut schema = reflect(&mut connection, &namespaces).await?;
        filter.apply(&mut schema, &Schema::default());
        for table in &mut schema.tables {
            table.columns.sort_by(|left, right| left.name.cmp(&right.name));
            // SQLite shows its indexes and constraints in the order in which they were made.
            table.indexes.sort_by(|left, right| left.name.cmp(&right.name));
            table.uniques.sort_by_cached_key(|own| format!("{own:?}"));
            table.foreign_keys.sort_by_cached_key(|own| format!("{own:?}"));
            table.checks.sort_by_cached_key(|own| format!("{own:?}"));
        }
        schema.enums.iter_mut().for_each(|own| own.values.sort());
        let mut tables = Vec::new();
        for table in &schema.tables {
            tables.push(rows(&mut connection, table).await?);
        }
        Ok(Snapshot { schema, tables })
    }

    /// What is different in another one, in words: tables, enums, views and the rest.
    pub(super) fn changed_objects(&self, other: &Snapshot) -> Vec<ObjectName> {
        let (one, other) = (&self.schema, &other.schema);
        let mut found = BTreeSet::new();
        different(&one.tables, &other.tables, |table| &table.name, &mut found);
        different(&one.enums, &other.enums, |own| &own.name, &mut found);
        different(&one.objects, &other.objects, |own| &own.name, &mut found);
        found.into_iter().map(|(schema, name)| ObjectName { schema, name }).collect()
    }

    /// The tables with other rows in another database, but for the columns whose values are never the same twice.
    pub(super) fn changed_rows(&self, other: &Snapshot, again: Option<&Snapshot>) -> Vec<ObjectName> {
        let found = |name: &ObjectName, snapshot: &'_ Snapshot| {
            snapshot.tables.iter().position(|table| table.name == *name)
        };
        let mut changed = Vec::new();
        for table in &self.tables {
            let Some(place) = found(&table.name, other) else { continue };
            let volatile = again
                .and_then(|again| Some(table.volatile(&again.tables[found(&table.name, again)?])))
                .unwrap_or_default();
            if table.without(&volatile) != other.tables[place].without(&volatile) {
                changed.push(table.name.clone());
            }
        }
        changed
    }
}

impl Rows {
    /// The columns with other values in another run of the same statements: times and random numbers.
    fn volatile(&self, again: &Rows) -> Vec<String> {
        let values = |rows: &Rows, column: &String| {
            let place = rows.columns.iter().position(|own| own == column)?;
            let mut values: Vec<Option<String>> = rows.rows.iter().map(|row| row[place].clone()).collect();
            values.sort();
            Some(values)
        };
        let is_volatile = |column: &&String| values(self, column) != values(again, column);
        self.columns.iter().filter(is_volatile).cloned().collect()
    }

    fn without(&self, columns: &[String]) -> Vec<Vec<&Option<String>>> {
        let kept: Vec<usize> =
            (0..self.columns.len()).filter(|place| !columns.contains(&self.columns[*place])).collect();
        let mut rows: Vec<Vec<&Option<String>>> =
            self.rows.iter().map(|row| kept.iter().map(|place| &row[*place]).collect()).collect();
        rows.sort();
        rows
    }
}

/// The names of the objects that only one side has or that are not equal.
fn different<T: PartialEq>(
    one: &[T],
    other: &[T],
    name: impl Fn(&T) -> &ObjectName,
    found: &mut BTreeSet<(Option<String>, String)>,
) {
    let lacks = |own: &&T, others: &[T]| !others.contains(own);
    let here = one.iter().filter(|own| lacks(own, other));
    let there = other.iter().filter(|own| lacks(own, one));
    found.extend(here.chain(there).map(|own| (name(own).schema.clone(), name(own).name.clone())));
}

/// PostgreSQL: all schemas of migrations.
async fn schemas(connection: &mut Connection) -> Result<Vec<String>, AutogenerateError> {
    if connection.dialect() != Dialect::Postgresql {
        return Ok(Vec::new());
    }
    let sql =
        "SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'";
    let rows = connection.rows(sql.to_owned()).await.map_err(AutogenerateError::database(READING))?;
    Ok(rows.into_iter().flatten().flatten().collect())
}

async fn rows(connection: &mut Connection, table: &Table) -> Result<Rows, AutogenerateError> {
    let dialect = connection.dialect();
    let columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let value = |column: &String| {
        let name = identifier(dialect, column);
        match dialect {
            // A number and a string with the same digits are different values.
            Dialect::Sqlite => format!("quote({name})"),
            Dialect::Postgresql => format!("{name}::text"),
            Dialect::Mysql => format!("HEX({name})"),
        }
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let own = identifier(dialect, &table.name.name);
    let name = match &table.name.schema {
        Some(schema) => format!("{}.{own}", identifier(dialect, schema)),
        None => own,
    };
    if values.is_empty() {
        return Ok(Rows { name: table.name.clone(), columns, rows: Vec::new() });
    }
    let sql = format!("SELECT {} FROM {name}", values.join(", "));
    let rows = connection.rows(sql).await.map_err(AutogenerateError::database(READING))?;
    Ok(Rows { name: table.name.clone(), columns, rows })
}
