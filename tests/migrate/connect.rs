//! Databases that cannot be reached: one clear error, and no password in it.

use alembic::migrate::MigrateError;
use alembic_testing::{Kind, TestDatabase};

use crate::support::{chain, migrator};

async fn error(url: &str) -> MigrateError {
    migrator(&chain(1)).upgrade(url).await.expect_err("it cannot be reached")
}

#[tokio::test]
async fn nobody_listens() {
    for url in ["postgres://u:secret@127.0.0.1:1/db", "mysql://u:secret@127.0.0.1:1/db"] {
        let error = error(url).await;
        assert!(matches!(error, MigrateError::Connect { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("127.0.0.1:1") && text.contains("refused"), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
}

#[tokio::test]
async fn the_password_is_wrong() {
    for kind in [Kind::Postgresql, Kind::Mysql] {
        let database = TestDatabase::new(kind).await;
        let (before, after) = database.url.split_once('@').expect("a user");
        let (scheme, user) = before.split_once("://").expect("a scheme");
        let user = user.split(':').next().expect("a user");
        let error = error(&format!("{scheme}://{user}:topsecret@{after}")).await;
        assert!(matches!(error, MigrateError::Connect { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(user) && !text.contains("topsecret"), "{text}");
    }
}

#[tokio::test]
async fn the_database_is_missing() {
    for (kind, command) in [(Kind::Postgresql, "createdb"), (Kind::Mysql, "CREATE DATABASE")] {
        let database = TestDatabase::new(kind).await;
        let error = error(&database.url.replace(&database.name, "not_there")).await;
        assert!(matches!(error, MigrateError::NoDatabase { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("not_there") && text.contains(command), "{text}");
    }
}

#[tokio::test]
async fn the_url_is_nonsense() {
    for (url, words) in [
        ("oracle://x", "`oracle` is not the scheme"),
        ("", "has no scheme"),
        ("postgres://[", "a `[` has no `]`"),
        ("mysql://localhost", "names no database"),
        ("sqlite://", "names no file"),
        ("sqlite:?mode=rwc", "names no file"),
    ] {
        let text = error(url).await.to_string();
        assert!(text.contains(words), "{url}: {text}");
    }
}

#[tokio::test]
async fn a_sqlite_file_is_made_with_its_folder_and_only_when_it_is_needed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a/b/app.db");
    let url = format!("sqlite://{}", file.display());
    let migrator = migrator(&chain(1));
    let error = migrator.status(url.as_str()).await.expect_err("no file");
    assert!(matches!(error, MigrateError::NoFile { .. }), "{error:?}");
    let error = migrator.upgrade(url.as_str()).target("nonsense").await.expect_err("no such target");
    assert!(matches!(error, MigrateError::Plan(_)), "{error:?}");
    let error = migrator.downgrade(url.as_str(), "base").await.expect_err("no file");
    assert!(matches!(error, MigrateError::NoFile { .. }), "{error:?}");
    assert!(!folder.path().join("a").exists(), "nothing was made");
    migrator.upgrade(url.as_str()).await.expect("upgrade");
    assert!(file.exists());
}

#[tokio::test]
async fn urls_as_sqlalchemy_writes_them() {
    for kind in [Kind::Postgresql, Kind::Mysql] {
        let database = TestDatabase::new(kind).await;
        let (_, rest) = database.url.split_once("://").expect("a scheme");
        let scheme = if kind == Kind::Mysql { "mariadb+pymysql" } else { "postgresql+asyncpg" };
        migrator(&chain(1)).upgrade(format!("{scheme}://{rest}")).await.expect("upgrade");
        assert_eq!(database.versions().await, ["r1"]);
    }
}
