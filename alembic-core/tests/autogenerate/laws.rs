//! What holds of every two schemas, on every database: made from the models there is no difference; the difference applied,
//! there is none left; undone, all is as it was. And rows that can stay do.
//!
//! `ALEMBIC_LAW_CASES` says how many pairs, `ALEMBIC_LAW_SEED` which one is the first.

use alembic_core::autogenerate::{Difference, Filter, compare, inspect};
use alembic_core::revision::Direction;
use alembic_core::schema::{Column, Schema, Table, Type};
use alembic_core::sql::Dialect;
use alembic_testing::Kind;

use crate::arena::Arena;
use crate::generate::{Chance, schema};
use crate::same::assert_same;

/// Pairs of schemas in the ordinary run of the tests. MariaDB writes files for each table that is made.
fn usual_cases(kind: Kind) -> u64 {
    match kind {
        Kind::Sqlite | Kind::Postgresql => 12,
        Kind::Mysql => 4,
    }
}

async fn check(kind: Kind) {
    let number = |variable: &str| std::env::var(variable).ok().and_then(|text| text.parse::<u64>().ok());
    let first = number("ALEMBIC_LAW_SEED").unwrap_or(1);
    let cases = number("ALEMBIC_LAW_CASES").unwrap_or_else(|| usual_cases(kind));
    let mut arena = Arena::new(kind).await;
    for seed in first..first + cases {
        arena.clear().await;
        check_pair(&arena, seed).await;
    }
}

async fn check_pair(arena: &Arena, seed: u64) {
    let dialect = arena.dialect();
    let mut chance = Chance::new(seed);
    let before = schema(&mut chance, dialect, None);
    let after = schema(&mut chance, dialect, Some(&before));
    let context = format!("ALEMBIC_LAW_SEED={seed}");

    apply(arena, &difference(arena, &before, &context).await, Direction::Upgrade, &context).await;
    assert_no_difference(arena, &before, &format!("{context}: models just made")).await;
    fill(arena, &before, &context).await;
    let original = inspect(arena.pool(), &Filter::default()).await.expect("the schema");

    forget_strangers(arena, &before, &after, &context).await;
    let rows = rows_of(arena, &before).await;
    let mut change = difference(arena, &after, &context).await;
    for unfilled in change.unfilled() {
        let table = after.table(&unfilled.table).expect("a table");
        let column = table.column(&unfilled.column).expect("a column");
        assert!(
            change.fill(&unfilled.table, &unfilled.column, &value(dialect, column, &after, "id")),
            "{context}"
        );
    }
    apply(arena, &change, Direction::Upgrade, &context).await;
    let sql = change.sql(dialect, Direction::Upgrade).expect("the SQL");
    assert_no_difference(arena, &after, &format!("{context}: after\n{sql}")).await;
    let kept = rows_of(arena, &after).await;
    assert_rows_survive(&before, &after, &rows, &kept, &format!("{context}: after\n{sql}"));

    // What is dropped comes back with the same value in all rows, which must not be one too many.
    keep_one_row(arena, &after, &context).await;
    let back = change.sql(dialect, Direction::Downgrade).expect("the SQL");
    apply(arena, &change, Direction::Downgrade, &format!("{context}: after\n{sql}")).await;
    let undone = inspect(arena.pool(), &Filter::default()).await.expect("the schema");
    assert_same(dialect, &undone, &original, &format!("{context}: after\n{sql}and\n{back}"));
    assert_no_difference(arena, &before, &format!("{context}: after\n{sql}and\n{back}")).await;
}

async fn difference(arena: &Arena, desired: &Schema, context: &str) -> Difference {
    let compared = compare(arena.pool(), desired.clone(), &Filter::default()).await;
    compared.unwrap_or_else(|error| panic!("{context}: {error}")).difference()
}

async fn assert_no_difference(arena: &Arena, desired: &Schema, context: &str) {
    let difference = difference(arena, desired, context).await;
    assert!(difference.is_empty(), "still\n{difference}\n{context}");
}

