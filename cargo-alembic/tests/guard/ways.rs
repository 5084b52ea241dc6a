//! There is a way forward from every refusal: each case starts from the state of a message, and runs the command that the
//! message prints in a shell. It has to succeed, and no row of a table that this tool did not create may be gone.
//!
//! `alembic-core/src/cli/ways.rs` has the errors that belong to these cases.

use std::path::Path;
use std::process::Command;

use alembic_testing::{Kind, Output, Script, TestDatabase, TestProject, rows, write_scripts};

use crate::package::{PROGRAM, alembic, half, package, two};

/// A package on a database with a table that was there before this tool.
struct State {
    package: TestProject,
    kind: Kind,
    url: String,
    _database: Option<TestDatabase>,
}

const PRECIOUS: &str = "SELECT name FROM precious ORDER BY name";

impl State {
    async fn of(scripts: &[Script<'_>]) -> State {
        let package = package(scripts);
        let url = format!("sqlite://{}", package.path("app.db").display());
        std::fs::write(package.path("app.db"), "").expect("a database");
        State { package, kind: Kind::Sqlite, url, _database: None }.with_rows().await
    }

    async fn on_mariadb(scripts: &[Script<'_>]) -> State {
        let database = TestDatabase::new(Kind::Mysql).await;
        let package = package(scripts);
        package.write("alembic.toml", format!("url = \"{}\"\n", database.url));
        let url = database.url.clone();
        State { package, kind: Kind::Mysql, url, _database: Some(database) }.with_rows().await
    }

    async fn on_postgresql(scripts: &[Script<'_>]) -> State {
        let database = TestDatabase::new(Kind::Postgresql).await;
        let package = package(scripts);
        package.write("alembic.toml", format!("url = \"{}\"\n", database.url));
        let url = database.url.clone();
        State { package, kind: Kind::Postgresql, url, _database: Some(database) }.with_rows().await
    }

    async fn with_rows(self) -> State {
        self.sql("CREATE TABLE precious (name VARCHAR(20))").await;
        self.sql("INSERT INTO precious VALUES ('one'), ('two')").await;
        self
    }

    async fn sql(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        rows(self.kind, &self.url, sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"))
    }

    fn run(&self, line: &str) -> Output {
        let words: Vec<&str> = line.split(' ').collect();
        alembic(&self.package, &words)
    }

    /// A command is refused; what its message prints is run, and then it may run itself.
    async fn way(&self, refused: &str, commands: &[&str], fill: &[(&str, &str)]) {
        let output = self.run(refused).code(1);
        for begin in commands {
            let command = printed(&output, begin);
            let command = fill.iter().fold(command, |line, (from, to)| line.replace(from, to));
            let shell = self.shell(&command);
            assert_eq!(shell.code, Some(0), "{output}\n$ {command}\n{shell}");
            let left = self.sql(PRECIOUS).await;
            assert_eq!(left.len(), 2, "$ {command}\n{shell}");
        }
    }

    fn shell(&self, line: &str) -> Output {
        let mut command = Command::new("sh");
        let programs = Path::new(PROGRAM).parent().expect("a folder").display().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .args(["-c", line])
            .current_dir(self.package.folder())
            .env("PATH", format!("{programs}:{path}"));
        for variable in ["DATABASE_URL", "CARGO_MANIFEST_DIR"] {
            command.env_remove(variable);
        }
        self.package.run(command)
    }

    /// Takes the seals off, as on a machine of somebody else.
    fn forget_seals(&self) {
        let lock = self.package.read("migrations/alembic.lock");
        let lines = lock.lines().map(|line| line.split_once(" sha256:").map_or(line, |(id, _)| id));
        self.package
            .write("migrations/alembic.lock", lines.map(|line| format!("{line}\n")).collect::<String>());
    }
}

/// The command in backticks that begins with these words.
#[track_caller]
fn printed(output: &Output, begin: &str) -> String {
    let commands = output.stderr.split('`').skip(1).step_by(2);
    let found =
        commands.map(str::to_owned).find(|command| command.starts_with(&format!("cargo alembic {begin}")));
    found.unwrap_or_else(|| panic!("no `cargo alembic {begin}` in {output}"))
}

async fn half_way() -> State {
    let state = State::of(&half()).await;
    state.run("upgrade").code(1);
    state
}

#[tokio::test]
async fn no_file() {
    let state = State::of(&two()).await;
    state.package.write("alembic.toml", "url = \"sqlite://new.db\"\n");
    state.way("downgrade base", &["upgrade"], &[]).await;
    state.run("verify").success();
}

#[tokio::test]
async fn version_table_elsewhere() {
    let state = State::on_postgresql(&[]).await;
    state.sql("CREATE SCHEMA other").await;
    state.sql("CREATE TABLE other.alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)").await;
    state.package.write("migrations/r1.sql", Script::new("r1", "", "SELECT 1;", "SELECT 1;").text());
    state.way("upgrade", &["ensure-version"], &[]).await;
    state.run("upgrade").code(0);
}

#[tokio::test]
async fn unknown_revisions() {
    let state = State::of(&two()).await;
    state.sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)").await;
    state.sql("INSERT INTO alembic_version VALUES ('zz')").await;
    state.way("upgrade", &["stamp --purge"], &[("REVISION", "r1")]).await;
    state.run("upgrade").success();
}

#[tokio::test]
async fn diverged() {
    let state = State::of(&two()).await;
    state.run("upgrade").success();
    state.forget_seals();
    state.package.remove("migrations/r2.sql");
    let other = Script::new("x2", "r1", "CREATE TABLE x2 (id INTEGER);", "DROP TABLE x2;");
    write_scripts(&state.package.path("migrations"), &[other]);
    state.way("upgrade", &["downgrade --from-history"], &[]).await;
    state.run("upgrade").success();
}

#[tokio::test]
async fn ahead() {
    let state = State::of(&two()).await;
    state.run("upgrade").success();
    state.forget_seals();
    state.package.remove("migrations/r2.sql");
    state.way("upgrade", &["downgrade --from-history"], &[]).await;
    state.run("upgrade").success();
}

#[tokio::test]
async fn edited() {
    let state = State::of(&two()).await;
    state.run("upgrade").success();
    state.forget_seals();
    state.package.edit("migrations/r2.sql", "id INTEGER", "n INTEGER, id INTEGER");
    state.way("upgrade", &["upgrade --from-history"], &[]).await;
    state.run("verify").success();
}

#[tokio::test]
async fn not_own() {
    let state = State::of(&two()).await;
    state.run("upgrade").success();
    state.forget_seals();
    state.package.edit("migrations/r2.sql", "-- Revision r2 of a test\n", "-- Something else\n");
    state.package.edit("migrations/r2.sql", "id INTEGER", "n INTEGER, id INTEGER");
    state.way("stamp r1", &["stamp --purge"], &[("REVISION", "r1")]).await;
}

#[tokio::test]
async fn edited_script() {
    let state = State::of(&two()).await;
    state.run("upgrade").success();
    state.package.edit("migrations/r2.sql", "id INTEGER", "n INTEGER, id INTEGER");
    state.way("upgrade", &["downgrade --from-history", "unseal"], &[("PARENT", "r1")]).await;
    state.run("upgrade").success();
}

/// The tables of a stamped revision were not created by it: what the message prints does not drop them.
#[tokio::test]
async fn edited_script_of_a_stamp() {
    let state =
        State::of(&[Script::new("r1", "", "CREATE TABLE precious (name TEXT);", "DROP TABLE precious;")])
            .await;
    state.run("stamp r1").success();
    state.run("seal").success();
    state.package.edit("migrations/r1.sql", "TEXT", "VARCHAR(20)");
    let output = state.run("upgrade").code(1);
    let command = printed(&output, "downgrade --from-history").replace("PARENT", "base");
    let refused = state.shell(&command).code(1);
    assert_eq!(state.sql(PRECIOUS).await.len(), 2);
    let command = printed(&refused, "stamp").replace("REVISION", "base");
    state.shell(&command).success();
    state.shell(&printed(&output, "unseal")).success();
    state.run("stamp head").success();
    state.run("verify").success();
    assert_eq!(state.sql(PRECIOUS).await.len(), 2);
}

#[tokio::test]
async fn edited_downgrade() {
    let state = State::of(&two()).await;
    state.run("upgrade").success();
    state.package.edit("migrations/r2.sql", "DROP TABLE t2", "DROP TABLE IF EXISTS t2");
    state.way("downgrade -1", &["seal r2 --downgrade"], &[]).await;
    state.run("downgrade -1").success();
}

/// Of the last revision, and of one on which another stands.
#[tokio::test]
async fn deleted() {
    for (id, parent) in [("r2", "r1"), ("r1", "base")] {
        let state = State::of(&two()).await;
        state.run("upgrade").success();
        state.package.remove(format!("migrations/{id}.sql"));
        state.way("upgrade", &["downgrade --from-history", "unseal"], &[("PARENT", parent)]).await;
        if id == "r2" {
            state.run("upgrade").success();
        }
    }
}

#[tokio::test]
async fn two_seals() {
    let state = State::of(&two()).await;
    state.run("upgrade").success();
    let lock = state.package.read("migrations/alembic.lock");
    let line = lock.lines().last().expect("a seal");
    let digits: String = line.chars().map(|letter| if letter == '1' { '2' } else { letter }).collect();
    state.package.write("migrations/alembic.lock", format!("{lock}{digits}\n"));
    let output = state.run("upgrade").code(1);
    assert!(output.stderr.contains("delete the other line from migrations/alembic.lock"), "{output}");
    state.package.write("migrations/alembic.lock", lock);
    state.shell(&printed(&output, "revision")).success();
    state.run("upgrade").success();
}

/// Marks of a conflict, and a line that somebody left there: the seals of both sides stay.
#[tokio::test]
async fn lock_in_conflict() {
    let state = State::of(&two()).await;
    state.run("upgrade").success();
    let lock = state.package.read("migrations/alembic.lock");
    let (above, r2) = lock.split_at(lock.find("r2 ").expect("a seal"));
    let left = format!("{above}<<<<<<< HEAD\nr2\n=======\n{r2}>>>>>>> theirs\nto do\n");
    state.package.write("migrations/alembic.lock", left);
    state.way("verify --offline", &["seal --repair"], &[]).await;
    state.run("verify").success();
    assert_eq!(state.package.read("migrations/alembic.lock"), lock);
}

#[tokio::test]
async fn lock_missing() {
    let state = State::of(&two()).await;
    state.way("verify --offline", &["init"], &[]).await;
    state.run("verify --offline").success();
}

#[tokio::test]
async fn no_folder() {
    let state = State::of(&[]).await;
    std::fs::remove_dir_all(state.package.path("migrations")).expect("the folder");
    state.way("upgrade", &["init"], &[]).await;
    state.run("upgrade").success();
}

fn two_heads() -> Vec<Script<'static>> {
    let mut scripts = two().to_vec();
    scripts.push(Script::new("x2", "r1", "CREATE TABLE x2 (id INTEGER);", "DROP TABLE x2;"));
    scripts
}

#[tokio::test]
async fn several_heads() {
    let state = State::of(&two_heads()).await;
    state.way("upgrade", &["merge"], &[]).await;
    state.run("upgrade").success();
}

#[tokio::test]
async fn new_revision() {
    let state = State::of(&two_heads()).await;
    state.way("revision -m x", &["merge"], &[]).await;
    state.run("revision -m x").success();
}

#[tokio::test]
async fn rebase_sealed() {
    let state = State::of(&two_heads()).await;
    state.run("upgrade heads").success();
    state.way("rebase x2 --onto r2", &["merge"], &[]).await;
    state.run("upgrade").success();
}

#[tokio::test]
async fn not_at_heads() {
    let state = State::of(&two()).await;
    state.way("current --check-heads", &["upgrade heads"], &[]).await;
    state.run("current --check-heads").success();
}

#[tokio::test]
async fn only_stamped() {
    let state = State::of(&two()).await;
    state.run("stamp head").success();
    state.way("downgrade base", &["stamp"], &[("REVISION", "base")]).await;
    state.run("upgrade").success();
}

/// Both sides of a merge of alternatives are begun.
#[tokio::test]
async fn several_sides() {
    let mut scripts = two_heads();
    scripts.push(Script::new("y2", "x2", "CREATE TABLE y2 (id INTEGER);", "DROP TABLE y2;"));
    let state = State::of(&scripts).await;
    state.run("upgrade r2").success();
    state.run("upgrade x2").success();
    state.run("merge r2 y2 --alternatives --rev-id m").success();
    state.way("upgrade", &["downgrade"], &[]).await;
    state.run("upgrade").success();
}

/// A revision that stopped half way is finished where the cause is gone, and given up otherwise.
#[tokio::test]
async fn abandons() {
    for (is_there, command) in [(true, "resume"), (false, "resume --abandon")] {
        let state = half_way().await;
        if is_there {
            state.sql("CREATE TABLE missing (n INTEGER)").await;
        }
        state.way("stamp r1", &[command], &[]).await;
        state.run("stamp r1").success();
    }
}

#[tokio::test]
async fn unfinished() {
    for (is_there, command) in [(true, "resume"), (false, "resume --abandon")] {
        let state = half_way().await;
        if is_there {
            state.sql("CREATE TABLE missing (n INTEGER)").await;
        }
        state.way("downgrade base", &[command], &[]).await;
        state.run("downgrade base").success();
    }
}

#[tokio::test]
async fn unfinished_moved() {
    let state = half_way().await;
    write_scripts(&state.package.path("migrations"), &[Script::new("r3", "r1", "SELECT 1;", "SELECT 1;")]);
    state.package.edit("migrations/r2.sql", "Revises: r1", "Revises: r3");
    state.way("upgrade", &["resume --abandon"], &[]).await;
}

#[tokio::test]
async fn statement() {
    for state in [State::of(&half()).await, State::on_mariadb(&half()).await] {
        state.way("upgrade", &["resume --abandon"], &[]).await;
        assert_eq!(state.run("current").success().stdout.trim(), "r1");
        state.sql("SELECT n FROM half").await;
    }
}

/// Its script is gone, and so is the seal of the one on which it stands.
#[tokio::test]
async fn statement_of_a_deleted_script() {
    for state in [State::of(&half()).await, State::on_mariadb(&half()).await] {
        state.run("upgrade").code(1);
        state.package.remove("migrations/r2.sql");
        let output = state.run("upgrade").code(1);
        assert!(output.stderr.contains("its script is not here"), "{output}");
        let left = state.shell(&printed(&output, "resume --abandon")).success();
        for words in ["statement 1, line 7", "CREATE TABLE half (n INTEGER)"] {
            assert!(left.stderr.contains(words), "{left}");
        }
        state.run("upgrade").success();
        assert_eq!(state.sql(PRECIOUS).await.len(), 2);
    }
}

/// The history says that the run ended in the second statement, which the catalog does not show.
#[tokio::test]
async fn in_doubt() {
    for answer in ["resume --statement done", "resume --statement again", "resume --abandon"] {
        let body =
            "-- alembic: upgrade no-transaction\nCREATE TABLE half (n INTEGER);\nVACUUM INTO 'copy.db';\n";
        let [first, _] = two();
        let state = State::of(&[first, Script::with_body("r2", "r1", body)]).await;
        std::fs::create_dir(state.package.path("copy.db")).expect("a folder in the way");
        state.run("upgrade").code(1);
        std::fs::remove_dir(state.package.path("copy.db")).expect("the folder");
        let ended = "UPDATE alembic_history SET statements_begun = 2, error = NULL WHERE finished_at IS NULL";
        state.sql(ended).await;
        state.way("upgrade", &[answer], &[]).await;
        if answer != "resume --abandon" {
            state.run("upgrade").success();
        }
    }
}

#[tokio::test]
async fn not_in_doubt() {
    let state = half_way().await;
    state.sql("UPDATE alembic_history SET error = NULL WHERE finished_at IS NULL").await;
    state.sql("CREATE TABLE missing (n INTEGER)").await;
    state.way("resume --statement done", &["resume"], &[]).await;
    state.run("upgrade").success();
}

#[tokio::test]
async fn resume_edited() {
    let state = half_way().await;
    state.package.edit("migrations/r2.sql", "half (n INTEGER)", "half (n TEXT)");
    state.way("upgrade", &["resume --abandon"], &[]).await;
}

/// What is left of the revision needs a temporary table of a session that ended.
#[tokio::test]
async fn session_lost() {
    let body = "-- alembic: upgrade no-transaction\nCREATE TEMPORARY TABLE passing (n INTEGER);\n\
                INSERT INTO missing SELECT n FROM passing;\n";
    let [first, _] = two();
    let state = State::of(&[first, Script::with_body("r2", "r1", body)]).await;
    state.run("upgrade").code(1);
    state.way("upgrade", &["stamp"], &[("REVISION", "r2")]).await;
    state.run("upgrade").success();
}

/// What `verify` finds.
#[tokio::test]
async fn findings() {
    let state = State::of(&two()).await;
    state.run("upgrade").success();
    state.forget_seals();
    state.way("verify", &["seal --from-database"], &[]).await;
    state.run("verify").success();
}
