//! The commands in messages, carried out by a shell as they are printed.

use std::process::Command;

use alembic_testing::{Output, TestProject};

use crate::package::{alembic, git};

/// A repository with two sealed revisions: `r1` in `app`, `r2` in a folder whose name has to be quoted.
fn repository() -> TestProject {
    let package = TestProject::temporary();
    package.write("alembic.toml", "url = \"sqlite://app.db\"\nmigrations = [\"app\", \"it's more/db\"]\n");
    package.write(".gitignore", "app.db\n");
    alembic(&package, &["init"]).success();
    for (id, folder) in [("r1", "app"), ("r2", "it's more/db")] {
        alembic(&package, &["revision", "-m", id, "--rev-id", id, "--version-path", folder]).success();
        std::fs::rename(script(&package, id), package.path(format!("{folder}/{id}.sql")))
            .expect("the script");
    }
    alembic(&package, &["upgrade"]).success();
    git(&package, &["init", "-q", "-b", "main"]).success();
    commit(&package);
    package
}

fn script(package: &TestProject, id: &str) -> std::path::PathBuf {
    let name = format!("_{id}.sql");
    let mut files = package.files().into_keys();
    package.path(files.find(|file| file.to_string_lossy().ends_with(&name)).expect("the script"))
}

fn commit(package: &TestProject) {
    git(package, &["add", "-A"]).success();
    git(package, &["commit", "-qm", "change"]).success();
}

/// What stands in backticks in a message, and begins with these words.
#[track_caller]
fn commands(message: &Output, begin: &str) -> Vec<String> {
    let found = message.stderr.split('`').skip(1).step_by(2).filter(|command| command.starts_with(begin));
    let found: Vec<String> = found.map(str::to_owned).collect();
    assert!(!found.is_empty(), "no `{begin} …` in {}", message.stderr);
    found
}

/// What a shell makes of a line.
#[track_caller]
fn paste(package: &TestProject, line: &str) -> String {
    let mut command = Command::new("sh");
    command.current_dir(package.folder()).args(["-c", line]);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    package.run(command).success().stdout
}

#[track_caller]
fn refused(package: &TestProject) -> Output {
    let output = alembic(package, &["upgrade"]).code(1);
    alembic(package, &["verify", "--offline"]).code(1);
    output
}

#[track_caller]
fn mended(package: &TestProject) {
    alembic(package, &["verify"]).success();
    assert_eq!(git(package, &["diff", "HEAD", "--stat"]).success().stdout, "");
}

/// `git checkout -- FILE` would bring back what is staged, which is the edit.
#[test]
fn an_edit_that_is_staged() {
    for staged in [false, true] {
        let package = repository();
        package.edit("it's more/db/r2.sql", "-- alembic: upgrade\n", "-- alembic: upgrade\nSELECT 1;\n");
        if staged {
            git(&package, &["add", "-A"]).success();
        }
        let output = refused(&package);
        paste(&package, &commands(&output, "git log -p")[0]);
        paste(&package, &commands(&output, "git checkout")[0]);
        mended(&package);
    }
}

/// Where there is no lock that says so, the database does.
#[test]
fn an_edit_that_the_history_notices() {
    let package = repository();
    alembic(&package, &["unseal", "r2", "--offline"]).success();
    commit(&package);
    package.edit("it's more/db/r2.sql", "-- alembic: upgrade\n", "-- alembic: upgrade\nSELECT 1;\n");
    for command in ["upgrade", "verify"] {
        let output = alembic(&package, &[command]).code(1);
        assert_eq!(
            commands(&output, "git checkout")[0],
            r"git checkout HEAD -- 'it'\''s more/db/r2.sql'",
            "{command}"
        );
    }
}

/// Its folder is not the one of the lock. The command finds it whether the deletion is committed or not, and `HEAD`, or
/// the commit before the one that it shows, has the script.
#[test]
fn a_script_that_is_gone() {
    let remove = |package: &TestProject| package.remove("it's more/db/r2.sql");
    let rename = |package: &TestProject| package.edit("it's more/db/r2.sql", "Revision: r2", "Revision: r22");
    let change_case =
        |package: &TestProject| package.edit("it's more/db/r2.sql", "Revision: r2", "Revision: R2");
    let changes: [&dyn Fn(&TestProject); 3] = [&remove, &rename, &change_case];
    for change in changes {
        for committed in [false, true] {
            let package = repository();
            change(&package);
            if committed {
                commit(&package);
            }
            let output = refused(&package);
            assert!(
                output.stderr.contains("r2 is gone (deleted, or its `Revision:` was changed)"),
                "{}",
                output.stderr
            );
            let log = paste(&package, &commands(&output, "git log")[0]);
            let commit = log.lines().find_map(|line| line.strip_prefix("commit ")).expect("a commit");
            let file = log.lines().find(|line| line.ends_with(".sql")).expect("a file");
            assert_eq!(file, "it's more/db/r2.sql");
            let commands = commands(&output, "git checkout");
            assert_eq!(commands[..2], ["git checkout HEAD -- FILE", "git checkout COMMIT~ -- FILE"]);
            let command = commands[usize::from(committed)].replace("COMMIT", commit);
            paste(&package, &command.replace("FILE", &format!("\"{file}\"")));
            alembic(&package, &["verify"]).success();
        }
    }
}

