//! The command and the compiler: what `cargo alembic` does to a service that embeds its migrations.

use std::process::Command;

use alembic_testing::{TestProject, write_scripts};

use crate::support::{Package, chain};

/// A service without a build script, which prints the ids that it embeds.
fn service(name: &str) -> Package {
    let project = TestProject::new(name);
    project.manifest("[dependencies]\nalembic = { path = \"{alembic}\" }\n");
    project.write(
        "src/main.rs",
        "static MIGRATOR: alembic::Migrator = alembic::embed_migrations!();\n\n\
         fn main() {\n    for script in MIGRATOR.directory().scripts() {\n        \
         println!(\"{}\", script.revision.id);\n    }\n}\n",
    );
    write_scripts(&project.path("migrations"), &chain(2));
    project.write("alembic.toml", "url = \"sqlite://app.db\"\n");
    Package::of(project)
}

/// The command changes the lock, and the lock is watched.
#[test]
fn a_new_revision_is_embedded_without_a_build_script() {
    let package = service("cli_new_revision");
    package.alembic("seal").success();
    package.build().success();
    assert_eq!(package.program(&[]).success().stdout, "r1\nr2\n");
    package.alembic("revision -m \"Add preferences\" --rev-id r3").success();
    package.build().success();
    assert_eq!(package.program(&[]).success().stdout, "r1\nr2\nr3\n");
}

/// From the first upgrade on an edit does not build; the ways out that the error names are the ways out.
#[test]
fn an_applied_revision_is_guarded() {
    let package = service("cli_guard");
    package.alembic("upgrade r1").success();
    package.build().success();

    package.edit("migrations/r2.sql", "id INTEGER", "name TEXT, id INTEGER");
    package.build().success();
    package.alembic("upgrade").success();
    package.build().success();

    package.edit("migrations/r2.sql", "name TEXT", "name VARCHAR(80)");
    let output = package.build().code(101);
    assert!(output.stderr.contains("cargo alembic unseal r2"), "{}", output.stderr);
    // It is applied here. Back, unsealed, and it is free again.
    package.alembic("unseal r2").code(1);
    package.edit("migrations/r2.sql", "name VARCHAR(80)", "name TEXT");
    package.alembic("downgrade -1").success();
    package.alembic("unseal r2").success();
    package.edit("migrations/r2.sql", "name TEXT", "name VARCHAR(80)");
    package.build().success();
    package.alembic("upgrade").success();
    package.build().success();
}

/// A second head does not build until it is joined.
#[test]
fn two_heads_are_joined() {
    let package = service("cli_two_heads");
    package.alembic("revision -m \"Another way\" --rev-id x2 --head r1 --splice").success();
    let output = package.build().code(101);
    assert!(output.stderr.contains("cargo alembic merge"), "{}", output.stderr);
    package.alembic("merge --rev-id m3").success();
    package.build().success();
    let ids = package.program(&[]).success().stdout;
    assert!(ids.ends_with("m3\n") && ids.lines().count() == 4, "{ids}");
}

/// With a splitter that accepts more than it did, digests change and verdicts do not: every sealed, unedited script still
/// verifies, builds, embeds and starts, on databases that have it and on new ones. An edit is still one.
#[test]
fn a_better_splitter_changes_no_verdict() {
    let package = service("cli_better_splitter");
    // Comments without a blank are refused on MySQL, whose reading is a part of the digest.
    package.edit("migrations/r1.sql", "CREATE TABLE t1", "--first\nCREATE TABLE t1");
    package.edit("migrations/r2.sql", "CREATE TABLE t2", "--second\nCREATE TABLE t2");
    package.alembic("upgrade r1").success();
    package.alembic("upgrade").success();
    package.build().success();
    let sealed = package.lock();
    let more = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let mut command = package.command(&words);
        command.env("ALEMBIC_TEST_SPLITTER", "more");
        package.run(command)
    };
    // It is a splitter that digests otherwise.
    package.remove("migrations/alembic.lock");
    more("--url sqlite://other.db?mode=rwc upgrade").success();
    let others = package.lock();
    package.write("migrations/alembic.lock", &sealed);
    let digest = |lock: &str| lock.lines().find(|line| line.starts_with("r1 ")).map(str::to_owned);
    assert_ne!(digest(&others), digest(&sealed));
    more("verify").success();
    more("upgrade --locked").success();
    more("--url sqlite://new.db?mode=rwc upgrade --locked").success();
    more("revision -m third --rev-id r3").success();
    let third = package.folder().join("migrations");
    let third = std::fs::read_dir(third).expect("scripts").map(|entry| entry.expect("a file").path());
    let third =
        third.into_iter().find(|path| path.to_string_lossy().contains("r3")).expect("the third script");
    let text = std::fs::read_to_string(&third).expect("a script");
    std::fs::write(
        &third,
        text.replace("-- alembic: upgrade\n", "-- alembic: upgrade\nCREATE TABLE t3 (a INT);\n"),
    )
    .expect("a script");
    more("upgrade").success();
    let lock = package.lock();
    for line in sealed.lines().filter(|line| line.starts_with('r')) {
        let (id, text) = (line.split(' ').next().expect("an id"), line.rsplit(' ').next().expect("a hash"));
        assert!(lock.lines().any(|line| line.starts_with(id) && line.ends_with(text)), "{sealed}\n{lock}");
    }
    // The compiler, and the program that it makes, read the same.
    package.write("src/main.rs", package.read("src/main.rs") + "\n");
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).args(["--offline", "--quiet", "--color=never"]).current_dir(package.folder());
        command.env("ALEMBIC_TEST_SPLITTER", "more");
        package.run(command)
    };
    assert_eq!(cargo(&["run"]).success().stdout, "r1\nr2\nr3\n");
    package.edit("migrations/r2.sql", "id INTEGER", "name TEXT, id INTEGER");
    more("verify").code(1);
    more("upgrade").code(1);
    cargo(&["build"]).code(101);
}
