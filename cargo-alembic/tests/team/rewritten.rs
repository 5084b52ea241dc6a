//! Somebody rewrote history: a rebase, an edit, a force-push, a revert, a cherry-pick, a moved folder.

use crate::world::{Checkout, World, printed, script};

/// A checkout that has applied `r1` and `r2`, whose script changes on the other side; seals are not committed.
fn applied(world: &World) -> (Checkout<'_>, Checkout<'_>) {
    let (alice, bob) = (world.first(), world.clone("bob"));
    alice.revision("r1");
    alice.revision("r2");
    alice.push("scripts");
    bob.pull().success();
    bob.alembic("upgrade").success();
    bob.git("checkout -q migrations").success();
    (alice, bob)
}

/// One command takes a database over to the scripts of a teammate: after an edit, a rebase and a force-push that leaves
/// a revision out.
#[tokio::test]
async fn one_command_takes_a_database_over() {
    let edit = |alice: &Checkout<'_>| {
        alice.edit(&script("r2"), "CREATE TABLE r2 (n INTEGER)", "CREATE TABLE r2 (n INTEGER, m INTEGER)");
    };
    let rebase = |alice: &Checkout<'_>| {
        alice.revision_of("x2", "--head r1 --splice", "CREATE TABLE x2 (n INTEGER);", "DROP TABLE x2;");
        alice.alembic("rebase r2 --onto x2").success();
    };
    let leave_out = |alice: &Checkout<'_>| {
        alice.git("rm -q --cached migrations/r2.sql").success();
        alice.remove(&script("r2"));
        alice.revision("y2");
    };
    let swap = |alice: &Checkout<'_>| {
        alice.edit(&script("r2"), "Revises: r1", "Revises:");
        alice.edit(&script("r1"), "Revises:", "Revises: r2");
    };
    type Change<'c> = (&'c dyn Fn(&Checkout<'_>), &'c str);
    let changes: [Change<'_>; 4] =
        [(&edit, "r1 r2"), (&rebase, "r1 r2 x2"), (&leave_out, "r1 y2"), (&swap, "r1 r2")];
    for (change, tables) in changes {
        let world = World::new();
        let (alice, bob) = applied(&world);
        bob.sql("CREATE TABLE own (n INTEGER)").await;
        bob.sql("INSERT INTO own VALUES (1)").await;
        change(&alice);
        alice.push("changed");
        bob.pull().success();
        let output = bob.alembic("upgrade").code(1);
        if !output.stderr.contains("which no script has") {
            assert_eq!(
                printed(&output, "cargo alembic upgrade"),
                "cargo alembic upgrade --from-history",
                "{output}"
            );
            let output = bob.alembic("verify").code(1);
            assert_eq!(
                printed(&output, "cargo alembic upgrade"),
                "cargo alembic upgrade --from-history",
                "{output}"
            );
        }
        bob.alembic("upgrade --from-history").success();
        for command in ["verify", "current --check-heads", "upgrade", "upgrade --from-history"] {
            bob.alembic(command).success();
        }
        assert_eq!(bob.tables().await, format!("own {tables}"));
        assert_eq!(bob.sql("SELECT CAST(n AS TEXT) FROM own").await.len(), 1);
    }
}

/// Nothing is undone that cannot be, and nothing where the scripts are no scripts.
#[tokio::test]
async fn a_take_over_that_is_refused_changes_nothing() {
    let world = World::new();
    let (alice, bob) = applied(&world);
    alice.edit(&script("r2"), "n INTEGER", "n TEXT");
    alice.edit(&script("r1"), "n INTEGER", "n TEXT");
    alice.push("changed");
    bob.pull().success();
    let before = bob.alembic("log --json").success().stdout;
    bob.edit(&script("r2"), "Revises: r1", "Revises: missing");
    bob.alembic("upgrade --from-history").code(1);
    bob.git("checkout -q migrations").success();
    bob.sql("UPDATE alembic_history SET script = replace(script, '-- alembic: downgrade', '-- alembic: irreversible') WHERE revision = 'r1'").await;
    bob.sql(
        "UPDATE alembic_history SET script = replace(script, 'DROP TABLE r1;', '') WHERE revision = 'r1'",
    )
    .await;
    bob.alembic("upgrade --from-history").code(1);
    assert_eq!(bob.alembic("log --json").success().stdout, before);
    assert_eq!(bob.tables().await, "r1 r2");
}

