//! `upgrade`, and the seals that it leaves.

use alembic_testing::{Script, on_every_database};

use crate::support::{branch, chain, package, package_on};

on_every_database! {
    async fn to_the_head_and_back(database: TestDatabase) {
        let package = package_on(&database, &chain(3));
        package.session(
            &format!("upgrade_{:?}", database.kind).to_lowercase(),
            &["current", "upgrade", "upgrade", "current", "downgrade base", "current"],
        );
        assert!(database.user_tables().await.is_empty());
        assert_eq!(package.listed(), ["r1*", "r2*", "r3*"]);
    }
}

#[test]
fn targets() {
    let check = |target: &str, expected: &str| {
        let package = package(&chain(4));
        package.alembic("upgrade r1").success();
        package.alembic(&format!("upgrade {target}")).success();
        assert_eq!(package.alembic("current").success().stdout.trim(), expected, "{target}");
    };
    check("", "r4 (head)");
    check("head", "r4 (head)");
    check("heads", "r4 (head)");
    check("r2", "r2");
    check("+2", "r3");
    check("head-1", "r3");
    check("r1", "r1");
}

#[test]
fn targets_that_cannot_be() {
    let package = package(&chain(3));
    package.alembic("upgrade r2").success();
    package.session(
        "upgrade_bad_targets",
        &[
            "upgrade nobody",
            "upgrade r",
            "upgrade +5",
            "upgrade -1",
            "upgrade base",
            "upgrade a:b",
            "upgrade \"\"",
        ],
    );
    assert_eq!(package.alembic("current").success().stdout, "r2\n");
}

#[test]
fn beyond_the_head() {
    let package = package(&chain(2));
    package.alembic("upgrade").success();
    package.session("upgrade_beyond_the_head", &["upgrade +1", "upgrade +2", "upgrade r1+2"]);
}

#[test]
fn several_heads() {
    let mut scripts = chain(2);
    scripts.push(branch());
    let package = package(&scripts);
    package.session("upgrade_several_heads", &["upgrade", "current", "upgrade heads", "upgrade", "current"]);
}

/// What is applied is sealed, and all that is there is listed.
#[test]
fn seals() {
    let package = package(&chain(3));
    package.alembic("upgrade r2").success();
    assert_eq!(package.listed(), ["r1*", "r2*", "r3"]);
    package.assert_snapshot("upgrade_lock", &package.lock());
    // A script put there by hand is listed by an upgrade that has nothing to do.
    alembic_testing::write_scripts(&package.path("migrations"), &[Script::new("a4", "r3", "SELECT 1;", "")]);
    package.alembic("upgrade r2").success();
    assert_eq!(package.listed(), ["a4", "r1*", "r2*", "r3"]);
    // What has gone and was never applied is forgotten.
    package.remove("migrations/a4.sql");
    package.alembic("upgrade").success();
    assert_eq!(package.listed(), ["r1*", "r2*", "r3*"]);
}

#[test]
fn a_seal_does_not_change() {
    let package = package(&chain(2));
    package.alembic("upgrade").success();
    let lock = package.lock();
    package.alembic("downgrade base").success();
    assert_eq!(package.lock(), lock, "a downgrade leaves the seals");
    package.alembic("upgrade --url sqlite://another.db").success();
    assert_eq!(package.lock(), lock);
}

#[test]
fn an_edited_script_is_refused() {
    let package = package(&chain(3));
    package.alembic("upgrade r2").success();
    package.edit("migrations/r2.sql", "id INTEGER PRIMARY KEY", "id BIGINT PRIMARY KEY");
    package.session(
        "upgrade_edited",
        &["upgrade", "upgrade --url sqlite://new.db", "downgrade -1", "stamp head"],
    );
    assert!(!package.path("new.db").exists());
    package.session("upgrade_edited_reading", &["current", "history", "heads"]);
    // Formatting is no edit.
    package.edit(
        "migrations/r2.sql",
        "id BIGINT PRIMARY KEY",
        "\n    -- the key\n    id INTEGER PRIMARY KEY\n",
    );
    package.alembic("upgrade").success();
}

#[test]
fn a_deleted_script_is_refused() {
    let package = package(&chain(2));
    package.alembic("upgrade").success();
    package.remove("migrations/r2.sql");
    package.session("upgrade_deleted", &["upgrade", "upgrade --url sqlite://new.db"]);
    assert!(!package.path("new.db").exists());
}

/// Without the seals the history of the database still knows.
#[test]
fn an_edited_script_is_refused_by_the_database() {
    let package = package(&chain(3));
    package.alembic("upgrade r2").success();
    package.edit("migrations/r2.sql", "id INTEGER PRIMARY KEY", "id BIGINT PRIMARY KEY");
    package.remove("migrations/alembic.lock");
    package.session("upgrade_edited_unsealed", &["upgrade"]);
    package.edit("migrations/r2.sql", "id BIGINT PRIMARY KEY", "id INTEGER PRIMARY KEY");
    package.alembic("upgrade").success();
}

#[test]
fn locked_runs_only_what_is_sealed() {
    let package = package(&chain(3));
    package.alembic("upgrade r2").success();
    package.refuses("upgrade_locked", "upgrade --locked --url sqlite://new.db");
    let output = package.changes_nothing("upgrade --locked").code(1);
    assert!(output.stderr.contains("r3"), "{}", output.stderr);

    let lock = package.lock();
    package.alembic("upgrade r2 --locked --url sqlite://new.db").success();
    package.alembic("upgrade r2 --locked").success();
    package.alembic("downgrade base --locked").success();
    assert_eq!(package.lock(), lock);
}

/// Before anything runs: afterwards it would be too late.
#[test]
fn a_lock_that_cannot_be_written() {
    let package = package(&chain(1));
    std::fs::create_dir(package.path("migrations/alembic.lock")).expect("a folder");
    package.refuses("upgrade_lock_is_a_folder", "upgrade");
}
