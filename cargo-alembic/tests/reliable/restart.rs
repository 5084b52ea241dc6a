//! The database server is killed in the middle of a run, and comes back: the run ends with an error, and the next one
//! finishes the work.

use std::process::Stdio;
use std::time::{Duration, Instant};

use alembic_testing::{Kind, PrivateServer, Script, rows};

use crate::package::{Package, is_full, report};

/// How many there are.
const REVISIONS: usize = 120;

/// Many small revisions, so that the server is killed in one of them.
fn scripts() -> Vec<(String, String, String)> {
    (0..REVISIONS)
        .map(|number| {
            let parent = if number == 0 { String::new() } else { format!("r{:03}", number - 1) };
            let upgrade = format!(
                "CREATE TABLE t{number} (n INTEGER);\nINSERT INTO t{number} VALUES ({number});\n\
                 UPDATE total SET n = n + 1;\nCREATE INDEX t{number}_n ON t{number} (n);"
            );
            (format!("r{number:03}"), parent, upgrade)
        })
        .collect()
}

async fn check(kind: Kind, transaction: &str) {
    let mut server = PrivateServer::start(kind);
    let administrator = server.url(if kind == Kind::Mysql { "mysql" } else { "postgres" });
    rows(kind, &administrator, "CREATE DATABASE app").await.expect("a database");
    let url = server.url("app");
    let texts = scripts();
    let scripts: Vec<Script<'_>> =
        texts.iter().map(|(id, parent, upgrade)| Script::new(id, parent, upgrade, "SELECT 1;")).collect();
    let package = Package::new(&url, &scripts, &format!("transaction = \"{transaction}\""));
    let rounds = if is_full() { 12 } else { 3 };
    let mut broken = 0;
    for round in 0..rounds {
        for sql in ["DROP DATABASE app", "CREATE DATABASE app"] {
            rows(kind, &administrator, sql).await.expect(sql);
        }
        rows(kind, &url, "CREATE TABLE total (n INTEGER)").await.expect("a table");
        rows(kind, &url, "INSERT INTO total VALUES (0)").await.expect("a row");
        let mut command = package.command(&["upgrade"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        // At another moment in each round.
        std::thread::sleep(Duration::from_millis(30 + 25 * round));
        server.kill();
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a state") {
                break status;
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "the run ends when its server is gone");
            std::thread::sleep(Duration::from_millis(20));
        };
        broken += usize::from(status.code() == Some(1));
        server.restart();
        package.run(&["upgrade"]).success();
        let text = if kind == Kind::Mysql { "CAST(n AS CHAR)" } else { "n::text" };
        let total = rows(kind, &url, &format!("SELECT {text} FROM total")).await.expect("the total");
        assert_eq!(total, [[Some(REVISIONS.to_string())]], "each statement ran once");
        let versions =
            rows(kind, &url, "SELECT version_num FROM alembic_version").await.expect("the version");
        assert_eq!(versions, [[Some(format!("r{:03}", REVISIONS - 1))]]);
    }
    report(&format!(
        "{kind:?}, transaction = \"{transaction}\": the server killed {rounds} times, {broken} of them in the middle of a run"
    ));
}

#[tokio::test]
async fn postgresql_run() {
    check(Kind::Postgresql, "run").await;
}

#[tokio::test]
async fn postgresql_revision() {
    check(Kind::Postgresql, "revision").await;
}

#[tokio::test]
async fn mariadb() {
    check(Kind::Mysql, "revision").await;
}
