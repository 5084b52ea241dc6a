//! What git users do every day, and what held before: worktrees, line ends, shallow clones, squashes, hotfixes, merges of
//! merges, many commands at once.

use crate::world::{World, script};

/// Two branches, each with a revision that was applied on it, meet in a clone.
#[tokio::test]
async fn two_lines_that_meet() {
    let world = World::new();
    let (alice, bob) = (world.first(), world.clone("bob"));
    alice.revision("r1");
    alice.push("base");
    bob.pull().success();
    alice.revision("a");
    alice.alembic("upgrade").success();
    alice.push("a");
    bob.revision("b");
    bob.alembic("upgrade").success();
    bob.commit("b");
    bob.pull().success();
    let output = bob.alembic("upgrade").code(1);
    assert!(output.stderr.contains("cargo alembic merge"), "{output}");
    bob.alembic("merge --rev-id m").success();
    bob.alembic("upgrade").success();
    bob.push("merged");
    alice.pull().success();
    alice.alembic("upgrade").success();
    for checkout in [&alice, &bob] {
        checkout.alembic("verify").success();
        assert_eq!(checkout.tables().await, "a b r1");
    }
    assert_eq!(alice.lock(), bob.lock());
}

/// A revision that was applied nowhere is rebased instead.
#[test]
fn a_rebase_before_anything_is_applied() {
    let world = World::new();
    let (alice, bob) = (world.first(), world.clone("bob"));
    alice.revision("a");
    alice.alembic("upgrade").success();
    alice.push("a");
    bob.revision("b");
    bob.commit("b");
    bob.git("pull -q --rebase").success();
    bob.alembic("upgrade").code(1);
    bob.alembic("rebase b --onto a").success();
    bob.alembic("upgrade").success();
    bob.push("rebased");
    alice.pull().success();
    alice.alembic("upgrade").success();
    alice.alembic("verify").success();
}

/// Several worktrees of one repository, each with its own database.
#[test]
fn worktrees() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.push("base");
    alice.git("worktree add -q -b other ../other").success();
    let other = world.at("other");
    for (checkout, id) in [(&alice, "a"), (&other, "b")] {
        checkout.revision(id);
        checkout.alembic("upgrade").success();
        checkout.commit(id);
    }
    alice.git("merge -q --no-edit other").success();
    alice.alembic("merge --rev-id m").success();
    alice.alembic("upgrade").success();
    alice.alembic("verify").success();
    other.alembic("verify").success();
}

/// A shallow clone has no history of git, and needs none.
#[test]
fn a_shallow_clone() {
    let world = World::new();
    let alice = world.first();
    for id in ["r1", "r2", "r3"] {
        alice.revision(id);
        alice.alembic("upgrade").success();
        alice.push(id);
    }
    let shallow = world.clone_with("shallow", &["--depth", "1"]);
    for command in ["verify --offline --all-sealed", "upgrade --locked", "verify", "current --check-heads"] {
        shallow.alembic(command).success();
    }
}

/// Line ends that git converts are no edit.
#[test]
fn line_ends_of_another_system() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.alembic("upgrade").success();
    alice.push("base");
    let other = world.clone_with("other", &["-c", "core.autocrlf=true"]);
    for name in ["migrations/alembic.lock".to_owned(), script("r1")] {
        let text = other.read(&name).replace("\r\n", "\n").replace('\n', "\r\n");
        other.write(&name, &text);
    }
    for command in ["verify --offline", "upgrade", "verify", "current --check-heads"] {
        other.alembic(command).success();
    }
}

/// A branch that is squashed into main, and one that is picked commit by commit.
#[test]
fn a_squash_and_a_pick() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.push("base");
    alice.git("checkout -qb feature").success();
    for id in ["f1", "f2"] {
        alice.revision(id);
        alice.alembic("upgrade").success();
        alice.commit(id);
    }
    alice.git("checkout -q main").success();
    alice.git("merge -q --squash feature").success();
    alice.commit("squashed");
    alice.alembic("verify").success();
    alice.alembic("upgrade").success();
    alice.git("checkout -qb picked HEAD~1").success();
    alice.git("cherry-pick feature~1 feature").success();
    alice.alembic("verify").success();
    alice.git("merge -q --no-edit main").success();
    assert_eq!(alice.seals(), "f1+ f2+ r1+");
    alice.alembic("verify").success();
}

