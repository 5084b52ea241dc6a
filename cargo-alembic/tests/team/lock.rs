//! The lock through merges: by a clone with `merge=union`, by a forge without.

use crate::world::{World, printed, script};

/// The author of the next revision pulls a seal of the one before it, which both have applied.
#[test]
fn two_people_seal_one_revision_and_one_adds_the_next() {
    for id in ["002", "000"] {
        let world = World::new();
        let (alice, bob) = (world.first(), world.clone("bob"));
        alice.revision("t001");
        alice.push("new");
        bob.pull().success();
        bob.alembic("upgrade").success();
        bob.push("sealed");
        alice.alembic("upgrade").success();
        // The same facts are the same bytes.
        assert_eq!(alice.lock(), bob.lock());
        alice.revision(&format!("t{id}"));
        alice.commit("next");
        alice.pull().success();
        alice.alembic("verify").success();
        alice.alembic("upgrade").success();
        assert_eq!(alice.seals().matches('+').count(), 2, "{}", alice.lock());
        alice.push("sealed");
        bob.pull().success();
        bob.alembic("upgrade").success();
        assert_eq!(bob.git("status --porcelain").success().stdout, "");
    }
}

/// Alice corrects the revision before she applies it, and bob has applied it as it was: no seal moves to another one.
#[test]
fn two_people_apply_different_texts() {
    let world = World::new();
    let (alice, bob) = (world.first(), world.clone("bob"));
    alice.revision("t1");
    alice.push("new");
    bob.pull().success();
    bob.alembic("upgrade").success();
    bob.push("bobs");
    alice.edit(&script("t1"), "n INTEGER", "n TEXT");
    alice.alembic("upgrade").success();
    alice.revision("t2");
    alice.commit("alices");
    alice.pull();
    for command in ["verify --offline", "upgrade", "seal"] {
        let output = alice.alembic(command).code(1);
        for part in ["revision t1 has two different seals", "Test: bobs", "Test: alices"] {
            assert!(output.stderr.contains(part), "{command}: no {part} in {output}");
        }
    }
    // A command that only adds a revision keeps both.
    alice.revision("t3");
    assert_eq!(alice.seals(), "t1+ t1+ t2 t3");
    alice.alembic("downgrade base").success();
    alice.alembic("current").success();
    // Bob's is the one that counts.
    let bobs = bob.lock().lines().last().expect("a seal").to_owned();
    let lock = alice.lock();
    let kept = lock.lines().filter(|line| !line.starts_with("t1 ") || *line == bobs);
    alice.write("migrations/alembic.lock", &kept.map(|line| format!("{line}\n")).collect::<String>());
    alice.edit(&script("t1"), "n TEXT", "n INTEGER");
    alice.alembic("upgrade").success();
    alice.alembic("verify").success();
}

/// On a forge two new revisions in one gap conflict. Main is merged into the branch in a clone, and then the forge can.
#[test]
fn a_forge_merges_without_union() {
    let world = World::new();
    let alice = world.first();
    for id in ["b", "m", "y"] {
        alice.revision(id);
    }
    alice.alembic("upgrade").success();
    alice.push("base");
    let branches = [("one", "c"), ("two", "n"), ("three", "d")];
    for (branch, id) in branches {
        alice.git(&format!("checkout -qb {branch} main")).success();
        alice.revision(id);
        alice.commit(branch);
        alice.git(&format!("push -q origin {branch}")).success();
    }
    assert!(world.merge_on_forge("one"), "another gap");
    assert!(world.merge_on_forge("two"), "another gap");
    assert!(!world.merge_on_forge("three"), "the gap of the first");
    alice.git("fetch -q").success();
    alice.git("checkout -q three").success();
    alice.git("merge -q --no-edit origin/main").success();
    alice.alembic("verify --offline").success();
    alice.alembic("merge --rev-id z").success();
    alice.commit("merged");
    alice.git("push -q origin three").success();
    assert!(world.merge_on_forge("three"));
    assert_eq!(alice.seals(), "b+ c d m+ n y+ z");
}

