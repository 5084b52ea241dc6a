//! What must not be taken back, run twice or left out, whatever was done to the scripts.

use crate::databases::services;
use crate::world::{World, follow, script};

/// Another service's tables are not taken back by what takes a database over to these scripts.
#[tokio::test]
async fn tables_of_another_service() {
    for id in ["billing1", "r1"] {
        let worlds = (World::new(), World::new());
        let (shop, billing) = services(&worlds, id).await;
        for line in ["upgrade --from-history", "downgrade --from-history base", "downgrade --from-history -1"]
        {
            let output = billing.alembic(line).code(1);
            assert!(
                output.stderr.contains("the version table belongs to another service"),
                "{line}: {output}"
            );
            assert!(output.stderr.contains("`version_table`"), "{line}: {output}");
        }
        // Nor once the version table says that both are applied.
        if id != "r1" {
            shop.sql(&format!("INSERT INTO alembic_version (version_num) VALUES ('{id}')")).await;
            billing.alembic("downgrade --from-history base").code(1);
            shop.sql(&format!("DELETE FROM alembic_version WHERE version_num = '{id}'")).await;
        }
        assert_eq!(shop.sql("SELECT CAST(n AS TEXT) FROM r1").await.len(), 2);
        shop.alembic("verify").success();
    }
}

/// Two services that count their revisions, with more than one each: the parent of the second is one of ours only by its name.
#[tokio::test]
async fn tables_of_another_service_that_counts_alike() {
    let worlds = (World::new(), World::new());
    let (shop, billing) = services(&worlds, "r1").await;
    shop.revision("r2");
    shop.alembic("upgrade").success();
    billing.revision_of("r2", "", "CREATE TABLE paid (n INTEGER);", "DROP TABLE paid;");
    billing.edit(&script("r2"), "-- r2\n", "-- What is paid\n");
    billing.edit(&script("r2"), "-- Created: 2", "-- Created: 1");
    for line in ["upgrade --from-history", "downgrade --from-history base", "downgrade --from-history -1"] {
        let output = billing.alembic(line).code(1);
        assert!(output.stderr.contains("the version table belongs to another service"), "{line}: {output}");
    }
    assert_eq!(shop.sql("SELECT CAST(n AS TEXT) FROM r1").await.len(), 2);
    shop.alembic("verify").success();
}

/// The edit of what lies below a revision without a script is told by all, and first.
#[test]
fn an_edit_below_a_deleted_script() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.revision("r2");
    alice.alembic("upgrade").success();
    let lock = alice.lock();
    alice.edit(&script("r1"), "CREATE TABLE r1 (n INTEGER", "CREATE TABLE r1 (n TEXT");
    alice.remove(&script("r2"));
    // Somebody else wrote the lock: it has nothing against that.
    let head: Vec<&str> = lock.lines().take(2).collect();
    alice.write("migrations/alembic.lock", &format!("{}\nr1\n", head.join("\n")));
    for command in ["upgrade", "verify", "current --check-heads"] {
        let output = alice.alembic(command).code(1);
        assert!(
            output.stderr.contains("r1") && !output.stderr.contains("all that is known here"),
            "{output}"
        );
    }
    let editor = [("EDITOR", "sed -i s/TEXT/REAL/"), ("VISUAL", "")];
    let output = alice.alembic_with("edit r1", &editor).code(1);
    assert!(output.stderr.contains("has revision r1 applied"), "{output}");
}

/// What is begun or stamped is not moved: the database would lose count of what it has.
#[tokio::test]
async fn a_rebase_of_what_is_begun_or_stamped() {
    let world = World::new();
    let alice = world.first();
    alice.revision_of("r1", "", "CREATE TABLE r1 (n INTEGER);\nINSERT INTO r1 VALUES (1);", "DROP TABLE r1;");
    alice.revision_of("r2", "", "UPDATE r1 SET n = n * 10;", "");
    alice.alembic("upgrade").success();
    alice.revision("e1");
    alice.alembic("stamp e1").success();
    let output = alice.alembic("rebase e1 --onto r1").code(1);
    assert!(output.stderr.contains("has revision e1 applied; nothing was changed"), "{output}");
    alice.alembic("stamp r2").success();
    alice.revision_of("b1", "", "CREATE TABLE b1 (n INTEGER);\nSELECT * FROM nope;", "DROP TABLE b1;");
    alice.edit(&script("b1"), "-- alembic: upgrade\n", "-- alembic: upgrade no-transaction\n");
    alice.alembic("upgrade b1").code(1);
    alice.edit(&script("b1"), "SELECT * FROM nope;", "");
    let output = alice.alembic("rebase b1 --onto r2").code(1);
    assert!(output.stderr.contains("has revision b1 applied; nothing was changed"), "{output}");
    assert_eq!(alice.sql("SELECT CAST(n AS TEXT) FROM r1").await, [[Some("10".to_owned())]]);
}

