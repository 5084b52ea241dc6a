//! The source of packages, read without compiling it.

mod cfg;
mod items;
mod kinds;
mod rust;
mod scope;
#[cfg(test)]
pub(super) mod tests;
mod tree;

use std::path::{Path, PathBuf};

use crate::schema::Filter;

pub(super) use items::{Use, line, uses};
pub(super) use kinds::{Own, names, types_of, written};
pub use rust::rust_models;
pub(super) use scope::{Found, Namespace};
pub(super) use tree::{Id, Tree};

/// The packages whose source is read together, so that one may use the types of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The folder that files are named from in messages.
    pub folder: PathBuf,
    /// The packages.
    pub packages: Vec<Package>,
    /// Which tables are compared: a model may refer to others that have none.
    pub filter: Filter,
}

/// A package whose source is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Its name, or that of its library where that is another one.
    pub name: String,
    /// The root of its library: `src/lib.rs`.
    pub library: Option<PathBuf>,
    /// The roots of its programs: `src/main.rs`.
    pub programs: Vec<PathBuf>,
}

impl Sources {
    /// A path as messages name it.
    fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.folder).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }
}
