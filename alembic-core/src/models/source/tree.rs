//! The modules of packages, found by following `mod` from the roots. Reads files, compiles nothing.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use proc_macro2::{Ident, Span, TokenStream};

use super::cfg::Conditions;
use super::items::{RawItem, RawKind, Use, items, line, uses};
use super::{Package, Sources};
use crate::models::item::{nesting, unraw};
use crate::models::{ModelError, ModelProblem};

/// The number of a module, a type or a file.
pub(crate) type Id = usize;

/// All modules of all packages.
pub(crate) struct Tree {
    pub(crate) files: Vec<String>,
    pub(crate) modules: Vec<Module>,
    pub(crate) types: Vec<TypeItem>,
    /// The root modules of libraries, by the name that other crates use.
    pub(crate) libraries: HashMap<String, Id>,
    pub(crate) errors: Vec<ModelError>,
    pub(crate) conditions: Conditions,
    /// What dependencies are called, for each root module where that is not their own name.
    pub(crate) renames: HashMap<Id, BTreeMap<String, String>>,
    /// Names that were looked up and mean several things, with the lines that say so.
    pub(crate) undecided: RefCell<BTreeMap<(Id, String), BTreeSet<usize>>>,
    /// What was read before: a file may belong to several crates.
    pub(super) read: HashMap<PathBuf, (Id, TokenStream)>,
    /// Files of modules that are left out, and the folders of theirs.
    pub(super) left_out: Vec<PathBuf>,
}

pub(crate) struct Module {
    pub(crate) parent: Option<Id>,
    /// The module of the crate's root.
    pub(crate) root: Id,
    pub(crate) file: Id,
    /// The types and modules, each by its name: several where conditions decide between them.
    pub(crate) items: HashMap<String, Vec<Definition>>,
    pub(crate) uses: Vec<Use>,
    pub(crate) macros: Vec<MacroCall>,
}

/// What a path stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A type that is read.
    Type(Id),
    Module(Id),
    /// The full path of something in a crate that is not read.
    External(Vec<String>),
}

/// Something that a module defines or uses under a name.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) found: Found,
    pub(crate) line: usize,
    /// Whether it depends on the build if it is there.
    pub(crate) is_open: bool,
}

/// A struct, enum, union or alias that is not parsed yet.
pub(crate) struct TypeItem {
    pub(crate) module: Id,
    pub(crate) name: Ident,
    pub(crate) is_alias: bool,
    pub(crate) attributes: Vec<TokenStream>,
    pub(crate) tokens: TokenStream,
    /// What it derives that is not in the source: the crate, and the name.
    pub(super) derived: OnceCell<Vec<(String, String)>>,
}

/// A call of a macro in the place of an item.
pub(crate) struct MacroCall {
    pub(crate) name: Ident,
    pub(crate) content: TokenStream,
}

/// Where the files of a module's children lie.
struct Place<'a> {
    sources: &'a Sources,
    /// The folder of `mod name;`.
    folder: PathBuf,
    /// The folder of the file, for `#[path]`.
    beside: PathBuf,
}

impl Tree {
    pub(crate) fn read(sources: &Sources) -> Tree {
        let mut tree = Tree {
            files: Vec::new(),
            modules: Vec::new(),
            types: Vec::new(),
            libraries: HashMap::new(),
            errors: Vec::new(),
            conditions: Conditions { features: sources.features.clone() },
            renames: HashMap::new(),
            undecided: RefCell::default(),
            read: HashMap::new(),
            left_out: Vec::new(),
        };
        for package in &sources.packages {
            tree.package(sources, package);
        }
        tree
    }

    fn package(&mut self, sources: &Sources, package: &Package) {
        if let Some(library) = &package.library {
            let root = self.root(sources, library);
            self.libraries.insert(package.name.replace('-', "_"), root);
            self.renames.insert(root, package.renames.clone());
        }
        for program in &package.programs {
            let root = self.root(sources, program);
            self.renames.insert(root, package.renames.clone());
        }
    }