/// A hotfix on a release goes to production, is merged back, and staging has what production lacks.
#[tokio::test]
async fn a_hotfix() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.push("base");
    let (staging, production) = (world.clone("staging"), world.clone("production"));
    alice.git("branch release").success();
    alice.revision("r2");
    alice.push("next");
    staging.pull().success();
    staging.alembic("upgrade").success();
    staging.push("sealed");
    production.alembic("upgrade").success();
    production.git("checkout -qB release").success();
    production.revision("hf");
    production.alembic("upgrade").success();
    production.commit("hotfix");
    production.git("push -q -f origin release").success();
    alice.git("checkout -q migrations").success();
    alice.pull().success();
    alice.git("merge -q --no-edit origin/release").success();
    alice.alembic("merge --rev-id m").success();
    alice.push("joined");
    staging.pull().success();
    production.git("fetch -q").success();
    production.git("checkout -q -B main origin/main").success();
    for database in [&staging, &production] {
        database.alembic("upgrade").success();
        database.alembic("verify").success();
        assert_eq!(database.tables().await, "hf r1 r2");
    }
}

/// Two branches that merged each other, and a third that merges both.
#[test]
fn merges_of_merges() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.push("base");
    for id in ["a", "b"] {
        alice.git(&format!("checkout -qb {id} main")).success();
        alice.revision(id);
        alice.alembic(&format!("upgrade --url sqlite://{id}.db")).success();
        alice.commit(id);
    }
    alice.git("branch old_b").success();
    for (branch, other) in [("b", "a"), ("a", "old_b")] {
        alice.git(&format!("checkout -q {branch}")).success();
        alice.git(&format!("merge -q --no-edit {other}")).success();
        alice.alembic(&format!("merge --rev-id m{branch}")).success();
        alice.alembic(&format!("upgrade --url sqlite://m{branch}.db")).success();
        alice.commit("merged");
    }
    alice.git("merge -q --no-edit b").success();
    alice.alembic("merge --rev-id mm").success();
    alice.alembic("upgrade").success();
    alice.alembic("verify").success();
    assert_eq!(alice.seals(), "a+ b+ ma+ mb+ mm+ r1+");
}

/// Fifteen commands in one checkout: no line of the lock is lost.
#[test]
fn many_commands_at_once() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    std::thread::scope(|scope| {
        for number in 0..15 {
            let alice = &alice;
            scope.spawn(move || match number % 3 {
                0 => alice.alembic(&format!("upgrade r1 --url sqlite://own{number}.db")).success(),
                1 => alice
                    .alembic(&format!("revision -m n{number} --rev-id n{number} --head r1 --splice"))
                    .success(),
                _ => alice.alembic("seal r1").success(),
            });
        }
    });
    assert_eq!(alice.seals(), "n1 n10 n13 n4 n7 r1+");
    alice.alembic("verify --offline").success();
}

/// A merge of several branches in one commit.
#[test]
fn an_octopus() {
    let world = World::new();
    let alice = world.first();
    for id in ["b", "h", "p", "w"] {
        alice.revision(id);
    }
    alice.push("base");
    for id in ["c", "i", "q"] {
        alice.git(&format!("checkout -qb {id} main")).success();
        alice.revision(id);
        alice.commit(id);
    }
    alice.git("checkout -q main").success();
    alice.git("merge -q --no-edit c i q").success();
    alice.alembic("merge --rev-id m").success();
    alice.alembic("upgrade").success();
    assert_eq!(alice.seals(), "b+ c+ h+ i+ m+ p+ q+ w+");
}
