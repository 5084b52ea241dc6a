//! At the target a run only reads: it works for somebody who may do nothing else.

use alembic_testing::{Kind, TestDatabase, on_every_database};

use crate::support::{chain, migrator, upgrade};

/// Makes the database refuse all writing.
async fn make_read_only(database: &TestDatabase) -> String {
    match database.kind {
        Kind::Sqlite => format!("{}?mode=ro", database.url),
        Kind::Postgresql => {
            let sql = format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name);
            database.rows(&sql).await;
            database.url.clone()
        }
        Kind::Mysql => {
            let name = &database.name;
            database.rows(&format!("CREATE USER {name} IDENTIFIED BY 'reader'")).await;
            database.rows(&format!("GRANT SELECT ON {name}.* TO {name}")).await;
            let (_, rest) = database.url.split_once('@').expect("a user in the URL");
            format!("mysql://{name}:reader@{rest}")
        }
    }
}

on_every_database! {
    async fn reading_needs_no_right_to_write(database: TestDatabase) {
        let migrator = migrator(&chain(2));
        let empty = migrator.status(database.url.as_str()).await;
        assert!(database.tables().await.is_empty(), "{empty:?}");
        upgrade(&migrator, &database).await;
        let url = make_read_only(&database).await;
        let report = migrator.upgrade(url.as_str()).await.expect("nothing to do");
        assert_eq!(report.to, ["r2"]);
        let report = migrator.upgrade(url.as_str()).target("r1").await.expect("nothing to do");
        assert_eq!(report.to, ["r2"]);
        assert_eq!(migrator.status(url.as_str()).await.expect("status").rows, ["r2"]);
    }

    async fn a_run_that_may_not_write_says_so(database: TestDatabase) {
        upgrade(&migrator(&chain(1)), &database).await;
        let url = make_read_only(&database).await;
        let error = migrator(&chain(2)).upgrade(url.as_str()).await.expect_err("read-only").to_string();
        let words = match database.kind {
            Kind::Sqlite => "readonly database",
            Kind::Postgresql => "may only read",
            Kind::Mysql => "denied",
        };
        assert!(error.contains(words), "{error}");
        assert_eq!(database.versions().await, ["r1"]);
        assert_eq!(database.user_tables().await, ["t_r1"]);
    }
}