async fn apply(arena: &Arena, difference: &Difference, direction: Direction, context: &str) {
    let sql = difference.sql(arena.dialect(), direction).unwrap_or_else(|error| panic!("{context}: {error}"));
    if let Err(error) = arena.migrate(&sql).await {
        panic!("{error}\n{context}\n{direction} is\n{sql}");
    }
}

/// A value for a column: `number` as one of its type.
pub(crate) fn value(dialect: Dialect, column: &Column, schema: &Schema, number: &str) -> String {
    match &column.type_ {
        Type::Text | Type::Varchar(_) if dialect == Dialect::Mysql => format!("CAST({number} AS CHAR)"),
        Type::Text | Type::Varchar(_) => format!("CAST({number} AS TEXT)"),
        Type::Date => "'2020-01-02'".into(),
        Type::Timestamp | Type::TimestampTz => "'2020-01-02 00:00:00'".into(),
        Type::Boolean => "true".into(),
        Type::Json => "'{\"a\": 1}'".into(),
        Type::Bytes => "'x'".into(),
        Type::Array(element) => {
            let element = Column::new("element", Type::clone(element));
            format!("ARRAY[{}]::\"State\"[]", value(dialect, &element, schema, number))
        }
        Type::Enum(name) => {
            let own = schema.enums.iter().find(|own| own.name == *name).expect("the enum");
            let rows_have = own.values.iter().find(|value| *value == "it's" || *value == "renamed");
            format!("'{}'", rows_have.expect("a value").replace('\'', "''"))
        }
        _ => number.to_owned(),
    }
}

fn quoted(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Mysql => format!("`{name}`"),
        Dialect::Sqlite | Dialect::Postgresql => format!("\"{name}\""),
    }
}

/// Two rows in each table; each refers to rows with its own number.
async fn fill(arena: &Arena, schema: &Schema, context: &str) {
    let dialect = arena.dialect();
    let mut sql = String::new();
    for table in &schema.tables {
        let columns: Vec<&Column> = table
            .columns
            .iter()
            .filter(|column| column.generated.is_none() && !column.name.starts_with("ref"))
            .collect();
        let names: Vec<String> = columns.iter().map(|column| quoted(dialect, &column.name)).collect();
        let overriding = if dialect == Dialect::Postgresql { " OVERRIDING SYSTEM VALUE" } else { "" };
        for number in ["1", "2"] {
            let values: Vec<String> =
                columns.iter().map(|column| value(dialect, column, schema, number)).collect();
            sql += &format!(
                "INSERT INTO {} ({}){overriding} VALUES ({});\n",
                quoted(dialect, &table.name.name),
                names.join(", "),
                values.join(", ")
            );
        }
    }
    for table in &schema.tables {
        for column in table.columns.iter().filter(|column| column.name.starts_with("ref")) {
            sql += &format!(
                "UPDATE {} SET {} = id;\n",
                quoted(dialect, &table.name.name),
                quoted(dialect, &column.name)
            );
        }
    }
    if !sql.is_empty() {
        arena.try_run(&sql).await.unwrap_or_else(|error| panic!("{context}: {error}\n{sql}"));
    }
}

/// Lets no row refer to one of a table that is only made.
async fn forget_strangers(arena: &Arena, before: &Schema, after: &Schema, context: &str) {
    let dialect = arena.dialect();
    let mut sql = String::new();
    for table in &after.tables {
        let earlier = |table: &Table| table.renamed_from.as_ref().unwrap_or(&table.name).clone();
        let own = earlier(table);
        for key in &table.foreign_keys {
            let target = after.table(&key.references).map(earlier).expect("a table");
            let has_column = before.table(&own).is_some_and(|old| old.column(&key.columns[0]).is_some());
            if has_column && before.table(&target).is_none() {
                let [table, column] = [&own.name, &key.columns[0]].map(|name| quoted(dialect, name));
                sql += &format!("UPDATE {table} SET {column} = NULL;\n");
            }
        }
    }
    if !sql.is_empty() {
        arena.try_run(&sql).await.unwrap_or_else(|error| panic!("{context}: {error}\n{sql}"));
    }
}

