//! Ctrl-C and `SIGTERM`: once stops after the statement that is running, twice at once. The exit code is 130, and the next
//! run finishes the work.

use std::io::Read as _;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use alembic_testing::{Barrier, Kind, Script, TestDatabase};

use crate::package::Package;

fn scripts(mode: &str) -> Vec<Script<'static>> {
    let body = format!(
        "-- alembic: upgrade{mode}\nCREATE TABLE b (n INTEGER);\n\
         UPDATE barrier SET n = n + 1;\nINSERT INTO b VALUES (1);\n"
    );
    vec![
        Script::new("r1", "", "CREATE TABLE a (n INTEGER);", "DROP TABLE a;"),
        Script::with_body("r2", "r1", &body),
        Script::new("r3", "r2", "CREATE TABLE c (n INTEGER);", "DROP TABLE c;"),
    ]
}

fn start(package: &Package) -> Child {
    let mut command = package.command(&["upgrade"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts")
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(status.expect("kill").success());
}

/// Signals twice, the second time when the first is understood.
fn signal_twice(child: &mut Child) {
    signal(child, "-INT");
    let stderr = child.stderr.as_mut().expect("its words");
    let mut text = Vec::new();
    while !String::from_utf8_lossy(&text).contains("Stopping") {
        let mut byte = [0];
        assert_eq!(stderr.read(&mut byte).expect("its words"), 1, "{}", String::from_utf8_lossy(&text));
        text.push(byte[0]);
    }
    signal(child, "-INT");
}

fn end(child: Child) -> Output {
    child.wait_with_output().expect("it ends")
}

/// Ends, with the code and the words.
#[track_caller]
fn assert_stopped(output: &Output, words: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert!(text.contains(words), "{words}\n{text}");
}

async fn once(kind: Kind, signal_name: &str) {
    let database = TestDatabase::new(kind).await;
    let barrier = Barrier::new(&database).await;
    let package = Package::new(&database.url, &scripts(" no-transaction"), "statement_lock_timeout = 0");
    let mut child = start(&package);
    Barrier::until_blocked(&database).await;
    signal(&child, signal_name);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(child.try_wait().expect("a state").is_none(), "the statement is waited for");
    barrier.open().await;
    let stopped = "stopped after statement 2 of 3 of the upgrade of revision r2: the next run goes on there; done and kept: r1";
    assert_stopped(&end(child), stopped);
    package.run(&["upgrade"]).success();
    assert_eq!(database.user_tables().await, ["a", "b", "barrier", "c"]);
}

async fn twice(kind: Kind) {
    let database = TestDatabase::new(kind).await;
    let barrier = Barrier::new(&database).await;
    let package = Package::new(&database.url, &scripts(" no-transaction"), "statement_lock_timeout = 0");
    let mut child = start(&package);
    Barrier::until_blocked(&database).await;
    signal_twice(&mut child);
    // The lock is still held: only the server's giving up ends it.
    assert_stopped(&end(child), "stopped after statement 1 of 3 of the upgrade of revision r2");
    barrier.open().await;
    package.run(&["upgrade"]).success();
    assert_eq!(database.user_tables().await, ["a", "b", "barrier", "c"]);
    let text = if kind == Kind::Mysql { "CAST(n AS CHAR)" } else { "n::text" };
    assert_eq!(database.column(&format!("SELECT {text} FROM barrier")).await, ["3"], "it ran once");
}

#[tokio::test]
async fn once_on_postgresql() {
    once(Kind::Postgresql, "-INT").await;
}

#[tokio::test]
async fn once_on_mariadb() {
    once(Kind::Mysql, "-INT").await;
}

#[tokio::test]
async fn a_request_to_end() {
    once(Kind::Postgresql, "-TERM").await;
}

#[tokio::test]
async fn twice_on_postgresql() {
    twice(Kind::Postgresql).await;
}

#[tokio::test]
async fn twice_on_mariadb() {
    twice(Kind::Mysql).await;
}

#[tokio::test]
async fn in_a_transaction_nothing_stays() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let barrier = Barrier::new(&database).await;
    let package = Package::new(&database.url, &scripts(""), "statement_lock_timeout = 0");
    let mut child = start(&package);
    Barrier::until_blocked(&database).await;
    signal_twice(&mut child);
    assert_stopped(&end(child), "what was not committed was rolled back; the database is as it was");
    assert_eq!(database.tables().await, ["barrier"]);
    barrier.open().await;
    package.run(&["upgrade"]).success();
}

#[tokio::test]
async fn while_it_waits_for_the_lock() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let package = Package::new(&database.url, &[Script::new("r1", "", "CREATE TABLE a (n);", "")], "");
    // Somebody writes to the file.
    let url = format!("{}?mode=rwc", database.url);
    let mut writer = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.expect("a connection");
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut writer).await.expect("a transaction");
    let mut child = start(&package);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(child.try_wait().expect("a state").is_none(), "it waits");
    signal(&child, "-INT");
    assert_stopped(&end(child), "stopped; the database is as it was");
    sqlx::raw_sql("ROLLBACK").execute(&mut writer).await.expect("the end");
    package.run(&["upgrade"]).success();
}

