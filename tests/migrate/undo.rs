//! Taking back: in the order in which this database got its revisions, and those alone that are not what the scripts say.

use alembic::migrate::MigrateError;
use alembic_testing::{Script, on_every_database};

use crate::support::{chain, done, migrator, upgrade};

on_every_database! {
    /// The downgrades of the two lines do not commute.
    async fn what_came_last_goes_first(database: TestDatabase) {
        let scripts = [
            Script::new("r1", "", "CREATE TABLE t (n INTEGER);\nINSERT INTO t VALUES (10);", "DROP TABLE t;"),
            Script::new("a1", "r1", "UPDATE t SET n = n + 1;", "UPDATE t SET n = n - 1;"),
            Script::new("b1", "r1", "UPDATE t SET n = n * 10;", "UPDATE t SET n = n / 10;"),
            Script::new("m1", "a1, b1", "", ""),
        ];
        let (migrator, url) = (migrator(&scripts), database.url.as_str());
        for (first, second) in [("a1", "b1"), ("b1", "a1"), ("a1", "b1")] {
            for target in [first, second, "heads"] {
                migrator.upgrade(url).target(target).await.expect("an upgrade");
            }
            let report = migrator.downgrade(url, "r1").await.expect("a downgrade");
            assert_eq!(done(&report), ["m1", second, first]);
            let rows = database.rows("SELECT CAST(n AS CHAR(2)) FROM t").await;
            assert_eq!(rows, [[Some("10".to_owned())]]);
        }
    }

    /// The revision that was edited, and what stands on it; then the scripts apply.
    async fn what_differs_is_undone(database: TestDatabase) {
        let url = database.url.as_str();
        upgrade(&migrator(&chain(3)), &database).await;
        let mut scripts = chain(4);
        scripts[1].body = scripts[1].body.replace("VALUES (1)", "VALUES (2)");
        let edited = migrator(&scripts);
        assert!(matches!(edited.upgrade(url).await, Err(MigrateError::Edited(_))));
        let restored = edited.with_history(url).await.expect("the history");
        let others = edited.others_in(&restored);
        assert_eq!(others.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["r2"]);
        let report = restored.undo(url, others).await.expect("a run");
        assert_eq!(done(&report), ["r3", "r2"]);
        assert_eq!(done(&upgrade(&edited, &database).await), ["r2", "r3", "r4"]);
        let restored = edited.with_history(url).await.expect("the history");
        assert!(edited.others_in(&restored).is_empty());
    }

    /// Nothing that a message names touches the tables of the other service.
    async fn the_version_table_of_another_service(database: TestDatabase) {
        let url = database.url.as_str();
        upgrade(&migrator(&chain(2)), &database).await;
        let other = migrator(&[Script::new("s1", "", "CREATE TABLE s (n INTEGER);", "DROP TABLE s;")]);
        let error = other.upgrade(url).await.expect_err("another service");
        assert!(matches!(error, MigrateError::OtherService(_)), "{error:?}");
        let help = error.help().expect("a help");
        assert!(help.contains("`version_table`") && !help.contains("cargo alembic"), "{help}");
        let examination = other.examine(url).await.expect("reads");
        assert!(matches!(examination.refusal, Some(MigrateError::OtherService(_))) && !examination.is_at_heads());
        assert_eq!(database.user_tables().await, ["t_r1", "t_r2"]);
    }
}
