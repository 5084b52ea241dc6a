//! Twenty processes at once: as many replicas of a service that start together. Each revision runs exactly once, nobody
//! deadlocks, and all of them end well.

use std::process::Stdio;

use alembic_testing::{Kind, PgBouncer, TestDatabase};

use crate::dump::{dump, history};
use crate::package::{Package, report};
use crate::scripts::revisions;

const PROCESSES: usize = 20;

/// Starts them all, and waits for all.
async fn check(name: &str, database: &TestDatabase, url: &str) {
    // What one process alone makes of another database.
    let other = TestDatabase::new(database.kind).await;
    let alone = Package::new(&other.url, &revisions(database.kind), "");
    alone.run(&["upgrade"]).success();

    let package = Package::new(url, &revisions(database.kind), "lock_timeout = 300");
    let begin = std::time::Instant::now();
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            let mut command = package.command(&["upgrade"]);
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts")
        })
        .collect();
    let mut upgraded = 0;
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
        upgraded += text.matches("Upgraded ").count();
    }
    assert_eq!(upgraded, revisions(database.kind).len(), "each revision once");
    assert_eq!(dump(database).await, dump(&other).await);
    assert_eq!(history(database).await, history(&other).await);
    report(&format!("{PROCESSES} processes at once, {name}: all ended well in {:.1?}", begin.elapsed()));
}

#[tokio::test]
async fn sqlite() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    check("SQLite", &database, &database.url).await;
}

#[tokio::test]
async fn mariadb() {
    let database = TestDatabase::new(Kind::Mysql).await;
    check("MariaDB", &database, &database.url).await;
}

#[tokio::test]
async fn postgresql() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    check("PostgreSQL", &database, &database.url).await;
}

#[tokio::test]
async fn pgbouncer() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    // Fewer connections than processes: they share them, transaction by transaction.
    let server = std::env::var("ALEMBIC_TEST_POSTGRES_URL").expect("the server of the database");
    let pooler = PgBouncer::start(&server, 5);
    check("PostgreSQL behind pgbouncer", &database, &pooler.url(&database.name)).await;
}
