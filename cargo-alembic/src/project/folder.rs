//! The folder of the package: `--manifest-path`, `-p`, or the nearest manifest.

use std::path::{Path, PathBuf};

use alembic_core::config::CONFIG_FILE;

use crate::args::Package;
use crate::error::Failure;
use crate::file;

/// The folder of the package. Cargo itself is asked only where the nearest manifest does not say.
pub(crate) fn folder(package: &Package) -> Result<PathBuf, Failure> {
    let manifest = match &package.manifest_path {
        Some(path) => path.clone(),
        None => nearest_manifest()?,
    };
    let text = file::read_to_string(&manifest).map_err(|error| Failure::file(&manifest, "read", &error))?;
    let is_package = text.lines().any(|line| line.trim_start().starts_with("[package]"));
    if package.package.is_none() && is_package {
        if text.lines().any(|line| line.trim() == "[workspace]")
            && let Some(member) = only_member_with_migrations(&manifest)
        {
            return Ok(member);
        }
        let folder = manifest.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        return std::path::absolute(folder).map_err(|error| Failure::file(folder, "find", &error));
    }
    ask_cargo(&manifest, package.package.as_deref())
}

fn nearest_manifest() -> Result<PathBuf, Failure> {
    let here = std::env::current_dir().map_err(|error| Failure::file(Path::new("."), "find", &error))?;
    let found = here.ancestors().map(|folder| folder.join("Cargo.toml")).find(|path| path.is_file());
    found.ok_or_else(|| {
        Failure::new(
            format!("there is no Cargo.toml in {} or above it", here.display()),
            "run the command inside of a package, or give `--manifest-path`",
        )
    })
}

/// The one package that has migrations, in a workspace whose root is a package that has none.
fn only_member_with_migrations(root: &Path) -> Option<PathBuf> {
    let folder = root.parent()?;
    if is_set_up(folder) {
        return None;
    }
    let metadata = cargo_metadata::MetadataCommand::new().manifest_path(root).no_deps().exec().ok()?;
    let packages = metadata.workspace_packages();
    let folders = packages.iter().filter_map(|package| package.manifest_path.parent());
    let candidates: Vec<_> = folders.filter(|folder| is_set_up(folder.as_std_path())).collect();
    match candidates.as_slice() {
        [only] => Some(only.as_std_path().to_owned()),
        _ => None,
    }
}

fn is_set_up(folder: &Path) -> bool {
    folder.join(CONFIG_FILE).is_file() || folder.join("migrations").is_dir()
}

fn ask_cargo(manifest: &Path, name: Option<&str>) -> Result<PathBuf, Failure> {
    let metadata = cargo_metadata::MetadataCommand::new().manifest_path(manifest).no_deps().exec();
    let metadata = metadata.map_err(|error| Failure::plain(error.to_string().trim()))?;
    let packages = metadata.workspace_packages();
    let names = || packages.iter().map(|package| package.name.as_str()).collect::<Vec<_>>().join(", ");
    let found = match name {
        Some(name) => packages.iter().find(|package| package.name.as_str() == name).ok_or_else(|| {
            Failure::new(
                format!("the workspace has no package `{name}`"),
                &format!("its packages are {}", names()),
            )
        })?,
        None => {
            let has_migrations = |package: &&&cargo_metadata::Package| {
                package.manifest_path.parent().is_some_and(|folder| is_set_up(folder.as_std_path()))
            };
            let candidates: Vec<_> = packages.iter().filter(has_migrations).collect();
            match candidates.as_slice() {
                [only] => *only,
                _ => {
                    let help = format!("say which package with `-p`: {}", names());
                    return Err(Failure::new("the workspace has several packages", &help));
                }
            }
        }
    };
    Ok(found.manifest_path.parent().map(|folder| folder.as_std_path().to_owned()).unwrap_or_default())
}
