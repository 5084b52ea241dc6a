//! A server that cannot be written to is refused before anything runs; at the head nothing is written anyway.

use std::process::Stdio;
use std::time::Duration;

use alembic_testing::{Kind, PrivateServer, Relay, Script, rows};

use crate::package::{Package, report};

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

/// The primary dies in the middle of a run, and the standby takes its place behind the same address.
#[tokio::test]
async fn a_standby_that_is_promoted() {
    let mut primary = PrivateServer::start(Kind::Postgresql);
    let standby = primary.standby(&[]);
    let relay = Relay::start(&[primary.port()]);
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", relay.port());
    let texts: Vec<(String, String, String)> = (0..30)
        .map(|number| {
            let parent = if number == 0 { String::new() } else { format!("r{:02}", number - 1) };
            let create = if number == 0 {
                "CREATE TABLE total (n INTEGER);\nINSERT INTO total VALUES (0);\n"
            } else {
                ""
            };
            let body = match number % 5 {
                4 => format!(
                    "-- alembic: upgrade no-transaction\nCREATE INDEX CONCURRENTLY i{number} ON total (n);\n\
                     UPDATE total SET n = n + 1;\n-- alembic: irreversible\n"
                ),
                _ => format!(
                    "-- alembic: upgrade\n{create}UPDATE total SET n = n + 1;\nSELECT pg_sleep(0.1);\n\
                     -- alembic: irreversible\n"
                ),
            };
            (format!("r{number:02}"), parent, body)
        })
        .collect();
    let scripts: Vec<Script<'_>> =
        texts.iter().map(|(id, parent, body)| Script::with_body(id, parent, body)).collect();
    let package = Package::new(&url, &scripts, "transaction = \"revision\"");
    let mut command = package.command(&["upgrade"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    primary.kill();
    relay.redirect(&[standby.port()]);
    let promoted = rows(Kind::Postgresql, &standby.url("postgres"), "SELECT pg_promote()::text").await;
    assert_eq!(promoted.expect("it is promoted"), [[Some("true".to_owned())]]);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let upgraded = package.run(&["upgrade"]).success();
    assert!(upgraded.text().contains("Upgraded r29"), "{}", upgraded.text());
    let sql = "SELECT n::text FROM total UNION ALL SELECT count(*)::text FROM alembic_history \
               WHERE finished_at IS NOT NULL UNION ALL SELECT count(*)::text FROM pg_index WHERE NOT indisvalid";
    let found = rows(Kind::Postgresql, &standby.url("postgres"), sql).await.expect("the new primary answers");
    let found: Vec<String> = found.into_iter().flatten().flatten().collect();
    assert_eq!(found, ["30", "30", "0"], "each revision once, and each index valid");
    report(
        "a primary of PostgreSQL killed in the middle of a run: the promoted standby is brought to the end",
    );
}