/// What is unfinished does not go on from where it was not begun.
#[tokio::test]
async fn an_unfinished_revision_that_was_moved() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.revision_of("b1", "", "CREATE TABLE b1 (n INTEGER);\nSELECT * FROM nope;", "DROP TABLE b1;");
    alice.edit(&script("b1"), "-- alembic: upgrade\n", "-- alembic: upgrade no-transaction\n");
    alice.alembic("upgrade").code(1);
    alice.revision_of("c1", "--head r1 --splice", "CREATE TABLE c1 (n INTEGER);", "DROP TABLE c1;");
    alice.edit(&script("b1"), "SELECT * FROM nope;", "");
    alice.edit(&script("b1"), "Revises: r1", "Revises: c1");
    for command in ["upgrade", "resume"] {
        let output = alice.alembic(command).code(1);
        assert!(
            output.stderr.contains("it stands on other revisions now, which are not applied: c1"),
            "{output}"
        );
    }
    // The message names the line that was changed.
    assert!(alice.alembic("resume").code(1).stderr.contains("put its `Revises:` back"));
    alice.edit(&script("b1"), "Revises: c1", "Revises: r1\n-- Depends-On: c1");
    assert!(alice.alembic("resume").code(1).stderr.contains("put its `Depends-On:` back"));
    alice.edit(&script("b1"), "Revises: r1\n-- Depends-On: c1", "Revises: c1");
    // As the message says it; then the order may be changed.
    alice.edit(&script("b1"), "Revises: c1", "Revises: r1");
    alice.alembic("resume").success();
    alice.alembic("upgrade heads").success();
    assert_eq!(alice.tables().await, "b1 c1 r1");
}

/// An unfinished revision is finished in the old order before what it stands on is moved.
#[tokio::test]
async fn an_unfinished_revision_on_one_that_was_moved() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.revision("r2");
    alice.revision_of("b1", "", "CREATE TABLE b1 (n INTEGER);\nSELECT * FROM nope;", "DROP TABLE b1;");
    alice.edit(&script("b1"), "-- alembic: upgrade\n", "-- alembic: upgrade no-transaction\n");
    alice.alembic("upgrade").code(1);
    alice.forget_seals();
    alice.edit(&script("b1"), "SELECT * FROM nope;", "");
    alice.revision_of("c1", "--head r1 --splice", "CREATE TABLE c1 (n INTEGER);", "DROP TABLE c1;");
    alice.edit(&script("r2"), "Revises: r1", "Revises: c1");
    for command in ["upgrade", "resume"] {
        let output = alice.alembic(command).code(1);
        assert!(output.stderr.contains("b1 has to be finished in the old order first"), "{output}");
        assert!(!output.stderr.contains("stamp --purge"), "{output}");
    }
    alice.edit(&script("r2"), "Revises: c1", "Revises: r1");
    alice.alembic("resume").success();
    alice.forget_seals();
    alice.edit(&script("r2"), "Revises: r1", "Revises: c1");
    let output = alice.alembic("upgrade").code(1);
    follow(&alice, &output, "cargo alembic stamp --purge");
    alice.alembic("upgrade").success();
    assert_eq!(alice.tables().await, "b1 c1 r1 r2");
}

/// Every database is asked that some way of configuring names, whichever goes before the others.
#[test]
fn both_urls_are_asked() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.revision("r2");
    alice.alembic("upgrade").success();
    let dev = [("DATABASE_URL", "sqlite://dev.db")];
    for (url, dotenv, name) in [
        ("sqlite://app.db", "", "the database of `url` in alembic.toml"),
        ("sqlite://app.db", "DATABASE_URL=sqlite://other.db\n", "the database of `url` in alembic.toml"),
        ("sqlite://other.db", "DATABASE_URL=sqlite://app.db\n", "the database of DATABASE_URL in .env"),
        ("${APP_URL}", "APP_URL=sqlite://app.db\n", "the database of `url` in alembic.toml"),
    ] {
        alice.write("alembic.toml", &format!("url = \"{url}\"\n"));
        alice.write(".env", dotenv);
        for line in ["unseal r2", "--url sqlite://third.db unseal r2", "rebase r2 --onto base"] {
            let output = alice.alembic_with(line, &dev).code(1);
            let refusal = format!("{name} has revision r2 applied; nothing was changed");
            let is_sealed = "revision `r2` is sealed";
            assert!(
                output.stderr.contains(&refusal) || output.stderr.contains(is_sealed),
                "{line}: {output}"
            );
        }
    }
    assert_eq!(alice.seals(), "r1+ r2+");
}

