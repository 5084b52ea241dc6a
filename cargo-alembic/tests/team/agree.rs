//! One answer to "is this database what this commit says?": `current --check-heads`, `verify`, `upgrade` and the build, in
//! states that random changes of scripts, lock and database lead to (`ALEMBIC_AGREE_CASES`).

use std::collections::BTreeMap;

use crate::simulation::Random;
use crate::world::{Checkout, World, script};

/// What the commands say of one state.
#[derive(Debug)]
struct Answers {
    build: bool,
    at_heads: bool,
    at_heads_json: bool,
    verifies: bool,
    /// The kinds of problems that `verify` finds.
    kinds: Vec<String>,
    upgrades: bool,
    /// Whether the upgrade had nothing to do.
    is_up_to_date: bool,
}

fn ask(checkout: &Checkout<'_>) -> Answers {
    let build = checkout.alembic("verify --offline").code == Some(0);
    let at_heads = checkout.alembic("current --check-heads").code == Some(0);
    let json = checkout.alembic("current --json").stdout;
    let verify = checkout.alembic("verify --json");
    let kinds = verify.stdout.split("\"kind\": \"").skip(1);
    let kinds = kinds.map(|rest| rest.split('"').next().unwrap_or_default().to_owned());
    let files = files(checkout);
    let upgrade = checkout.alembic("upgrade heads");
    for (name, text) in files {
        std::fs::write(checkout.folder.join(name), text).expect("a file");
    }
    Answers {
        build,
        at_heads,
        at_heads_json: json.contains("\"at_heads\": true"),
        verifies: verify.code == Some(0),
        kinds: kinds.collect(),
        upgrades: upgrade.code == Some(0),
        is_up_to_date: upgrade.stderr.contains("Up to date"),
    }
}

/// The database and the lock, which the upgrade may change.
fn files(checkout: &Checkout<'_>) -> BTreeMap<&'static str, Vec<u8>> {
    let names = ["app.db", "migrations/alembic.lock"];
    names.into_iter().map(|name| (name, std::fs::read(checkout.folder.join(name)).expect("a file"))).collect()
}

fn check(answers: &Answers, told: &str) {
    let Answers { build, at_heads, at_heads_json, verifies, kinds, upgrades, is_up_to_date } = answers;
    // `verify` also finds a missing seal, and asks to look at what another program took back; unfinished work is one for it.
    let is_more = |kind: &String| ["unsealed", "taken_back", "unfinished"].contains(&kind.as_str());
    let refuses = !kinds.iter().all(is_more);
    assert_eq!(*verifies, kinds.is_empty(), "{answers:?}: {told}");
    assert_eq!(*upgrades, !refuses, "verify and upgrade: {answers:?}: {told}");
    // An upgrade that has nothing to do seals what is applied; a gate wants the seals to be committed.
    let is_sealed = !kinds.iter().any(|kind| kind == "unsealed");
    assert_eq!(
        *at_heads,
        *upgrades && *is_up_to_date && is_sealed,
        "current and upgrade: {answers:?}: {told}"
    );
    assert!(*build || (!verifies && !upgrades && !at_heads), "the build and all others: {answers:?}: {told}");
    assert!(*at_heads_json || !at_heads, "{answers:?}: {told}");
    assert!(!*at_heads || !refuses, "{answers:?}: {told}");
}

/// One change that a person, git or another program makes.
async fn change(random: &mut Random, checkout: &Checkout<'_>) -> String {
    let ids = ["r1", "r2", "r3", "x2", "n1"];
    let id = ids[random.below(ids.len())];
    let path = script(id);
    let exists = checkout.folder.join(&path).exists();
    match random.below(12) {
        0 | 1 => {
            let target = ["heads", "r1", "r2"][random.below(3)];
            checkout.alembic(&format!("upgrade {target}"));
            format!("upgrade {target}")
        }
        2 => {
            checkout.alembic("downgrade base");
            "downgrade base".to_owned()
        }
        3 => {
            checkout.alembic(&format!("stamp {id}"));
            format!("stamp {id}")
        }
        4 if exists => {
            let text = checkout.read(&path).replace("(n INTEGER)", "(n INTEGER, m INTEGER)");
            checkout.write(&path, &text);
            format!("edit {id}")
        }
        5 if exists => {
            let parent = ["r1", "r2", "n1", ""][random.below(4)];
            let text = checkout.read(&path);
            let lines = text.lines().map(|line| match line.starts_with("-- Revises:") {
                true => format!("-- Revises: {parent}\n"),
                false => format!("{line}\n"),
            });
            checkout.write(&path, &lines.collect::<String>());
            format!("{id} revises {parent}")
        }
        6 => {
            let text = "-- new\n--\n-- Revision: n1\n-- Revises: r1\n\n-- alembic: upgrade\nCREATE TABLE IF NOT EXISTS n1 \
                        (n INTEGER);\n\n-- alembic: downgrade\nDROP TABLE IF EXISTS n1;\n";
            checkout.write(&script("n1"), text);
            "new n1".to_owned()
        }
        7 if exists && id != "r1" => {
            checkout.remove(&path);
            format!("remove {id}")
        }
        8 => {
            checkout.git("checkout -q HEAD -- migrations").success();
            "restore all scripts and the lock".to_owned()
        }
        9 => {
            let lock = checkout.lock();
            let unsealed =
                lock.lines().map(|line| format!("{}\n", line.split(" sha").next().unwrap_or(line)));
            checkout.write("migrations/alembic.lock", &unsealed.collect::<String>());
            "forget the seals".to_owned()
        }
        10 => {
            checkout.sql("DELETE FROM alembic_version").await;
            checkout.sql(&format!("INSERT INTO alembic_version VALUES ('{id}')")).await;
            format!("another program writes the row {id}")
        }
        _ => {
            let lock = checkout.lock();
            let last = lock.lines().last().unwrap_or_default();
            checkout.write("migrations/alembic.lock", &format!("{lock}{last}\n"));
            "a repeated line in the lock".to_owned()
        }
    }
}

#[tokio::test]
async fn all_commands_agree_in_every_state() {
    let cases = std::env::var("ALEMBIC_AGREE_CASES").map_or(6, |cases| cases.parse().expect("a number"));
    let world = World::new();
    let first = world.first();
    // The statements cannot fail: a refusal is one of the comparison.
    for (id, options) in [("r1", ""), ("r2", ""), ("r3", ""), ("x2", "--head r1 --splice")] {
        let upgrade = format!("CREATE TABLE IF NOT EXISTS {id} (n INTEGER);");
        first.revision_of(id, options, &upgrade, &format!("DROP TABLE IF EXISTS {id};"));
    }
    first.alembic("upgrade r1").success();
    first.push("scripts");
    let mut random = Random::new(5);
    for number in 0..cases {
        let checkout = world.clone(&format!("clone{number}"));
        checkout.alembic("upgrade r1").success();
        let mut told = Vec::new();
        for _ in 0..6 {
            told.push(change(&mut random, &checkout).await);
            check(&ask(&checkout), &told.join(", "));
        }
    }
}

/// A revision was put below one that production has: `current --check-heads` passed.
#[tokio::test]
async fn a_revision_below_an_applied_one() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.revision("r3");
    alice.push("scripts");
    let prod = world.clone("prod");
    prod.alembic("upgrade").success();
    prod.git("checkout -q migrations").success();
    alice.revision_of("r2", "--head r1 --splice", "CREATE TABLE r2 (n INTEGER);", "DROP TABLE r2;");
    alice.alembic("rebase r3 --onto r2").success();
    alice.push("rebased");
    prod.pull().success();
    let output = prod.alembic("current --check-heads").code(1);
    assert!(output.stdout.contains("r3 (head)"), "{output}");
    assert!(output.stderr.contains("revision r3 was edited after it was applied"), "{output}");
    assert!(prod.alembic("current --json").success().stdout.contains("\"at_heads\": false"));
    check(&ask(&prod), "a rebased revision");
    // Its statements are what was applied: the message says how to keep them.
    let output = prod.alembic("upgrade").code(1);
    crate::world::follow(&prod, &output, "cargo alembic stamp --purge");
    prod.alembic("upgrade").success();
    assert_eq!(prod.tables().await, "r1 r2 r3");
    check(&ask(&prod), "after the stamp");
}

