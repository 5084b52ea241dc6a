//! What was applied is what the scripts say: or nothing runs.

use alembic::migrate::MigrateError;
use alembic_testing::{Kind, Script, on_every_database};

use crate::support::{chain, done, migrator, upgrade};

on_every_database! {
    async fn an_edited_revision_is_refused_before_anything_runs(database: TestDatabase) {
        upgrade(&migrator(&chain(3)), &database).await;
        let mut edited = chain(5);
        edited[1].body = edited[1].body.replace("VALUES (1)", "VALUES (2)");
        let error = migrator(&edited).upgrade(database.url.as_str()).await.expect_err("edited");
        let MigrateError::Edited(revisions) = &error else { panic!("{error:?}") };
        assert_eq!((revisions[0].revision.as_str(), revisions[0].path.as_str()), ("r2", "migrations/r2.sql"));
        assert_eq!(database.versions().await, ["r3"]);
        assert_eq!(database.history().await.len(), 3);
        // At head it is noticed as well.
        let error = migrator(&edited[..3]).upgrade(database.url.as_str()).await.expect_err("edited");
        assert!(matches!(error, MigrateError::Edited(_)), "{error:?}");
    }

    /// What was applied is the upgrade: a downgrade that never ran may have been wrong. The lock guards it in a build.
    async fn a_downgrade_may_be_corrected(database: TestDatabase) {
        let mut wrong = chain(2);
        wrong[1].body = wrong[1].body.replace("DROP TABLE t_r2", "DROP TABLE t_r3");
        upgrade(&migrator(&wrong), &database).await;
        migrator(&wrong).downgrade(database.url.as_str(), "r1").await.expect_err("there is no such table");
        let found = migrator(&chain(2)).verify(database.url.as_str()).await.expect("a comparison");
        assert_eq!(found.downgrades.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["r2"]);
        assert!(found.edited.is_empty(), "{found:?}");
        let found = migrator(&wrong).verify(database.url.as_str()).await.expect("a comparison");
        assert!(found.downgrades.is_empty(), "{found:?}");
        migrator(&chain(2)).downgrade(database.url.as_str(), "r1").await.expect("a downgrade");
        assert_eq!(database.user_tables().await, ["t_r1"]);
    }

    async fn a_reformatted_revision_is_the_same(database: TestDatabase) {
        upgrade(&migrator(&chain(2)), &database).await;
        let mut reformatted = chain(3);
        for script in &mut reformatted {
            script.body = script.body.replace(" (id INTEGER", "\r\n  ( -- the key\r\n    id INTEGER");
        }
        assert_eq!(done(&upgrade(&migrator(&reformatted), &database).await), ["r3"]);
    }

    async fn what_was_undone_may_be_edited(database: TestDatabase) {
        let first = migrator(&chain(2));
        upgrade(&first, &database).await;
        first.downgrade(database.url.as_str(), "r1").await.expect("downgrade");
        let mut edited = chain(2);
        edited[1].body = edited[1].body.replace("VALUES (1)", "VALUES (2)");
        assert_eq!(done(&upgrade(&migrator(&edited), &database).await), ["r2"]);
    }

    async fn an_id_that_nobody_knows(database: TestDatabase) {
        upgrade(&migrator(&chain(3)), &database).await;
        let error = migrator(&chain(2)).upgrade(database.url.as_str()).await.expect_err("unknown");
        assert!(matches!(error, MigrateError::Ahead(_)), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("r3") && text.contains("was applied at 20"), "{text}");
        assert_eq!(database.versions().await, ["r3"]);
    }

    async fn a_purging_stamp_is_the_way_out(database: TestDatabase) {
        upgrade(&migrator(&chain(3)), &database).await;
        let fewer = migrator(&chain(2));
        let url = database.url.as_str();
        fewer.stamp(url, ["r2"]).await.expect_err("the row is unknown");
        let report = fewer.stamp(url, ["r2"]).purge().await.expect("purge");
        assert_eq!(report.to, ["r2"]);
        assert_eq!(database.versions().await, ["r2"]);
        assert!(fewer.upgrade(url).await.expect("at head").done.is_empty());
    }

    async fn alembics_own_database_is_continued(database: TestDatabase) {
        database
            .rows(
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, \
                 CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
            )
            .await;
        database.rows("INSERT INTO alembic_version VALUES ('r2')").await;
        let migrator = migrator(&chain(3));
        let report = upgrade(&migrator, &database).await;
        assert_eq!(done(&report), ["r3"]);
        let unverified: Vec<&str> = report.unverified.iter().map(|id| id.as_str()).collect();
        assert_eq!(unverified, ["r1", "r2"]);
        assert_eq!(database.versions().await, ["r3"]);
        assert_eq!(database.history().await, ["upgrade r3 2/2"]);
    }

    async fn an_ancestor_of_what_alembic_applied_is_compared_too(database: TestDatabase) {
        upgrade(&migrator(&chain(2)), &database).await;
        // Alembic applies r3, and writes no history.
        database.rows("UPDATE alembic_version SET version_num = 'r3'").await;
        let report = upgrade(&migrator(&chain(3)), &database).await;
        assert_eq!((done(&report).len(), report.to), (0, vec!["r3".to_owned()]));
        assert_eq!(report.unverified.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["r3"]);
        let mut edited = chain(3);
        edited[0].body = edited[0].body.replace("VALUES (1)", "VALUES (2)");
        let error = migrator(&edited).upgrade(database.url.as_str()).await.expect_err("edited");
        assert!(matches!(error, MigrateError::Edited(_)), "{error:?}");
    }

    async fn what_alembic_alone_has_applied_is_said_to_be_unverified(database: TestDatabase) {
        database.rows("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)").await;
        database.rows("INSERT INTO alembic_version VALUES ('r2')").await;
        let report = upgrade(&migrator(&chain(2)), &database).await;
        assert_eq!(report.unverified.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["r1", "r2"]);
        assert_eq!(database.tables().await, ["alembic_version"], "nothing is written");
    }

    async fn a_label_that_has_moved_is_noticed(database: TestDatabase) {
        let with = |labelled: &str| {
            let label = |id: &str| if id == labelled { "r0\n-- Branch-Labels: lab" } else { "r0" };
            let table = |id: &str| (format!("CREATE TABLE {id} (x INTEGER);"), format!("DROP TABLE {id};"));
            let mut scripts = vec![Script::new("r0", "", "CREATE TABLE t (x INTEGER);", "DROP TABLE t;")];
            for (id, revises) in
                [("aaa", label("aaa")), ("bbb", label("bbb")), ("ccc", "r0\n-- Depends-On: lab")]
            {
                let (up, down) = table(id);
                scripts.push(Script::new(id, revises, &up, &down));
            }
            migrator(&scripts)
        };
        let url = database.url.as_str();
        let report = with("aaa").upgrade(url).target("heads").await.expect("applies all");
        assert_eq!(done(&report), ["r0", "aaa", "bbb", "ccc"]);
        let moved = with("bbb");
        let error = moved.upgrade(url).target("heads").await.expect_err("ccc depends on another revision now");
        let MigrateError::OtherAncestors(found) = &error else { panic!("{error:?}") };
        assert_eq!(found.revision.as_str(), "ccc");
        assert!(error.to_string().contains("it depends on `lab`, which is bbb now"), "{error}");
        assert_eq!(moved.verify(url).await.expect("reads").moved.as_ref(), Some(&**found));
        assert!(with("aaa").verify(url).await.expect("reads").moved.is_none());
        assert_eq!(database.user_tables().await, ["aaa", "bbb", "ccc", "t"]);
    }

    async fn an_ancestor_without_a_history_is_part_of_the_lineage(database: TestDatabase) {
        database.rows("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)").await;
        database.rows("INSERT INTO alembic_version VALUES ('r1')").await;
        database.rows("CREATE TABLE t_r1 (id INTEGER PRIMARY KEY)").await;
        upgrade(&migrator(&chain(2)), &database).await;
        let mut edited = chain(2);
        edited[0].body = edited[0].body.replace("VALUES (1)", "VALUES (2)");
        let error = migrator(&edited).upgrade(database.url.as_str()).await.expect_err("r1 is another");
        let MigrateError::OtherAncestors(found) = &error else { panic!("{error:?}") };
        assert_eq!((found.revision.as_str(), found.unrecorded[0].as_str()), ("r2", "r1"));
    }

    async fn rows_that_others_imply_are_tidied_up(database: TestDatabase) {
        upgrade(&migrator(&chain(2)), &database).await;
        database.rows("INSERT INTO alembic_version VALUES ('r1')").await;
        upgrade(&migrator(&chain(3)), &database).await;
        assert_eq!(database.versions().await, ["r3"]);
    }

    async fn an_id_that_does_not_fit(database: TestDatabase) {
        let long = "an_id_that_is_much_longer_than_alembics_column";
        let mut scripts = chain(1);
        upgrade(&migrator(&scripts), &database).await;
        scripts.push(Script::new(long, "r1", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;"));
        let result = migrator(&scripts).upgrade(database.url.as_str()).await;
        if database.kind == Kind::Sqlite {
            // SQLite does not keep to the width.
            result.expect("upgrade");
            assert_eq!(database.versions().await, [long]);
        } else {
            let error = result.expect_err("too long");
            assert!(matches!(error, MigrateError::IdTooLong { width: 32, .. }), "{error:?}");
            assert_eq!(database.user_tables().await, ["t_r1"]);
        }
    }

    async fn a_long_id_widens_a_new_table(database: TestDatabase) {
        let long = "an_id_that_is_much_longer_than_alembics_column";
        upgrade(&migrator(&[Script::new(long, "", "CREATE TABLE a (x INTEGER);", "DROP TABLE a;")]), &database).await;
        assert_eq!(database.versions().await, [long]);
    }

    async fn what_something_else_took_back_is_noticed(database: TestDatabase) {
        let migrator = migrator(&chain(3));
        let url = database.url.as_str();
        upgrade(&migrator, &database).await;
        // As Alembic does it: the version table changes, and nobody writes a history.
        database.rows("DROP TABLE t_r3").await;
        database.rows("DROP TABLE t_r2").await;
        database.rows("UPDATE alembic_version SET version_num = 'r1'").await;
        assert_eq!(migrator.verify(url).await.expect("reads").taken_back, ["r2", "r3"]);
        let report = migrator.upgrade(url).target("r2").await.expect("applies it again");
        assert_eq!(report.taken_back.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["r2"]);
        assert_eq!(migrator.verify(url).await.expect("reads").taken_back, ["r3"]);
    }

    async fn a_purge_is_recorded(database: TestDatabase) {
        let migrator = migrator(&chain(2));
        let url = database.url.as_str();
        upgrade(&migrator, &database).await;
        migrator.stamp(url, ["r1"]).purge().await.expect("a purge");
        assert_eq!(database.versions().await, ["r1"]);
        // r1 stays, and ran as the scripts say.
        let history = database.history().await;
        assert_eq!(history[2..], ["unstamp r2 0/0"]);
        assert!(migrator.verify(url).await.expect("reads").stamped.is_empty());
        assert!(migrator.verify(url).await.expect("reads").taken_back.is_empty());
    }
}

on_every_database! {
    /// Another version of this program may have another digest for the same text: whoever mends a lexer changes digests.
    async fn equal_text_is_no_edit(database: TestDatabase) {
        let mut scripts = chain(4);
        upgrade(&migrator(&scripts[..2]), &database).await;
        for (id, digit) in [("r1", "1"), ("r2", "2")] {
            let digest = format!("sha256:{}", digit.repeat(64));
            let sql = format!("UPDATE alembic_history SET digest = '{digest}', lineage = '{digest}' WHERE revision = '{id}'");
            database.rows(&sql).await;
        }
        for (count, id) in [(3, "r3"), (4, "r4")] {
            let report = upgrade(&migrator(&scripts[..count]), &database).await;
            assert_eq!(crate::support::done(&report), [id]);
        }
        upgrade(&migrator(&scripts), &database).await;
        let found = migrator(&scripts).verify(database.url.as_str()).await.expect("a comparison");
        assert!(found.edited.is_empty() && found.moved.is_none(), "{found:?}");
        // An edit is one all the same.
        scripts[1] = Script::new("r2", "r1", "CREATE TABLE other (id INTEGER);", "");
        let error = migrator(&scripts).upgrade(database.url.as_str()).await.expect_err("an edit");
        let MigrateError::Edited(edited) = error else { panic!("{error:?}") };
        assert_eq!(edited.iter().map(|edited| edited.revision.as_str()).collect::<Vec<_>>(), ["r2"]);
    }
}
