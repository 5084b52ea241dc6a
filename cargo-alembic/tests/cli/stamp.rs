//! `stamp`.

use alembic_testing::on_every_database;

use crate::support::{branch, chain, package, package_on};

on_every_database! {
    async fn says_that_it_is_applied(database: TestDatabase) {
        let package = package_on(&database, &chain(3));
        package.alembic("stamp r2").success();
        assert_eq!(database.versions().await, ["r2"]);
        assert!(database.user_tables().await.is_empty(), "nothing is run");
        assert_eq!(package.listed(), ["r1*", "r2*", "r3"]);
        package.alembic("stamp base").success();
        assert!(database.versions().await.is_empty());
    }
}

#[test]
fn a_session() {
    let mut scripts = chain(2);
    scripts.push(branch());
    let package = package(&scripts);
    package.session(
        "stamp",
        &[
            "stamp r1",
            "current",
            "stamp r1",
            "stamp r2 x2",
            "current",
            "stamp heads",
            "stamp base",
            "current",
            "stamp",
            "stamp head",
            "stamp nobody",
            "stamp r2 nobody",
        ],
    );
}

#[test]
fn locked_writes_nothing() {
    let package = package(&chain(2));
    package.refuses("stamp_locked", "stamp head --locked");
}
