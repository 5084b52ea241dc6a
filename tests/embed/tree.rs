//! What a service pays for: the crates that are compiled.

use std::process::Command;

use alembic_testing::{TestProject, workspace};

/// The names of all crates in a `cargo tree`.
fn crates(tree: &str) -> Vec<&str> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).collect()
}

fn tree_of(name: &str, features: &str) -> String {
    let project = TestProject::new(name);
    project.manifest(&format!(
        "[dependencies]\nalembic = {{ path = \"{{alembic}}\", features = [{features}] }}\n"
    ));
    let tree = project.cargo(&["tree", "--offline", "--edges=normal,build", "--prefix=none"]);
    tree.success().stdout
}

fn is_driver_or_runtime(name: &&str) -> bool {
    name.starts_with("sqlx") || name.starts_with("tokio") || name.starts_with("libsqlite3")
}

#[test]
fn without_a_driver_there_is_no_sqlx_and_no_tokio() {
    let tree = tree_of("tree_pure", "\"build\"");
    let crates = crates(&tree);
    assert!(crates.contains(&"alembic-core"), "{tree}");
    assert!(!crates.iter().any(is_driver_or_runtime), "{tree}");
}

#[test]
fn one_driver_brings_no_other() {
    let drivers = [("sqlite", "sqlx-sqlite"), ("postgres", "sqlx-postgres"), ("mysql", "sqlx-mysql")];
    for (feature, _) in drivers {
        let tree = tree_of(&format!("tree_{feature}"), &format!("{feature:?}"));
        let crates = crates(&tree);
        for (other, driver) in drivers {
            assert_eq!(crates.contains(&driver), other == feature, "{driver} in\n{tree}");
        }
        // The runtime is the service's choice.
        assert!(!crates.contains(&"tokio"), "{tree}");
    }
}

#[test]
fn the_macro_brings_neither_sqlx_nor_tokio() {
    let project = TestProject::temporary();
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args([
        "tree",
        "--package=alembic-macros",
        "--edges=normal",
        "--prefix=none",
        "--offline",
        "--locked",
    ]);
    command.current_dir(workspace());
    let tree = project.run(command).success().stdout;
    let crates = crates(&tree);
    assert!(crates.contains(&"alembic-core") && crates.contains(&"syn"), "{tree}");
    assert!(!crates.iter().any(is_driver_or_runtime), "{tree}");
}
