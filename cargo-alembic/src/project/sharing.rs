//! Which databases of a package have scripts in common: decided by the files themselves, in whatever way their paths are written.

use std::collections::HashSet;
use std::path::PathBuf;

use alembic_core::script::{Location, ScriptDirectory};

use super::Project;

impl Project {
    /// Whether a script of this database is one of the other too.
    pub(crate) fn shares_scripts(&self, other: &Project) -> bool {
        !self.files().is_disjoint(&other.files()) || self.has_folders_of(other)
    }

    /// Whether both databases have the same folders, in the same order.
    pub(crate) fn has_folders_of(&self, other: &Project) -> bool {
        let folders = |project: &Project| -> Vec<(PathBuf, bool)> {
            let locations = project.locations.iter();
            locations.map(|location| (canonical(location.path.clone()), location.recursive)).collect()
        };
        folders(self) == folders(other)
    }

    /// The scripts, each by the one path that no link and no detour is part of.
    fn files(&self) -> HashSet<PathBuf> {
        let files = |location: &Location| ScriptDirectory::files(std::slice::from_ref(location));
        let readable = self.locations.iter().filter_map(|location| files(location).ok());
        readable.flatten().map(|(path, _)| canonical(path)).collect()
    }
}

/// A path that does not exist stays as it is.
fn canonical(path: PathBuf) -> PathBuf {
    path.canonicalize().unwrap_or(path)
}
