//! `verify`, `seal --from-database`, and other machines.

use crate::package::{alembic, edit, package, two};

#[test]
fn everything_agrees() {
    let package = package(&two());
    alembic(&package, &["upgrade"]).success();
    let output = alembic(&package, &["verify"]).success();
    assert!(output.stderr.contains("scripts, lock and database agree"), "{}", output.stderr);
    let output = alembic(&package, &["verify", "--json"]).success();
    assert_eq!(
        output.stdout,
        "{\n  \"version\": 1,\n  \"ok\": true,\n  \"problems\": [],\n  \"unverified\": [],\n  \"stamped\": [],\n  \"downgrades\": []\n}\n"
    );
}

#[test]
fn an_edit_is_found_by_lock_and_by_history_and_shown_as_statements() {
    let package = package(&two());
    alembic(&package, &["upgrade"]).success();
    edit(&package, "r2.sql", "CREATE TABLE t2 (id INTEGER PRIMARY KEY)", "CREATE TABLE t2 (id INTEGER)");
    let output = alembic(&package, &["verify"]).code(1);
    assert!(output.stderr.contains("revision r2 was edited after it was applied"), "{}", output.stderr);
    assert!(output.stderr.contains("-CREATE TABLE t2 (id INTEGER PRIMARY KEY);"), "{}", output.stderr);
    assert!(output.stderr.contains("+CREATE TABLE t2 (id INTEGER);"), "{}", output.stderr);
    assert!(output.stderr.contains("verification found 2 problems"), "{}", output.stderr);
    let output = alembic(&package, &["verify", "--json"]).code(1);
    for part in [
        "\"ok\": false",
        "\"kind\": \"script\"",
        "\"kind\": \"history\"",
        "\"path\": \"migrations/r2.sql\"",
        "\"diff\":",
    ] {
        assert!(output.stdout.contains(part), "{part} is missing in {}", output.stdout);
    }
    // Without the database only the lock tells.
    let output = alembic(&package, &["verify", "--offline"]).code(1);
    assert!(output.stderr.contains("verification found a problem"), "{}", output.stderr);
}

#[test]
fn an_edit_with_its_old_time_is_refused_by_the_database() {
    let package = package(&two());
    alembic(&package, &["upgrade"]).success();
    let path = package.path("migrations/r2.sql");
    let time = std::fs::metadata(&path).and_then(|file| file.modified()).expect("the time");
    edit(&package, "r2.sql", "PRIMARY KEY", "");
    std::fs::File::options()
        .write(true)
        .open(&path)
        .and_then(|file| file.set_modified(time))
        .expect("the time");
    // A lock that somebody edited along with it does not help either.
    let lock = package.read("migrations/alembic.lock");
    let unseal = |line: &str| match line.split_once(" sha256:") {
        Some((id, _)) => id.to_owned(),
        None => line.to_owned(),
    };
    let unsealed: Vec<String> = lock.lines().map(unseal).collect();
    package.write("migrations/alembic.lock", unsealed.join("\n"));
    for command in ["upgrade", "downgrade"] {
        let arguments = if command == "upgrade" { vec![command] } else { vec![command, "base"] };
        let output = alembic(&package, &arguments).code(1);
        assert!(output.stderr.contains("edited after it was applied to this database"), "{}", output.stderr);
        assert!(output.stderr.contains("-CREATE TABLE t2 (id INTEGER PRIMARY KEY);"), "{}", output.stderr);
    }
}

#[test]
fn what_the_database_has_more_or_less() {
    let package = package(&two());
    alembic(&package, &["upgrade"]).success();
    std::fs::remove_file(package.path("migrations/alembic.lock")).expect("the lock");
    alembic(&package, &["init"]).success();
    let output = alembic(&package, &["verify"]).code(1);
    assert!(
        output.stderr.contains("revision r1 is applied to the database, but not sealed"),
        "{}",
        output.stderr
    );
    let output = alembic(&package, &["seal", "--from-database"]).success();
    assert!(output.stderr.contains("Sealed r1") && output.stderr.contains("Sealed r2"), "{}", output.stderr);
    alembic(&package, &["verify"]).success();

    std::fs::remove_file(package.path("migrations/r2.sql")).expect("the script");
    let output = alembic(&package, &["verify"]).code(1);
    assert!(output.stderr.contains("the script of revision r2 is gone"), "{}", output.stderr);
    assert!(
        output.stderr.contains("the database has revision r2, which no script has, applied at 20"),
        "{}",
        output.stderr
    );
}