/// Nothing was taken back: the script leaves its parent out.
#[test]
fn an_edited_parent_is_no_revision_that_was_taken_back() {
    let world = World::new();
    let alice = world.first();
    for id in ["r1", "r2", "r3"] {
        alice.revision(id);
    }
    alice.alembic("upgrade").success();
    alice.edit(&script("r3"), "Revises: r2", "Revises: r1");
    let output = alice.alembic("verify").code(1);
    assert!(!output.stderr.contains("taken back") && output.stderr.contains("r3"), "{output}");
}

/// A lock that cannot be read says nothing about the database.
#[test]
fn an_invalid_lock_is_one_problem() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    alice.alembic("upgrade").success();
    alice.edit("migrations/alembic.lock", " sha256:", " sha256:x");
    let output = alice.alembic("verify").code(1);
    assert!(
        output.stderr.contains("verification found a problem") && !output.stderr.contains("not sealed"),
        "{output}"
    );
    for reader in ["current", "log", "heads", "history -i", "show r1", "downgrade base"] {
        alice.alembic(reader).success();
    }
}

/// What was only stamped is marked wherever it is shown.
#[test]
fn stamped_is_not_applied() {
    let world = World::new();
    let alice = world.first();
    for id in ["r1", "r2"] {
        alice.revision(id);
    }
    alice.alembic("upgrade r1").success();
    alice.alembic("stamp r2").success();
    assert_eq!(alice.alembic("current").success().stdout, "r2 (head) (stamped)\n");
    let history = alice.alembic("history -i").success().stdout;
    assert!(
        history.contains("r1 -> r2 (head) (current) (stamped), r2") && history.contains("-> r1, r1"),
        "{history}"
    );
    let verbose = alice.alembic("history -i -v").success().stdout;
    assert!(verbose.contains("Rev: r2 (head) (current) (stamped)"), "{verbose}");
    let json = alice.alembic("history -i --json").success().stdout;
    assert_eq!(
        (json.matches("\"stamped\": true").count(), json.matches("\"stamped\": false").count()),
        (1, 1),
        "{json}"
    );
    let verify = alice.alembic("verify --json").stdout;
    assert!(verify.contains("\"stamped\": [\n    \"r2\"\n  ]"), "{verify}");
}
