//! A server that cannot be written to is refused before anything runs; at the head nothing is written anyway.

use alembic_testing::{Kind, PrivateServer, Script, rows};

use crate::package::Package;

fn scripts(length: usize) -> Vec<Script<'static>> {
    let all = [
        Script::new("r1", "", "CREATE TABLE a (n INTEGER);", "DROP TABLE a;"),
        Script::new("r2", "r1", "CREATE TABLE b (n INTEGER);", "DROP TABLE b;"),
    ];
    all[..length].to_vec()
}

#[tokio::test]
async fn a_standby_of_postgresql() {
    let mut server = PrivateServer::start(Kind::Postgresql);
    let url = server.url("postgres");
    Package::new(&url, &scripts(1), "").run(&["upgrade"]).success();
    server.become_standby();
    let recovering =
        rows(Kind::Postgresql, &url, "SELECT pg_is_in_recovery()::text").await.expect("it answers");
    assert_eq!(recovering, [[Some("true".to_owned())]]);

    let at_head = Package::new(&url, &scripts(1), "").run(&["upgrade"]).success();
    assert!(at_head.text().contains("Up to date"), "{}", at_head.text());
    let refused = Package::new(&url, &scripts(2), "").run(&["upgrade"]).code(1);
    assert!(refused.text().contains("the server is a read replica"), "{}", refused.text());
}

#[tokio::test]
async fn a_read_only_mariadb() {
    let server = PrivateServer::start(Kind::Mysql);
    let administrator = server.url("mysql");
    rows(Kind::Mysql, &administrator, "CREATE DATABASE app").await.expect("a database");
    let url = server.url("app");
    Package::new(&url, &scripts(1), "").run(&["upgrade"]).success();
    // Its administrator could write all the same.
    rows(Kind::Mysql, &administrator, "SET GLOBAL read_only = ON").await.expect("a setting");
    Package::new(&url, &scripts(1), "").run(&["upgrade"]).success();
    let refused = Package::new(&url, &scripts(2), "").run(&["upgrade"]).code(1);
    assert!(refused.text().contains("set to be read-only"), "{}", refused.text());
    rows(Kind::Mysql, &administrator, "SET GLOBAL read_only = OFF").await.expect("a setting");
    Package::new(&url, &scripts(2), "").run(&["upgrade"]).success();
}
