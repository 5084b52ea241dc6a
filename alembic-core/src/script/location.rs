//! Folders of scripts, and the names that messages use for them.

use std::path::{Component, Path, PathBuf};

/// A folder of scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Where it is.
    pub path: PathBuf,
    /// What errors call it: relative to the package, or to the folder of the call above it.
    pub shown: String,
    /// Whether the folders in it hold scripts too.
    pub recursive: bool,
}

impl Location {
    /// Names it by its path from the folder `from`, where `package` lies below that: cargo runs at the root of a
    /// workspace, and the compiler's paths begin there.
    #[must_use]
    pub fn seen_from(mut self, from: &Path, package: &Path) -> Location {
        self.shown = seen_from(from, package, &self.shown);
        self
    }
}

/// A path relative to `package`, written as seen from the folder `from`.
#[must_use]
pub fn seen_from(from: &Path, package: &Path, path: &str) -> String {
    let Some(below) = below(from, package).filter(|_| Path::new(path).is_relative()) else {
        return path.to_owned();
    };
    let mut names: Vec<String> = Vec::new();
    for component in below.join(path).components() {
        match component {
            Component::ParentDir if !names.is_empty() => drop(names.pop()),
            Component::CurDir => {}
            component => names.push(component.as_os_str().to_string_lossy().into_owned()),
        }
    }
    names.join("/")
}

/// The path from a folder to a package below it; `None` where it is not below.
pub(super) fn below<'p>(from: &Path, package: &'p Path) -> Option<&'p Path> {
    package.strip_prefix(from).ok().filter(|below| below.components().next().is_some())
}

#[cfg(all(test, feature = "sources"))]
mod tests {
    use super::*;

    #[test]
    fn folders_are_called_as_one_can_reach_them() {
        let check = |from: &str, package: &str, folder: &str, expected: &str| {
            let location = crate::config::location(Path::new(package), folder);
            assert_eq!(location.clone().seen_from(Path::new(from), Path::new(package)).shown, expected);
            assert_eq!(location.path, Path::new(package).join(folder));
        };
        check("/app", "/app", "migrations", "migrations");
        check("/app/src", "/app", "migrations", "migrations");
        check("/elsewhere", "/app", "migrations/", "migrations");
        check("/space", "/space/app", "migrations", "app/migrations");
        check("/space", "/space/crates/app", "./db/migrations/", "crates/app/db/migrations");
        check("/space", "/space/crates/app", "../migrations", "crates/migrations");
        check("/space", "/space/app", "../../migrations", "../migrations");
        check("/space", "/space/app", "/var/migrations", "/var/migrations");
    }
}
