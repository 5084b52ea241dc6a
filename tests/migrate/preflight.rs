//! What is looked at before anything runs.

use alembic::migrate::{Event, MigrateError};
use alembic_testing::{Kind, Script, TestDatabase, on_every_database};

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

    // Whoever wants a second one makes it, as the message says.
    assert!(error.help().is_some_and(|help| help.contains("`cargo alembic ensure-version`")), "{error}");
    migrator.ensure_version(url).await.unwrap_or_else(|error| panic!("{error}"));
    upgrade(&migrator, &database).await;
    assert_eq!(database.versions().await, ["r1"]);
}

/// Each tenant has a schema of its own in one database.
#[tokio::test]
async fn a_schema_for_each_tenant() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let migrator = migrator(&chain(1));
    for tenant in ["tenant_a", "tenant_b", "tenant_c"] {
        let url = format!("{}?search_path={tenant}", database.url);
        for run in [migrator.ensure_version(url.as_str()), migrator.upgrade(url.as_str())] {
            let error = run.await.expect_err("there is no such schema");
            assert!(matches!(error, MigrateError::NoSchema { .. }), "{error:?}");
        }
        database.rows(&format!("CREATE SCHEMA {tenant}")).await;
        migrator.ensure_version(url.as_str()).await.unwrap_or_else(|error| panic!("{tenant}: {error}"));
        migrator.upgrade(url.as_str()).await.unwrap_or_else(|error| panic!("{tenant}: {error}"));
        let rows = database.column(&format!("SELECT id::text FROM {tenant}.t_r1")).await;
        assert_eq!(rows, ["1"], "{tenant}");
    }
}

/// Where a note stands between two statements, it would be what is counted.
#[tokio::test]
async fn rows_are_not_counted_across_statements() {
    let check = async |kind: Kind, section: &str, statement: &str, function: Option<&str>| {
        let database = TestDatabase::new(kind).await;
        let body = format!(
            "-- alembic: upgrade{section}\nCREATE TABLE t (n INTEGER);\nINSERT INTO t VALUES (1), (2);\nUPDATE t SET n = n + 1;\n{statement}\n"
        );
        let migrator = migrator(&[Script::with_body("a", "", &body)]);
        let error = migrator.upgrade(database.url.as_str()).await.err().map(|error| error.to_string());
        match function {
            None => assert_eq!(error, None, "{statement}"),
            Some(function) => {
                let error = error.unwrap_or_else(|| panic!("{statement}"));
                let expected = format!("migrations/a.sql:10: `{function}` would not count the rows");
                assert!(error.starts_with(&expected), "{error}");
                assert_eq!(database.user_tables().await, [""; 0], "nothing was run");
            }
        }
    };
    let counted = "INSERT INTO t VALUES (changes());";
    check(Kind::Sqlite, " no-transaction", counted, Some("changes")).await;
    check(Kind::Sqlite, "", counted, None).await;
    check(Kind::Sqlite, " no-transaction", "SELECT changes();", None).await;
    for statement in
        ["INSERT INTO t VALUES (row_count() + 1);", "SET @n = ROW_COUNT ();", "SELECT ROW_COUNT() INTO @n;"]
    {
        check(Kind::Mysql, "", statement, Some("ROW_COUNT")).await;
    }
    let body =
        "CREATE PROCEDURE p() BEGIN UPDATE t SET n = 3; INSERT INTO t VALUES (ROW_COUNT()); END;\nCALL p();";
    for statement in ["SELECT ROW_COUNT();", body, "INSERT INTO t SELECT 1 WHERE 'ROW_COUNT()' <> '';"] {
        check(Kind::Mysql, "", statement, None).await;
    }
}
