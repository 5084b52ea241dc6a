//! The command and the compiler: what `cargo alembic` does to a service that embeds its migrations.

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
