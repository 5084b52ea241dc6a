//! What is looked at before anything runs.

use alembic::migrate::{Event, MigrateError};
use alembic_testing::{Kind, TestDatabase, on_every_database};

use crate::support::{chain, migrator, upgrade};

#[tokio::test]
async fn a_missing_right_is_noticed_before_anything_runs() {
    for kind in [Kind::Postgresql, Kind::Mysql] {
        let database = TestDatabase::new(kind).await;
        upgrade(&migrator(&chain(1)), &database).await;
        let name = &database.name;
        let (_, rest) = database.url.split_once('@').expect("a user in the URL");
        // Everything but the right to write to the history.
        let (grants, url) = match kind {
            Kind::Mysql => (
                vec![
                    format!("CREATE USER {name} IDENTIFIED BY 'x'"),
                    format!("GRANT CREATE, DROP, ALTER, INDEX, SELECT ON {name}.* TO {name}"),
                    format!("GRANT INSERT, UPDATE, DELETE ON {name}.alembic_version TO {name}"),
                ],
                format!("mysql://{name}:x@{rest}"),
            ),
            _ => (
                vec![
                    format!("CREATE ROLE {name} LOGIN PASSWORD 'x'"),
                    format!("GRANT ALL ON SCHEMA public TO {name}"),
                    format!("GRANT ALL ON alembic_version TO {name}"),
                    format!("GRANT SELECT ON alembic_history TO {name}"),
                ],
                format!("postgres://{name}:x@{rest}"),
            ),
        };
        for sql in grants {
            database.rows(&sql).await;
        }
        let error = migrator(&chain(3)).upgrade(url.as_str()).await.expect_err("no right");
        let text = error.to_string();
        assert!(text.contains("alembic_history") && text.contains("denied"), "{text}");
        assert_eq!(database.user_tables().await, ["t_r1"]);
        if kind == Kind::Postgresql {
            for sql in ["DROP OWNED BY {}", "DROP ROLE {}"] {
                database.rows(&sql.replace("{}", name)).await;
            }
        } else {
            database.rows(&format!("DROP USER {name}")).await;
        }
    }
}

on_every_database! {
    async fn another_server_is_told_once(database: TestDatabase) {
        let url = database.url.as_str();
        upgrade(&migrator(&chain(1)), &database).await;
        let told = async |length: usize| {
            let mut told = Vec::new();
            let migrator = migrator(&chain(length));
            let run = migrator.upgrade(url).on_event(|event| {
                if let Event::AnotherServer { before, now } = event {
                    told.push((before, now));
                }
            });
            run.await.expect("upgrade");
            told
        };
        assert!(told(2).await.is_empty(), "it is the same");
        let recorded = database.column("SELECT server FROM alembic_history ORDER BY id").await;
        if database.kind == Kind::Sqlite {
            assert_eq!(recorded, ["NULL", "NULL"], "a file has no server");
            return;
        }
        database.rows("UPDATE alembic_history SET server = 'elsewhere'").await;
        let found = told(3).await;
        assert_eq!(found, [("elsewhere".to_owned(), recorded[0].clone())]);
        assert!(told(4).await.is_empty(), "once");
    }
}

#[tokio::test]
async fn a_version_table_that_the_search_path_misses_is_not_made_again() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let migrator = migrator(&chain(1));
    let url = database.url.as_str();
    database.rows("CREATE SCHEMA app").await;
    let path = format!("ALTER DATABASE {} SET search_path =", database.name);
    database.rows(&format!("{path} app")).await;
    upgrade(&migrator, &database).await;
    assert_eq!(database.versions().await, ["r1"]);

    database.rows(&format!("{path} public")).await;
    let error = migrator.upgrade(url).await.expect_err("it is in another schema");
    assert!(matches!(error, MigrateError::VersionTableElsewhere { .. }), "{error:?}");
    assert!(error.to_string().contains("in the schema app"), "{error}");
    assert_eq!(database.tables().await, ["alembic_history", "alembic_version", "t_r1"]);

    // Whoever wants a second one makes it.
    database.rows("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)").await;
    upgrade(&migrator, &database).await;
    assert_eq!(database.versions().await, ["r1"]);
}
