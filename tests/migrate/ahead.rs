//! Two builds of one service on one database: the older one after the newer one, and the other way round.

use alembic::Migrator;
use alembic::migrate::{MigrateError, Report};
use alembic_testing::{Script, TestDatabase, on_every_database};

use crate::support::{chain, done, migrator, upgrade};

/// A service starts, and may do so on a database that is ahead.
async fn start(build: &Migrator, database: &TestDatabase) -> Result<Report, MigrateError> {
    build.upgrade(database.url.as_str()).allow_ahead().await
}

fn table(id: &'static str, revises: &'static str) -> Script<'static> {
    Script::new(id, revises, &format!("CREATE TABLE t_{id} (n INTEGER);"), &format!("DROP TABLE t_{id};"))
}

on_every_database! {
    async fn a_rolling_deployment(database: TestDatabase) {
        let (older, newer) = (migrator(&chain(2)), migrator(&chain(4)));
        assert_eq!(done(&start(&older, &database).await.expect("the first")), ["r1", "r2"]);
        assert_eq!(done(&start(&newer, &database).await.expect("the next")), ["r3", "r4"]);
        // A replica of the older build is started again meanwhile.
        let report = start(&older, &database).await.expect("it is allowed");
        assert!(report.done.is_empty());
        assert_eq!((report.to, report.ahead), (vec!["r4".to_owned()], vec!["r4".to_owned()]));
        // Unless it is allowed it is refused, whatever it wants, and nothing changes.
        let url = database.url.as_str();
        let error = older.upgrade(url).await.expect_err("ahead");
        let MigrateError::Ahead(ahead) = &error else { panic!("{error:?}") };
        assert_eq!(ahead.unknown, ["r4"]);
        assert!(error.to_string().contains("ahead: it has revision r4"), "{error}");
        for refused in [older.downgrade(url, "r1"), older.stamp(url, ["r1"])] {
            let error = refused.allow_ahead().await.expect_err("ahead");
            assert!(matches!(error, MigrateError::Ahead(_)), "{error:?}");
        }
        assert_eq!(database.versions().await, ["r4"]);
        assert!(start(&newer, &database).await.expect("at head").done.is_empty());
    }

    async fn a_rollback_of_a_deployment(database: TestDatabase) {
        let (older, newer) = (migrator(&chain(2)), migrator(&chain(4)));
        start(&newer, &database).await.expect("the newer one first");
        assert_eq!(start(&older, &database).await.expect("back to the older").ahead, ["r4"]);
        newer.downgrade(database.url.as_str(), "r2").await.expect("downgrade");
        assert!(start(&older, &database).await.expect("at its head").ahead.is_empty());
    }

    async fn two_lines_that_parted(database: TestDatabase) {
        let common = chain(1)[0].clone();
        let here = migrator(&[common.clone(), table("h2", "r1"), table("h3", "h2")]);
        let there = migrator(&[common, table("x2", "r1"), table("x3", "x2")]);
        upgrade(&there, &database).await;
        let error = start(&here, &database).await.expect_err("diverged");
        let MigrateError::Diverged(diverged) = &error else { panic!("{error:?}") };
        let missing: Vec<&str> = diverged.missing.iter().map(|id| id.as_str()).collect();
        assert_eq!((diverged.unknown.as_slice(), missing.as_slice()), (&["x3".to_owned()][..], &["h2", "h3"][..]));
        assert!(error.to_string().contains("and it has not h2, h3"), "{error}");
        assert_eq!(database.user_tables().await, ["t_r1", "t_x2", "t_x3"]);
    }

    async fn a_branch_beside_what_is_known(database: TestDatabase) {
        let known = [chain(1)[0].clone(), table("h2", "r1")];
        let here = migrator(&known);
        let more = [known[0].clone(), known[1].clone(), table("x2", "r1"), table("x3", "x2")];
        upgrade(&migrator(&more), &database).await;
        assert_eq!(database.versions().await, ["h2", "x3"]);
        assert_eq!(start(&here, &database).await.expect("it has all that is known").ahead, ["x3"]);
        let merged = [&more[..], &[Script::new("m1", "h2, x3", "", "")]].concat();
        upgrade(&migrator(&merged), &database).await;
        assert_eq!(start(&here, &database).await.expect("below a merge").ahead, ["m1"]);
    }

    async fn an_edited_revision_below_is_refused_all_the_same(database: TestDatabase) {
        upgrade(&migrator(&chain(3)), &database).await;
        let mut edited = chain(2);
        edited[1].body = edited[1].body.replace("VALUES (1)", "VALUES (2)");
        let error = start(&migrator(&edited), &database).await.expect_err("edited");
        assert!(matches!(error, MigrateError::Edited(_)), "{error:?}");
    }

    async fn without_a_history_nobody_can_tell(database: TestDatabase) {
        upgrade(&migrator(&chain(3)), &database).await;
        database.rows("DELETE FROM alembic_history").await;
        let error = start(&migrator(&chain(2)), &database).await.expect_err("unknown");
        assert!(matches!(error, MigrateError::UnknownRevisions { .. }), "{error:?}");
    }
}
