//! Merges of alternatives: a database runs one side, and records the others.

use alembic::migrate::{MigrateError, Report};
use alembic_testing::{Script, on_every_database};

use crate::support::{chain, done, migrator, upgrade};

const ADDS: &str = "ALTER TABLE t_r1 ADD COLUMN y INTEGER;";
const DROPS: &str = "ALTER TABLE t_r1 DROP COLUMN y;";

/// `r1`, `a1` and `b1`, which do the same to it, `b2`, and `m`, which joins `a1` and `b2` as alternatives.
fn scripts() -> Vec<Script<'static>> {
    let mut scripts = chain(1);
    scripts.push(Script::new("a1", "r1", ADDS, DROPS));
    scripts.push(Script::new("b1", "r1", ADDS, DROPS));
    scripts.push(Script::new("b2", "b1", "UPDATE t_r1 SET y = 1;", "UPDATE t_r1 SET y = NULL;"));
    scripts.push(Script::new("m", "a1, b2\n-- Alternatives: yes", "", ""));
    scripts
}

/// The ids of what a run only recorded.
fn recorded(report: &Report) -> Vec<&str> {
    report.done.iter().filter(|done| done.recorded).map(|done| done.revision.as_str()).collect()
}

on_every_database! {
    async fn only_what_ran_is_taken_back(database: TestDatabase) {
        let (url, migrator) = (database.url.as_str(), migrator(&scripts()));
        migrator.upgrade(url).target("b1").await.expect("an upgrade");
        for _ in 0..2 {
            let up = upgrade(&migrator, &database).await;
            assert_eq!((recorded(&up), up.to.as_slice()), (vec!["a1"], &["m".to_owned()][..]));
            assert!(migrator.verify(url).await.expect("a comparison").stamped.iter().any(|id| id.as_str() == "a1"));
            let down = migrator.downgrade(url, "b1").await.expect("a downgrade");
            assert_eq!((recorded(&down), down.to.as_slice()), (vec!["a1"], &["b1".to_owned()][..]));
        }
        migrator.downgrade(url, "r1").await.expect("a downgrade");
        // Nothing is left of either side: a database runs the first one now.
        let up = upgrade(&migrator, &database).await;
        assert_eq!((done(&up), recorded(&up)), (vec!["a1", "b1", "b2", "m"], vec!["b1", "b2"]));
        assert_eq!(database.column("SELECT 'y' FROM t_r1 WHERE y IS NULL").await, ["y"]);
        let operations = "SELECT revision FROM alembic_history WHERE operation IN ('stamp', 'unstamp') OR finished_at IS NULL";
        assert!(database.column(operations).await.is_empty());
        migrator.downgrade(url, "base").await.expect("a downgrade");
    }

    async fn both_sides_are_refused(database: TestDatabase) {
        let (url, migrator) = (database.url.as_str(), migrator(&scripts()));
        migrator.upgrade(url).target("a1").await.expect("an upgrade");
        migrator.stamp(url, ["a1", "b1"]).await.expect("a stamp");
        let error = migrator.upgrade(url).await.expect_err("something of both");
        assert!(matches!(error, MigrateError::Plan(_)) && error.help().is_some(), "{error}");
        assert!(error.to_string().contains("without `b2`"), "{error}");
        migrator.stamp(url, ["a1", "b2"]).await.expect("a stamp");
        assert_eq!(done(&upgrade(&migrator, &database).await), ["m"]);
    }
}
