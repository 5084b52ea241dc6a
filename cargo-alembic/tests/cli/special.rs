//! What a repository may have in place of a file: each command ends at once, with an error about it.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use alembic_testing::{Script, TestProject};

use crate::support::{Package, chain, package};

/// How long a command may take that waits for nothing. It needs a fraction of that.
const ENOUGH: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Special {
    Pipe,
    Socket,
    Folder,
    Device,
    Dangling,
    Circle,
    /// A file that not even a superuser can read.
    Unreadable,
}

const ALL: [Special; 7] = [
    Special::Pipe,
    Special::Socket,
    Special::Folder,
    Special::Device,
    Special::Dangling,
    Special::Circle,
    Special::Unreadable,
];

impl Special {
    fn put(self, path: &Path) {
        let _ = std::fs::remove_file(path);
        match self {
            Special::Pipe => assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success()),
            Special::Socket => drop(UnixListener::bind(path).expect("a socket")),
            Special::Folder => std::fs::create_dir(path).expect("a folder"),
            Special::Device => symlink("/dev/zero", path).expect("a link"),
            Special::Dangling => symlink("/nothing/there", path).expect("a link"),
            Special::Circle => symlink(path, path).expect("a link"),
            Special::Unreadable => symlink("/proc/self/mem", path).expect("a link"),
        }
    }
}