/// The script of a parent may be on another branch.
#[test]
fn a_parent_that_is_missing() {
    let package = repository();
    git(&package, &["checkout", "-qb", "other"]).success();
    alembic(&package, &["revision", "-m", "r3", "--rev-id", "r3", "--version-path", "app"]).success();
    commit(&package);
    git(&package, &["checkout", "-q", "main"]).success();
    alembic(&package, &["revision", "-m", "r4", "--rev-id", "r4", "--version-path", "app"]).success();
    let path = script(&package, "r4");
    let path = path.strip_prefix(package.folder()).expect("a path in the package");
    package.edit(path, "Revises: r2", "Revises: r3");
    let output = refused(&package);
    let log = paste(&package, &commands(&output, "git log")[0]);
    assert!(log.lines().any(|line| line.starts_with("app/") && line.ends_with("_r3.sql")), "{log}");
}

/// Git has no union merge for it, as on a forge.
#[test]
fn a_lock_in_conflict() {
    let package = repository();
    package.write("app/.gitattributes", "alembic.lock merge\n");
    commit(&package);
    for (branch, id) in [("ours", "a3"), ("theirs", "b3")] {
        git(&package, &["checkout", "-qb", branch, "main"]).success();
        alembic(&package, &["revision", "-m", id, "--rev-id", id, "--version-path", "app"]).success();
        commit(&package);
    }
    git(&package, &["merge", "-q", "ours"]).code(1);
    let output = alembic(&package, &["verify", "--offline"]).code(1);
    assert!(output.stderr.contains("a merge has left a conflict in the lock"), "{output}");
    paste_alembic(&package, &commands(&output, "cargo alembic seal")[0]);
    alembic(&package, &["verify", "--offline"]).success();
    let lock = package.read("app/alembic.lock");
    assert!(lock.contains("\na3\n") && lock.contains("\nb3\n") && !lock.contains('<'), "{lock}");
}

/// Runs a command of ours as it is printed.
#[track_caller]
fn paste_alembic(package: &TestProject, line: &str) -> Output {
    let words: Vec<&str> = line.split(' ').skip(2).collect();
    alembic(package, &words).success()
}

/// Two branches applied one revision as different scripts. Git's union merge leaves both seals in one entry.
#[test]
fn two_seals_of_one_revision() {
    let package = repository();
    alembic(&package, &["revision", "-m", "r3", "--rev-id", "r3", "--version-path", "app"]).success();
    std::fs::rename(script(&package, "r3"), package.path("app/r3.sql")).expect("the script");
    commit(&package);
    for branch in ["ours", "theirs"] {
        git(&package, &["checkout", "-qb", branch, "main"]).success();
        let upgrade = format!("-- alembic: upgrade\nCREATE TABLE {branch} (id INTEGER);\n");
        package.edit("app/r3.sql", "-- alembic: upgrade\n", &upgrade);
        alembic(&package, &["upgrade", "--url", &format!("sqlite://{branch}.db")]).success();
        std::fs::remove_file(package.path(format!("{branch}.db"))).expect("the database");
        git(&package, &["commit", "-qam", &format!("applied as {branch}")]).success();
    }
    git(&package, &["merge", "-q", "ours"]).code(1);
    git(&package, &["checkout", "-q", "--ours", "app/r3.sql"]).success();
    let lock = package.read("app/alembic.lock");
    let seals: Vec<usize> = lock
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains(" sha256:"))
        .map(|(index, _)| index)
        .collect();
    assert_eq!(seals.len(), 4, "{lock}");
    let output = refused(&package).stderr;
    for part in [
        "revision r3 has two different seals",
        &format!("--> app/alembic.lock:{}:", seals[3] + 1),
        "delete the other line from app/alembic.lock",
        " Test: applied as ours",
        " Test: applied as theirs",
    ] {
        assert!(output.contains(part), "no {part:?} in {output}");
    }
    // The script is that of the branch which was merged into, and so is the first seal.
    let mut lines: Vec<&str> = lock.lines().collect();
    lines.remove(seals[3]);
    package.write("app/alembic.lock", lines.join("\n") + "\n");
    alembic(&package, &["verify", "--offline"]).success();
}

/// The options stand before the command, as they are printed.
#[test]
fn the_package_and_the_database() {
    let package = repository();
    let settings = package.read("alembic.toml");
    package.write("alembic.toml", format!("{settings}\n[databases.billing]\nurl = \"sqlite://none.db\"\n"));
    alembic(&package, &["-p", "app", "-n", "billing", "unseal", "r2", "--offline"]).success();
    let lock = package.read("app/alembic.lock");
    assert_eq!(lock.matches(" text:").count(), 1, "{lock}");
}