    fn root(&mut self, sources: &Sources, path: &Path) -> Id {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let Some((file, tokens)) = self.file(sources, path) else {
            // The mistake is noted; an empty module stands for what is not there.
            let file = self.files.len().saturating_sub(1);
            return self.module(None, file);
        };
        let module = self.module(None, file);
        let place = Place { sources, beside: folder.clone(), folder };
        self.content(module, tokens, &place);
        module
    }

    fn module(&mut self, parent: Option<Id>, file: Id) -> Id {
        let id = self.modules.len();
        let root = parent.map_or(id, |parent| self.modules[parent].root);
        self.modules.push(Module {
            parent,
            root,
            file,
            items: HashMap::new(),
            uses: Vec::new(),
            macros: Vec::new(),
        });
        id
    }

    /// Reads a file. None where it cannot be used, which is noted.
    fn file(&mut self, sources: &Sources, path: &Path) -> Option<(Id, TokenStream)> {
        // One file may have several paths, through links and `..`.
        let key = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Some(read) = self.read.get(&key) {
            return Some(read.clone());
        }
        let file = self.files.len();
        let shown = sources.shown(path);
        self.files.push(shown.clone());
        let mut failed = |line, problem| {
            self.errors.push(ModelError { path: shown.clone(), line, problem });
            None
        };
        let text = match crate::file::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return failed(0, ModelProblem::Unreadable { reason: error.to_string() }),
        };
        let Ok(text) = String::from_utf8(text) else {
            return failed(0, ModelProblem::Unreadable { reason: "it is not UTF-8".into() });
        };
        match TokenStream::from_str(without_shebang(&text)) {
            Ok(tokens) => {
                if let Err(span) = nesting::check_brackets(&tokens) {
                    return failed(line(span), ModelProblem::NotRust { reason: nesting::message() });
                }
                self.read.insert(key, (file, tokens.clone()));
                Some((file, tokens))
            }
            Err(error) => {
                let reason = "a bracket, a quote or a character here fits nowhere".into();
                failed(line(error.span()), ModelProblem::NotRust { reason })
            }
        }
    }

    fn content(&mut self, module: Id, tokens: TokenStream, place: &Place<'_>) {
        let (inner, items) = items(tokens);
        if self.conditions.is_off(&inner) {
            return;
        }
        for RawItem { attributes, kind } in items {
            let attributes = self.conditions.expand_tokens(attributes);
            if self.conditions.is_off(&attributes) {
                if let RawKind::Module { name, content: None } = &kind {
                    let files = files_of(name, &attributes, place).into_iter();
                    self.left_out.extend(files.flat_map(|(file, folder)| [Some(file), folder]).flatten());
                }
                continue;
            }
            let is_open = self.conditions.is_open(&attributes);
            let nested = attributes.iter().try_for_each(nesting::check).and_then(|()| match &kind {
                RawKind::Type { tokens, .. } => nesting::check(tokens),
                _ => Ok(()),
            });
            if let Err(span) = nested {
                self.too_deep(module, span);
                continue;
            }
            match kind {
                RawKind::Module { name, content } => {
                    if let Some(child) = self.child(module, &name, content, &attributes, place) {
                        self.define(module, &name, Found::Module(child), is_open);
                    }
                }
                RawKind::Use(tokens) => {
                    let uses = uses(tokens).into_iter().map(|found| Use { is_open, ..found });
                    self.modules[module].uses.extend(uses);
                }
                RawKind::ExternCrate { name, alias } => {
                    let line = line(name.span());
                    let found = Use { name: Some(unraw(&alias)), path: vec![unraw(&name)], line, is_open };
                    self.modules[module].uses.push(found);
                }
                RawKind::Type { name, is_alias, tokens } => {
                    let id = self.types.len();
                    self.define(module, &name, Found::Type(id), is_open);
                    let derived = OnceCell::new();
                    self.types.push(TypeItem { module, name, is_alias, attributes, tokens, derived });
                }
                RawKind::Macro { name, content } => {
                    self.modules[module].macros.push(MacroCall { name, content });
                }
            }
        }
    }

    pub(crate) fn define(&mut self, module: Id, name: &Ident, found: Found, is_open: bool) {
        let definition = Definition { found, line: line(name.span()), is_open };
        self.modules[module].items.entry(unraw(name)).or_default().push(definition);
    }

    /// Reads a module. None where there is none, which is noted.
    fn child(
        &mut self,
        parent: Id,
        name: &Ident,
        content: Option<TokenStream>,
        attributes: &[TokenStream],
        place: &Place<'_>,
    ) -> Option<Id> {
        if self.ancestors(parent).nth(nesting::LIMIT).is_some() {
            self.too_deep(parent, name.span());
            return None;
        }
        let sources = place.sources;
        if let Some(content) = content {
            let path = attributes.iter().find_map(path_attribute);
            let folder = place.folder.join(path.unwrap_or_else(|| unraw(name)));
            let module = self.module(Some(parent), self.modules[parent].file);
            self.content(module, content, &Place { sources, beside: folder.clone(), folder });
            return Some(module);
        }
        let candidates = files_of(name, attributes, place);
        let Some((file_path, folder)) = candidates.iter().find(|(path, _)| path.is_file()) else {
            // Where a module is conditional its file may be, too.
            if !self.conditions.is_open(attributes) {
                let looked = candidates.iter().map(|(path, _)| sources.shown(path)).collect();
                let path = self.files[self.modules[parent].file].clone();
                let problem = ModelProblem::NoModule { module: unraw(name), looked };
                self.errors.push(ModelError { path, line: line(name.span()), problem });
            }
            return None;
        };
        let (file, tokens) = self.file(sources, file_path)?;
        if self.ancestors(parent).any(|module| self.modules[module].file == file) {
            // A file that is its own module: the compiler says so.
            return None;
        }
        let module = self.module(Some(parent), file);
        let beside = file_path.parent().unwrap_or(Path::new("")).to_owned();
        let folder = folder.clone().unwrap_or_else(|| beside.clone());
        self.content(module, tokens, &Place { sources, folder, beside });
        Some(module)
    }

    fn too_deep(&mut self, module: Id, span: Span) {
        let path = self.file_of(module).to_owned();
        let problem = ModelProblem::NotRust { reason: nesting::message() };
        self.errors.push(ModelError { path, line: line(span), problem });
    }

    fn ancestors(&self, module: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(Some(module), |module| self.modules[*module].parent)
    }

    /// The file of a module, as it is shown.
    pub(crate) fn file_of(&self, module: Id) -> &str {
        self.files.get(self.modules[module].file).map_or("", String::as_str)
    }
}