/// Runs a command, which must end by itself with the exit code 1 and an error that names `name`.
#[track_caller]
fn refuses(package: &Package, line: &str, special: Special, name: &str) {
    let words: Vec<&str> = line.split(' ').collect();
    let mut command = package.command(&words);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let begin = Instant::now();
    while child.try_wait().expect("a state").is_none() {
        if begin.elapsed() > ENOUGH {
            child.kill().expect("it is ended");
            panic!("`{line}` waits for {name}, which is {special:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("its words");
    let text = String::from_utf8_lossy(&output.stderr);
    let shown = format!("`{line}` where {name} is {special:?}:\n{text}");
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(text.contains("error: ") && text.contains(name) && !text.contains("panicked"), "{shown}");
}

/// Tries all kinds but some in place of one file.
#[track_caller]
fn each(name: &str, but: &[Special], make: impl Fn() -> Package, lines: &[&str]) {
    for special in ALL.into_iter().filter(|special| !but.contains(special)) {
        let package = make();
        special.put(&package.path(name));
        for line in lines {
            refuses(&package, line, special, name);
        }
    }
}

fn two() -> Package {
    package(&chain(2))
}

fn with(settings: &str) -> Package {
    let package = two();
    package.write("alembic.toml", format!("url = \"sqlite://app.db\"\n{settings}"));
    package
}

#[test]
fn a_script() {
    let lines =
        ["history", "heads", "show r1", "verify --offline", "upgrade", "upgrade --sql", "revision -m x"];
    each("migrations/r2.sql", &[], two, &lines);
    // One with another name is no script of the graph, and no less in the way.
    each("migrations/x.sql", &[], two, &["history"]);
}

#[test]
fn the_lock() {
    // A lock that is a link may lead to a file that is yet to be written.
    each(
        "migrations/alembic.lock",
        &[Special::Dangling],
        two,
        &["verify --offline", "upgrade", "seal", "init"],
    );
}

#[test]
fn the_settings() {
    each("alembic.toml", &[], two, &["history", "upgrade", "init"]);
}

#[test]
fn the_variables() {
    let package = || {
        let package = two();
        package.write("alembic.toml", "url = \"${NOWHERE_SET}\"\n");
        package
    };
    // A folder of this name is a virtual environment; a link to nothing is a file of another machine.
    each(".env", &[Special::Folder, Special::Dangling, Special::Circle], package, &["current"]);
}

#[test]
fn the_manifest() {
    each("Cargo.toml", &[], two, &["history --manifest-path Cargo.toml", "init --manifest-path Cargo.toml"]);
}

#[test]
fn models() {
    let sql = || with("models = { source = \"sql\", file = \"schema.sql\" }\n");
    each("schema.sql", &[], sql, &["check --scratch"]);
    let rust = || {
        let package = with("");
        package.write("src/lib.rs", "mod tables;\n");
        package
    };
    each("src/tables.rs", &[], rust, &["check"]);
}

#[test]
fn a_template() {
    each("new.sql", &[], || with("templates = { default = \"new.sql\" }\n"), &["revision -m x"]);
}

#[test]
fn a_dump() {
    each("dump.sql", &[], two, &["revision -m x --from-dump dump.sql"]);
}

#[test]
fn what_init_adds_to() {
    let fresh = || Package::of(TestProject::temporary());
    let lines = ["init"];
    // A link to nothing leads to a file that is yet to be written.
    each(".gitignore", &[Special::Dangling], fresh, &lines);
    let package = || {
        let package = fresh();
        std::fs::create_dir(package.path("migrations")).expect("a folder");
        package
    };
    each("migrations/.gitattributes", &[Special::Dangling], package, &lines);
}

/// Nobody's file is changed by a run, whatever has the name of the lock.
#[test]
fn the_lock_of_sqlite() {
    each("app.db-alembic", &[], two, &["upgrade"]);
    let package = two();
    package.write("victim", "PRECIOUS");
    symlink("victim", package.path("app.db-alembic")).expect("a link");
    let text = package.alembic("upgrade").code(1).to_string();
    assert!(text.contains("app.db-alembic: it is a link, and is left alone: move it away"), "{text}");
    assert_eq!(package.read("victim"), "PRECIOUS");
}

/// A file without an end is no script either.
#[test]
fn a_file_that_is_too_long() {
    let package = two();
    let file = std::fs::File::create(package.path("migrations/r3.sql")).expect("a file");
    file.set_len(1 << 40).expect("its length");
    let text = package.alembic("history").code(1).to_string();
    assert!(text.contains("migrations/r3.sql") && text.contains("it has more than 256 MiB"), "{text}");
}

/// The files that are changed, and not created: a link to one stays a link, and permissions stay.
#[test]
fn what_is_changed_keeps_its_place() {
    use std::os::unix::fs::PermissionsExt as _;
    let package = Package::of(TestProject::temporary());
    std::fs::create_dir_all(package.path("migrations")).expect("a folder");
    std::fs::create_dir_all(package.path("elsewhere")).expect("a folder");
    let names =
        [("Cargo.toml", "manifest"), (".gitignore", "ignored"), ("migrations/.gitattributes", "attributes")];
    for (name, target) in names {
        let target = package.path("elsewhere").join(target);
        let before = std::fs::read_to_string(package.path(name)).unwrap_or_default();
        std::fs::write(&target, before).expect("a file");
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o664)).expect("its mode");
        let _ = std::fs::remove_file(package.path(name));
        symlink(&target, package.path(name)).expect("a link");
    }
    package.alembic("init").success();
    for (name, target) in names {
        let target = package.path("elsewhere").join(target);
        assert_eq!(std::fs::read_link(package.path(name)).expect("still a link"), target, "{name}");
        assert!(!package.read(name).is_empty(), "{name}");
        let mode = std::fs::metadata(&target).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o664, "{name}");
    }
    let left: Vec<_> = std::fs::read_dir(package.path("elsewhere")).expect("a folder").collect();
    assert_eq!(left.len(), names.len(), "{left:?}");
}

/// Scripts of a folder within a folder are looked for; what is no folder is not.
#[test]
fn a_recursive_location() {
    let make = || {
        let package = package(&[Script::new("r1", "", "SELECT 1;", "")]);
        package.write("alembic.toml", "recursive = true\nurl = \"sqlite://app.db\"\n");
        package.write("migrations/more/r2.sql", Script::new("r2", "r1", "SELECT 1;", "").text());
        package
    };
    // A folder is one with scripts, whatever its name is.
    each("migrations/more/x.sql", &[Special::Folder], make, &["history"]);
}
