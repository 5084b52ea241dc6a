//! All scripts of a project: read from their folders, and joined into a graph.

use std::collections::HashSet;
use std::fs::DirEntry;
#[cfg(feature = "cli")]
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::error::{Problem, ScriptError, ScriptErrors};
use super::header::HeaderLines;
use super::{Digest, Location, Script};
use crate::revision::{Graph, GraphError, Node};
#[cfg(feature = "sources")]
use crate::sql::Dialect;

/// The scripts of a project and their graph; a script and its node have the same index.
#[derive(Debug)]
pub struct ScriptDirectory {
    scripts: Vec<Script>,
    graph: Graph,
    digests: OnceLock<Vec<Digest>>,
    lineages: OnceLock<Vec<Digest>>,
}

/// Scripts that make no graph, or not all that there are.
pub(super) struct Unjoined {
    /// Those that could be read.
    pub(super) scripts: Vec<Script>,
    /// Whether they are all.
    #[cfg_attr(not(feature = "sources"), expect(dead_code, reason = "only the guard asks"))]
    pub(super) is_complete: bool,
    /// What is wrong.
    pub(super) errors: ScriptErrors,
}

impl ScriptDirectory {
    /// Reads all `.sql` files of the folders, by name. Names that begin with a point are left out.
    ///
    /// # Errors
    /// Everything that is wrong with any of the files, or with the graph that they make. SQL is not looked at.
    pub fn read(locations: &[Location]) -> Result<ScriptDirectory, ScriptErrors> {
        ScriptDirectory::read_or_scripts(locations).map_err(|unjoined| unjoined.errors)
    }

    /// The scripts that can be read, whether they make a graph or not.
    #[must_use]
    pub fn read_scripts(locations: &[Location]) -> Vec<Script> {
        match ScriptDirectory::read_or_scripts(locations) {
            Ok(directory) => directory.scripts,
            Err(unjoined) => unjoined.scripts,
        }
    }

    /// The same; with the errors it gives the scripts that could be read.
    pub(super) fn read_or_scripts(locations: &[Location]) -> Result<ScriptDirectory, Unjoined> {
        let mut scripts = Vec::new();
        let mut errors = Vec::new();
        let mut visited = HashSet::new();
        for location in locations {
            match files(location, &mut visited, |_| Ok(())) {
                Ok(files) => {
                    for result in read_files(location, files) {
                        match result {
                            Ok(script) => scripts.push(script),
                            Err(mistakes) => errors.extend(mistakes),
                        }
                    }
                }
                Err(error) => errors.push(error),
            }
        }
        let is_complete = errors.is_empty();
        match graph(&scripts) {
            Ok(graph) if is_complete => {
                return Ok(ScriptDirectory {
                    scripts,
                    graph,
                    digests: OnceLock::new(),
                    lineages: OnceLock::new(),
                });
            }
            Ok(_) => {}
            Err(mistakes) => {
                // The parent that seems to be missing may stand in a file that could not be read.
                let may_be_unread = |error: &ScriptError| {
                    let Problem::Graph { error, .. } = &error.problem else { return false };
                    matches!(**error, GraphError::MissingParent { .. } | GraphError::MissingDependency { .. })
                };
                let real = mistakes.into_iter().filter(|error| is_complete || !may_be_unread(error));
                errors.extend(real);
            }
        }
        Err(Unjoined { scripts, is_complete, errors: ScriptErrors::sorted(errors) })
    }

    /// The files that [`read`](ScriptDirectory::read) reads, in its order, and what the file system says of them.
    ///
    /// # Errors
    /// A folder or a file that is not there, or cannot be looked at.
    #[cfg(feature = "cli")]
    pub fn files(locations: &[Location]) -> Result<Vec<(PathBuf, Metadata)>, ScriptError> {
        let mut visited = HashSet::new();
        let mut found = Vec::new();
        for location in locations {
            let see = |entry: &DirEntry| match entry.file_type()?.is_symlink() {
                true => std::fs::metadata(entry.path()),
                // Its folder is open: nothing is looked up from the root once more.
                false => entry.metadata(),
            };
            let files = files(location, &mut visited, see)?;
            found.extend(files.into_iter().map(|(name, file)| (location.path.join(name), file)));
        }
        Ok(found)
    }

