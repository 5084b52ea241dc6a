//! A package with migrations, and processes that apply them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use alembic_testing::{Output, Script, TestProject, cargo_alembic, write_scripts};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cargo-alembic");

/// A package whose `alembic.toml` names a database, and how much of a run is one transaction.
pub(crate) struct Package {
    project: TestProject,
}

impl Package {
    pub(crate) fn new(url: &str, scripts: &[Script<'_>], settings: &str) -> Package {
        let project = TestProject::temporary();
        write_scripts(&project.path("migrations"), scripts);
        project.write("alembic.toml", format!("url = \"{url}\"\n{settings}\n"));
        Package { project }
    }

    pub(crate) fn rewrite(&self, scripts: &[Script<'_>]) {
        write_scripts(&self.project.path("migrations"), scripts);
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = cargo_alembic(PROGRAM, self.project.folder());
        command.args(arguments).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.project.run(self.command(arguments))
    }

    /// Runs a command that ends itself at its boundary number `place`.
    pub(crate) fn run_until(&self, place: usize, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        command.env("ALEMBIC_CRASH_AT", place.to_string());
        self.project.run(command)
    }
}

/// Whether everything is to be tried that is not: in the test command a part of it has to do.
pub(crate) fn is_full() -> bool {
    std::env::var_os("ALEMBIC_TEST_FULL").is_some()
}

/// Adds a line to the report that the test command prints.
pub(crate) fn report(line: &str) {
    use std::io::Write as _;
    println!("{line}");
    if let Some(path) = std::env::var_os("ALEMBIC_TEST_REPORT").map(PathBuf::from) {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        // One call: lines of several processes do not mix.
        file.expect("the report").write_all(format!("{line}\n").as_bytes()).expect("a line");
    }
}