/// `git revert -m 1` of the merge takes the branch's script away; the merge revision and the seals stay.
#[tokio::test]
async fn a_reverted_merge() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.push("base");
    alice.git("checkout -qb feature").success();
    alice.revision("f1");
    alice.commit("feature");
    alice.git("checkout -q main").success();
    alice.revision("a1");
    alice.commit("main");
    alice.git("merge -q --no-ff --no-edit feature").success();
    alice.alembic("merge --rev-id m").success();
    alice.alembic("upgrade").success();
    alice.commit("joined");
    alice.git("revert -m 1 --no-edit HEAD~1");
    alice.git("checkout -q HEAD -- migrations/alembic.lock").success();
    if alice.folder.join(script("f1")).exists() {
        alice.git("rm -qf migrations/f1.sql").success();
    }
    // What is about the database needs no graph.
    for reader in ["current", "log"] {
        let output = alice.alembic(reader).success();
        assert!(output.stdout.contains('m'), "{reader}: {output}");
    }
    alice.alembic("current --check-heads").code(1);
    let output = alice.alembic("upgrade").code(1);
    assert!(output.stderr.contains("the script of revision f1 is gone"), "{output}");
    // A stamp works from every state.
    let database = alice.folder.join("app.db");
    let before = std::fs::read(&database).expect("the database");
    alice.alembic("stamp --purge r1").success();
    assert_eq!(alice.sql("SELECT version_num FROM alembic_version").await, [[Some("r1".to_owned())]]);
    std::fs::write(&database, before).expect("the database");
    // Both ways that the message names.
    alice.alembic("downgrade --from-history r1").success();
    alice.alembic("unseal f1").success();
    alice.alembic("current").success();
}

/// A revert of a revision that was applied, and a revert of that.
#[test]
fn a_revert_and_its_revert() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.push("base");
    alice.revision("r2");
    alice.alembic("upgrade").success();
    alice.push("second");
    alice.git("revert --no-edit HEAD").success();
    // The seal went with the script: the lock has nothing against it, and the database is ahead.
    let output = alice.alembic("upgrade").code(1);
    assert!(output.stderr.contains("the database is ahead"), "{output}");
    alice.git("revert --no-edit HEAD").success();
    for command in ["verify", "upgrade", "current --check-heads"] {
        alice.alembic(command).success();
    }
}

/// A hotfix is picked from main, where it stands on a revision that the release does not have.
#[tokio::test]
async fn a_cherry_pick_with_another_parent() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.alembic("upgrade").success();
    alice.push("base");
    alice.git("branch release").success();
    alice.revision("r2");
    alice.push("second");
    alice.revision("fix");
    alice.push("fix");
    alice.git("checkout -q release").success();
    alice.git("cherry-pick -Xtheirs main");
    let output = alice.alembic("verify --offline").code(1);
    assert!(output.stderr.contains("revision `fix` revises `r2`, which does not exist"), "{output}");
    assert!(output.stderr.contains("picked from another branch, make it a revision of its own"), "{output}");
    // As the message says it.
    alice.git("rm -qf migrations/fix.sql").success();
    alice.revision_of("hotfix", "", "CREATE TABLE fix (n INTEGER);", "DROP TABLE fix;");
    alice.alembic("upgrade").success();
    alice.alembic("verify").success();
}

/// The fix was given another parent on the release by hand, and applied to production. Back on main its script is another one.
#[tokio::test]
async fn a_picked_revision_that_both_sides_applied() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.revision("r2");
    alice.revision("fix");
    alice.push("main");
    let prod = world.clone("prod");
    prod.alembic("upgrade r1").success();
    prod.edit(&script("fix"), "Revises: r2", "Revises: r1");
    prod.remove(&script("r2"));
    prod.alembic("upgrade").success();
    prod.sql("INSERT INTO fix VALUES (1)").await;
    prod.git("checkout -q HEAD -- .").success();
    let output = prod.alembic("upgrade").code(1);
    crate::world::follow(&prod, &output, "cargo alembic stamp --purge");
    for command in ["upgrade", "verify", "current --check-heads"] {
        prod.alembic(command).success();
    }
    assert_eq!(prod.tables().await, "fix r1 r2");
    assert_eq!(prod.sql("SELECT CAST(n AS TEXT) FROM fix").await.len(), 1);
}

/// Marks of a conflict in a script are found by whatever reads it, in the header and in a section, and are not sealed.
#[test]
fn marks_of_a_conflict_in_a_script() {
    for above in ["-- Revision: r1", "CREATE TABLE"] {
        let world = World::new();
        let alice = world.first();
        alice.revision("r1");
        let marks = format!("<<<<<<< HEAD\n=======\n>>>>>>> theirs\n{above}");
        alice.edit(&script("r1"), above, &marks);
        for command in ["verify --offline", "seal", "upgrade", "revision -m x", "heads"] {
            let output = alice.alembic(command).code(1);
            assert!(output.stderr.contains("git has left a conflict here"), "{command}: {output}");
        }
        assert_eq!(alice.seals(), "r1");
    }
}

