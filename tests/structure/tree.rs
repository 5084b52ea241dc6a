//! The modules of a crate, as their files declare them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use syn::{Attribute, Item, UseTree};

/// One module: a file, or a `mod` with a body.
pub(crate) struct Module {
    /// Its names from the root of the crate on; empty for the root.
    pub(crate) path: Vec<String>,
    pub(crate) file: PathBuf,
    pub(crate) parent: Option<usize>,
    pub(crate) children: BTreeMap<String, usize>,
    pub(crate) items: Vec<Item>,
    /// The names that `use` brings into the module, with the path that each one stands for.
    pub(crate) imports: BTreeMap<String, Vec<String>>,
}

/// The modules of one crate. The first one is its root.
pub(crate) struct Tree {
    pub(crate) modules: Vec<Module>,
}

impl Tree {
    /// Reads a crate from its root file. Modules that are only compiled for tests are left out.
    pub(crate) fn read(root: &Path) -> Tree {
        let mut tree = Tree { modules: Vec::new() };
        tree.add_file(root, Vec::new(), None);
        tree
    }

    fn add_file(&mut self, file: &Path, path: Vec<String>, parent: Option<usize>) -> usize {
        let text =
            std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.add(file, path, parent, parsed.items)
    }

    fn add(&mut self, file: &Path, path: Vec<String>, parent: Option<usize>, items: Vec<Item>) -> usize {
        let index = self.modules.len();
        let mut imports = BTreeMap::new();
        for item in &items {
            if let Item::Use(item) = item {
                flatten(&item.tree, &mut Vec::new(), &mut |name, path| {
                    imports.insert(name, path);
                });
            }
        }
        self.modules.push(Module {
            path: path.clone(),
            file: file.to_owned(),
            parent,
            children: BTreeMap::new(),
            items: Vec::new(),
            imports,
        });
        let mut kept = Vec::new();
        for item in items {
            let Item::Mod(module) = item else {
                kept.push(item);
                continue;
            };
            if is_test(&module.attrs) {
                continue;
            }
            let name = module.ident.to_string();
            let path: Vec<String> = path.iter().cloned().chain([name.clone()]).collect();
            let child = match module.content {
                Some((_, items)) => self.add(file, path, Some(index), items),
                None => self.add_file(&file_of(file, &name), path, Some(index)),
            };
            self.modules[index].children.insert(name, child);
        }
        self.modules[index].items = kept;
        index
    }

    /// The module in which the item that `path` names is defined, seen from `module`. `None` for other crates.
    pub(crate) fn definition(&self, module: usize, path: &[String]) -> Option<usize> {
        self.resolve(module, path, 0)
    }

    fn resolve(&self, module: usize, path: &[String], depth: usize) -> Option<usize> {
        const LONGEST_CHAIN: usize = 12;
        if depth > LONGEST_CHAIN {
            return None;
        }
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => 0,
            "self" => module,
            "super" => self.modules[module].parent?,
            name => match self.modules[module].children.get(name) {
                Some(child) => *child,
                None => {
                    let import =
                        self.modules[module].imports.get(name).filter(|import| import.as_slice() != path)?;
                    return self.follow(module, import, rest, depth);
                }
            },
        };
        self.descend(start, rest, depth)
    }

    fn descend(&self, mut module: usize, path: &[String], depth: usize) -> Option<usize> {
        for (at, name) in path.iter().enumerate() {
            let here = &self.modules[module];
            if name == "super" {
                module = here.parent?;
            } else if let Some(child) = here.children.get(name) {
                module = *child;
            } else if let Some(import) = here.imports.get(name) {
                return self.follow(module, import, &path[at + 1..], depth).or(Some(module));
            } else {
                return Some(module);
            }
        }
        Some(module)
    }

    fn follow(&self, module: usize, import: &[String], rest: &[String], depth: usize) -> Option<usize> {
        let whole: Vec<String> = import.iter().chain(rest).cloned().collect();
        self.resolve(module, &whole, depth + 1)
    }

    /// The modules around `module`, from the root of the crate to itself.
    pub(crate) fn ancestry(&self, module: usize) -> Vec<usize> {
        let mut ancestry: Vec<usize> =
            std::iter::successors(Some(module), |module| self.modules[*module].parent).collect();
        ancestry.reverse();
        ancestry
    }
}

/// Whether an item is only compiled for tests.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_cfg = attribute.path().is_ident("cfg");
        is_cfg && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
            || attribute.path().is_ident("test")
    })
}

fn file_of(parent: &Path, name: &str) -> PathBuf {
    let folder = parent.parent().unwrap_or(Path::new(""));
    let stem = parent.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let folder = match stem {
        "mod" | "lib" | "main" => folder.to_owned(),
        stem => folder.join(stem),
    };
    let file = folder.join(format!("{name}.rs"));
    if file.exists() { file } else { folder.join(name).join("mod.rs") }
}

/// Calls `found` with each name that a `use` brings in, and its path.
pub(crate) fn flatten(tree: &UseTree, path: &mut Vec<String>, found: &mut impl FnMut(String, Vec<String>)) {
    match tree {
        UseTree::Path(part) => {
            path.push(part.ident.to_string());
            flatten(&part.tree, path, found);
            path.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            found(path.last().cloned().unwrap_or_default(), path.clone());
        }
        UseTree::Name(name) => found(name.ident.to_string(), with(path, &name.ident)),
        UseTree::Rename(name) => found(name.rename.to_string(), with(path, &name.ident)),
        UseTree::Glob(_) => found("*".to_owned(), path.clone()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, path, found)),
    }
}

fn with(path: &[String], name: &syn::Ident) -> Vec<String> {
    path.iter().cloned().chain([name.to_string()]).collect()
}
