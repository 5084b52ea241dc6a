//! The paths by which the code of a module names other modules.

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

use crate::tree::{Tree, flatten, is_test};

/// One module names another one.
pub(crate) struct Import {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// `file:line` of the path.
    pub(crate) place: String,
}

/// All imports between modules of a crate, in the order of the files.
pub(crate) fn imports(tree: &Tree) -> Vec<Import> {
    let mut imports = Vec::new();
    for (from, module) in tree.modules.iter().enumerate() {
        let mut paths = Paths::default();
        module.items.iter().for_each(|item| paths.visit_item(item));
        for (path, line) in paths.found {
            let to = tree.definition(from, &path);
            if let Some(to) = to.filter(|to| *to != from) {
                imports.push(Import { from, to, place: format!("{}:{line}", module.file.display()) });
            }
        }
    }
    imports
}

/// Collects paths, with their lines.
#[derive(Default)]
struct Paths {
    found: Vec<(Vec<String>, usize)>,
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Struct(item) => &item.attrs,
            syn::Item::Const(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let line = item.span().start().line;
        flatten(&item.tree, &mut Vec::new(), &mut |_, path| self.found.push((path, line)));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|segment| segment.ident.to_string());
        self.found.push((names.collect(), path.span().start().line));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast syn::Macro) {
        self.tokens(invocation.tokens.clone());
        visit::visit_macro(self, invocation);
    }

    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {
        // `pub(in crate::x)` is no import.
    }
}

impl Paths {
    /// The paths within the arguments of a macro.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        path.clear();
                    }
                    path.push(name.to_string());
                    self.found.push((path.clone(), name.span().start().line));
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    path.clear();
                    self.tokens(group.stream());
                }
                _ => {
                    path.clear();
                    colons = 0;
                }
            }
        }
    }
}
