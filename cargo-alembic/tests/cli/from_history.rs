//! `downgrade --from-history`: undoing what no script has, which is how one leaves a git branch.

use alembic_testing::{Kind, TestDatabase, on_every_database};

use crate::support::{chain, package_on};

on_every_database! {
    async fn undoes_a_revision_whose_script_is_gone(database: TestDatabase) {
        let package = package_on(&database, &chain(3));
        package.alembic("upgrade").success();
        // Checked out: another branch, without two of the scripts and their seals.
        package.write("migrations/alembic.lock", package.lock().split("\nr2").next().unwrap().to_owned() + "\n");
        package.remove("migrations/r2.sql");
        package.remove("migrations/r3.sql");

        let refused = package.alembic("upgrade");
        assert!(refused.stderr.contains("--from-history"), "{}", refused.text());
        refused.code(1);
        package.changes_nothing("downgrade r1 --from-history --dry-run").success();
        assert_eq!(database.versions().await, ["r3"]);

        package.alembic("downgrade -1 --from-history").success();
        assert_eq!((database.versions().await, database.user_tables().await), (vec!["r2".to_owned()], vec!["t1".to_owned(), "t2".to_owned()]));
        package.alembic("downgrade r1 --from-history").success();
        assert_eq!((database.versions().await, database.user_tables().await), (vec!["r1".to_owned()], vec!["t1".to_owned()]));
        assert_eq!(package.listed(), ["r1*"]);
        package.alembic("current -c").success();
    }

    async fn undoes_what_was_edited_since_as_it_was_applied(database: TestDatabase) {
        let package = package_on(&database, &chain(2));
        package.alembic("upgrade").success();
        // A mistake that was noticed after it was applied, and mended in the file: nothing is committed yet.
        let text = package.read("migrations/r2.sql").replace("t2", "t_two");
        package.write("migrations/r2.sql", &text);
        let refused = package.alembic("upgrade");
        assert!(refused.stderr.contains("`cargo alembic downgrade --from-history PARENT`"), "{refused}");
        refused.code(1);
        package.alembic("downgrade r1").code(1);
        package.alembic("downgrade r1 --from-history").success();
        assert_eq!(database.user_tables().await, ["t1"]);
        package.alembic("unseal r2").success();
        package.alembic("upgrade").success();
        assert_eq!(database.user_tables().await, ["t1", "t_two"]);
        package.alembic("verify").success();
    }

    async fn undoes_what_was_deleted_and_sealed(database: TestDatabase) {
        let package = package_on(&database, &chain(2));
        package.alembic("upgrade").success();
        package.remove("migrations/r2.sql");
        package.alembic("downgrade r1").code(1);
        package.alembic("downgrade r1 --from-history").success();
        assert_eq!((database.versions().await, database.user_tables().await), (vec!["r1".to_owned()], vec!["t1".to_owned()]));
        package.alembic("unseal r2").success();
        package.alembic("upgrade").success();
        assert_eq!(package.listed(), ["r1*"]);
    }
}

#[tokio::test]
async fn what_the_history_does_not_keep_stays_unknown() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let package = package_on(&database, &chain(1));
    package.alembic("upgrade").success();
    database.rows("UPDATE alembic_version SET version_num = 'elsewhere'").await;
    package.session("from_history_unknown", &["downgrade -1 --from-history"]);
}