/// The new order of what is applied is declared, and nothing runs that has run.
#[tokio::test]
async fn a_new_order_of_applied_revisions() {
    let world = World::new();
    let alice = world.first();
    alice.revision_of("r0", "", "CREATE TABLE z (n INTEGER);\nINSERT INTO z VALUES (1);", "DROP TABLE z;");
    alice.revision_of("b1", "", "UPDATE z SET n = n * 10;", "");
    alice.revision_of("c1", "--head r0 --splice", "CREATE TABLE c1 (n INTEGER);", "DROP TABLE c1;");
    alice.revision_of("c2", "--head c1", "CREATE TABLE c2 (n INTEGER);", "DROP TABLE c2;");
    alice.alembic("upgrade heads").success();
    alice.forget_seals();
    alice.edit(&script("c1"), "Revises: r0", "Revises: b1");
    let output = alice.alembic("upgrade").code(1);
    follow(&alice, &output, "cargo alembic stamp --purge");
    for command in ["upgrade", "verify", "current --check-heads"] {
        alice.alembic(command).success();
    }
    assert_eq!(alice.sql("SELECT CAST(n AS TEXT) FROM z").await, [[Some("10".to_owned())]]);
    // What ran before ran, moved or not: its script is still compared, and its downgrade needs no consent.
    alice.alembic("downgrade -1 --dry-run").success();
    alice.edit(&script("c1"), "CREATE TABLE c1 (n INTEGER)", "CREATE TABLE c1 (n TEXT)");
    alice.forget_seals();
    let output = alice.alembic("verify").code(1);
    assert!(output.stderr.contains("revision c1 was applied as"), "{output}");
    alice.edit(&script("c1"), "CREATE TABLE c1 (n TEXT)", "CREATE TABLE c1 (n INTEGER)");
    alice.edit(&script("r0"), "CREATE TABLE z (n INTEGER)", "CREATE TABLE z (n TEXT)");
    alice.forget_seals();
    let output = alice.alembic("verify").code(1);
    assert!(output.stderr.contains("revision r0 was applied as"), "{output}");
}

/// A hotfix below which a revision was put, with another one after it.
#[tokio::test]
async fn a_new_parent_that_is_missing() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r0");
    alice.revision("hf");
    alice.revision("r2");
    alice.alembic("upgrade hf").success();
    alice.sql("INSERT INTO hf VALUES (1)").await;
    alice.forget_seals();
    alice.revision_of("r1", "--head r0 --splice", "CREATE TABLE r1 (n INTEGER);", "DROP TABLE r1;");
    alice.edit(&script("hf"), "Revises: r0", "Revises: r1");
    let output = alice.alembic("upgrade").code(1);
    follow(&alice, &output, "cargo alembic stamp --purge");
    for command in ["upgrade", "verify", "current --check-heads"] {
        alice.alembic(command).success();
    }
    assert_eq!(alice.tables().await, "hf r0 r1 r2");
    assert_eq!(alice.sql("SELECT CAST(n AS TEXT) FROM hf").await.len(), 1);
}

/// Two applied revisions that both stand elsewhere now, one of them on what is missing.
#[tokio::test]
async fn several_moved_revisions() {
    let world = World::new();
    let alice = world.first();
    alice.revision_of("r0", "", "CREATE TABLE z (n INTEGER);\nINSERT INTO z VALUES (1);", "DROP TABLE z;");
    alice.revision_of("y", "", "UPDATE z SET n = n * 10;", "");
    alice.revision_of("x", "--head r0 --splice", "UPDATE z SET n = n + 1;", "");
    alice.revision_of("b", "--head r0 --splice", "CREATE TABLE b (n INTEGER);", "DROP TABLE b;");
    alice.alembic("upgrade heads").success();
    let result = alice.sql("SELECT CAST(n AS TEXT) FROM z").await;
    alice.forget_seals();
    alice.edit(&script("y"), "Revises: r0", "Revises: b");
    alice.revision_of("m", "--head y", "CREATE TABLE m (n INTEGER);", "DROP TABLE m;");
    alice.edit(&script("x"), "Revises: r0", "Revises: m");
    let output = alice.alembic("upgrade").code(1);
    follow(&alice, &output, "cargo alembic stamp --purge");
    for command in ["upgrade", "verify", "current --check-heads"] {
        alice.alembic(command).success();
    }
    assert_eq!(alice.sql("SELECT CAST(n AS TEXT) FROM z").await, result);
    assert_eq!(alice.tables().await, "b m z");
}