/// It reads before it waits for the lock, and the file lets nobody read.
#[tokio::test]
async fn while_it_waits_for_a_reader_s_turn() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let package = Package::new(&database.url, &[Script::new("r1", "", "CREATE TABLE a (n);", "")], "");
    let url = format!("{}?mode=rwc", database.url);
    let mut writer = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.expect("a connection");
    sqlx::raw_sql("CREATE TABLE other (n); BEGIN EXCLUSIVE")
        .execute(&mut writer)
        .await
        .expect("a transaction");
    let mut child = start(&package);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(child.try_wait().expect("a state").is_none(), "it waits");
    let begin = Instant::now();
    signal(&child, "-INT");
    assert_stopped(&end(child), "stopped; the database is as it was");
    assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
    sqlx::raw_sql("ROLLBACK").execute(&mut writer).await.expect("the end");
    package.run(&["upgrade"]).success();
}

/// Shells ignore `SIGINT` for a command that they start in the background, and `nohup` ignores `SIGHUP`.
#[tokio::test]
async fn a_signal_that_was_ignored_stays_ignored_and_the_others_stop_a_run() {
    for (ignored, stops) in [("INT", "-TERM"), ("HUP", "-TERM"), ("TERM", "-INT"), ("INT HUP", "-TERM")] {
        let database = TestDatabase::new(Kind::Postgresql).await;
        let barrier = Barrier::new(&database).await;
        let package = Package::new(&database.url, &scripts(" no-transaction"), "statement_lock_timeout = 0");
        let like = package.command(&["upgrade"]);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("trap '' {ignored}; exec \"$0\" \"$@\"")]);
        command.arg(like.get_program()).args(like.get_args());
        command.current_dir(like.get_current_dir().expect("its folder"));
        for (name, value) in like.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        Barrier::until_blocked(&database).await;
        for name in ignored.split(' ') {
            signal(&child, &format!("-{name}"));
            signal(&child, &format!("-{name}"));
        }
        signal(&child, stops);
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(child.try_wait().expect("a state").is_none(), "{ignored}: the statement is waited for");
        barrier.open().await;
        assert_stopped(&end(child), "stopped after statement 2 of 3 of the upgrade of revision r2");
    }
}

/// A statement of SQLite that goes on for hours, and that no message reaches.
const ENDLESS: &str = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000000000000) \
     INSERT INTO b SELECT max(x) FROM c;";

async fn busy_sqlite(mode: &str) {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let body = format!("-- alembic: upgrade{mode}\nCREATE TABLE b (n INTEGER);\n{ENDLESS}\n");
    let scripts =
        [Script::new("r1", "", "CREATE TABLE a (n INTEGER);", ""), Script::with_body("r2", "r1", &body)];
    let package = Package::new(&database.url, &scripts, "");
    let mut child = start(&package);
    tokio::time::sleep(Duration::from_millis(700)).await;
    signal_twice(&mut child);
    let begin = Instant::now();
    while child.try_wait().expect("a state").is_none() {
        assert!(begin.elapsed() < Duration::from_secs(1), "the second signal ends it");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(end(child).status.code(), Some(130));
    // What is left is what a killed run leaves: the next one goes on.
    let edited = body.replace(ENDLESS, "INSERT INTO b VALUES (1);");
    package.rewrite(&[Script::with_body("r2", "r1", &edited)]);
    package.run(&["upgrade"]).success();
    assert_eq!(database.column("SELECT CAST(n AS TEXT) FROM b").await, ["1"]);
}

#[tokio::test]
async fn twice_while_sqlite_is_busy() {
    busy_sqlite("").await;
}

#[tokio::test]
async fn twice_while_sqlite_is_busy_outside_of_a_transaction() {
    busy_sqlite(" no-transaction").await;
}
