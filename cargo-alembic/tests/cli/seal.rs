//! `seal` and `unseal`.

use crate::support::{chain, package};

#[test]
fn seal() {
    let package = package(&chain(3));
    package.session("seal", &["seal r1", "seal r1 r3", "seal", "seal", "seal nobody"]);
    assert_eq!(package.listed(), ["r1*", "r2*", "r3*"]);
    assert!(!package.path("app.db").exists(), "no database is asked");
}

#[test]
fn seal_locked() {
    let package = package(&chain(2));
    package.alembic("seal r1").success();
    package.refuses("seal_locked", "seal --locked");
    package.changes_nothing("seal r1 --locked").success();
}

/// A tree that cannot be written, such as an image that only deploys.
#[test]
fn a_run_without_seals() {
    let package = package(&chain(2));
    package.alembic("upgrade r1").success();
    let lock = package.lock();
    package.alembic("upgrade --no-seal").success();
    assert_eq!(package.lock(), lock, "r2 has no seal");
    package.alembic("downgrade base --no-seal").success();
    package.alembic("upgrade r1 --no-seal --locked").code(2);
    // What is sealed is compared all the same.
    package.edit("migrations/r1.sql", "CREATE TABLE t1", "CREATE TABLE other");
    package.alembic("upgrade --no-seal").code(1);
}

/// The limit of a file's size is 0: a file can be created and not written, as on a full disk.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full() {
    let package = package(&chain(1));
    for line in ["seal r1", "seal", "upgrade --no-seal", "seal --from-database"] {
        if line.starts_with("upgrade") {
            package.alembic(line).success();
            continue;
        }
        let like = package.command(&line.split(' ').collect::<Vec<_>>());
        let mut command = std::process::Command::new("sh");
        command.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]);
        command.arg(like.get_program()).args(like.get_args()).current_dir(package.folder());
        let output = package.run(command).code(1);
        assert!(output.stderr.contains("alembic.lock cannot be written: File too large"), "{line}: {output}");
        let left = std::fs::read_dir(package.path("migrations")).expect("a folder").count();
        assert_eq!(left, 1, "{line}: the script alone");
    }
    package.alembic("seal").success();
    assert_eq!(package.listed(), ["r1*"]);
}

#[cfg(unix)]
#[test]
fn a_run_in_a_tree_that_is_read_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let package = package(&chain(1));
    package.alembic("seal").success();
    package.remove("migrations/alembic.lock");
    let (folder, url) = (package.path("migrations"), format!("sqlite:{}", package.path("app.db").display()));
    let permit = |mode: u32| {
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).expect("permissions");
    };
    permit(0o555);
    let output = package.alembic(&format!("upgrade --no-seal --url {url}"));
    permit(0o755);
    output.success();
    assert!(!package.path("migrations/alembic.lock").exists());
}

/// A seal that is there does not change: an edit is an edit.
#[test]
fn seal_edited() {
    let package = package(&chain(1));
    package.alembic("seal").success();
    package.edit("migrations/r1.sql", "DROP TABLE t1", "DROP TABLE IF EXISTS t1");
    package.refuses("seal_edited", "seal");
}

/// The file that a link leads to is written, and the link stays one; also where nothing is there yet.
#[cfg(unix)]
#[test]
fn seal_through_a_link() {
    for is_there in [true, false] {
        let package = package(&chain(2));
        package.write("common/keep", "");
        if is_there {
            package.alembic("seal r1").success();
            std::fs::rename(package.path("migrations/alembic.lock"), package.path("common/app.lock"))
                .expect("the lock");
        }
        let link = package.path("migrations/alembic.lock");
        std::os::unix::fs::symlink("../common/middle", &link).expect("a link");
        std::os::unix::fs::symlink("app.lock", package.path("common/middle")).expect("a link");
        package.alembic("seal r1").success();
        package.alembic("upgrade").success();
        package.alembic("revision -m x --rev-id r3").success();
        assert!(link.is_symlink() && package.path("common/middle").is_symlink());
        assert!(!package.path("common/app.lock").is_symlink());
        assert_eq!(package.listed(), ["r1*", "r2*", "r3"], "{is_there}");
        let names: Vec<_> = package.files().into_keys().filter(|name| name.starts_with("common")).collect();
        assert_eq!(names.len(), 3, "{names:?}");
    }
}

/// It is said once, with what to do; and nothing is run that could not be sealed.
#[test]
fn a_lock_that_may_only_be_read() {
    let package = package(&chain(1));
    package.alembic("init").success();
    let path = package.path("migrations/alembic.lock");
    let mut permissions = std::fs::metadata(&path).expect("the lock").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).expect("the lock");
    let output = package.alembic("upgrade").code(1);
    package.assert_snapshot("upgrade_lock_read_only", &output.to_string());
    assert_eq!(package.listed(), ["r1"]);
    assert!(!package.path("app.db").exists());
    package.refuses("seal_lock_read_only", "seal");
}

#[test]
fn unseal() {
    let package = package(&chain(2));
    package.alembic("upgrade").success();
    package.session(
        "unseal",
        &["unseal r2", "downgrade -1", "unseal r2", "unseal r2", "unseal r1", "unseal nobody"],
    );
    assert_eq!(package.listed(), ["r1*", "r2"]);
    // Now it may be edited, and is sealed again as what it is.
    package.edit("migrations/r2.sql", "id INTEGER", "name TEXT, id INTEGER");
    package.alembic("upgrade").success();
    assert_eq!(package.listed(), ["r1*", "r2*"]);
}

