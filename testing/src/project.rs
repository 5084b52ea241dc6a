//! Packages outside of the workspace, and the real cargo.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A package of a test. Its folder goes with the value, unless the test failed: then one can look at it.
#[derive(Debug)]
pub struct TestProject {
    folder: PathBuf,
    name: String,
    temporary: Option<TempDir>,
}

/// What a command printed, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The exit code.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Output {
    /// Both streams, for a test that looks for a text anywhere.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Fails the test unless the command ended well.
    ///
    /// # Panics
    /// With the command's output.
    #[track_caller]
    pub fn success(self) -> Output {
        self.code(0)
    }

    /// Fails the test unless the command ended with this code.
    ///
    /// # Panics
    /// With the command's output.
    #[track_caller]
    pub fn code(self, code: i32) -> Output {
        assert_eq!(self.code, Some(code), "another exit code was expected:\n{}", self.text());
        self
    }
}

/// As a snapshot shows it: which stream said what, and the exit code if it is not 0.
impl fmt::Display for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (stream, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(formatter, "[{stream}]\n{}", text.trim_end())?;
            }
        }
        match self.code {
            Some(0) => Ok(()),
            Some(code) => writeln!(formatter, "[exit code {code}]"),
            None => writeln!(formatter, "[killed]"),
        }
    }
}

/// The workspace that is being tested.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

impl TestProject {
    /// A program without dependencies, to be built. `name` has to be another one in each test: what is built goes to
    /// one target folder. The package lies there too, always in the same place, so that the folder does not grow with
    /// each run of the tests.
    ///
    /// # Panics
    /// Where the folder cannot be written.
    #[must_use]
    pub fn new(name: &str) -> TestProject {
        let folder = target().join("packages").join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).expect("what an earlier test left");
        }
        std::fs::create_dir_all(&folder).expect("a folder");
        let project = TestProject::in_folder(folder, name, None);
        // The versions that the workspace has: nothing is downloaded, and what is built can be shared.
        std::fs::copy(workspace().join("Cargo.lock"), project.path("Cargo.lock")).expect("Cargo.lock");
        project
    }

    /// A package that is not built, in a temporary folder.
    ///
    /// # Panics
    /// Where the folder cannot be written.
    #[must_use]
    pub fn temporary() -> TestProject {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        TestProject::in_folder(temporary.path().to_owned(), "app", Some(temporary))
    }

    fn in_folder(folder: PathBuf, name: &str, temporary: Option<TempDir>) -> TestProject {
        let project = TestProject { folder, name: name.to_owned(), temporary };
        project.manifest("");
        project.write("src/main.rs", "fn main() {}\n");
        project
    }

    /// Writes Cargo.toml with these dependency tables. `{alembic}` in them stands for the path of the facade.
    pub fn manifest(&self, dependencies: &str) {
        let alembic = workspace().display().to_string();
        let dependencies = dependencies.replace("{alembic}", &alembic);
        self.write(
            "Cargo.toml",
            format!(
                "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n{dependencies}\n\n\
                 [workspace]\n\n[profile.dev]\ndebug = false\n",
                self.name
            ),
        );
    }

    /// The folder of the package.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The name of the package.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A path in the package.
    #[must_use]
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file, and the folders above it.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn write(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// Reads a file.
    ///
    /// # Panics
    /// Where it cannot be read.
    #[must_use]
    pub fn read(&self, name: impl AsRef<Path>) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file")
    }

    /// Removes a file.
    ///
    /// # Panics
    /// Where it cannot be removed.
    pub fn remove(&self, name: impl AsRef<Path>) {
        std::fs::remove_file(self.path(name)).expect("a file");
    }

    /// Replaces a text in a file.
    ///
    /// # Panics
    /// Where the file does not hold the text.
    #[track_caller]
    pub fn edit(&self, name: impl AsRef<Path>, from: &str, to: &str) {
        let text = self.read(&name);
        assert!(text.contains(from), "no `{from}` in\n{text}");
        self.write(name, text.replace(from, to));
    }

    /// Every file of the package with what it holds, for a test that nothing was written.
    ///
    /// # Panics
    /// Where one cannot be read.
    #[must_use]
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&self.folder).expect("a path in the folder");
                    files.insert(name.to_owned(), std::fs::read(&path).expect("a file"));
                }
            }
        }
        files
    }

    /// The only file of a folder whose name ends like this.
    ///
    /// # Panics
    /// Where there is none, or more than one.
    #[track_caller]
    pub fn only_file(&self, folder: &str, end: &str) -> String {
        let files = self.files();
        let names = files.keys().filter_map(|name| name.to_str());
        let found: Vec<&str> = names.filter(|name| name.starts_with(folder) && name.ends_with(end)).collect();
        match found.as_slice() {
            [only] => (*only).to_owned(),
            _ => panic!("one file in {folder} whose name ends with {end}: {found:?}"),
        }
    }

    /// Runs cargo in the package.
    pub fn cargo(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(self.folder());
        self.run(command)
    }

    /// Builds the package.
    pub fn build(&self) -> Output {
        self.cargo(&["build", "--offline", "--quiet", "--color=never"])
    }

    /// Compiles the package as far as all errors need it.
    pub fn check(&self) -> Output {
        self.cargo(&["check", "--offline", "--quiet", "--color=never"])
    }

    /// Runs the built program.
    pub fn program(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(target().join("debug").join(&self.name));
        command.args(arguments).current_dir(self.folder());
        self.run(command)
    }

    /// Runs a command with an environment that has nothing of the caller's settings: what matters has to be set by
    /// the command itself.
    pub fn run(&self, mut command: Command) -> Output {
        let settings = [
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_TERM_COLOR",
            "CI",
            "CLICOLOR",
            "CLICOLOR_FORCE",
            "DATABASE_URL",
            "NO_COLOR",
            "RUSTFLAGS",
            "RUST_BACKTRACE",
        ];
        for variable in settings {
            if !command.get_envs().any(|(name, _)| name == variable) {
                command.env_remove(variable);
            }
        }
        command.env("CARGO_TARGET_DIR", target());
        let output = command.output().expect("the command starts");
        Output {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Drop for TestProject {
    fn drop(&mut self) {
        if std::thread::panicking() {
            if let Some(temporary) = &mut self.temporary {
                temporary.disable_cleanup(true);
            }
        } else if self.temporary.is_none() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// A call of the subcommand as cargo makes it. `program` is the built `cargo-alembic`.
pub fn cargo_alembic(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("alembic").current_dir(folder).env("XDG_CACHE_HOME", target().join("cache"));
    command
}

/// The target folder that all packages share: in that of the running test.
fn target() -> PathBuf {
    let test = std::env::current_exe().expect("the running test");
    // target/debug/deps/test-0123
    test.ancestors().nth(3).expect("the target folder").join("test-projects")
}
