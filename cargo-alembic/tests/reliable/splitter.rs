//! A pooler that sends what only reads to a standby that lags behind: nobody may decide by what that says.

use alembic_testing::{Kind, PgPool, Script, rows};

use crate::package::{Package, report};

const LAG: &str = "5s";

/// A table with one number, and revisions that add one to it, in each kind of section.
fn scripts(length: usize) -> Vec<Script<'static>> {
    const COUNT: &str = "UPDATE total SET n = n + 1;";
    let all = [
        Script::new(
            "r1",
            "",
            "CREATE TABLE total (n INTEGER);\nINSERT INTO total VALUES (0);",
            "DROP TABLE total;",
        ),
        Script::new("r2", "r1", COUNT, "UPDATE total SET n = n - 1;"),
        Script::with_body(
            "r3",
            "r2",
            "-- alembic: upgrade no-transaction\nUPDATE total SET n = n + 1;\n\
             -- alembic: downgrade no-transaction\nUPDATE total SET n = n - 1;\n",
        ),
        Script::with_body(
            "r4",
            "r3",
            "-- alembic: upgrade no-transaction\nCREATE INDEX CONCURRENTLY i ON total (n);\nUPDATE total SET n = n + 1;\n\
             -- alembic: downgrade\nUPDATE total SET n = n - 1;\nDROP INDEX i;\n",
        ),
    ];
    all[..length].to_vec()
}

async fn total(pool: &PgPool) -> String {
    let rows = rows(Kind::Postgresql, &pool.primary.url("postgres"), "SELECT n::text FROM total").await;
    rows.expect("the primary answers")[0][0].clone().expect("a number")
}

/// Each run is started twice, one right after the other: the second one meets a standby that does not have the first yet.
#[tokio::test]
async fn nothing_runs_twice() {
    let pool = PgPool::start(LAG);
    let url = pool.url("postgres");
    let standby = pool.standby.url("postgres");
    let run = |length: usize, arguments: &[&str]| Package::new(&url, &scripts(length), "").run(arguments);
    for length in 1..=4 {
        for _ in 0..2 {
            let upgraded = run(length, &["upgrade"]);
            assert_eq!(upgraded.code, Some(0), "{length}: {}", upgraded.text());
        }
        assert_eq!(total(&pool).await, (length - 1).to_string(), "after {length} revisions");
    }
    let behind = rows(Kind::Postgresql, &standby, "SELECT n::text FROM total").await;
    let behind = behind.ok().and_then(|rows| rows[0][0].clone());
    assert_ne!(behind.as_deref(), Some("3"), "the standby lags, or this test shows nothing");
    for (target, expected) in [("r3", "2"), ("r2", "1"), ("r1", "0")] {
        for _ in 0..2 {
            let taken_down = run(4, &["downgrade", target]);
            assert_eq!(taken_down.code, Some(0), "{target}: {}", taken_down.text());
        }
        assert_eq!(total(&pool).await, expected, "after the downgrade to {target}");
    }
    report(
        "14 runs through pgpool, each right after another, with a standby that is seconds behind: nothing ran twice",
    );
}
