//! Two services that share a version table: whatever they have in common, none takes back or stamps over what the other has applied,
//! and each of them keeps its own.

use crate::databases::services;
use crate::world::{Checkout, World, script};

const OTHERS: &str = "the version table belongs to another service";

/// Nothing that takes back or stamps touches what the shop has.
async fn check_spared(shop: &Checkout<'_>, billing: &Checkout<'_>, stamp: Option<&str>) {
    let tables = shop.tables().await;
    let versions = shop.sql("SELECT version_num FROM alembic_version").await;
    let lines = [
        "upgrade --from-history",
        "downgrade --from-history base",
        "downgrade --from-history -1",
        "downgrade --from-history -1 --dry-run",
    ];
    for line in lines.into_iter().chain(stamp) {
        let output = billing.alembic(line).code(1);
        assert!(
            output.stderr.contains(OTHERS) && output.stderr.contains("`version_table`"),
            "{line}: {output}"
        );
    }
    assert_eq!(shop.tables().await, tables);
    assert_eq!(shop.sql("SELECT version_num FROM alembic_version").await, versions);
    assert_eq!(shop.sql("SELECT CAST(n AS TEXT) FROM r1").await.len(), 2);
    shop.alembic("verify").success();
}

/// Revisions with the same id, and the same message or the same time.
#[tokio::test]
async fn an_equal_message_or_an_equal_time() {
    for is_message in [true, false] {
        let worlds = (World::new(), World::new());
        let (shop, billing) = services(&worlds, "r1").await;
        shop.revision("r2");
        shop.alembic("upgrade").success();
        let own = billing.read(&script("r1"));
        let line = |text: &str, key: &str| {
            text.lines().find(|line| line.starts_with(key)).expect("a line of the header").to_owned()
        };
        if is_message {
            billing.edit(&script("r1"), "-- The bills\n", "-- r1\n");
        } else {
            let theirs = line(&shop.read(&script("r1")), "-- Created:");
            billing.edit(&script("r1"), &line(&own, "-- Created:"), &theirs);
        }
        billing.revision_of("r2", "", "CREATE TABLE paid (n INTEGER);", "DROP TABLE paid;");
        billing.edit(&script("r2"), "-- Created: 2", "-- Created: 1");
        check_spared(&shop, &billing, Some("stamp r1")).await;
    }
}

/// Both have begun with the script of a template.
#[tokio::test]
async fn an_equal_first_script() {
    let worlds = (World::new(), World::new());
    let (shop, billing) = services(&worlds, "r1").await;
    shop.revision("r2");
    shop.revision("r3");
    shop.alembic("upgrade").success();
    billing.write(&script("r1"), &shop.read(&script("r1")));
    billing.revision_of("r2", "", "CREATE TABLE paid (n INTEGER);", "DROP TABLE paid;");
    billing.edit(&script("r2"), "-- Created: 2", "-- Created: 1");
    check_spared(&shop, &billing, None).await;
}

/// A parent whose script is missing is not that of the other service, because it has its id.
#[tokio::test]
async fn a_parent_by_its_id_alone() {
    let worlds = (World::new(), World::new());
    let (shop, billing) = services(&worlds, "r1").await;
    billing.revision_of("b2", "", "CREATE TABLE paid (n INTEGER);", "DROP TABLE paid;");
    billing.remove(&script("r1"));
    for line in ["downgrade --from-history base", "downgrade --from-history -1"] {
        let output = billing.alembic(line).code(1);
        assert!(output.stderr.contains(OTHERS), "{line}: {output}");
    }
    billing.edit(&script("b2"), "-- Revises: r1", "-- Revises:\n-- Depends-On: r1");
    billing.alembic("downgrade --from-history base").code(1);
    assert_eq!(shop.tables().await, "r1");
}

/// The seal shows that a revision is this service's own, whatever became of its script.
#[tokio::test]
async fn what_is_sealed_here() {
    for is_deleted in [true, false] {
        let world = World::new();
        let alice = world.first();
        alice.revision("r1");
        alice.alembic("upgrade").success();
        if is_deleted {
            alice.remove(&script("r1"));
        } else {
            alice.edit(&script("r1"), "-- r1\n", "-- Another message\n");
            alice.edit(&script("r1"), "-- Created: 2", "-- Created: 1");
            alice.edit(&script("r1"), "n INTEGER", "n TEXT");
        }
        let output = alice.alembic("upgrade").code(1);
        assert!(output.stderr.contains("downgrade --from-history"), "{output}");
        alice.alembic("downgrade --from-history base").success();
        assert_eq!(alice.tables().await, "");
        alice.alembic("unseal r1").success();
        alice.alembic("upgrade").success();
    }
}

/// Nothing here but the branch that is not checked out has what is applied.
#[tokio::test]
async fn a_branch_that_is_not_checked_out() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.alembic("upgrade").success();
    alice.commit("base");
    alice.git("checkout -qb feature").success();
    alice.revision("f1");
    alice.revision("f2");
    alice.alembic("upgrade").success();
    alice.commit("feature");
    alice.git("checkout -q main").success();
    alice.alembic("downgrade --from-history r1").success();
    assert_eq!(alice.tables().await, "r1");
    alice.alembic("verify").success();
}
