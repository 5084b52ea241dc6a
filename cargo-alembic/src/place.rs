//! Which folder a new script goes to.

use std::path::{Path, PathBuf};

use alembic_core::revision::Placement;
use alembic_core::script::{Location, ScriptDirectory};

use crate::error::Failure;
use crate::project::Project;

/// A folder of a project.
#[derive(Debug)]
pub(crate) struct Place<'p> {
    pub(crate) location: &'p Location,
    /// The folder in it, with a `/` at its end; empty for the location itself.
    folder: String,
}

impl<'p> Place<'p> {
    /// The folder that was asked for, else the one of the first parent.
    pub(crate) fn find(
        project: &'p Project,
        directory: &ScriptDirectory,
        placement: &Placement,
        wanted: Option<&str>,
    ) -> Result<Place<'p>, Failure> {
        if let Some(wanted) = wanted {
            return Place::named(project, wanted);
        }
        let parent = placement.parents.first().and_then(|parent| {
            Place::inside(project, project.folder.join(&directory.script(*parent).path).parent()?)
        });
        match (parent, project.locations.as_slice()) {
            // The template says which folder of the location.
            (Some(parent), _) if project.config.file_template.has_folders() => {
                Ok(Place { folder: String::new(), ..parent })
            }
            (Some(parent), _) => Ok(parent),
            (None, [only]) => Ok(Place { location: only, folder: String::new() }),
            (None, locations) => {
                let shown: Vec<&str> = locations.iter().map(|location| location.shown.as_str()).collect();
                Err(Failure::new(
                    "it follows no other revision, and there are several folders of migrations",
                    &format!("say with `--version-path` which one it goes to: {}", shown.join(", ")),
                ))
            }
        }
    }

    /// A folder as a user names it: as alembic.toml does, or from where they are.
    fn named(project: &'p Project, wanted: &str) -> Result<Place<'p>, Failure> {
        let from_here = || Place::inside(project, &std::path::absolute(wanted).ok()?);
        let from_package = Place::inside(project, &project.folder.join(wanted));
        from_package.or_else(from_here).ok_or_else(|| {
            let shown: Vec<&str> = project.locations.iter().map(|location| location.shown.as_str()).collect();
            Failure::new(
                format!("scripts in {wanted} would not be read"),
                &format!("`migrations` in alembic.toml names {}", shown.join(", ")),
            )
        })
    }

    /// The place of a folder; none where its scripts would not be read.
    fn inside(project: &'p Project, folder: &Path) -> Option<Place<'p>> {
        let places = project.locations.iter().filter_map(|location| {
            let rest = folder.strip_prefix(&location.path).ok()?.to_str()?.trim_end_matches('/');
            if rest.is_empty() {
                return Some(Place { location, folder: String::new() });
            }
            let is_read = |name: &str| !name.is_empty() && !name.starts_with('.');
            let is_read = location.recursive && rest.split('/').all(is_read);
            is_read.then(|| Place { location, folder: format!("{rest}/") })
        });
        // Of locations in each other the innermost.
        places.min_by_key(|place| place.folder.len())
    }

    /// Where a file of this name lies.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.location.path.join(format!("{}{name}", self.folder))
    }

    /// What a person calls it.
    pub(crate) fn shown(&self, name: &str) -> String {
        format!("{}/{}{name}", self.location.shown, self.folder)
    }
}
