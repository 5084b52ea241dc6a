//! The structure of the code, as ARCHITECTURE.md describes it: which module may import from which, and how long files and
//! functions may be.

mod imports;
mod length;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use imports::imports;
use tree::Tree;

/// The crates, by their root files.
const CRATES: [&str; 6] = [
    "src/lib.rs",
    "alembic-core/src/lib.rs",
    "alembic-macros/src/lib.rs",
    "cargo-alembic/src/main.rs",
    "testing/src/lib.rs",
    "examples/bookshelf/src/main.rs",
];

/// The modules whose order is fixed: each one imports only from those before it. A module that is missing here fails.
const ORDER: [(&str, &str, &[&str]); 2] = [
    (
        "alembic-core/src/lib.rs",
        "",
        &[
            "file",
            "revision",
            "sql",
            "script",
            "schema",
            "operation",
            "config",
            "migrator",
            "dialect",
            "models",
            "migrate",
            "autogenerate",
            "build_script",
            "cli",
        ],
    ),
    (
        "alembic-core/src/lib.rs",
        "migrate",
        &[
            "interrupt",
            "error",
            "event",
            "settings",
            "server",
            "lock",
            "history",
            "session",
            "sqlite",
            "run",
            "offline",
            "development",
            "start",
            "preview",
        ],
    ),
];

fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The imports between the modules directly below one module: which one imports which, and where.
type Siblings = BTreeMap<(String, String), Vec<String>>;

/// For each module, the imports between its children. A module and the modules within it are one unit: what they import
/// from each other does not count.
fn siblings(tree: &Tree) -> BTreeMap<String, Siblings> {
    let mut all: BTreeMap<String, Siblings> = BTreeMap::new();
    for import in imports(tree) {
        let (from, to) = (tree.ancestry(import.from), tree.ancestry(import.to));
        let Some(at) = (0..from.len().min(to.len())).find(|at| from[*at] != to[*at]) else { continue };
        let name = |module: usize| tree.modules[module].path.last().cloned().unwrap_or_default();
        let parent = tree.modules[from[at - 1]].path.join("::");
        let pair = (name(from[at]), name(to[at]));
        all.entry(parent).or_default().entry(pair).or_default().push(import.place);
    }
    all
}

/// A way from a module back to itself, if there is one.
fn cycle(siblings: &Siblings) -> Option<Vec<&str>> {
    let names: BTreeSet<&str> = siblings.keys().map(|(from, _)| from.as_str()).collect();
    names.into_iter().find_map(|start| {
        let mut ways = vec![vec![start]];
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop() {
            let last = way.last().copied().unwrap_or(start);
            for (_, to) in siblings.keys().filter(|(from, _)| from == last) {
                let mut longer = way.clone();
                longer.push(to);
                if to == start {
                    return Some(longer);
                }
                if seen.insert(to.as_str()) {
                    ways.insert(0, longer);
                }
            }
        }
        None
    })
}

fn shown(root: &str, module: &str) -> String {
    if module.is_empty() { root.to_owned() } else { format!("{root}, module {module}") }
}

#[test]
fn no_modules_import_each_other() {
    let mut problems = Vec::new();
    for root in CRATES {
        let tree = Tree::read(&workspace().join(root));
        for (parent, siblings) in siblings(&tree) {
            if let Some(cycle) = cycle(&siblings) {
                let places = cycle.windows(2).filter_map(|pair| {
                    let places = siblings.get(&(pair[0].to_owned(), pair[1].to_owned()))?;
                    Some(format!("\n    {} → {}: {}", pair[0], pair[1], places.first()?))
                });
                let places: String = places.collect();
                problems.push(format!("{}: {}{places}", shown(root, &parent), cycle.join(" → ")));
            }
        }
    }
    assert!(problems.is_empty(), "cycles:\n{}", problems.join("\n"));
}

#[test]
fn imports_follow_the_order_of_the_modules() {
    let mut problems = Vec::new();
    for (root, parent, order) in ORDER {
        let tree = Tree::read(&workspace().join(root));
        let index = tree.modules.iter().position(|module| module.path.join("::") == parent);
        let module = &tree.modules[index.unwrap_or_else(|| panic!("{root} has no module {parent}"))];
        let listed: BTreeSet<&str> = order.iter().copied().collect();
        let found: BTreeSet<&str> = module.children.keys().map(String::as_str).collect();
        for name in found.symmetric_difference(&listed) {
            let what = if listed.contains(name) { "does not exist" } else { "is missing in ORDER" };
            problems.push(format!("{}: the module {name} {what}", shown(root, parent)));
        }
        let place = |name: &str| order.iter().position(|listed| *listed == name);
        for ((from, to), places) in siblings(&tree).remove(parent).unwrap_or_default() {
            if place(&from) < place(&to) {
                problems
                    .push(format!("{from} imports from {to}, which comes after it: {}", places.join(", ")));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// All Rust files of the workspace.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for path in entries.map(|entry| entry.expect("an entry of a folder").path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            files(&path, found);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

#[test]
fn files_and_functions_are_short() {
    let mut all = Vec::new();
    files(&workspace(), &mut all);
    all.sort();
    assert!(all.len() > 400, "only {} files were found", all.len());
    let problems: Vec<String> = all.iter().flat_map(|file| length::too_long(file)).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
