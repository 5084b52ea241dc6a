//! Two branches that add revisions merge without a conflict in the lock.

use std::collections::BTreeMap;

use alembic_testing::TestProject;

use crate::package::{alembic, git, package, two};

/// A package that `init` made, with revisions, under version control.
fn repository(ids: &[&str]) -> TestProject {
    let package = TestProject::temporary();
    alembic(&package, &["init"]).success();
    package.write("alembic.toml", "url = \"sqlite://app.db\"\n");
    package.write(".gitignore", "app.db\n");
    for id in ids {
        alembic(&package, &["revision", "-m", id, "--rev-id", id]).success();
    }
    git(&package, &["init", "-q", "-b", "main"]).success();
    git(&package, &["add", "-A"]).success();
    git(&package, &["commit", "-qm", "base"]).success();
    package
}

/// Makes a branch off `main` on which a revision is added and, if `applied`, the database is upgraded.
fn branch(package: &TestProject, id: &str, applied: bool) {
    git(package, &["checkout", "-q", "-b", id, "main"]).success();
    alembic(package, &["revision", "-m", id, "--rev-id", id]).success();
    if applied {
        let url = format!("sqlite://{id}.db");
        alembic(package, &["upgrade", "--url", &url]).success();
        std::fs::remove_file(package.path(format!("{id}.db"))).expect("the database");
    }
    git(package, &["add", "-A"]).success();
    git(package, &["commit", "-qm", id]).success();
}

/// The seals of a lock: ids, with `+` where there is one.
fn seals(package: &TestProject) -> Vec<String> {
    let lock = package.read("migrations/alembic.lock");
    let mut seals: BTreeMap<&str, &str> = BTreeMap::new();
    for line in lock.lines().skip(2) {
        let (id, mark) = line.split_once(' ').map_or((line, ""), |(id, _)| (id, "+"));
        let known = seals.entry(id).or_default();
        *known = (*known).max(mark);
    }
    seals.into_iter().map(|(id, mark)| format!("{id}{mark}")).collect()
}

/// Merges two branches, and returns what the lock says after the merge revision is written.
#[track_caller]
fn merged(base: &[&str], ours: (&str, bool), theirs: (&str, bool)) -> Vec<String> {
    let package = repository(base);
    branch(&package, ours.0, ours.1);
    branch(&package, theirs.0, theirs.1);
    git(&package, &["checkout", "-q", ours.0]).success();
    git(&package, &["merge", "-q", "--no-edit", theirs.0]).success();
    alembic(&package, &["verify", "--offline"]).success();
    alembic(&package, &["merge", "--rev-id", "zz"]).success();
    alembic(&package, &["heads"]).success();
    seals(&package)
}

#[test]
fn at_different_places() {
    assert_eq!(merged(&["b", "d"], ("a", false), ("c", false)), ["a", "b", "c", "d", "zz"]);
}

#[test]
fn at_the_same_place() {
    // First, in the middle, last; without seals, with one, with two.
    for (base, ours, theirs) in [
        (&["m", "n"][..], "a", "b"),
        (&["a", "n"][..], "b", "c"),
        (&["a", "b"][..], "m", "n"),
        (&["a", "b"][..], "n", "m"),
    ] {
        for (our_seal, their_seal) in [(false, false), (true, false), (false, true), (true, true)] {
            let found = merged(base, (ours, our_seal), (theirs, their_seal));
            let mark = |id: &str, own: bool| {
                let sealed = own || (base.contains(&id) && (our_seal || their_seal));
                if sealed { format!("{id}+") } else { id.to_owned() }
            };
            let mut expected: Vec<String> = base.iter().map(|id| mark(id, false)).collect();
            expected.extend([mark(ours, our_seal), mark(theirs, their_seal), "zz".to_owned()]);
            expected.sort();
            assert_eq!(found, expected, "{base:?} {ours} {our_seal} {theirs} {their_seal}");
        }
    }
}

#[test]
fn in_an_empty_lock() {
    assert_eq!(merged(&[], ("a", true), ("b", true)), ["a+", "b+", "zz"]);
}

#[test]
fn a_seal_beside_a_new_revision() {
    // One branch seals what is there, the other adds a neighbour of it.
    let package = repository(&["b"]);
    branch(&package, "a", false);
    git(&package, &["checkout", "-q", "-b", "sealing", "main"]).success();
    alembic(&package, &["seal", "b"]).success();
    git(&package, &["commit", "-qam", "seal"]).success();
    for id in ["a", "c"] {
        if id == "c" {
            branch(&package, "c", false);
            git(&package, &["checkout", "-q", "sealing"]).success();
        }
        git(&package, &["merge", "-q", "--no-edit", id]).success();
        alembic(&package, &["verify", "--offline"]).success();
    }
    assert_eq!(seals(&package), ["a", "b+", "c"]);
}

