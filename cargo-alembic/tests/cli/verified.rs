//! A start with nothing to do, which reads no script whose file is as it was verified.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use alembic_testing::Output;
use serde_json::Value;

use crate::support::{Package, chain, package};

/// A package whose records are kept in a folder of its own.
struct Kept {
    package: Package,
    cache: tempfile::TempDir,
}

impl Kept {
    fn new(length: usize) -> Kept {
        let kept = Kept {
            package: package(&chain(length)),
            cache: tempfile::tempdir().expect("a temporary folder"),
        };
        kept.upgrade().success();
        kept.settle();
        kept
    }

    fn upgrade(&self) -> Output {
        let mut command = self.package.command(&["upgrade"]);
        command.env("XDG_CACHE_HOME", self.cache.path());
        self.package.run(command)
    }

    /// Runs until there is a record. It is not made in the tick of the file system's clock in which a file was changed.
    fn settle(&self) {
        let old = self.records().first().map(|path| fs::read(path).expect("a record"));
        for _ in 0..100 {
            self.upgrade().success();
            if self.records().first().map(|path| fs::read(path).expect("a record")) != old {
                return;
            }
        }
        panic!("no record was made");
    }

    fn records(&self) -> Vec<PathBuf> {
        let Ok(folder) = fs::read_dir(self.cache.path().join("cargo-alembic")) else {
            return Vec::new();
        };
        folder.map(|entry| entry.expect("a file").path()).collect()
    }

    fn record(&self) -> Value {
        serde_json::from_slice(&fs::read(&self.records()[0]).expect("a record")).expect("JSON")
    }

    fn script(&self, number: usize) -> PathBuf {
        let mut paths: Vec<PathBuf> = fs::read_dir(self.package.path("migrations"))
            .expect("the scripts")
            .map(|entry| entry.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
            .collect();
        paths.sort();
        paths.swap_remove(number - 1)
    }
}

/// Writes a file, and puts its time back.
fn edit(path: &Path, change: impl Fn(String) -> String) {
    let time = fs::metadata(path).and_then(|file| file.modified()).expect("a time");
    let text = fs::read_to_string(path).expect("a script");
    fs::write(path, change(text)).expect("a script");
    File::options().append(true).open(path).and_then(|file| file.set_modified(time)).expect("its time");
}

#[test]
fn is_told_from_the_record() {
    let kept = Kept::new(2);
    let before = kept.record();
    assert_eq!(kept.records().len(), 1);
    let scripts = chain(3);
    alembic_testing::write_scripts(&kept.package.path("migrations"), &scripts[2..]);
    assert!(kept.upgrade().success().stderr.contains("Finished 1 revision"));
    kept.settle();
    // With the heads of before in it the record lies about the files: so it shows that nobody reads them.
    let mut record = kept.record();
    record["heads"] = before["heads"].clone();
    fs::write(&kept.records()[0], record.to_string()).expect("a record");
    kept.package.alembic("downgrade r2").success();
    assert_eq!(kept.upgrade().success().stderr.trim(), "Up to date at r2");
    fs::remove_file(&kept.records()[0]).expect("a record");
    assert!(kept.upgrade().success().stderr.contains("Finished 1 revision"));
}

#[test]
fn prints_the_same_with_and_without_it() {
    let kept = Kept::new(2);
    let run = || {
        let mut command = kept.package.command(&["upgrade", "heads", "--json"]);
        command.env("XDG_CACHE_HOME", kept.cache.path());
        let output = kept.package.run(command).success();
        (output.stdout, output.stderr)
    };
    let with = run();
    fs::remove_file(&kept.records()[0]).expect("a record");
    assert_eq!(run(), with);
}

#[test]
fn every_change_of_a_file_is_noticed() {
    let check = |what: &str, change: &dyn Fn(&Kept), expected: &str| {
        let kept = Kept::new(3);
        change(&kept);
        let output = kept.upgrade();
        assert!(output.stderr.contains(expected), "{what}: {output}");
    };
    let edited = "was edited after it was applied";
    check(
        "an edit of the same length that keeps the time",
        &|kept| edit(&kept.script(2), |text| text.replace("id INTEGER", "no INTEGER")),
        edited,
    );
    check(
        "a copy of the same length that keeps the time",
        &|kept| {
            let (script, copy) = (kept.script(2), kept.package.path("copy"));
            fs::copy(&script, &copy).expect("a copy");
            edit(&copy, |text| text.replace("id INTEGER", "no INTEGER"));
            let time = fs::metadata(&script).and_then(|file| file.modified()).expect("a time");
            File::options()
                .append(true)
                .open(&copy)
                .and_then(|file| file.set_modified(time))
                .expect("its time");
            fs::rename(copy, script).expect("the script");
        },
        edited,
    );
    check("a deletion", &|kept| fs::remove_file(kept.script(3)).expect("the script"), "is gone");
    check("a new file", &|kept| kept.package.write("migrations/zz_bad.sql", "SELECT 1;\n"), "zz_bad.sql");
    check(
        "another lock",
        &|kept| {
            edit(&kept.package.path("migrations/alembic.lock"), |text| text.replace("sha256:", "sha257:"))
        },
        "alembic.lock",
    );
    check(
        "no lock",
        &|kept| fs::remove_file(kept.package.path("migrations/alembic.lock")).expect("a lock"),
        "Up to date",
    );
    check(
        "only a comment",
        &|kept| {
            edit(&kept.script(2), |text| text.replace("-- alembic: upgrade", "-- alembic: upgrade\n-- so"))
        },
        "Up to date at r3",
    );
    // And the database is asked each time.
    check(
        "another database",
        &|kept| fs::remove_file(kept.package.path("app.db")).expect("it"),
        "Finished 3 revisions",
    );
}

#[test]
fn nothing_is_lost_where_nothing_can_be_kept() {
    let kept = Kept::new(2);
    let record = kept.records().remove(0);
    for text in ["", "{", "{\"files\":[],\"heads\":[]}", "null"] {
        fs::write(&record, text).expect("a record");
        assert_eq!(kept.upgrade().success().stderr.trim(), "Up to date at r2", "{text}");
    }
    let folder = kept.cache.path().join("cargo-alembic");
    fs::remove_dir_all(&folder).expect("the folder");
    fs::write(&folder, "").expect("a file in its place");
    assert_eq!(kept.upgrade().success().stderr.trim(), "Up to date at r2");
}

#[test]
fn what_is_not_sealed_is_not_kept() {
    let kept = Kept::new(2);
    kept.package.alembic("downgrade r1").success();
    kept.package.alembic("unseal r2").success();
    fs::remove_file(&kept.records()[0]).expect("a record");
    kept.upgrade().success();
    assert!(kept.records().is_empty(), "the lock was written by this run");
}
