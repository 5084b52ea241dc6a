//! A package with migrations, and the commands on it.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::PathBuf;
use std::process::Command;

use alembic_testing::{Kind, Output, Script, TestDatabase, TestProject, cargo_alembic, mask, write_scripts};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_cargo-alembic");

/// A package, and what has to be left out of its snapshots.
pub(crate) struct Package {
    project: TestProject,
    masks: Vec<(String, String)>,
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A package with these scripts, whose `alembic.toml` names the SQLite file `app.db`.
pub(crate) fn package(scripts: &[Script<'_>]) -> Package {
    let package = Package::of(TestProject::temporary());
    write_scripts(&package.path("migrations"), scripts);
    package.write("alembic.toml", "url = \"sqlite://app.db\"\n");
    package
}

/// A package with these scripts for a database of the test.
pub(crate) fn package_on(database: &TestDatabase, scripts: &[Script<'_>]) -> Package {
    let mut package = package(scripts);
    package.write("alembic.toml", format!("url = \"{}\"\n", database.url));
    package.hide(&database.folder.path().display().to_string(), "[database folder]");
    package.hide_server(database);
    package
}

/// Revisions `r1`, `r2`, …, each of which makes a table: `t1`, `t2`, …
pub(crate) fn chain(length: usize) -> Vec<Script<'static>> {
    const IDS: [&str; 6] = ["", "r1", "r2", "r3", "r4", "r5"];
    let script = |number: usize| {
        let upgrade = format!("CREATE TABLE t{number} (id INTEGER PRIMARY KEY);");
        Script::new(IDS[number], IDS[number - 1], &upgrade, &format!("DROP TABLE t{number};"))
    };
    (1..=length).map(script).collect()
}

/// A second head: `r1` → `x2`.
pub(crate) fn branch() -> Script<'static> {
    Script::new("x2", "r1", "CREATE TABLE x2 (id INTEGER PRIMARY KEY);", "DROP TABLE x2;")
}

impl Package {
    pub(crate) fn of(project: TestProject) -> Package {
        let masks = vec![
            (project.folder().display().to_string(), "[folder]".to_owned()),
            (alembic_testing::workspace().display().to_string(), "[workspace]".to_owned()),
        ];
        Package { project, masks }
    }

    /// Replaces a text in snapshots.
    pub(crate) fn hide(&mut self, text: &str, replacement: &str) {
        self.masks.push((text.to_owned(), replacement.to_owned()));
    }

    /// Replaces what differs with each start of a server.
    pub(crate) fn hide_server(&mut self, database: &TestDatabase) {
        if database.kind == Kind::Sqlite {
            return;
        }
        let server = Server::of(&database.url);
        self.hide(&database.name, "[database]");
        self.hide(&server.authority(), "[server]");
        self.hide(&format!("--port={}", server.port), "--port=[port]");
        self.hide(&format!(".invalid:{}", server.port), ".invalid:[port]");
        for host in ["localhost", server.host.as_str()] {
            self.hide(&format!("'{}'@'{host}'", server.user), "[user]");
        }
        self.hide(&format!("\"{}\"", server.user), "\"[user]\"");
        self.hide(&format!(" as {}:", server.user), " as [user]:");
        self.hide(&format!("--user={} ", server.user), "--user=[user] ");
        self.hide(&format!("--username={} ", server.user), "--username=[user] ");
    }

    /// A command, which can still be given an environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = cargo_alembic(PROGRAM, self.folder());
        command.args(arguments);
        command
    }

    /// Runs a command: its words, in quotes where they have spaces.
    pub(crate) fn alembic(&self, line: &str) -> Output {
        let words = words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.run(self.command(&words))
    }

    /// Runs commands, and compares what they print with the file of that name in `snapshots/`.
    #[track_caller]
    pub(crate) fn session(&self, name: &str, lines: &[&str]) {
        let transcript: Vec<String> =
            lines.iter().map(|line| format!("$ cargo alembic {line}\n{}", self.alembic(line))).collect();
        self.assert_snapshot(name, &transcript.join("\n"));
    }

    #[track_caller]
    pub(crate) fn assert_snapshot(&self, name: &str, text: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, self.masked(text)));
    }

    /// Without what differs from run to run.
    fn masked(&self, text: &str) -> String {
        let text = self.masks.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        let text = mask(&text, "9+ ms", "[time]");
        let text = mask(&text, "9+.9 s", "[time]");
        let text = mask(&text, "99999999_9999_", "[date]_");
        let text = mask(&text, "9999-99-99T99:99:99Z", "[date]");
        let text = mask(&text, "9999-99-99T99:99:99.999Z", "[date]");
        mask(&text, "9999-99-99 99:99:99", "[date]")
    }

    pub(crate) fn lock(&self) -> String {
        self.read("migrations/alembic.lock")
    }

    /// The ids of the revisions in the lock, those with a seal marked by `*`.
    pub(crate) fn listed(&self) -> Vec<String> {
        let lock = self.lock();
        let entries = lock.lines().skip(2).map(|line| match line.split_once(' ') {
            Some((id, _)) => format!("{id}*"),
            None => line.to_owned(),
        });
        entries.collect()
    }

    /// Runs a command, which has to change no file of the package.
    #[track_caller]
    pub(crate) fn changes_nothing(&self, line: &str) -> Output {
        let before = self.files();
        let output = self.alembic(line);
        self.assert_unchanged(&before, line);
        output
    }

    /// Runs a command, which has to fail with the message of that name in `snapshots/`, and to change no file.
    #[track_caller]
    pub(crate) fn refuses(&self, name: &str, line: &str) {
        let before = self.files();
        let output = self.alembic(line).code(1);
        self.assert_snapshot(name, &format!("$ cargo alembic {line}\n{output}"));
        self.assert_unchanged(&before, line);
    }

    #[track_caller]
    fn assert_unchanged(&self, before: &Files, line: &str) {
        let after = self.files();
        let changed: Vec<_> =
            before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name)).collect();
        assert!(changed.is_empty(), "`cargo alembic {line}` changed {changed:?}");
    }
}

impl Deref for Package {
    type Target = TestProject;

    fn deref(&self) -> &TestProject {
        &self.project
    }
}

/// The words of a line; quotes keep spaces in one.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// The parts of a server's URL.
pub(crate) struct Server {
    pub(crate) scheme: String,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) host: String,
    pub(crate) port: String,
    pub(crate) database: String,
}

impl Server {
    /// # Panics
    /// Where one of the parts is missing: the servers of the tests have them all.
    pub(crate) fn of(url: &str) -> Server {
        let split = |text: &str, at: &str| -> (String, String) {
            let (left, right) = text.split_once(at).unwrap_or_else(|| panic!("no `{at}` in {text}"));
            (left.to_owned(), right.to_owned())
        };
        let url = url.split_once('?').map_or(url, |(before, _)| before);
        let (scheme, rest) = split(url, "://");
        let (login, place) = split(&rest, "@");
        let (user, password) = split(&login, ":");
        let (authority, database) = split(&place, "/");
        let (host, port) = split(&authority, ":");
        Server { scheme, user, password, host, port, database }
    }

    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    pub(crate) fn url(&self) -> String {
        let Server { scheme, user, password, host, port, database } = self;
        format!("{scheme}://{user}:{password}@{host}:{port}/{database}")
    }
}