/// What was taken back before the scripts failed stays so, and that is said.
#[tokio::test]
async fn a_takeover_that_fails() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.alembic("upgrade").success();
    alice.forget_seals();
    alice.edit(
        &script("r1"),
        "CREATE TABLE r1 (n INTEGER);",
        "CREATE TABLE r1 (n INTEGER);\nSELECT * FROM nope;",
    );
    let output = alice.alembic("upgrade --from-history").code(1);
    assert!(
        output.stderr.contains("r1 had been taken back before, with what was in it, and stays so"),
        "{output}"
    );
    assert_eq!(alice.tables().await, "");
}

/// Each of two corrected downgrades is accepted by a command of its own.
#[test]
fn two_corrected_downgrades() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.revision("r2");
    alice.alembic("upgrade").success();
    for id in ["r1", "r2"] {
        alice.edit(
            &script(id),
            &format!("DROP TABLE {id};"),
            &format!("DELETE FROM {id};\nDROP TABLE {id};"),
        );
    }
    alice.alembic("seal r1 --downgrade").success();
    alice.alembic("verify").code(1);
    alice.alembic("seal r2 --downgrade").success();
    alice.alembic("verify").success();
}

/// A script that is not applied does not keep what is applied from being taken back.
#[tokio::test]
async fn a_rollback_beside_scripts_without_a_parent() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r0");
    alice.alembic("upgrade").success();
    alice.revision("r1");
    alice.revision("r2");
    alice.remove(&script("r1"));
    alice.alembic("downgrade base").code(1);
    alice.alembic("downgrade --from-history base").success();
    assert_eq!(alice.tables().await, "");
}

/// A dry run refuses what the run refuses.
#[test]
fn dry_runs_of_edited_scripts() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.alembic("seal").success();
    alice.edit(&script("r1"), "n INTEGER", "n TEXT");
    for line in ["upgrade", "upgrade --dry-run", "upgrade --dry-run --json", "upgrade --sql"] {
        let output = alice.alembic(line).code(1);
        assert!(output.stderr.contains("revision r1 was edited after"), "{line}: {output}");
        assert_eq!(output.stdout, "", "{line}");
    }
}

/// A lock that is gone is missed by all that need it, and written anew with a word.
#[test]
fn a_lock_that_is_gone() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.alembic("upgrade").success();
    alice.commit("sealed");
    let lock = alice.lock();
    alice.remove("migrations/alembic.lock");
    for command in ["verify", "verify --offline", "current --check-heads", "seal --repair"] {
        alice.alembic(command).code(1);
    }
    let output = alice.alembic("revision -m r2 --rev-id r2").success();
    assert!(output.stderr.contains("is written anew without its seals"), "{output}");
    for command in ["verify", "current --check-heads"] {
        let output = alice.alembic(command).code(1);
        assert!(output.stderr.contains("r1") || command != "verify", "{output}");
    }
    alice.alembic("seal --from-database").success();
    assert!(alice.lock().contains(lock.lines().last().expect("a line")), "{}", alice.lock());
}

/// A lock that is not as it is written is repaired; two seals of one revision cannot be.
#[test]
fn repair_says_what_it_did() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.revision("r2");
    alice.alembic("upgrade").success();
    let lock = alice.lock();
    alice.write("migrations/alembic.lock", &lock.replace('\n', "\r\n"));
    let output = alice.alembic("seal --repair").success();
    assert!(!output.stderr.contains("nothing"), "{output}");
    assert_eq!(alice.lock(), lock);
    let seal = lock.lines().find(|line| line.starts_with("r2 ")).expect("a seal");
    let (before, digest) = seal.split_once("sha256:").expect("a digest");
    let digit = if digest.starts_with('0') { '1' } else { '0' };
    alice.write("migrations/alembic.lock", &format!("{lock}{before}sha256:{digit}{}\n", &digest[1..]));
    let output = alice.alembic("seal --repair").code(1);
    assert!(output.stderr.contains("r2") && !output.stderr.contains("Repaired nothing"), "{output}");
}

/// `current` and `verify` name the command that finishes a downgrade.
#[test]
fn an_unfinished_downgrade() {
    let world = World::new();
    let alice = world.first();
    alice.revision_of(
        "r1",
        "",
        "CREATE TABLE a (n INTEGER);\nCREATE TABLE b (n INTEGER);",
        "DROP TABLE a;\nDROP TABLE nope;\nDROP TABLE b;",
    );
    alice.edit(&script("r1"), "-- alembic: downgrade\n", "-- alembic: downgrade no-transaction\n");
    alice.alembic("upgrade").success();
    alice.alembic("downgrade base").code(1);
    for command in ["current --check-heads", "verify"] {
        let output = alice.alembic(command).code(1);
        assert!(output.stderr.contains("`cargo alembic resume`"), "{command}: {output}");
        assert!(!output.stderr.contains("`cargo alembic upgrade"), "{command}: {output}");
    }
}
