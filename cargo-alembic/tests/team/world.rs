//! A bare repository as a forge has it, and clones of a package with migrations.

use std::path::{Path, PathBuf};
use std::process::Command;

use alembic_testing::{Kind, Output, TestProject, cargo_alembic, rows};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cargo-alembic");

pub(crate) struct World {
    project: TestProject,
}

/// A checkout, with the SQLite file `app.db` that is not committed.
pub(crate) struct Checkout<'w> {
    world: &'w World,
    pub(crate) folder: PathBuf,
}

impl World {
    /// A forge with a package that `init` made, and the checkout of its first developer.
    pub(crate) fn new() -> World {
        let world = World { project: TestProject::temporary() };
        world.git(world.project.folder(), &["init", "-q", "--bare", "-b", "main", "hub.git"]).success();
        let first = world.at("first");
        std::fs::create_dir_all(first.folder.join("src")).expect("a folder");
        first.write("src/main.rs", "fn main() {}\n");
        first.write(
            "Cargo.toml",
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
        );
        first.alembic("init").success();
        first.write("alembic.toml", "url = \"sqlite://app.db\"\n");
        first.write(".gitignore", "*.db\n*.migrate.lock\n*.db-*\n.edit-*\n");
        first.git("init -q -b main").success();
        first.git("remote add origin ../hub.git").success();
        first.commit("base");
        first.git("push -q -u origin main").success();
        world
    }

    pub(crate) fn at(&self, name: &str) -> Checkout<'_> {
        Checkout { world: self, folder: self.project.path(name) }
    }

    /// The checkout in which the package was made.
    pub(crate) fn first(&self) -> Checkout<'_> {
        self.at("first")
    }

    pub(crate) fn clone(&self, name: &str) -> Checkout<'_> {
        self.clone_with(name, &[])
    }

    pub(crate) fn clone_with(&self, name: &str, options: &[&str]) -> Checkout<'_> {
        let hub = format!("file://{}", self.project.path("hub.git").display());
        let arguments = [&["clone", "-q"], options, &[hub.as_str(), name]].concat();
        self.git(self.project.folder(), &arguments).success();
        self.at(name)
    }

    /// Merges a branch into main as a forge does: in the bare repository, where attributes do not count. Returns whether it
    /// could.
    pub(crate) fn merge_on_forge(&self, branch: &str) -> bool {
        let hub = self.project.path("hub.git");
        let tree = self.git(&hub, &["merge-tree", "--write-tree", "main", branch]);
        if tree.code == Some(1) {
            return false;
        }
        let tree = tree.success().stdout;
        let tree = tree.lines().next().expect("a tree");
        let title = format!("Merge {branch}");
        let arguments = ["commit-tree", tree, "-p", "main", "-p", branch, "-m", &title];
        let commit = self.git(&hub, &arguments).success().stdout;
        self.git(&hub, &["update-ref", "refs/heads/main", commit.trim()]).success();
        true
    }

    fn git(&self, folder: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new("git");
        command.current_dir(folder).args(["-c", "protocol.file.allow=always"]).args(arguments);
        for role in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{role}_NAME"), "Test")
                .env(format!("GIT_{role}_EMAIL"), "test@example.com");
        }
        command
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_EDITOR", "true");
        self.project.run(command)
    }
}