#[test]
fn unseal_without_a_database() {
    let package = package(&chain(1));
    package.alembic("seal").success();
    package.session("unseal_no_file", &["unseal r1"]);
    package.alembic("seal").success();
    package.remove("alembic.toml");
    package.session("unseal_no_database", &["unseal r1"]);
    assert_eq!(package.listed(), ["r1"]);
}

/// A database that cannot be asked may have it applied.
#[test]
fn unseal_with_a_database_that_cannot_be_reached() {
    let package = package(&chain(1));
    package.alembic("seal").success();
    package.refuses("unseal_unreachable", "unseal r1 --url postgres://app:hunter2@127.0.0.1:1/app");
}

#[test]
fn unseal_locked() {
    let package = package(&chain(1));
    package.alembic("seal").success();
    package.refuses("unseal_locked", "unseal r1 --locked");
}

#[test]
fn unseal_a_deleted_script() {
    let package = package(&chain(2));
    package.alembic("upgrade").success();
    package.alembic("downgrade -1").success();
    package.remove("migrations/r2.sql");
    package.alembic("upgrade").code(1);
    package.session("unseal_deleted", &["unseal r2", "upgrade"]);
    assert_eq!(package.listed(), ["r1*"]);
}

/// Which is still applied: its id stands in the database.
#[test]
fn unseal_a_deleted_script_that_is_applied() {
    let package = package(&chain(3));
    package.alembic("upgrade").success();
    package.remove("migrations/r3.sql");
    let output = package.changes_nothing("unseal r3").code(1);
    assert!(output.stderr.contains("has revision r3 applied"), "{}", output.stderr);
}

#[test]
fn a_seal_covers_what_a_revision_stands_on() {
    let package = package(&chain(3));
    package.alembic("seal r2").success();
    assert_eq!(package.listed(), ["r1*", "r2*", "r3"]);
}

#[test]
fn what_others_have_applied_does_not_keep_a_run_from_ending_well() {
    let package = package(&chain(3));
    package.alembic("upgrade").success();
    let unsealed: String = package
        .lock()
        .lines()
        .map(|line| format!("{}\n", line.split_once(" sha256:").map_or(line, |(id, _)| id)))
        .collect();
    // As a service leaves it that migrates itself.
    package.write("migrations/alembic.lock", &unsealed);
    let output = package.alembic("downgrade r2 --locked").success();
    assert_eq!(package.lock(), unsealed);
    assert!(output.stderr.contains("warning: migrations/alembic.lock would have to change"), "{output}");
    assert_eq!(package.alembic("current").success().stdout.trim(), "r2");
}

/// A downgrade that never ran may be wrong.
#[test]
fn a_downgrade_is_corrected() {
    let package = package(&chain(2));
    package.alembic("upgrade").success();
    package.edit("migrations/r1.sql", "DROP TABLE t1", "DROP TABLE IF EXISTS t1");
    let output = package.alembic("upgrade").code(1);
    assert!(output.stderr.contains("the downgrade of revision r1 was edited"), "{output}");
    assert!(output.stderr.contains("`cargo alembic seal r1 --downgrade`"), "{output}");
    package.changes_nothing("seal r2 --downgrade").code(1);
    package.changes_nothing("seal r1 --downgrade --locked").code(1);
    package.alembic("seal r1 --downgrade").success();
    package.alembic("verify").success();
    package.changes_nothing("seal r1 --downgrade").success();
    package.alembic("downgrade base").success();
    // The upgrade is what was applied.
    package.edit("migrations/r1.sql", "CREATE TABLE t1", "CREATE TABLE IF NOT EXISTS t1");
    let output = package.changes_nothing("seal r1 --downgrade").code(1);
    assert!(output.stderr.contains("revision r1 was edited after it was applied"), "{output}");
}

#[test]
fn a_seal_follows_the_text() {
    let package = package(&chain(2));
    package.alembic("upgrade").success();
    let sealed = package.lock();
    package.edit("migrations/r1.sql", "CREATE TABLE t1", "CREATE  TABLE t1 /* the first */");
    for command in ["verify", "current", "history", "heads", "upgrade --locked"] {
        package.alembic(command).success();
        assert_eq!(package.lock(), sealed, "{command}");
    }
    package.changes_nothing("seal --locked").code(1);
    package.alembic("seal").success();
    package.changes_nothing("seal").success();
    let renewed = package.lock();
    assert_ne!(renewed, sealed);
    let digests = |lock: &str| -> Vec<String> {
        lock.lines()
            .filter_map(|line| line.split_once(" text:").map(|(digests, _)| digests.to_owned()))
            .collect()
    };
    assert_eq!(digests(&renewed), digests(&sealed));
}

/// The build does not look at the SQL of a sealed script: what a database of the project cannot read gets no seal.
#[test]
fn what_cannot_be_read_gets_no_seal() {
    let package = package(&chain(2));
    package.write("alembic.toml", "url = \"sqlite://app.db\"\ndialects = [\"sqlite\", \"mysql\"]\n");
    package.alembic("upgrade r1").success();
    package.edit("migrations/r2.sql", "id INTEGER", "[a`b] INTEGER");
    package.refuses("upgrade_unreadable", "upgrade");
    package.refuses("seal_unreadable", "seal");
    package.write("alembic.toml", "url = \"sqlite://app.db\"\ndialects = [\"sqlite\"]\n");
    package.alembic("upgrade").success();
    assert_eq!(package.listed(), ["r1*", "r2*"]);
}
