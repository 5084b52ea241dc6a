//! A service that compares its models with its database, in its own test-suite.

use alembic::{Enum, Table, models};
use sqlx::SqlitePool;

#[derive(Table)]
#[expect(dead_code, reason = "only its description counts")]
struct User {
    #[column(primary_key, autoincrement)]
    id: i64,
    #[column(length = 200, unique)]
    email: String,
    role: Role,
}

#[derive(Enum)]
#[expect(dead_code, reason = "only its description counts")]
enum Role {
    Reader,
    Writer,
}

async fn database(sql: &'static str) -> SqlitePool {
    let pool = SqlitePool::connect("sqlite::memory:").await.expect("a database");
    sqlx::raw_sql(sql).execute(&pool).await.expect("its tables");
    pool
}

#[tokio::test]
async fn a_database_that_is_as_it_should_be() {
    let pool = database(
        "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email VARCHAR(200) NOT NULL UNIQUE, \
         role TEXT NOT NULL)",
    )
    .await;
    alembic::check(&pool, models![User]).await.expect("no difference");
}

#[tokio::test]
async fn what_is_different_is_said() {
    let pool = database(
        "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL, age INTEGER); \
         CREATE TABLE old (a INTEGER)",
    )
    .await;
    let error = alembic::check(&pool, models![User]).await.expect_err("differences").to_string();
    let expected = "the database is not what the models say; what would make it so:
  add column users.role
  change column users.email: type
  drop column users.age
  add unique constraint uq_users_email of users
  drop table old
write a migration with `cargo alembic revision --autogenerate`";
    assert_eq!(error, expected);
}