/// What a string literal holds is the same wherever a script was checked out.
#[test]
fn line_ends() {
    let package = repository(&["a"]);
    let script = package.only_file("migrations", ".sql");
    assert!(!package.read(&script).contains('\r'));
    package.remove(&script);
    git(&package, &["-c", "core.autocrlf=true", "checkout", "-q", "HEAD", "--", "migrations"]).success();
    assert!(!package.read(&script).contains('\r'));
}

/// After the merge of two branches: which heads there are, who made them and when, and what joins them.
#[test]
fn two_heads_are_explained() {
    let package = repository(&["first"]);
    for (id, author) in [("ours", "Ann O'Nym"), ("theirs", "Größe <b@example.org>")] {
        git(&package, &["checkout", "-q", "-b", id, "main"]).success();
        alembic(&package, &["revision", "-m", &format!("Make {id}"), "--rev-id", id]).success();
        git(&package, &["add", "-A"]).success();
        let author =
            if author.contains('<') { author.to_owned() } else { format!("{author} <a@example.org>") };
        git(&package, &["commit", "-qm", id, "--author", &author]).success();
    }
    git(&package, &["merge", "-q", "--no-edit", "ours"]).success();
    // One that is not committed has a date, and nobody who wrote it.
    alembic(&package, &["revision", "-m", "Make mine", "--rev-id", "mine", "--head", "first", "--splice"])
        .success();
    let check = |arguments: &[&str]| {
        let output = alembic(&package, arguments).code(1).stderr;
        for (id, author) in [("ours", " by Ann O'Nym"), ("theirs", " by Größe"), ("mine", "")] {
            let line =
                output.lines().find(|line| line.contains(&format!("_{id}_make_{id}.sql"))).expect("the head");
            let created = format!(".sql: {id} Make {id}, created 20");
            assert!(line.contains(&created) && line.ends_with(&format!("Z{author}")), "{output}");
        }
        assert!(output.contains("help: `cargo alembic merge` joins "), "{output}");
    };
    check(&["upgrade"]);
    check(&["upgrade", "--sql", "--dialect", "sqlite"]);
    check(&["upgrade", "--dry-run"]);
    check(&["revision", "-m", "another"]);
    alembic(&package, &["merge"]).success();
    alembic(&package, &["upgrade"]).success();
}

/// What git's union merge leaves is repaired by whoever writes the lock next, who says what was kept.
#[test]
fn what_a_merge_leaves() {
    let package = package(&two());
    alembic(&package, &["upgrade"]).success();
    let lock = package.read("migrations/alembic.lock");
    let lines: Vec<&str> = lock.lines().collect();
    let [comment, version, r1, r2] = lines.as_slice() else { panic!("{lock}") };
    let (digests, hash) = r2.split_once(" text:").expect("a seal");
    let other = format!("{digests} text:{}", hash.chars().rev().collect::<String>());
    for (left, kept) in [
        (format!("{r1}\n{r2}\nr2"), "revision r2 has the lines 4 and 5: kept the seal in line 4"),
        (format!("r1\n{r1}\n{r2}"), "revision r1 has the lines 3 and 4: kept the seal in line 4"),
        (format!("{r2}\n{r1}\n{r2}"), "revision r2 has the lines 3 and 5: kept one of them; they are equal"),
        (
            format!("{r1}\n{r2}\n{other}"),
            "revision r2 has the lines 4 and 5: kept the first seal; both have the same digests",
        ),
    ] {
        package.write("migrations/alembic.lock", format!("{comment}\n{version}\n{left}\n"));
        let before = package.read("migrations/alembic.lock");
        for reader in [&["verify"][..], &["upgrade", "--locked"]] {
            alembic(&package, reader).success();
            assert_eq!(package.read("migrations/alembic.lock"), before, "{reader:?}");
        }
        let output = alembic(&package, &["upgrade"]).success();
        let note = format!("note: repaired migrations/alembic.lock after a merge: {kept}");
        assert!(output.stderr.contains(&note), "{left}\n{output}");
        assert_eq!(package.read("migrations/alembic.lock"), lock, "{left}");
        let output = alembic(&package, &["upgrade"]).success();
        assert!(!output.stderr.contains("repaired"), "{output}");
    }
}
