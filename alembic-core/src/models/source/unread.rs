//! Models that may be in the source of packages and are not read: in files that no module leads to, in macros, in what is
//! included.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

use super::Sources;
use super::items::line;
use super::tree::Tree;
use crate::models::Unread;
use crate::models::item::nesting;

/// Whether tokens hold a model.
type IsModel<'a> = &'a dyn Fn(&TokenStream) -> bool;

impl Tree {
    /// What may hold models and is not read.
    pub(crate) fn unread(&self, sources: &Sources, is_model: IsModel<'_>) -> Vec<Unread> {
        let mut found: Vec<Unread> = self.files_without_module(sources, is_model);
        for module in &self.modules {
            for call in &module.macros {
                let path = self.files.get(module.file).cloned().unwrap_or_default();
                let line = line(call.name.span());
                if call.name == "include" {
                    found.push(Unread::Include { path, line });
                } else if is_model(&call.content) {
                    found.push(Unread::Macro { path, line, is_rule: call.name == "macro_rules" });
                }
            }
        }
        // A file may belong to two crates.
        let mut seen = BTreeSet::new();
        found.retain(|own| seen.insert(own.clone()));
        found
    }

    fn files_without_module(&self, sources: &Sources, is_model: IsModel<'_>) -> Vec<Unread> {
        let mut files = BTreeSet::new();
        for folder in sources.packages.iter().filter_map(|package| package.folder.as_ref()) {
            rust_files(folder, 0, &mut files);
        }
        let left_out: Vec<PathBuf> =
            self.left_out.iter().filter_map(|path| std::fs::canonicalize(path).ok()).collect();
        let is_new = |path: &PathBuf| {
            std::fs::canonicalize(path).is_ok_and(|path| {
                !self.read.contains_key(&path) && !left_out.iter().any(|own| path.starts_with(own))
            })
        };
        let is_model = |path: &PathBuf| {
            let text = crate::file::read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            text.and_then(|text| nesting::tokens(&text)).is_some_and(|tokens| is_model(&tokens))
        };
        let files = files.into_iter().filter(is_new).filter(is_model);
        files.map(|path| Unread::File { path: sources.shown(&path) }).collect()
    }
}

/// The Rust files in a folder and those below it, but for those of other packages and those that are no part of a library or
/// program.
fn rust_files(folder: &Path, depth: usize, files: &mut BTreeSet<PathBuf>) {
    const OTHERS: [&str; 4] = ["target", "tests", "examples", "benches"];
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        // A link may lead in a circle.
        let Ok(kind) = entry.file_type() else { continue };
        let is_other =
            OTHERS.iter().any(|other| entry.file_name() == *other) && folder.join("Cargo.toml").is_file();
        if kind.is_dir() && !is_other && depth < nesting::LIMIT && !path.join("Cargo.toml").is_file() {
            rust_files(&path, depth + 1, files);
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "rs") {
            files.insert(path);
        }
    }
}

/// Whether `derive(…, Name, …)` is anywhere in tokens.
pub(crate) fn derives(tokens: &TokenStream, name: &str) -> bool {
    pair(tokens, &|first, second| {
        let TokenTree::Group(list) = second else { return false };
        is_word(first, "derive") && list.stream().into_iter().any(|token| is_word(&token, name))
    })
}

/// Whether `name!` is anywhere in tokens.
pub(crate) fn calls(tokens: &TokenStream, name: &str) -> bool {
    pair(tokens, &|first, second| {
        is_word(first, name) && matches!(second, TokenTree::Punct(punct) if punct.as_char() == '!')
    })
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Whether two tokens that follow each other are wanted, in brackets or outside of them. How deep they are was measured.
fn pair(tokens: &TokenStream, is_it: &dyn Fn(&TokenTree, &TokenTree) -> bool) -> bool {
    let mut before: Option<TokenTree> = None;
    tokens.clone().into_iter().any(|token| {
        let inside = matches!(&token, TokenTree::Group(group) if pair(&group.stream(), is_it));
        let found = inside || before.as_ref().is_some_and(|before| is_it(before, &token));
        before = Some(token);
        found
    })
}
