//! Version tables with other names, and in other schemas.

use alembic::migrate::{MigrateError, OfflineGoal};
use alembic_testing::{Kind, Script, TestDatabase, on_every_database};

use crate::support::{chain, done, migrator, migrator_in, upgrade};

on_every_database! {
    async fn two_services_share_a_database(database: TestDatabase) {
        let shop = migrator_in(&chain(2), "Shop \"Version\"", None);
        let blog = migrator(&[Script::new("b1", "", "CREATE TABLE b (x INTEGER);", "DROP TABLE b;")]);
        upgrade(&shop, &database).await;
        upgrade(&blog, &database).await;
        let tables = database.tables().await;
        for expected in ["Shop \"Version\"", "Shop \"Version\"_history", "alembic_version", "alembic_history"] {
            assert!(tables.iter().any(|table| table == expected), "{expected} in {tables:?}");
        }
        assert_eq!(database.versions().await, ["b1"]);
        assert_eq!(shop.status(database.url.as_str()).await.unwrap().rows, ["r2"]);
        assert!(upgrade(&shop, &database).await.done.is_empty());

        let report = shop.downgrade(database.url.as_str(), "base").await.unwrap();
        assert_eq!(done(&report), ["r2", "r1"]);
        assert!(!database.tables().await.iter().any(|table| table.starts_with("t_")));
        assert!(database.tables().await.contains(&"b".to_owned()));
        assert!(blog.verify(database.url.as_str()).await.unwrap().edited.is_empty());
    }

    async fn an_id_that_does_not_fit_names_the_table(database: TestDatabase) {
        if database.kind == Kind::Sqlite {
            return; // It keeps to no width.
        }
        upgrade(&migrator_in(&chain(1), "versions", None), &database).await;
        let long = "a_revision_id_of_more_than_32_characters";
        let longer = migrator_in(&[chain(1).remove(0), Script::new(long, "r1", "", "")], "versions", None);
        let error = longer.upgrade(database.url.as_str()).await.unwrap_err();
        assert!(matches!(&error, MigrateError::IdTooLong { table, .. } if table.ends_with("versions")), "{error}");
    }
}

#[tokio::test]
async fn a_schema_of_postgresql() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    database.rows("CREATE SCHEMA \"Meta data\"").await;
    let migrator = migrator_in(&chain(2), "versions", Some("Meta data"));
    upgrade(&migrator, &database).await;
    assert_eq!(database.column("SELECT version_num::text FROM \"Meta data\".versions").await, ["r2"]);
    assert_eq!(database.column("SELECT count(*)::text FROM \"Meta data\".versions_history").await, ["2"]);
    assert!(upgrade(&migrator, &database).await.done.is_empty());
    migrator.downgrade(database.url.as_str(), "base").await.unwrap();
    assert!(database.column("SELECT version_num::text FROM \"Meta data\".versions").await.is_empty());
}

#[tokio::test]
async fn another_database_of_mariadb() {
    let database = TestDatabase::new(Kind::Mysql).await;
    let meta: &'static str = format!("{}_meta", database.name).leak();
    database.rows(&format!("CREATE DATABASE {meta}")).await;
    let migrator = migrator_in(&chain(2), "versions", Some(meta));
    upgrade(&migrator, &database).await;
    let rows = database.column(&format!("SELECT CAST(version_num AS CHAR) FROM {meta}.versions")).await;
    database.rows(&format!("DROP DATABASE {meta}")).await;
    assert_eq!(rows, ["r2"]);
}

on_every_database! {
    /// What is written there is lost, and data migrations would run twice; or it is not a place for tables of others.
    async fn temporary_and_system_schemas_are_refused(database: TestDatabase) {
        database.rows("CREATE TABLE kept (n INTEGER)").await;
        let schemas: &[&str] = match database.kind {
            Kind::Sqlite => &["temp", "TEMP"],
            Kind::Postgresql => &["pg_temp", "pg_temp_3", "pg_catalog", "information_schema"],
            Kind::Mysql => &["mysql", "information_schema", "performance_schema", "sys"],
        };
        for schema in schemas {
            let migrator = migrator_in(&chain(1), "alembic_version", Some(schema));
            let url = database.url.as_str();
            let upgrade = migrator.upgrade(url).await.expect_err(schema);
            let stamp = migrator.stamp(url, ["r1"]).await.expect_err(schema);
            let status = migrator.status(url).await.expect_err(schema);
            let dialect = alembic::migrate::Database::from(url).dialect().expect("a dialect");
            let offline = migrator.offline(dialect, &OfflineGoal::EnsureVersion).expect_err(schema);
            for error in [upgrade, stamp, status, offline] {
                assert!(matches!(error, MigrateError::UnfitSchema { .. }), "{schema}: {error:?}");
            }
            assert_eq!(database.tables().await, ["kept"], "{schema}");
        }
    }
}

/// The version table is created in the first schema of the search path.
#[tokio::test]
async fn where_the_connection_is_in_such_a_schema() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    for schema in ["pg_temp", "pg_temp,public", "pg_catalog", "information_schema"] {
        let url = format!("{}?search_path={schema}", database.url);
        let migrator = migrator(&chain(1));
        for run in [migrator.upgrade(url.as_str()), migrator.ensure_version(url.as_str())] {
            let error = run.await.expect_err(schema);
            assert!(matches!(error, MigrateError::UnfitSchema { .. }), "{schema}: {error:?}");
        }
        assert!(database.tables().await.is_empty(), "{schema}");
    }
    let database = TestDatabase::new(Kind::Mysql).await;
    let url = database.url.replace(&database.name, "mysql");
    let error = migrator(&chain(1)).upgrade(url.as_str()).await.expect_err("a system database");
    assert!(matches!(error, MigrateError::UnfitSchema { .. }), "{error:?}");
}
