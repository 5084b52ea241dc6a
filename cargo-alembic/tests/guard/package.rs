//! A package with migrations on a SQLite file.

use std::process::Command;

use alembic_testing::{Output, Script, TestProject, cargo_alembic, write_scripts};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_cargo-alembic");

/// A package with these scripts, whose `alembic.toml` names the file `app.db`.
pub(crate) fn package(scripts: &[Script<'_>]) -> TestProject {
    let package = TestProject::temporary();
    write_scripts(&package.path("migrations"), scripts);
    package.write("alembic.toml", "url = \"sqlite://app.db\"\n");
    package
}

/// Two revisions, each with a table.
pub(crate) fn two() -> [Script<'static>; 2] {
    [
        Script::new("r1", "", "CREATE TABLE t1 (id INTEGER PRIMARY KEY);", "DROP TABLE t1;"),
        Script::new("r2", "r1", "CREATE TABLE t2 (id INTEGER PRIMARY KEY);", "DROP TABLE t2;"),
    ]
}

/// Runs `cargo alembic` in a package.
pub(crate) fn alembic(package: &TestProject, arguments: &[&str]) -> Output {
    let mut command = cargo_alembic(PROGRAM, package.folder());
    command.args(arguments);
    package.run(command)
}

/// Runs git in a package, as somebody.
pub(crate) fn git(package: &TestProject, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.current_dir(package.folder()).args(arguments);
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Test").env(format!("GIT_{role}_EMAIL"), "test@example.com");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    package.run(command)
}

/// The file of a script with this text changed.
pub(crate) fn edit(package: &TestProject, name: &str, from: &str, to: &str) {
    let path = format!("migrations/{name}");
    let text = package.read(&path);
    let edited = text.replace(from, to);
    assert_ne!(edited, text, "{path} has no {from}");
    package.write(&path, &edited);
}

/// `r1`, and `r2`, whose second of three statements fails where there is no table `missing`.
pub(crate) fn half() -> Vec<Script<'static>> {
    let body = "-- alembic: upgrade no-transaction\nCREATE TABLE half (n INTEGER);\nINSERT INTO missing VALUES (1);\n\
                CREATE TABLE rest (n INTEGER);\n\n-- alembic: downgrade\nDROP TABLE rest;\nDROP TABLE half;\n";
    let [first, _] = two();
    vec![first, Script::with_body("r2", "r1", body)]
}
