//! Servers that are one database, and whose named locks exclude nobody: `GET_LOCK` succeeds on each at once.

use std::process::Stdio;
use std::time::Duration;

use alembic_testing::{GaleraCluster, Kind, Relay, Script, rows};

use crate::package::{Package, is_full, report};

/// Revisions in which nothing can be done twice without a trace.
fn scripts() -> Vec<Script<'static>> {
    let first = "CREATE TABLE total (id INTEGER PRIMARY KEY, n INTEGER);\nINSERT INTO total VALUES (1, 0);";
    let mut scripts = vec![Script::new("r0", "", first, "DROP TABLE total;")];
    for (id, parent) in [("r1", "r0"), ("r2", "r1"), ("r3", "r2"), ("r4", "r3"), ("r5", "r4"), ("r6", "r5")] {
        let upgrade =
            format!("CREATE TABLE t_{id} (n INTEGER PRIMARY KEY);\nUPDATE total SET n = n + 1 WHERE id = 1;");
        let downgrade = format!("UPDATE total SET n = n - 1 WHERE id = 1;\nDROP TABLE t_{id};");
        scripts.push(Script::new(id, parent, &upgrade, &downgrade));
    }
    scripts
}

async fn state(cluster: &GaleraCluster, node: usize) -> Vec<String> {
    // What the other server has committed is here when this one is asked to wait for it.
    let sql = "SET SESSION wsrep_sync_wait = 15; SELECT CAST(n AS CHAR) FROM total; \
               SELECT version_num FROM alembic_version; \
               SELECT CONCAT(operation, revision) FROM alembic_history WHERE finished_at IS NOT NULL ORDER BY id";
    let rows = rows(Kind::Mysql, &cluster.url(node, "app"), sql).await.expect("the state");
    rows.into_iter().flatten().flatten().collect()
}

#[tokio::test]
async fn two_nodes() {
    let cluster = GaleraCluster::start(2);
    rows(Kind::Mysql, &cluster.url(0, "mysql"), "CREATE DATABASE app").await.expect("a database");
    let held = "SELECT CAST(GET_LOCK('x', 0) AS CHAR), CAST(SLEEP(1) AS CHAR)";
    let (urls, sql) = ([0, 1].map(|node| cluster.url(node, "mysql")), held);
    let (one, other) = tokio::join!(rows(Kind::Mysql, &urls[0], sql), rows(Kind::Mysql, &urls[1], sql));
    for lock in [one, other] {
        assert_eq!(lock.expect("a lock")[0][0].as_deref(), Some("1"), "which is why there is a lease");
    }

    let packages =
        [0, 1].map(|node| Package::new(&cluster.url(node, "app"), &scripts(), "lock_timeout = 300"));
    let children: Vec<_> = (0..12)
        .map(|number| {
            let mut command = packages[number % 2].command(&["upgrade"]);
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
    assert_eq!(upgraded, 7, "each revision once");
    let expected = [
        "6",
        "r6",
        "upgrader0",
        "upgrader1",
        "upgrader2",
        "upgrader3",
        "upgrader4",
        "upgrader5",
        "upgrader6",
    ];
    for node in [0, 1] {
        assert_eq!(state(&cluster, node).await, expected);
    }
    let lease = "SELECT CAST(epoch AS CHAR) FROM alembic_lease WHERE holder IS NULL";
    assert_eq!(rows(Kind::Mysql, &cluster.url(1, "app"), lease).await.expect("a lease").len(), 1);

    // What is killed on one server is finished on the other, when the lease of the dead has run out.
    packages[0].run(&["downgrade", "base"]).success();
    let killed = packages[0].run_until(14, &["upgrade"]);
    assert_eq!(killed.code, None, "{}", killed.text());
    packages[1].run(&["upgrade"]).success();
    assert_eq!(state(&cluster, 0).await[..2], ["6", "r6"]);
    report(
        "12 processes at once on two nodes of Galera: all ended well; killed on one, finished on the other",
    );
}

/// A balancer gives each connection another server: the work and its lease are on different ones.
#[tokio::test]
async fn behind_a_balancer() {
    // With two of them the one that is left could not know that it is not the one that was cut off.
    let count = if is_full() { 3 } else { 2 };
    let mut cluster = GaleraCluster::start(count);
    rows(Kind::Mysql, &cluster.url(0, "mysql"), "CREATE DATABASE app").await.expect("a database");
    let ports: Vec<u16> = (0..count).map(|node| cluster.port(node)).collect();
    let relay = Relay::start(&ports);
    let url = format!("mysql://root@127.0.0.1:{}/app", relay.port());
    let package = Package::new(&url, &scripts(), "lock_timeout = 300");
    let children: Vec<_> = (0..6)
        .map(|_| {
            let mut command = package.command(&["upgrade"]);
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts")
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for node in 0..count {
        assert_eq!(state(&cluster, node).await.len(), 9, "each revision once, on node {node}");
    }

    // The last server still repeats a large transaction when the next run is already at work there.
    let last = count - 1;
    rows(Kind::Mysql, &cluster.url(last, "mysql"), "SET GLOBAL wsrep_desync = ON").await.expect("a setting");
    let large =
        "CREATE TABLE large (n INTEGER PRIMARY KEY); INSERT INTO large SELECT seq FROM seq_1_to_300000";
    let direct = Package::new(&cluster.url(0, "app"), &scripts(), "");
    direct.run(&["downgrade", "base"]).success();
    let caught_up = "SET SESSION wsrep_sync_wait = 15; SELECT CAST(COUNT(*) AS CHAR) FROM alembic_version";
    let empty = rows(Kind::Mysql, &cluster.url(last, "app"), caught_up).await.expect("it answers");
    assert_eq!(empty, [[Some("0".to_owned())]]);
    rows(Kind::Mysql, &cluster.url(0, "app"), large).await.expect("many rows");
    direct.run(&["upgrade", "r3"]).success();
    relay.redirect(&[cluster.port(last), cluster.port(0)]);
    package.run(&["upgrade"]).success();
    assert_eq!(state(&cluster, 0).await[..2], ["6", "r6"]);
    let behind = format!(
        "{count} nodes of Galera behind a balancer: six processes at once, and a node that is behind"
    );
    if !is_full() {
        return report(&behind);
    }

    // The server on which a run works dies in the middle of it; the next one goes on elsewhere.
    package.run(&["downgrade", "base"]).success();
    let mut slow = scripts();
    let text =
        "DO SLEEP(4);\nCREATE TABLE t_r4 (n INTEGER PRIMARY KEY);\nUPDATE total SET n = n + 1 WHERE id = 1;";
    slow[4] = Script::new("r4", "r3", text, "UPDATE total SET n = n - 1 WHERE id = 1;\nDROP TABLE t_r4;");
    let slowly = Package::new(&cluster.url(0, "app"), &slow, "");
    let mut command = slowly.command(&["upgrade"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    tokio::time::sleep(Duration::from_secs(3)).await;
    cluster.kill(0);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let elsewhere = Package::new(&cluster.url(1, "app"), &slow, "lock_timeout = 300");
    elsewhere.run(&["upgrade"]).success();
    assert_eq!(state(&cluster, 1).await[..2], ["6", "r6"], "each statement once");
    report(&format!("{behind}, and one that was killed in the middle of a run"));
}
