//! What a service's `build.rs` calls: makes cargo notice scripts that were put there by hand, and checks them all.

use std::path::{Path, PathBuf};

use crate::config::{CONFIG_FILE, ConfigError, ConfigFile};
use crate::script::{Guard, Invocation, ScriptErrors, seen_from};

/// Watches the folders of migrations of all databases in `alembic.toml`, and fails the build where something is wrong
/// with them.
///
/// ```no_run
/// // In `main` of build.rs:
/// alembic_core::build_script::migrations();
/// ```
///
/// `embed_migrations!` alone notices every change of an embedded script and every revision that `cargo alembic` writes.
/// With this line in `build.rs` cargo also notices a file that was put into a folder by hand. How many heads there may
/// be is left to the macro.
pub fn migrations() {
    let package = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
    // A file that is not there would make cargo run this at every build.
    if package.join(CONFIG_FILE).exists() {
        println!("cargo::rerun-if-changed={CONFIG_FILE}");
    }
    let root = workspace_root(&package);
    let file = match ConfigFile::read(&package) {
        Ok(file) => file,
        Err(ConfigError { path, line, reason }) => {
            let path = seen_from(root, &package, &path);
            return report(&ConfigError { path, line, reason }.to_string());
        }
    };
    let name = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
    let mut guards: Vec<(Guard, Invocation)> = Vec::new();
    for (database, config) in file.databases() {
        let locations = config.locations(&package).into_iter();
        let locations = locations.map(|location| location.seen_from(root, &package)).collect();
        let guard = Guard { locations, dialects: config.dialects.clone(), many_heads: true };
        // Databases that share their migrations need them checked once.
        if guards.iter().all(|(other, _)| *other != guard) {
            guards.push((guard, Invocation::seen_from(root, &package, &name, database)));
        }
    }
    for (guard, invocation) in guards {
        for location in &guard.locations {
            println!("cargo::rerun-if-changed={}", location.path.display());
        }
        if let Err(ScriptErrors(errors)) = guard.check() {
            for error in errors {
                report(&ScriptErrors(vec![error]).tell(&invocation));
            }
        }
    }
}

/// The root of the workspace that a package belongs to. There stands who runs cargo, and from there the compiler names
/// files.
fn workspace_root(package: &Path) -> &Path {
    let is_root = |folder: &&Path| {
        let text = crate::file::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        let manifest: toml::Table = toml::from_str(&text).unwrap_or_default();
        let Some(workspace) = manifest.get("workspace") else { return false };
        let excluded = workspace.get("exclude").and_then(toml::Value::as_array).into_iter().flatten();
        excluded.filter_map(toml::Value::as_str).all(|excluded| !package.starts_with(folder.join(excluded)))
    };
    package.ancestors().find(is_root).unwrap_or(package)
}

/// One error of the build. A line is a directive to cargo: each line of the message becomes one.
fn report(message: &str) {
    message.lines().for_each(|line| println!("cargo::error={line}"));
}

/// Compares the scripts with a database while the service is built, if the environment variable `variable` holds its
/// URL. Unset or empty means no connection and no error.
///
/// Beside `build` it takes the feature of a driver, and sqlx with a runtime among the build dependencies. Cargo runs the
/// build script again when the variable changes.
///
/// ```no_run
/// // In `main` of build.rs:
/// alembic_core::build_script::migrations();
/// alembic_core::build_script::verify("VERIFY_DATABASE_URL");
/// ```
#[cfg(feature = "driver")]
pub fn verify(variable: &str) {
    verify_database(None, variable);
}

/// The same for a database that has a name in `alembic.toml`.
///
/// ```no_run
/// // In `main` of build.rs:
/// alembic_core::build_script::migrations();
/// alembic_core::build_script::verify_named("billing", "VERIFY_BILLING_URL");
/// ```
#[cfg(feature = "driver")]
pub fn verify_named(database: &str, variable: &str) {
    verify_database(Some(database), variable);
}

#[cfg(feature = "driver")]
fn verify_database(database: Option<&str>, variable: &str) {
    println!("cargo::rerun-if-env-changed={variable}");
    let Some(url) = std::env::var(variable).ok().filter(|url| !url.is_empty()) else { return };
    let package = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    // What is wrong with the configuration and with the scripts themselves is told by `migrations`.
    let Ok(file) = ConfigFile::read(&package) else { return };
    let config = match file.database(database) {
        Ok(config) => config,
        Err(error) => {
            return report(&format!("{error}\n  help: `verify_named` takes the name of a database"));
        }
    };
    let Ok(directory) = crate::script::ScriptDirectory::read(&config.locations(&package)) else { return };
    let migrator = crate::Migrator::new(directory, config.run_settings());
    match sqlx_core::rt::test_block_on(migrator.verify(url)) {
        Ok(found) => {
            for edited in found.edited {
                report(&crate::migrate::MigrateError::Edited(vec![edited]).to_string());
            }
            if let Some(moved) = found.moved {
                report(&moved.to_string());
            }
            for revision in found.unknown {
                report(&format!("the database of {variable} has revision {revision}, which no script has"));
            }
        }
        Err(error) => report(&format!("the database of {variable} cannot be verified: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_of_a_package_is_found() {
        let space = tempfile::tempdir().expect("a folder");
        let check = |package: &str, root: &str| {
            let package = space.path().join(package);
            assert_eq!(workspace_root(&package), space.path().join(root), "{}", package.display());
        };
        for (folder, manifest) in [
            ("", "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"apart\"]\n"),
            ("crates/shop", "[package]\nname = \"shop\"\n"),
            ("apart/shop", "[package]\nname = \"shop\"\n"),
            ("tools/own", "[package]\nname = \"own\"\n\n[workspace]\n"),
            ("tools/own/part", "[package]\nname = \"part\"\n"),
            ("broken", "[workspace"),
        ] {
            let folder = space.path().join(folder);
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
        }
        check("", "");
        check("crates/shop", "");
        check("apart/shop", "apart/shop");
        check("tools/own", "tools/own");
        check("tools/own/part", "tools/own");
        check("broken", "");
    }
}
