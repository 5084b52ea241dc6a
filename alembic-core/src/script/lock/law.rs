//! Random locks through git's own merge: no seal is lost, none moves to another revision, and none comes back that was
//! removed, unless a message says so. `scripts/test --full` tries 10,000 merges (`ALEMBIC_MERGE_CASES`).

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::Lock;
use crate::revision::RevisionId;
use crate::script::Seal;

/// A small generator of random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// A lock as a table: each revision with its seal.
type Table = BTreeMap<RevisionId, Option<Seal>>;

/// One of the seals that a revision can get: another upgrade, another downgrade or another layout.
fn seal(random: &mut Random, id: &RevisionId) -> Seal {
    let digest = |what: &str, kind: usize| format!("sha256:{:0>64}", hex(&format!("{id}{what}{kind}")));
    let (upgrade, downgrade) = (digest("u", random.below(2)), digest("d", usize::from(random.one_in(6))));
    let text = digest("t", usize::from(random.one_in(6))).replace("sha256:", "text:");
    let line = format!("version 1\nx {upgrade} {downgrade} {text}\n");
    *Lock::parse("", &line).expect("a lock").seal_of(&RevisionId::new("x").expect("an id")).expect("a seal")
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn id(random: &mut Random) -> RevisionId {
    RevisionId::new(format!("{:02x}", random.below(40))).expect("an id")
}

fn base(random: &mut Random) -> Table {
    let mut table = Table::new();
    for _ in 0..random.below(13) {
        let id = id(random);
        let seal = (!random.one_in(3)).then(|| seal(random, &id));
        table.insert(id, seal);
    }
    table
}

/// A branch: revisions are sealed, added, unsealed and removed.
fn branch(random: &mut Random, base: &Table) -> Table {
    let mut table = base.clone();
    for id in base.keys() {
        let sealed = table[id].is_some();
        if !sealed && random.one_in(2) {
            table.insert(id.clone(), Some(seal(random, id)));
        } else if random.one_in(12) {
            table.insert(id.clone(), None);
        } else if random.one_in(20) {
            table.remove(id);
        }
    }
    for _ in 0..random.below(3) {
        let id = id(random);
        let seal = random.one_in(2).then(|| seal(random, &id));
        table.entry(id).or_insert(seal);
    }
    table
}

fn text(table: &Table) -> String {
    let mut lock = Lock::default();
    for (id, seal) in table {
        lock.add(id);
        seal.iter().for_each(|seal| lock.seal(id, *seal));
    }
    lock.to_string()
}

/// The seals that a revision has after a merge that looks at the facts.
fn merged<T: PartialEq + Copy>(base: Option<T>, ours: Option<T>, theirs: Option<T>) -> Vec<T> {
    match (base, ours, theirs) {
        (_, ours, theirs) if ours == theirs => ours.into_iter().collect(),
        (base, ours, theirs) if ours == base => theirs.into_iter().collect(),
        (base, ours, theirs) if theirs == base => ours.into_iter().collect(),
        (_, ours, theirs) => ours.into_iter().chain(theirs).collect(),
    }
}

struct Case<'c> {
    style: &'c str,
    tables: &'c [Table; 3],
    result: String,
}

impl Case<'_> {
    fn check(&self) {
        let Case { style, result, tables: [base, ours, theirs] } = self;
        let lock = Lock::parse("alembic.lock", result).unwrap_or_else(|error| panic!("{error}\n{result}"));
        let ids = base.keys().chain(ours.keys()).chain(theirs.keys());
        for id in ids.clone() {
            let of = |table: &Table| table.get(id).copied().flatten().map(|seal| seal.digests);
            let sides = [of(ours), of(theirs)];
            let expected = merged(of(base), of(ours), of(theirs));
            let entry = lock.entries.get(id);
            let found: Vec<_> =
                entry.into_iter().flat_map(|entry| &entry.seals).map(|seal| seal.digests).collect();
            let told = || format!("{style} {id}\n{}\n{}\n{}\n{result}", text(base), text(ours), text(theirs));
            assert!(expected.iter().all(|seal| found.contains(seal)), "a lost seal: {}", told());
            assert!(found.iter().all(|seal| sides.contains(&Some(*seal))), "a moved seal: {}", told());
            for seal in found.iter().filter(|seal| !expected.contains(seal)) {
                // One side has removed it or replaced it, beside a change of the other side. Of a line that is gone nothing
                // is left in the text: its script is gone too, and that is an error.
                let is_told = lock.repairs().iter().any(|repair| repair.contains(&format!("revision {id} ")))
                    || lock.conflict("").is_some()
                    || !ours.contains_key(id)
                    || !theirs.contains_key(id);
                assert!(found.len() > 1 || is_told, "{seal:?} came back: {}", told());
                assert_ne!(*style, "--diff3", "{seal:?} came back though the base is known: {}", told());
            }
        }
        assert!(lock.entries.keys().all(|id| ids.clone().any(|known| known == id)), "{result}");
        let written = lock.to_string();
        let again = Lock::parse("alembic.lock", &written).expect("a lock");
        assert!(again.repairs().is_empty() && again.conflict("").is_none(), "{written}");
        assert_eq!(again.entries, lock.entries);
    }
}

fn git(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new("git").args(arguments).current_dir(folder).output().expect("git");
    (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn a_merge_loses_and_moves_and_revives_no_seal() {
    let cases = std::env::var("ALEMBIC_MERGE_CASES").map_or(300, |cases| cases.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = Random(17);
    let mut clean = 0;
    for number in 0..cases {
        let base = base(&mut random);
        let tables = [base.clone(), branch(&mut random, &base), branch(&mut random, &base)];
        for (table, name) in tables.iter().zip(["base", "ours", "theirs"]) {
            std::fs::write(folder.path().join(name), text(table)).expect("a file");
        }
        let style = ["--union", "--diff3", "--ours-and-theirs"][number % 3];
        let mut arguments = vec!["merge-file", "-p", "ours", "base", "theirs"];
        if style != "--ours-and-theirs" {
            arguments.insert(1, style);
        }
        let (code, result) = git(folder.path(), &arguments);
        clean += usize::from(code == Some(0));
        Case { style, tables: &tables, result }.check();
    }
    assert!(clean > cases / 3 && clean < cases, "{clean} of {cases} merges are clean");
}

/// Two people who seal the same scripts write the same bytes, and git has nothing to merge.
#[test]
fn equal_facts_are_equal_bytes() {
    let mut random = Random(3);
    for _ in 0..200 {
        let table = base(&mut random);
        let mut lock = Lock::parse("", &text(&table)).expect("a lock");
        let mut other = Lock::default();
        for (id, seal) in table.iter().rev() {
            seal.iter().for_each(|seal| other.seal(id, *seal));
            other.add(id);
        }
        assert_eq!(other.to_string(), lock.to_string());
        let id = id(&mut random);
        let seal = seal(&mut random, &id);
        lock.seal(&id, seal);
        lock.seal(&id, seal);
        other.seal(&id, seal);
        assert_eq!(other.to_string(), lock.to_string());
    }
}