/// Where the file of `mod name;` may be, and the folder of its own modules where that is not the file's.
fn files_of(name: &Ident, attributes: &[TokenStream], place: &Place<'_>) -> Vec<(PathBuf, Option<PathBuf>)> {
    match attributes.iter().find_map(path_attribute) {
        // What `#[path]` names lies beside the file, and so do its own modules.
        Some(path) => vec![(place.beside.join(path), None)],
        None => {
            let folder = place.folder.join(unraw(name));
            vec![
                (place.folder.join(format!("{}.rs", unraw(name))), Some(folder.clone())),
                (folder.join("mod.rs"), None),
            ]
        }
    }
}

/// The text of `path = "…"`.
fn path_attribute(attribute: &TokenStream) -> Option<String> {
    let pair: syn::MetaNameValue = syn::parse2(attribute.clone()).ok()?;
    match pair.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) if pair.path.is_ident("path") => {
            Some(text.value())
        }
        _ => None,
    }
}

/// The text from the line end of `#!…` on, so that lines are counted from the beginning of the file.
fn without_shebang(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(rest) = text.strip_prefix("#!") else { return text };
    // `#![attribute]` is no shebang.
    if rest.trim_start().starts_with('[') {
        return text;
    }
    rest.find('\n').map_or("", |end| &rest[end..])
}
