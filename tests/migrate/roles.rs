//! The role in which a run works.

use alembic::migrate::MigrateError;
use alembic_testing::{Kind, Script, TestDatabase};

use crate::support::{chain, migrator};

/// A user of the test who may nothing but what the role `{name}_owner` may, and the URL with that user.
async fn user_with_role(database: &TestDatabase) -> (String, String) {
    let (user, role) = (format!("{}_user", database.name), format!("{}_owner", database.name));
    let (_, rest) = database.url.split_once('@').expect("a user");
    let scheme = match database.kind {
        Kind::Postgresql => {
            let sql = format!(
                "CREATE ROLE {role}; CREATE ROLE {user} LOGIN NOINHERIT PASSWORD 'pw'; GRANT {role} TO {user}; \
                 GRANT ALL ON SCHEMA public TO {role}; REVOKE ALL ON SCHEMA public FROM public; \
                 GRANT USAGE ON SCHEMA public TO {user}"
            );
            for statement in sql.split("; ") {
                database.rows(statement).await;
            }
            "postgres"
        }
        _ => {
            let name = &database.name;
            for statement in [
                format!("CREATE ROLE {role}"),
                format!("GRANT ALL ON {name}.* TO {role}"),
                format!("CREATE USER {user}@'%' IDENTIFIED BY 'pw'"),
                format!("GRANT {role} TO {user}@'%'"),
                // Without it the user could not choose the database before it has the role.
                format!("GRANT SHOW VIEW ON {name}.* TO {user}@'%'"),
            ] {
                database.rows(&statement).await;
            }
            "mysql"
        }
    };
    (role, format!("{scheme}://{user}:pw@{rest}"))
}

async fn drop_users(database: &TestDatabase) {
    let name = &database.name;
    let statements = match database.kind {
        Kind::Postgresql => vec![
            format!("DROP OWNED BY {name}_owner CASCADE"),
            format!("DROP OWNED BY {name}_user CASCADE"),
            format!("DROP ROLE {name}_owner"),
            format!("DROP ROLE {name}_user"),
        ],
        _ => vec![format!("DROP ROLE {name}_owner"), format!("DROP USER {name}_user@'%'")],
    };
    for statement in statements {
        database.rows(&statement).await;
    }
}

#[tokio::test]
async fn a_run_works_in_its_role() {
    for kind in [Kind::Postgresql, Kind::Mysql] {
        let database = TestDatabase::new(kind).await;
        let (role, url) = user_with_role(&database).await;
        let migrator = migrator(&chain(2));
        migrator.upgrade(url.as_str()).target("r1").await.expect_err("the user may create nothing");
        migrator
            .upgrade(url.as_str())
            .target("r1")
            .role(role.clone())
            .await
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(database.versions().await, ["r1"]);
        // A pool gets no connection back that has another role.
        if kind == Kind::Postgresql {
            let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1).connect(&url).await;
            let pool = pool.expect("a pool");
            migrator.upgrade(&pool).role(role.clone()).await.unwrap_or_else(|error| panic!("{error}"));
            let user: String =
                sqlx::query_scalar("SELECT current_user::text").fetch_one(&pool).await.expect("the user");
            assert_eq!(user, format!("{}_user", database.name));
            pool.close().await;
            let owners =
                "SELECT DISTINCT tableowner::text FROM pg_catalog.pg_tables WHERE schemaname = 'public'";
            assert_eq!(database.column(owners).await, [role.as_str()]);
        } else {
            let pool = sqlx::mysql::MySqlPoolOptions::new().max_connections(1).connect(&url).await;
            let pool = pool.expect("a pool");
            migrator.upgrade(&pool).role(role.clone()).await.unwrap_or_else(|error| panic!("{error}"));
            let role: Option<String> =
                sqlx::query_scalar("SELECT CURRENT_ROLE()").fetch_one(&pool).await.expect("the role");
            assert_eq!(role, None);
            pool.close().await;
        }
        drop_users(&database).await;
    }
}

/// `RESET ROLE` in a script goes back to it.
#[tokio::test]
async fn a_script_that_resets_its_role() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let (role, url) = user_with_role(&database).await;
    let first = Script::new("r1", "", "RESET ROLE;\nCREATE TABLE t (n INTEGER);", "DROP TABLE t;");
    let second = Script::new("r2", "r1", "SET ROLE NONE;", "SELECT 1;");
    let third = Script::new("r3", "r2", "CREATE TABLE u (n INTEGER);", "DROP TABLE u;");
    let migrator = migrator(&[first, second, third]);
    migrator.upgrade(url).role(role.clone()).await.unwrap_or_else(|error| panic!("{error}"));
    let owners = "SELECT DISTINCT tableowner::text FROM pg_catalog.pg_tables WHERE schemaname = 'public'";
    assert_eq!(database.column(owners).await, [role]);
    drop_users(&database).await;
}

#[tokio::test]
async fn sqlite_has_no_roles() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let error = migrator(&chain(1)).upgrade(database.url.as_str()).role("owner").await.expect_err("no roles");
    assert!(matches!(error, MigrateError::Refused { .. }), "{error:?}");
    assert!(!database.file().exists() || database.tables().await.is_empty());
}

/// A key is never used where nothing is encrypted with it.
#[tokio::test]
async fn a_key_without_sqlcipher() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("app.db");
    let url = format!("sqlite://{}", file.display());
    let keyed = alembic::migrate::Database::from(url).sqlite_key("hunter2");
    let error = migrator(&chain(1)).upgrade(&keyed).await.expect_err("nothing encrypts here");
    let shown = format!("{error} {error:?} {keyed:?}");
    assert!(shown.contains("cannot encrypt") && !shown.contains("hunter2"), "{shown}");
    assert!(!file.exists());
}
