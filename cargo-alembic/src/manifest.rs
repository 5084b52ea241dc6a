//! The package's Cargo.toml, and the dependency that `init` adds to it.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use crate::error::Failure;
use crate::file;

/// A Cargo.toml, with its comments and its formatting.
pub(crate) struct Manifest {
    path: PathBuf,
    document: DocumentMut,
}

impl Manifest {
    pub(crate) fn read(path: &Path) -> Result<Manifest, Failure> {
        let text = file::read_to_string(path).map_err(|error| Failure::file(path, "read", &error))?;
        let document = text.parse().map_err(|error: toml_edit::TomlError| {
            Failure::new(
                format!("{} is not valid: {}", path.display(), error.to_string().trim()),
                "correct it",
            )
        })?;
        Ok(Manifest { path: path.to_owned(), document })
    }

    pub(crate) fn write(&self) -> Result<(), Failure> {
        file::replace(&self.path, &self.document.to_string())
            .map_err(|error| Failure::file(&self.path, "write", &error))
    }

    /// The file of the build script.
    pub(crate) fn build_script(&self) -> String {
        let build = self.document.get("package").and_then(|package| package.get("build"));
        build.and_then(Item::as_str).unwrap_or("build.rs").to_owned()
    }

    /// The features that a dependency is used with.
    pub(crate) fn features_of(&self, dependency: &str) -> Vec<String> {
        let features = self
            .document
            .get("dependencies")
            .and_then(|dependencies| dependencies.get(dependency))
            .and_then(|dependency| dependency.get("features"))
            .and_then(Item::as_array);
        features.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Where `alembic` is to be had: from where another table of this manifest has it, since cargo wants one source; else
    /// from where this program was built.
    pub(crate) fn source(&self) -> Result<InlineTable, Failure> {
        let targets = self.document.get("target").and_then(Item::as_table_like);
        let targets = targets.into_iter().flat_map(|targets| targets.iter().map(|(_, target)| target));
        let entries = std::iter::once(self.document.as_item())
            .chain(targets)
            .flat_map(|tables| DEPENDENCIES.iter().filter_map(|table| tables.get(table)?.get("alembic")));
        match entries.into_iter().find_map(source_of) {
            Some(source) => Ok(source),
            None => Source::find().map(|source| source.entry()),
        }
    }

    /// Adds `alembic` to a table of dependencies, unless it is there. Says whether it added it.
    pub(crate) fn depend(&mut self, table: &str, source: &InlineTable, features: &[&str]) -> bool {
        let table = self.document.entry(table).or_insert_with(|| Item::Table(Table::new()));
        let Some(table) = table.as_table_like_mut() else {
            return false;
        };
        if table.contains_key("alembic") {
            return false;
        }
        let mut dependency = source.clone();
        dependency.insert("features", Value::Array(features.iter().copied().collect::<Array>()));
        table.insert("alembic", Item::Value(Value::InlineTable(dependency)));
        true
    }
}

/// The tables that name dependencies.
const DEPENDENCIES: [&str; 3] = ["dependencies", "build-dependencies", "dev-dependencies"];

/// What of an entry says where the crate is to be had.
const SOURCE: [&str; 10] =
    ["workspace", "package", "version", "registry", "registry-index", "path", "git", "branch", "tag", "rev"];

/// The source of a dependency, without its features and whatever else it says.
fn source_of(entry: &Item) -> Option<InlineTable> {
    if let Some(version) = entry.as_str() {
        return Some(std::iter::once(("version", version)).collect());
    }
    let entry = entry.as_table_like()?;
    let source = SOURCE.iter().filter_map(|key| {
        let mut value = entry.get(key)?.as_value()?.clone();
        value.decor_mut().clear();
        Some((*key, value))
    });
    Some(source.collect())
}

/// Where the `alembic` crate is to be had: where this program was built from.
///
/// The registry's crate of that name is somebody else's, so a version alone would be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Path(PathBuf),
    Git { url: String, rev: String },
}

impl Source {
    fn find() -> Result<Source, Failure> {
        let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/"));
        if let Some(git) = Source::of_checkout(built_from) {
            return Ok(git);
        }
        if built_from.join("alembic-core").join("Cargo.toml").is_file() {
            return Ok(Source::Path(built_from.to_owned()));
        }
        Err(Failure::new(
            format!("{}, from which this program was built, is no longer there", built_from.display()),
            "build cargo-alembic again from its repository, or add `alembic` to Cargo.toml by hand",
        ))
    }

    fn entry(&self) -> InlineTable {
        let entry = |pairs: &[(&str, &str)]| pairs.iter().copied().collect();
        match self {
            Source::Path(path) => entry(&[("path", &path.display().to_string())]),
            Source::Git { url, rev } => entry(&[("git", url), ("rev", rev)]),
        }
    }

    /// `cargo install --git` builds in `git/checkouts/NAME/REV` of cargo's home, from the clone in `git/db/NAME`.
    fn of_checkout(folder: &Path) -> Option<Source> {
        let name = folder.parent()?;
        let checkouts = name.parent()?;
        if !checkouts.ends_with("git/checkouts") {
            return None;
        }
        let rev = file::read_to_string(folder.join(".git").join("HEAD")).ok()?.trim().to_owned();
        let fetched = checkouts.parent()?.join("db").join(name.file_name()?).join("FETCH_HEAD");
        let fetched = file::read_to_string(fetched).ok()?;
        // `<rev>\t\t<what> of <url>`, or only the URL.
        let url = fetched.lines().next()?.split_whitespace().last()?.to_owned();
        Some(Source::Git { url, rev })
    }
}
