//! How long files and functions are.

use std::path::Path;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// The longest file, in lines.
const FILE: usize = 450;

/// The longest function, in lines. The arms of a `match` that are one expression each count as a table, as do the
/// elements of an array: they do not add to its length.
const FUNCTION: usize = 80;

/// What is too long in a file.
pub(crate) fn too_long(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut problems = Vec::new();
    let lines = text.lines().count();
    if lines > FILE {
        problems.push(format!("{}: {lines} lines", file.display()));
    }
    let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut functions = Functions { found: Vec::new() };
    functions.visit_file(&parsed);
    for (name, line, length) in functions.found.into_iter().filter(|(_, _, length)| *length > FUNCTION) {
        problems.push(format!("{}:{line}: `{name}` has {length} lines", file.display()));
    }
    problems
}

struct Functions {
    found: Vec<(String, usize, usize)>,
}

impl Functions {
    fn add(&mut self, name: &syn::Ident, whole: &impl Spanned, block: &syn::Block) {
        let mut tables = Tables { lines: 0 };
        tables.visit_block(block);
        self.found.push((name.to_string(), name.span().start().line, lines(whole) - tables.lines));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig.ident, &item.block, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig.ident, &item.block, &item.block);
        visit::visit_impl_item_fn(self, item);
    }
}

/// Counts the lines of the tables in a function.
struct Tables {
    lines: usize,
}

impl<'ast> Visit<'ast> for Tables {
    fn visit_expr_match(&mut self, table: &'ast syn::ExprMatch) {
        for arm in &table.arms {
            match &*arm.body {
                syn::Expr::Block(block) if block.block.stmts.len() > 1 => self.visit_expr_block(block),
                _ => self.lines += lines(arm),
            }
        }
    }

    fn visit_macro(&mut self, table: &'ast syn::Macro) {
        if table.path.is_ident("vec") {
            self.lines += lines(&table.tokens) - 1;
        }
    }

    fn visit_expr_array(&mut self, table: &'ast syn::ExprArray) {
        self.lines += lines(table) - 1;
    }
}

/// The lines that a piece of code takes.
fn lines(code: &impl Spanned) -> usize {
    let span = code.span();
    span.end().line - span.start().line + 1
}