/// A conflict in the lock is no work for a person: whatever writes the lock next keeps both sides, and says so.
#[test]
fn marks_of_a_conflict() {
    for style in ["merge", "diff3", "zdiff3"] {
        let world = World::new();
        let (alice, bob) = (world.first(), world.clone("bob"));
        alice.remove("migrations/.gitattributes");
        alice.revision("m");
        alice.push("base");
        bob.pull().success();
        bob.git(&format!("config merge.conflictStyle {style}")).success();
        alice.alembic("upgrade").success();
        alice.revision("n");
        alice.push("alice");
        bob.revision("o");
        bob.commit("bob");
        bob.pull().code(1);
        assert!(bob.lock().contains("<<<<<<<"), "{}", bob.lock());
        let output = bob.alembic("verify --offline").code(1);
        assert!(output.stderr.contains("a merge has left a conflict in the lock"), "{output}");
        assert_eq!(printed(&output, "cargo alembic seal"), "cargo alembic seal --repair");
        bob.alembic("upgrade heads --locked").code(1);
        // Readers and a rollback do without.
        bob.alembic("heads").success();
        let output = bob.alembic("upgrade heads").success();
        assert!(output.stderr.contains("are a conflict: kept the lines of both sides"), "{output}");
        assert_eq!(bob.seals(), "m+ n+ o+");
        bob.alembic("verify").success();
    }
}

/// A conflict of `git stash pop`, and the next command writes a revision.
#[test]
fn a_conflict_of_a_stash() {
    let world = World::new();
    let (alice, bob) = (world.first(), world.clone("bob"));
    bob.revision("b1");
    bob.git("add -A").success();
    bob.git("stash -q").success();
    alice.remove("migrations/.gitattributes");
    alice.revision("b2");
    alice.push("other");
    bob.pull().success();
    bob.git("stash pop -q").code(1);
    let output = bob.alembic("revision -m x --rev-id x --head b1").success();
    assert!(output.stderr.contains("note: repaired migrations/alembic.lock after a merge"), "{output}");
    assert_eq!(bob.seals(), "b1 b2 x");
}

/// One side was taken as a whole: the database gives the lost seals back.
#[test]
fn seals_lost_in_a_resolution() {
    let world = World::new();
    let (alice, bob) = (world.first(), world.clone("bob"));
    alice.revision("t1");
    alice.push("new");
    bob.pull().success();
    bob.alembic("upgrade").success();
    bob.push("sealed");
    alice.revision("t2");
    alice.commit("next");
    alice.pull().success();
    alice.git("checkout -q HEAD~1 -- migrations/alembic.lock");
    let unsealed = alice
        .lock()
        .lines()
        .map(|line| line.split(" sha").next().unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n");
    alice.write("migrations/alembic.lock", &unsealed);
    bob.write("migrations/alembic.lock", &unsealed);
    let output = bob.alembic("verify").code(1);
    assert_eq!(printed(&output, "cargo alembic seal"), "cargo alembic seal --from-database");
    bob.alembic("seal --from-database").success();
    assert_eq!(bob.seals(), "t1+");
}

/// A pipeline deploys from a checkout that nobody commits from.
#[test]
fn seals_of_a_throw_away_checkout() {
    let world = World::new();
    let alice = world.first();
    alice.revision("t1");
    alice.push("new");
    let lost = "the seal is lost unless migrations/alembic.lock is committed";
    let ci = world.clone("ci");
    let output = ci.alembic_with("upgrade", &[("CI", "true")]).success();
    assert!(output.stderr.contains(lost) && output.stderr.contains("CI is set"), "{output}");
    assert_eq!(printed(&output, "cargo alembic seal"), "cargo alembic seal t1");
    let output = ci.alembic_with("upgrade", &[("CI", "true")]).success();
    assert!(!output.stderr.contains(lost), "nothing new is sealed: {output}");
    let tag = world.clone("tag");
    tag.git("checkout -q --detach").success();
    let output = tag.alembic("upgrade").success();
    assert!(output.stderr.contains(lost) && output.stderr.contains("on no branch"), "{output}");
    let output = alice.alembic("upgrade").success();
    assert!(!output.stderr.contains(lost), "{output}");
    // What the message says: a pipeline that refuses.
    let strict = world.clone("strict");
    strict.alembic("verify --offline --all-sealed").code(1);
    strict.alembic("upgrade --locked").code(1);
}
