//! What `inspect --models` writes of a database that has every type: it compiles, and sqlx reads the rows with it.
//!
//! `UPDATE_GENERATED=1` writes the models; then they are compiled, and the rows compared.

use alembic::sql::Dialect;
use alembic_core::autogenerate::{Filter, generic, inspect, rust_source};
use alembic_core::schema::NamingConvention;
use alembic_testing::{Kind, TestDatabase};
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection, SqliteConnection};

// They are as they were written, and as a library would have them.
#[expect(dead_code, unreachable_pub, reason = "what is read is only shown")]
#[rustfmt::skip]
mod mysql;
#[expect(dead_code, unreachable_pub, reason = "what is read is only shown")]
#[rustfmt::skip]
mod postgresql;
#[expect(dead_code, unreachable_pub, reason = "what is read is only shown")]
#[rustfmt::skip]
mod sqlite;

/// Compares the models of a database with the file that is compiled, and gives the columns of a table as the models say that
/// they are to be selected.
async fn columns(database: &TestDatabase, dialect: Dialect, table: &str) -> String {
    let schema = inspect(database.url.as_str(), &Filter::default()).await.expect("the schema");
    let schema = generic(&schema, dialect);
    let source = rust_source(
        &schema,
        dialect,
        &NamingConvention::default(),
        &alembic::autogenerate::Filter::default(),
    );
    let file = format!("{}/tests/models/generated/{}.rs", env!("CARGO_MANIFEST_DIR"), dialect.name());
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&file, &source).expect("the models");
    }
    assert_eq!(
        std::fs::read_to_string(&file).expect("the models"),
        source,
        "set UPDATE_GENERATED to write it"
    );
    let columns = &schema.tables.iter().find(|own| own.name.name == table).expect("the table").columns;
    let selected = columns.iter().map(|column| {
        let end = format!(" AS {}`.", column.name);
        let instead = source.lines().find(|line| line.ends_with(&end));
        let instead = instead.and_then(|line| line.split_once('`')?.1.strip_suffix("`."));
        instead.unwrap_or(&column.name).to_owned()
    });
    selected.collect::<Vec<_>>().join(", ")
}

macro_rules! rows {
    ($connection:expr, $columns:expr, $table:literal, $model:ty) => {{
        let sql = format!("SELECT {} FROM {} ORDER BY id", $columns, $table);
        let rows: Result<Vec<$model>, _> =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut $connection).await;
        rows.expect("rows that sqlx reads")
    }};
}

#[tokio::test]
async fn of_sqlite() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let url = format!("{}?mode=rwc", database.url);
    let mut connection = SqliteConnection::connect(&url).await.expect("a connection");
    sqlx::raw_sql(include_str!("generated/sqlite.sql")).execute(&mut connection).await.expect("the database");
    let everything = columns(&database, Dialect::Sqlite, "everything").await;
    insta::assert_debug_snapshot!(
        "generated_sqlite",
        rows!(connection, everything, "everything", sqlite::Everything)
    );
    let strict = columns(&database, Dialect::Sqlite, "strict_types").await;
    insta::assert_debug_snapshot!(
        "generated_strict",
        rows!(connection, strict, "strict_types", sqlite::StrictType)
    );
}

#[tokio::test]
async fn of_postgresql() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let mut connection = PgConnection::connect(&database.url).await.expect("a connection");
    let sql = include_str!("generated/postgresql.sql");
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("the database");
    drop(connection);
    // Types of extensions are known by their names to a new connection.
    let mut connection = PgConnection::connect(&database.url).await.expect("a connection");
    let everything = columns(&database, Dialect::Postgresql, "everything").await;
    let rows = rows!(connection, everything, "everything", postgresql::Everything);
    insta::assert_debug_snapshot!("generated_postgresql", rows);
}

#[tokio::test]
async fn of_mariadb() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let mut connection = MySqlConnection::connect(&database.url).await.expect("a connection");
    sqlx::raw_sql(include_str!("generated/mysql.sql")).execute(&mut connection).await.expect("the database");
    let everything = columns(&database, Dialect::Mysql, "everything").await;
    insta::assert_debug_snapshot!(
        "generated_mysql",
        rows!(connection, everything, "everything", mysql::Everything)
    );
}