#[test]
fn sealing_from_a_database_compares_first() {
    let package = package(&two());
    alembic(&package, &["upgrade"]).success();
    std::fs::remove_file(package.path("migrations/alembic.lock")).expect("the lock");
    edit(&package, "r2.sql", "PRIMARY KEY", "");
    let output = alembic(&package, &["seal", "--from-database"]).code(1);
    assert!(output.stderr.contains("edited after it was applied to this database"), "{}", output.stderr);
    assert!(!package.path("migrations/alembic.lock").exists(), "nothing was sealed");
}

#[test]
fn only_what_is_applied_is_sealed_from_a_database() {
    let package = package(&two());
    alembic(&package, &["upgrade", "r1"]).success();
    std::fs::remove_file(package.path("migrations/alembic.lock")).expect("the lock");
    alembic(&package, &["seal", "--from-database"]).success();
    let lock = package.read("migrations/alembic.lock");
    assert_eq!(lock.matches(" text:").count(), 1, "{lock}");
    assert!(lock.ends_with("\nr2\n"), "{lock}");
}

#[test]
fn the_lines_of_another_system_are_the_same_migration() {
    let package = package(&two());
    alembic(&package, &["upgrade"]).success();
    for name in ["r1.sql", "r2.sql"] {
        let path = format!("migrations/{name}");
        let text = package.read(&path).replace('\n', "\r\n");
        package.write(&path, format!("\u{feff}{text}"));
    }
    let output = alembic(&package, &["upgrade"]).success();
    assert!(output.stderr.contains("Up to date"), "{}", output.stderr);
    alembic(&package, &["verify"]).success();
    alembic(&package, &["downgrade", "base"]).success();
}

#[test]
fn locked_changes_nothing() {
    let package = package(&two());
    let output = alembic(&package, &["upgrade", "--locked"]).code(1);
    assert!(output.stderr.contains("would have to change"), "{}", output.stderr);
    assert!(!package.path("app.db").exists() || alembic(&package, &["current"]).success().stdout.is_empty());
    alembic(&package, &["upgrade"]).success();
    let lock = package.read("migrations/alembic.lock");
    alembic(&package, &["upgrade", "--locked"]).success();
    alembic(&package, &["downgrade", "base", "--locked"]).success();
    alembic(&package, &["upgrade", "--locked"]).success();
    for arguments in [
        &["revision", "-m", "x", "--locked"][..],
        &["unseal", "r2", "--locked", "--url", "sqlite://other.db"],
    ] {
        alembic(&package, arguments).code(1);
    }
    assert_eq!(package.read("migrations/alembic.lock"), lock);
}

/// For the CI of a service that migrates itself: whoever wrote a revision has run it.
#[test]
fn every_revision_has_a_seal() {
    let package = package(&two());
    alembic(&package, &["upgrade", "r1"]).success();
    alembic(&package, &["verify"]).success();
    for arguments in [&["verify", "--all-sealed"][..], &["verify", "--all-sealed", "--offline"]] {
        let output = alembic(&package, arguments).code(1);
        assert!(output.stderr.contains("migrations/r2.sql: revision r2 has no seal"), "{output}");
        assert!(!output.stderr.contains("revision r1"), "{output}");
    }
    let json = alembic(&package, &["verify", "--all-sealed", "--json"]).code(1).stdout;
    assert!(json.contains("\"kind\": \"unsealed\"") && json.contains("\"revision\": \"r2\""), "{json}");
    alembic(&package, &["upgrade"]).success();
    alembic(&package, &["verify", "--all-sealed"]).success();
}
