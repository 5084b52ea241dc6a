//! The second guard: a program whose scripts are not what the database's history says.

use std::process::Command;

use alembic::Migrator;
use alembic::config::{Config, location};
use alembic::script::ScriptDirectory;
use alembic_testing::{Output, TestProject, mask};

use crate::support::{assert_snapshot, service, write_lock};

const MAIN: &str = r#"static MIGRATOR: alembic::Migrator = alembic::embed_migrations!();

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let pool = sqlx::SqlitePool::connect("sqlite://app.db?mode=rwc").await.expect("a database");
    match MIGRATOR.upgrade(&pool).await {
        Ok(report) => println!("{} applied, at {}", report.done.len(), report.to.join(", ")),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}
"#;

const DEPENDENCIES: &str = r#"[dependencies]
alembic = { path = "{alembic}", features = ["sqlite"] }
sqlx = { version = "0.9", default-features = false, features = ["sqlite", "runtime-tokio"] }
tokio = { version = "1", default-features = false, features = ["rt", "macros"] }
"#;

#[test]
fn a_service_migrates_itself_and_is_refused_where_its_scripts_are_not_what_was_applied() {
    let project = service("run_sqlite");
    project.manifest(DEPENDENCIES);
    project.write("src/main.rs", MAIN);
    project.build().success();
    assert_eq!(project.program(&[]).success().stdout, "3 applied, at c3\n");
    assert_eq!(project.program(&[]).success().stdout, "0 applied, at c3\n");

    // The seals are gone, so the compiler cannot know.
    project.edit("migrations/b2.sql", "title TEXT", "title VARCHAR(80)");
    write_lock(&project, "migrations", &[]);
    project.build().success();
    let refused = project.program(&[]).code(1);
    assert_eq!(refused.stdout, "");
    let text = mask(&refused.to_string(), "99-99-99", "[date]");
    assert_snapshot(&project, "run_edited", &text);
    assert!(text.contains("b2") && text.contains("migrations/b2.sql"), "{text}");

    project.edit("migrations/b2.sql", "title VARCHAR(80)", "title TEXT");
    project.build().success();
    assert_eq!(project.program(&[]).success().stdout, "0 applied, at c3\n");
}

/// Sets the environment variable only where there is a value for it.
fn build_against(project: &TestProject, url: Option<&str>) -> Output {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--offline", "--quiet", "--color=never"]).current_dir(project.folder());
    if let Some(url) = url {
        command.env("VERIFY_DATABASE_URL", url);
    }
    project.run(command)
}

#[tokio::test]
async fn the_build_compares_with_a_database_where_a_variable_names_one() {
    let project = service("run_build_verify");
    project.manifest(
        r#"[dependencies]
alembic = { path = "{alembic}" }

[build-dependencies]
alembic = { path = "{alembic}", features = ["build", "sqlite"] }
sqlx = { version = "0.9", default-features = false, features = ["sqlite", "runtime-tokio"] }
"#,
    );
    project.write(
        "build.rs",
        "fn main() {\n    alembic::build::migrations();\n    alembic::build::verify(\"VERIFY_DATABASE_URL\");\n}\n",
    );
    write_lock(&project, "migrations", &[]);
    let url = format!("sqlite://{}", project.path("app.db").display());
    let directory = ScriptDirectory::read(&[location(project.folder(), "migrations")]).expect("the scripts");
    let migrator = Migrator::new(directory, Config::default().run_settings());
    migrator.upgrade(url.as_str()).target("b2").await.expect("upgrade");

    build_against(&project, None).success();
    build_against(&project, Some(&url)).success();
    project.edit("migrations/b2.sql", "title TEXT", "title VARCHAR(80)");
    build_against(&project, None).success();
    build_against(&project, Some("")).success();
    let refused = build_against(&project, Some(&url));
    assert_ne!(refused.code, Some(0));
    assert!(
        refused.stderr.contains("migrations/b2.sql: revision b2 was edited after it was applied"),
        "{}",
        refused.stderr
    );
    let unreachable = build_against(&project, Some("sqlite:///nowhere/app.db"));
    assert!(
        unreachable.stderr.contains("cannot be verified") && unreachable.code != Some(0),
        "{}",
        unreachable.stderr
    );
    build_against(&project, None).success();
}
