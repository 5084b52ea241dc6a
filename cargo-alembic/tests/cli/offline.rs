//! `--sql`: scripts for somebody else to run.

use alembic_testing::{Kind, TestDatabase};

use crate::support::{chain, package, package_on};

#[test]
fn a_script_for_each_database() {
    let package = package(&chain(2));
    for dialect in ["sqlite", "postgresql", "mysql"] {
        let output = package.changes_nothing(&format!("upgrade r1:r2 --sql --dialect {dialect}")).success();
        package.assert_snapshot(&format!("offline_{dialect}"), &mask_user(&output.stdout));
    }
}

/// Replaces `user@host`, which stands before the version of the program.
fn mask_user(text: &str) -> String {
    let end = format!("', '{}', ", env!("CARGO_PKG_VERSION"));
    let user = text.split_once(&end).and_then(|(before, _)| before.rsplit('\'').next()).unwrap_or_default();
    text.replace(&format!("'{user}'"), "'[who]'")
}

#[test]
fn mistakes() {
    let package = package(&chain(2));
    package.session(
        "offline_mistakes",
        &[
            "downgrade base --sql",
            "upgrade r2:r1 --sql",
            "upgrade r1:r2",
            "stamp r1:r2 r2:r1 --sql",
            "upgrade --dialect sqlite",
        ],
    );
    package.remove("alembic.toml");
    package.session("offline_no_dialect", &["upgrade --sql"]);
}

#[test]
fn the_dialect_is_that_of_the_url_and_nothing_is_connected_to() {
    let package = package(&chain(1));
    let script =
        package.changes_nothing("upgrade --sql --url postgres://nobody:secret@127.0.0.1:1/none").success();
    assert!(script.stdout.contains("\\set ON_ERROR_STOP on"), "{}", script.stdout);
    assert!(!script.text().contains("secret"));
}

#[tokio::test]
async fn ensure_version() {
    let database = TestDatabase::new(Kind::Postgresql).await;
    let package = package_on(&database, &chain(1));
    package.session("offline_ensure_version", &["ensure-version --sql", "ensure-version", "ensure-version"]);
    assert_eq!(database.tables().await, ["alembic_history", "alembic_version"]);
}
