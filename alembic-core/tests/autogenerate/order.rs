//! The difference of two databases in an order that works: what refers to what, and what cannot be there alone.

use alembic_testing::Kind;

use crate::diff::check;

#[tokio::test]
async fn postgresql() {
    check(Kind::Postgresql, "order_postgresql.txt").await;
}

#[tokio::test]
async fn sqlite() {
    check(Kind::Sqlite, "order_sqlite.txt").await;
}

#[tokio::test]
async fn mariadb() {
    check(Kind::Mysql, "order_mariadb.txt").await;
}