/// Each command in a message is one for the repository in which the scripts are.
#[test]
fn scripts_in_a_submodule() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.alembic("upgrade").success();
    alice.push("scripts");
    let app = world.at("app");
    std::fs::create_dir(&app.folder).expect("a folder");
    app.git("init -q -b main").success();
    app.write("Cargo.toml", &alice.read("Cargo.toml"));
    app.write("src/main.rs", "fn main() {}\n");
    app.write("alembic.toml", "url = \"sqlite://app.db\"\nmigrations = \"db/migrations\"\n");
    app.write(".gitignore", "*.db\n");
    app.git("-c protocol.file.allow=always submodule --quiet add ../hub.git db");
    if !app.folder.join("db/migrations").exists() {
        let hub = app.folder.parent().expect("a folder").join("hub.git");
        app.git(&format!("clone -q {} db", hub.display())).success();
    }
    app.alembic("upgrade").success();
    for sealed in [true, false] {
        app.edit("db/migrations/r1.sql", "n INTEGER", "n TEXT");
        if !sealed {
            let lock = app.read("db/migrations/alembic.lock");
            let lines = lock.lines().map(|line| format!("{}\n", line.split(" sha").next().unwrap_or(line)));
            app.write("db/migrations/alembic.lock", &lines.collect::<String>());
        }
        for command in ["upgrade", "verify"] {
            let output = app.alembic(command).code(1);
            let line = printed(&output, "git -C db checkout");
            assert_eq!(line, "git -C db checkout HEAD -- migrations/r1.sql", "{command}");
        }
        app.git("-C db checkout HEAD -- migrations/r1.sql").success();
        app.alembic("upgrade").success();
    }
    app.remove("db/migrations/r1.sql");
    let output = app.alembic("upgrade").code(1);
    let log = printed(&output, "git -C db log").replace('\'', "");
    let log = log.replace("Revision: r1", "Revision:.r1");
    assert!(app.git(&log["git ".len()..]).success().stdout.contains("migrations/r1.sql"), "{log}");
}

/// The folder of scripts was renamed on one side, and the other side sealed a revision.
#[test]
fn a_folder_that_was_moved() {
    let world = World::new();
    let (alice, bob) = (world.first(), world.clone("bob"));
    alice.revision("r1");
    alice.push("base");
    bob.pull().success();
    bob.alembic("upgrade").success();
    bob.push("sealed");
    alice.git("mv migrations db").success();
    alice.write("alembic.toml", "url = \"sqlite://app.db\"\nmigrations = \"db\"\n");
    alice.commit("moved");
    alice.pull();
    alice.alembic("seal --repair").success();
    alice.alembic("verify --offline").success();
    assert!(alice.read("db/alembic.lock").contains("r1 sha256:"), "the seal moved too");
    // A lock that is only under its old name is found by name.
    alice.remove("db/alembic.lock");
    let output = alice.alembic("verify --offline").code(1);
    let line = printed(&output, "git log").replace('\'', "");
    let log = alice.git(&line["git ".len()..]).success().stdout;
    assert!(log.contains("migrations/alembic.lock"), "{log}");
}

/// Production got b1 before a1, and their downgrades do not commute.
#[tokio::test]
async fn a_downgrade_in_the_order_of_this_database() {
    for (first, second) in [("a1", "b1"), ("b1", "a1")] {
        let world = World::new();
        let alice = world.first();
        alice.revision_of(
            "r1",
            "",
            "CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (10);",
            "DROP TABLE t;",
        );
        alice.revision_of("a1", "", "UPDATE t SET n = n + 1;", "UPDATE t SET n = n - 1;");
        alice.revision_of("b1", "--head r1 --splice", "UPDATE t SET n = n * 10;", "UPDATE t SET n = n / 10;");
        alice.alembic(&format!("upgrade {first}")).success();
        alice.alembic(&format!("upgrade {second}")).success();
        alice.alembic("merge a1 b1 --rev-id m").success();
        alice.alembic("upgrade").success();
        let preview = alice.alembic("downgrade r1 --dry-run --json").success().stdout;
        let place = |id: &str| preview.find(&format!("\"revision\": \"{id}\"")).expect("a step");
        assert!(place("m") < place(second) && place(second) < place(first), "{preview}");
        alice.alembic("downgrade r1").success();
        assert_eq!(
            alice.sql("SELECT CAST(n AS TEXT) FROM t").await,
            [[Some("10".to_owned())]],
            "{first} {second}"
        );
    }
}