    /// Joins scripts that were read before. Their order is that of their nodes.
    ///
    /// # Errors
    /// What is wrong with the graph that they make.
    pub fn new(scripts: Vec<Script>) -> Result<ScriptDirectory, ScriptErrors> {
        let graph = graph(&scripts).map_err(ScriptErrors)?;
        Ok(ScriptDirectory { scripts, graph, digests: OnceLock::new(), lineages: OnceLock::new() })
    }

    /// The graph of the revisions.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The scripts, in the order of their nodes.
    #[must_use]
    pub fn scripts(&self) -> &[Script] {
        &self.scripts
    }

    /// The script of a node.
    #[must_use]
    pub fn script(&self, node: Node) -> &Script {
        &self.scripts[node.index()]
    }

    /// The digest of the upgrade of a node's script.
    #[must_use]
    pub fn digest(&self, node: Node) -> Digest {
        self.digests()[node.index()]
    }

    fn digests(&self) -> &[Digest] {
        self.digests
            .get_or_init(|| parallel(self.scripts.iter().collect(), |script| script.digests().upgrade))
    }

    /// The scripts, to take the digests of seals.
    pub(super) fn scripts_to_seal(&mut self) -> &mut [Script] {
        (self.digests, self.lineages) = Default::default();
        &mut self.scripts
    }

    /// The lineage of a node: one value that stands for its whole history.
    #[must_use]
    pub fn lineage(&self, node: Node) -> Digest {
        let lineages = self.lineages.get_or_init(|| {
            let digests = self.digests();
            let mut lineages = digests.to_vec();
            for node in self.graph.topological() {
                let ancestors = self.graph.parents(*node).iter().chain(self.graph.dependencies(*node));
                let ancestors: Vec<Digest> = ancestors.map(|ancestor| lineages[ancestor.index()]).collect();
                lineages[node.index()] = Digest::lineage(digests[node.index()], &ancestors);
            }
            lineages
        });
        lineages[node.index()]
    }

    /// The heads with their lineages, by id: what a database that is up to date has in its version table.
    #[must_use]
    pub fn heads(&self) -> Vec<(String, Digest)> {
        let heads = self.graph.real_heads().into_iter();
        let mut heads: Vec<_> =
            heads.map(|head| (self.graph.id(head).to_string(), self.lineage(head))).collect();
        heads.sort();
        heads
    }

    /// Finds the statements of the scripts that do not have a sealed text; see [`Script::read_statements`].
    #[cfg(feature = "sources")]
    pub(super) fn read_unsealed(&mut self, dialects: &[Dialect]) -> Vec<ScriptError> {
        read_unsealed(&mut self.scripts, dialects)
    }

    /// Gives the scripts away, each with its digest, parents before children.
    #[must_use]
    pub fn into_scripts(self) -> Vec<Script> {
        let mut scripts: Vec<Option<Script>> = self.scripts.into_iter().map(Some).collect();
        self.graph.topological().iter().filter_map(|node| scripts[node.index()].take()).collect()
    }
}

