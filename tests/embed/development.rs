//! A service that seals what it applies while it is developed, with the real cargo.

use std::process::Command;

use alembic_testing::{Kind, Output, TestProject, rows};

use crate::support::{service, write_lock};

const DEPENDENCIES: &str = r#"[dependencies]
alembic = { path = "{alembic}", features = ["sqlite"] }
sqlx = { version = "0.9", default-features = false, features = ["sqlite", "runtime-tokio"] }
tokio = { version = "1", default-features = false, features = ["rt", "macros"] }
"#;

const LIBRARY: &str = r#"pub static MIGRATOR: alembic::Migrator = alembic::embed_migrations!();

pub async fn migrate(url: &str) {
    let pool = sqlx::SqlitePool::connect(url).await.expect("a database");
    let report = MIGRATOR.upgrade(&pool).seal_in_development().await.expect("a migration");
    println!("at {}", report.to.join(", "));
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn migrates() {
        super::migrate("sqlite://unit.db?mode=rwc").await;
    }
}
"#;

const MAIN: &str = r#"#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args().nth(1).unwrap_or("sqlite://app.db?mode=rwc".to_owned());
    NAME::migrate(&url).await;
}
"#;

/// Migrates itself, and starts the service.
const TEST: &str = r#"#[tokio::test]
async fn migrates() {
    NAME::migrate("sqlite://test.db?mode=rwc").await;
}

#[test]
fn starts() {
    let service = std::process::Command::new(env!("CARGO_BIN_EXE_NAME")).arg("sqlite://started.db?mode=rwc").status();
    assert!(service.expect("the service").success());
}
"#;

/// A service whose scripts have no seals yet.
fn unsealed(name: &str) -> TestProject {
    let project = service(name);
    project.manifest(DEPENDENCIES);
    project.write("src/lib.rs", LIBRARY);
    project.write("src/main.rs", MAIN.replace("NAME", name));
    project.write("tests/service.rs", TEST.replace("NAME", name));
    write_lock(&project, "migrations", &[]);
    project
}

/// Runs a line in a shell: so the service is not run by a test.
fn shell(project: &TestProject, line: &str) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{line}; exit $?")]).current_dir(project.folder());
    project.run(command)
}

fn run(project: &TestProject, url: &str) -> Output {
    shell(project, &format!("cargo run --offline --quiet --color=never -- '{url}'")).success()
}

/// The ids of the revisions with a seal.
fn sealed(project: &TestProject) -> Vec<String> {
    let lock = project.read("migrations/alembic.lock");
    let ids = lock.lines().filter_map(|line| line.split_once(" sha256:")).map(|(id, _)| id.to_owned());
    ids.collect()
}

#[test]
fn what_it_has_applied_may_not_be_edited() {
    let project = unsealed("seal_runs");
    let text = project.read("migrations/c3.sql");
    project.edit("migrations/c3.sql", "(title)", "(nothing)");
    shell(&project, "cargo run --offline --quiet").code(101);
    assert_eq!(sealed(&project), [""; 0], "nothing is applied");
    project.write("migrations/c3.sql", text);
    run(&project, "sqlite://app.db?mode=rwc");
    assert_eq!(sealed(&project), ["a1", "b2", "c3"]);
    let lock = project.read("migrations/alembic.lock");
    write_lock(&project, "migrations", &["a1", "b2", "c3"]);
    assert_eq!(project.read("migrations/alembic.lock"), lock, "the seals are those that the commands make");
    let left = project.files().into_keys().filter(|file| file.to_string_lossy().contains(".alembic"));
    assert_eq!(left.count(), 0);

    project.edit("migrations/b2.sql", "title TEXT", "title VARCHAR(80)");
    let refused = project.build();
    assert!(refused.stderr.contains("revision b2 was edited after it was applied"), "{refused}");
    project.edit("migrations/b2.sql", "title VARCHAR(80)", "title TEXT");
    run(&project, "sqlite://app.db?mode=rwc");
    assert_eq!(project.read("migrations/alembic.lock"), lock);
}

#[tokio::test]
async fn what_was_only_stamped_gets_no_seal() {
    let project = unsealed("seal_stamped");
    run(&project, "sqlite://app.db?mode=rwc");
    write_lock(&project, "migrations", &[]);
    // At the head, as after a checkout: what the history has as applied is sealed all the same.
    let stamp = "UPDATE alembic_history SET operation = 'stamp' WHERE revision = 'b2'";
    let url = format!("sqlite://{}", project.path("app.db").display());
    rows(Kind::Sqlite, &url, stamp).await.expect("a stamp");
    run(&project, "sqlite://app.db?mode=rwc");
    assert_eq!(sealed(&project), ["a1", "c3"]);
}

/// A package may lie in the folder for temporary files itself.
#[test]
fn a_package_among_temporary_files() {
    let project = unsealed("seal_among_temporary");
    let folder = project.folder().parent().expect("a folder").display().to_string();
    let line = "cargo run --offline --quiet --color=never -- sqlite://app.db?mode=rwc";
    shell(&project, &format!("TMPDIR='{folder}' {}", line.replace('?', "\\?"))).success();
    assert_eq!(sealed(&project), ["a1", "b2", "c3"]);
}

/// None of these is a database of a service in development.
#[test]
fn tests_and_temporary_databases_seal_nothing() {
    let project = unsealed("seal_nothing");
    shell(&project, "cargo test --offline --quiet").success();
    for database in ["unit.db", "test.db", "started.db"] {
        assert!(project.path(database).exists(), "{database}");
    }
    let temporary = tempfile::tempdir().expect("a folder");
    run(&project, "sqlite::memory:");
    run(&project, "sqlite://file:seals?mode=memory&cache=shared");
    run(&project, &format!("sqlite://{}/app.db?mode=rwc", temporary.path().display()));
    // Without cargo, and by the cargo of another package.
    let program = shell(&project, "cargo build --offline --quiet --message-format=json");
    let executable = program.stdout.split("\"executable\":\"").nth(1).expect("a program");
    let executable = executable.split('"').next().expect("its path");
    shell(&project, &format!("env -u CARGO_MANIFEST_DIR '{executable}'")).success();
    shell(&project, &format!("CARGO_MANIFEST_DIR=/elsewhere '{executable}'")).success();
    assert!(project.path("app.db").exists());
    assert_eq!(sealed(&project), [""; 0]);
    let here = project.folder().display();
    shell(&project, &format!("CARGO_MANIFEST_DIR='{here}' '{executable}'")).success();
    assert_eq!(sealed(&project), ["a1", "b2", "c3"]);
}

/// A release build is one without debug assertions. Nothing of the machine that built it is in the program.
#[test]
fn a_release_build_seals_nothing() {
    let project = unsealed("seal_release");
    let manifest = project.read("Cargo.toml");
    project.write(
        "Cargo.toml",
        format!(
            "{manifest}debug-assertions = false\n\n[profile.dev.package.\"*\"]\ndebug-assertions = true\n"
        ),
    );
    run(&project, "sqlite://app.db?mode=rwc");
    assert!(project.path("app.db").exists());
    assert_eq!(sealed(&project), [""; 0]);
}

/// A lock that cannot be written does not keep a service from starting.
#[test]
fn a_lock_that_cannot_be_written() {
    let project = unsealed("seal_unwritable");
    project.build().success();
    let path = project.path("migrations/alembic.lock");
    let mut permissions = std::fs::metadata(&path).expect("the lock").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).expect("the lock");
    let output = run(&project, "sqlite://app.db?mode=rwc");
    assert_eq!(output.stdout, "at c3\n");
    assert_eq!(sealed(&project), [""; 0]);
}
