//! The source of packages, read without compiling it.

mod cfg;
mod items;
mod kinds;
mod rust;
mod scope;
#[cfg(test)]
pub(super) mod tests;
mod tree;
mod unread;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::schema::Filter;

pub(super) use items::{Use, line, uses};
pub(super) use kinds::{Own, names, types_of, written};
pub use rust::rust_models;
pub(super) use scope::Namespace;
pub(super) use tree::{Found, Id, Tree};
pub(super) use unread::{calls, derives};

use crate::sql::Dialect;

/// The packages whose source is read together, so that one may use the types of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The folder that files are named from in messages.
    pub folder: PathBuf,
    /// The packages.
    pub packages: Vec<Package>,
    /// Which tables are compared: a model may refer to others that have none.
    pub filter: Filter,
    /// The features that are on, of all packages. Without them models that depend on a feature count, and it is a mistake
    /// where one decides what a name means.
    pub features: Option<BTreeSet<String>>,
    /// The database of the models. A type that it has not got is a mistake.
    pub dialect: Option<Dialect>,
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
    /// What its dependencies are called where that is another name than that of their library, and that name.
    pub renames: BTreeMap<String, String>,
    /// Where all its source is: models in a file that no module leads to are named.
    pub folder: Option<PathBuf>,
}

impl Sources {
    /// A path as messages name it.
    pub(super) fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.folder).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }
}