/// The `.sql` files of a location, by name, with what `see` makes of them. A folder that was visited before is left out:
/// locations may contain each other.
fn files<T>(
    location: &Location,
    visited: &mut HashSet<PathBuf>,
    see: impl Fn(&DirEntry) -> std::io::Result<T>,
) -> Result<Vec<(String, T)>, ScriptError> {
    let mut names = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let failed = |error: std::io::Error| {
            let problem = match error.kind() {
                std::io::ErrorKind::NotFound => Problem::NoFolder,
                _ => Problem::Unreadable { reason: error.to_string() },
            };
            let path = format!("{}/{folder}", location.shown);
            ScriptError { path: path.trim_end_matches('/').to_owned(), line: 0, problem }
        };
        let path = location.path.join(&folder);
        if !visited.insert(path.canonicalize().map_err(failed)?) {
            continue;
        }
        for entry in std::fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            // A link to a folder is not followed: it could lead back here.
            if location.recursive && entry.file_type().map_err(failed)?.is_dir() {
                folders.push(format!("{folder}{name}/"));
            } else if Path::new(&*name)
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
            {
                if name.contains(char::is_control) {
                    let path = format!("{}/{folder}{}", location.shown, name.escape_debug());
                    let reason = "its name has a character that a terminal obeys".to_owned();
                    return Err(ScriptError { path, line: 0, problem: Problem::Unreadable { reason } });
                }
                names.push((format!("{folder}{name}"), see(&entry).map_err(failed)?));
            }
        }
    }
    names.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    Ok(names)
}

fn read_files(location: &Location, names: Vec<(String, ())>) -> Vec<Result<Script, Vec<ScriptError>>> {
    parallel(names, |(name, ())| {
        let shown = format!("{}/{name}", location.shown);
        read_file(&location.path.join(name), shown)
    })
}

/// Finds the statements of the scripts that do not have a sealed text.
#[cfg(feature = "sources")]
pub(super) fn read_unsealed(scripts: &mut [Script], dialects: &[Dialect]) -> Vec<ScriptError> {
    let unsealed = scripts.iter_mut().filter(|script| script.sealed.is_none()).collect();
    parallel(unsealed, |script| script.read_statements(dialects)).into_iter().flatten().collect()
}

/// Maps on all processors where there is enough to do. The order stays.
pub(super) fn parallel<T: Send, R: Send>(mut items: Vec<T>, map: impl Fn(T) -> R + Sync) -> Vec<R> {
    const WORTH_A_THREAD: usize = 64;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(items.len() / WORTH_A_THREAD).max(1);
    let share = items.len().div_ceil(threads);
    let map = &map;
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .rev()
            .map(|thread| {
                let items = items.split_off(thread * share);
                scope.spawn(move || items.into_iter().map(map).collect::<Vec<R>>())
            })
            .collect();
        let mut results: Vec<R> = items.into_iter().map(map).collect();
        for worker in others.into_iter().rev() {
            match worker.join() {
                Ok(more) => results.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}

fn read_file(path: &Path, shown: String) -> Result<Script, Vec<ScriptError>> {
    let failed = |problem| vec![ScriptError { path: shown.clone(), line: 0, problem }];
    let bytes =
        crate::file::read(path).map_err(|error| failed(Problem::Unreadable { reason: error.to_string() }))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| failed(Problem::NotUtf8 { offset: error.utf8_error().valid_up_to() }))?;
    Script::parse(&shown, text)
}

/// The graph of the scripts; its errors point to the lines of their headers.
fn graph(scripts: &[Script]) -> Result<Graph, Vec<ScriptError>> {
    Graph::new(scripts.iter().map(|script| script.revision.clone()).collect()).map_err(|errors| {
        let place = |error: GraphError| {
            let line: fn(&HeaderLines) -> u32 = match &error {
                GraphError::DuplicateId { .. } => |lines| lines.revision,
                GraphError::Cycle { .. } | GraphError::MissingParent { .. } => |lines| lines.revises,
                GraphError::MissingDependency { .. } => |lines| lines.depends_on,
                _ => |lines| lines.labels,
            };
            let mut places: Vec<(String, usize)> = error
                .revisions()
                .iter()
                .map(|index| (scripts[*index].path.clone(), line(&scripts[*index].lines) as usize))
                .collect();
            let (path, line) = if places.is_empty() { Default::default() } else { places.remove(0) };
            let others = places.iter().map(|(path, line)| format!("{path}:{line}")).collect();
            ScriptError { path, line, problem: Problem::Graph { error: Box::new(error), others } }
        };
        errors.into_iter().map(place).collect()
    })
}
