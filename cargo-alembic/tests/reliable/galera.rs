//! Two servers that are one database, and whose named locks exclude nobody: `GET_LOCK` succeeds on both at once.

use std::process::Stdio;

use alembic_testing::{GaleraCluster, Kind, Script, rows};

use crate::package::{Package, report};

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
    let cluster = GaleraCluster::start();
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
