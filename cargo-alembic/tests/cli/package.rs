//! Which package is meant: `--manifest-path`, `-p`, the nearest manifest.

use alembic_testing::{TestProject, write_scripts};

use crate::support::{Package, chain, package};

/// A workspace of `one` (with migrations) and `two`.
fn workspace() -> Package {
    let project = TestProject::temporary();
    project.write("Cargo.toml", "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"3\"\n");
    for name in ["one", "two"] {
        project.write(
            format!("{name}/Cargo.toml"),
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        );
        project.write(format!("{name}/src/main.rs"), "fn main() {}\n");
    }
    write_scripts(&project.path("one/migrations"), &chain(1));
    project.write("one/alembic.toml", "url = \"sqlite://app.db\"\n");
    Package::of(project)
}

#[test]
fn the_nearest_manifest() {
    let package = package(&chain(1));
    let mut command = package.command(&["upgrade"]);
    command.current_dir(package.path("src"));
    package.run(command).success();
    assert!(package.path("app.db").is_file(), "a relative file is relative to alembic.toml");
    assert_eq!(package.listed(), ["r1*"]);
}

#[test]
fn a_manifest_that_is_named() {
    let package = package(&chain(1));
    let elsewhere = tempfile::tempdir().expect("a folder");
    let manifest = package.path("Cargo.toml");
    let mut command = package.command(&["upgrade", "--manifest-path", manifest.to_str().expect("UTF-8")]);
    command.current_dir(elsewhere.path());
    package.run(command).success();
    assert!(package.path("app.db").is_file());
    assert_eq!(std::fs::read_dir(elsewhere.path()).expect("the folder").count(), 0);
    package
        .session("package_manifest_path", &["heads --manifest-path Cargo.toml", "heads --manifest-path src"]);
}

#[test]
fn no_manifest() {
    let package = package(&[]);
    package.remove("Cargo.toml");
    package.session("package_none", &["heads", "heads --manifest-path nowhere/Cargo.toml"]);
}

#[test]
fn a_package_of_a_workspace() {
    let package = workspace();
    // From the root: the only one that has migrations.
    package.session("package_workspace", &["heads", "heads -p one", "heads -p two", "heads -p three"]);
    let inside = |folder: &str, arguments: &[&str]| {
        let mut command = package.command(arguments);
        command.current_dir(package.path(folder));
        package.run(command)
    };
    assert_eq!(inside("one/src", &["heads"]).success().stdout, "r1 (head)\n");
    assert_eq!(inside("two", &["heads", "-p", "one"]).success().stdout, "r1 (head)\n");
    inside("two", &["heads"]).code(1);
}

#[test]
fn several_packages_with_migrations() {
    let package = workspace();
    package.alembic("init -p two").success();
    assert!(package.path("two/migrations/alembic.lock").is_file());
    assert!(package.read("two/Cargo.toml").contains("alembic = "));
    package.session("package_several", &["heads"]);
}

#[test]
fn a_workspace_without_migrations() {
    let package = workspace();
    std::fs::remove_dir_all(package.path("one/migrations")).expect("the folder");
    package.remove("one/alembic.toml");
    package.session("package_no_migrations", &["heads", "init"]);
}