async fn keep_one_row(arena: &Arena, schema: &Schema, context: &str) {
    let dialect = arena.dialect();
    let mut sql = String::new();
    for table in &schema.tables {
        for column in table.columns.iter().filter(|column| column.name.starts_with("ref")) {
            sql += &format!(
                "UPDATE {} SET {} = NULL;\n",
                quoted(dialect, &table.name.name),
                quoted(dialect, &column.name)
            );
        }
    }
    for table in &schema.tables {
        sql += &format!("DELETE FROM {} WHERE id <> 1;\n", quoted(dialect, &table.name.name));
    }
    if !sql.is_empty() {
        arena.try_run(&sql).await.unwrap_or_else(|error| panic!("{context}: {error}\n{sql}"));
    }
}

/// The rows of all tables as text: for each table its rows, for each row its columns.
async fn rows_of(arena: &Arena, schema: &Schema) -> Vec<Vec<Vec<Option<String>>>> {
    let dialect = arena.dialect();
    let mut all = Vec::new();
    for table in &schema.tables {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| {
                let kind = if dialect == Dialect::Mysql { "CHAR" } else { "TEXT" };
                match column.type_ {
                    // It is no text everywhere.
                    Type::Bytes => "NULL".to_owned(),
                    _ => format!("CAST({} AS {kind})", quoted(dialect, &column.name)),
                }
            })
            .collect();
        let sql =
            format!("SELECT {} FROM {} ORDER BY id", columns.join(", "), quoted(dialect, &table.name.name));
        all.push(arena.rows(&sql).await);
    }
    all
}

/// Whatever was in a column that is still there is in it, as far as the types can tell.
fn assert_rows_survive(
    before: &Schema,
    after: &Schema,
    rows: &[Vec<Vec<Option<String>>>],
    kept: &[Vec<Vec<Option<String>>>],
    context: &str,
) {
    for (place, table) in after.tables.iter().enumerate() {
        let earlier = table.renamed_from.as_ref().unwrap_or(&table.name).clone();
        let Some(old_place) = before.tables.iter().position(|old| old.name == earlier) else { continue };
        let old = &before.tables[old_place];
        let (rows, kept) = (&rows[old_place], &kept[place]);
        assert_eq!(rows.len(), kept.len(), "{context}\nrows of {}", table.name);
        for (row, kept) in rows.iter().zip(kept) {
            for (column, found) in table.columns.iter().zip(kept) {
                let Some(was) = column_before(old, column) else { continue };
                let (old_column, value) = (&old.columns[was], &row[was]);
                let comparable = old_column.generated.is_none()
                    && column.generated.is_none()
                    && !matches!(column.type_, Type::Enum(_) | Type::Array(_) | Type::Json | Type::Bytes);
                if comparable {
                    assert_eq!(
                        comparable_value(found.as_deref()),
                        comparable_value(value.as_deref()),
                        "{context}\n{}.{}",
                        table.name,
                        column.name
                    );
                }
            }
        }
    }
}

fn column_before(old: &Table, column: &Column) -> Option<usize> {
    let earlier = column.renamed_from.as_ref().unwrap_or(&column.name);
    old.columns.iter().position(|old| old.name == *earlier)
}

/// A number, or a day, or nothing.
fn comparable_value(text: Option<&str>) -> Option<String> {
    let text = text?;
    if let Ok(number) = text.parse::<f64>() {
        return Some(number.to_string());
    }
    Some(match text {
        "true" => "1".to_owned(),
        _ => text.chars().take(10).collect(),
    })
}

#[tokio::test]
async fn sqlite() {
    check(Kind::Sqlite).await;
}

#[tokio::test]
async fn postgresql() {
    check(Kind::Postgresql).await;
}

#[tokio::test]
async fn mariadb() {
    check(Kind::Mysql).await;
}