impl Checkout<'_> {
    /// Runs git: its words, which have no spaces.
    pub(crate) fn git(&self, line: &str) -> Output {
        let words: Vec<&str> = line.split(' ').collect();
        self.world.git(&self.folder, &words)
    }

    /// Runs `cargo alembic`: its words, which have no spaces.
    pub(crate) fn alembic(&self, line: &str) -> Output {
        self.alembic_with(line, &[])
    }

    pub(crate) fn alembic_with(&self, line: &str, variables: &[(&str, &str)]) -> Output {
        let mut command = cargo_alembic(PROGRAM, &self.folder);
        command.args(line.split(' ')).envs(variables.iter().copied());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        self.world.project.run(command)
    }

    pub(crate) fn commit(&self, title: &str) {
        self.git("add -A").success();
        self.git(&format!("commit -qm {title}")).success();
    }

    pub(crate) fn push(&self, title: &str) {
        self.commit(title);
        self.git("push -q").success();
    }

    /// A merge of main, as `git pull` does it.
    pub(crate) fn pull(&self) -> Output {
        self.git("pull -q --no-rebase --no-edit")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).expect("a file")
    }

    /// Replaces a text in a file.
    #[track_caller]
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "no {from} in\n{text}");
        self.write(name, &text.replace(from, to));
    }

    /// A new revision on the head, which creates the table of its name.
    pub(crate) fn revision(&self, id: &str) {
        self.revision_of(id, "", &format!("CREATE TABLE {id} (n INTEGER);"), &format!("DROP TABLE {id};"));
    }

    /// A new revision with these options and statements, in `migrations/ID.sql`.
    pub(crate) fn revision_of(&self, id: &str, options: &str, upgrade: &str, downgrade: &str) {
        let line = format!("revision -m {id} --rev-id {id} {options}");
        self.alembic(line.trim()).success();
        let end = format!("_{id}.sql");
        let files = std::fs::read_dir(self.folder.join("migrations")).expect("a folder");
        let mut paths = files.map(|file| file.expect("a file").path());
        let path = paths.find(|path| path.to_string_lossy().ends_with(&end)).expect("the script");
        std::fs::rename(path, self.folder.join(script(id))).expect("another name");
        self.edit(&script(id), "-- alembic: upgrade\n", &format!("-- alembic: upgrade\n{upgrade}\n"));
        self.edit(&script(id), "-- alembic: downgrade\n", &format!("-- alembic: downgrade\n{downgrade}\n"));
    }

    pub(crate) fn remove(&self, name: &str) {
        std::fs::remove_file(self.folder.join(name)).expect("a file");
    }

    pub(crate) fn lock(&self) -> String {
        self.read("migrations/alembic.lock")
    }

    /// Takes the seals out of the lock, as if a service had migrated itself.
    pub(crate) fn forget_seals(&self) {
        let lock = self.lock();
        let lines = lock.lines().map(|line| format!("{}\n", line.split(" sha").next().unwrap_or(line)));
        self.write("migrations/alembic.lock", &lines.collect::<String>());
    }

    /// The ids in the lock, those with a seal marked by `+`.
    pub(crate) fn seals(&self) -> String {
        let lock = self.lock();
        let lines = lock.lines().skip(2);
        let marked =
            lines.map(|line| line.split_once(' ').map_or(line.to_owned(), |(id, _)| format!("{id}+")));
        marked.collect::<Vec<_>>().join(" ")
    }

    /// The answer of the checkout's database.
    pub(crate) async fn sql(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let url = format!("sqlite://{}", self.folder.join("app.db").display());
        rows(Kind::Sqlite, &url, sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"))
    }

    /// The names of the tables that migrations created.
    pub(crate) async fn tables(&self) -> String {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'alembic%' \
                   AND name NOT LIKE 'sqlite%' ORDER BY name";
        let names = self.sql(sql).await.into_iter().flatten().flatten();
        names.collect::<Vec<_>>().join(" ")
    }
}

/// The file of a script.
pub(crate) fn script(id: &str) -> String {
    format!("migrations/{id}.sql")
}

/// The command in backticks that begins with these words.
#[track_caller]
pub(crate) fn printed(output: &Output, begin: &str) -> String {
    let commands = output.stderr.split('`').skip(1).step_by(2);
    let found = commands.map(str::to_owned).find(|command| command.starts_with(begin));
    found.unwrap_or_else(|| panic!("no `{begin}` in {output}"))
}

/// Runs the commands in backticks that begin with `cargo alembic`, from the one that begins like this on.
#[track_caller]
pub(crate) fn follow(checkout: &Checkout<'_>, output: &Output, begin: &str) {
    let commands: Vec<&str> = output.stderr.split('`').skip(1).step_by(2).collect();
    let start = commands.iter().position(|command| command.starts_with(begin));
    let start = start.unwrap_or_else(|| panic!("no `{begin}` in {output}"));
    for command in commands[start..].iter().map_while(|command| command.strip_prefix("cargo alembic ")) {
        checkout.alembic(command).success();
    }
}
