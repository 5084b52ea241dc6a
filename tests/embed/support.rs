//! A service with three migrations, two of which were applied somewhere.

use alembic::config::location;
use alembic::script::{Lock, ScriptDirectory, Seal};
use alembic_testing::{Script, TestProject, write_scripts};

/// Prints the ids of what is embedded; with an id, its script.
pub(crate) const MAIN: &str = r#"static MIGRATOR: alembic::Migrator = alembic::embed_migrations!();

fn main() {
    let wanted = std::env::args().nth(1);
    for script in MIGRATOR.directory().scripts() {
        match &wanted {
            None => println!("{}", script.revision.id),
            Some(id) if script.revision.id.as_str() == id => println!("{}", script.text),
            Some(_) => {}
        }
    }
}
"#;

pub(crate) const BUILD_SCRIPT: &str = "fn main() {\n    alembic::build::migrations();\n}\n";

/// No driver: it is built in seconds.
pub(crate) const DEPENDENCIES: &str = "[dependencies]\nalembic = { path = \"{alembic}\" }\n";

/// A service that embeds [`scripts`]; `a1` and `b2` are sealed.
pub(crate) fn service(name: &str) -> TestProject {
    let project = TestProject::new(name);
    project.manifest(DEPENDENCIES);
    project.write("src/main.rs", MAIN);
    write_scripts(&project.path("migrations"), &scripts());
    write_lock(&project, "migrations", &["a1", "b2"]);
    project
}

/// The same with a build script.
pub(crate) fn service_with_build_script(name: &str) -> TestProject {
    let project = service(name);
    project.manifest(&format!(
        "{DEPENDENCIES}\n[build-dependencies]\nalembic = {{ path = \"{{alembic}}\", features = [\"build\"] }}\n"
    ));
    project.write("build.rs", BUILD_SCRIPT);
    project
}

pub(crate) fn scripts() -> [Script<'static>; 3] {
    [
        Script::new("a1", "", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);", "DROP TABLE users;"),
        Script::new(
            "b2",
            "a1",
            "CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT);",
            "DROP TABLE posts;",
        ),
        Script::new(
            "c3",
            "b2",
            "CREATE INDEX posts_by_title ON posts (title);",
            "DROP INDEX posts_by_title;",
        ),
    ]
}

/// Writes the lock that belongs to the scripts of a folder, with seals for these.
pub(crate) fn write_lock(project: &TestProject, folder: &str, sealed: &[&str]) {
    let directory = ScriptDirectory::read(&[location(project.folder(), folder)])
        .unwrap_or_else(|errors| panic!("{errors}"));
    let graph = directory.graph();
    let mut lock = Lock::default();
    for node in graph.nodes() {
        let id = graph.id(node);
        lock.add(id);
        if sealed.contains(&id.as_str()) {
            lock.seal(id, Seal::of(directory.script(node)));
        }
    }
    project.write(format!("{folder}/alembic.lock"), lock.to_string());
}

/// Compares with the file of that name in `snapshots/`. Paths and digests are left out.
#[track_caller]
pub(crate) fn assert_snapshot(project: &TestProject, name: &str, text: &str) {
    let folder = project.folder().to_str().expect("a path of UTF-8");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text.replace(folder, "[folder]")));
}
